"""Make the pictures of the README anew from real runs: `.venv/bin/python docs/pictures.py` (the PNG needs chromium)."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
COMMAND = ["report", "seeds/", "--config", "seeds/corpusqa.toml"]
WIDTH = 112
# A headless browser that asks nobody for anything.
BROWSER = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def main() -> None:
    """Run the report on the seeds and draw what it printed and its page."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        command = [
            sys.executable,
            "-m",
            "corpusqa",
            *COMMAND,
            "-o",
            f"{folder}/corpusqa-report",
            "--work",
            f"{folder}/work",
        ]
        env = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)  # noqa: S603
        terminal(done.stdout.replace(f"{folder}/", ""), ROOT / "docs/report.svg")
        if shutil.which("chromium"):
            page(out / "corpusqa-report/report.html", ROOT / "docs/report.png", folder)


def terminal(printed: str, target: Path) -> None:
    """What a command printed, as an SVG that loads nothing."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(f"[bold]$ corpusqa {' '.join(COMMAND[:2])}[/bold]")
    console.print(Text.from_ansi(printed))
    drawn = console.export_svg(title="corpusqa", unique_id="report")
    target.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.S), encoding="utf-8")


def page(html: Path, target: Path, profile: str) -> None:
    """The first screen of the report's page."""
    shot = [f"--screenshot={target}", "--window-size=1200,900", f"--user-data-dir={profile}/browser", html.as_uri()]
    subprocess.run(["chromium", *BROWSER, *shot], check=True, capture_output=True)  # noqa: S603, S607


if __name__ == "__main__":
    main()
