"""The report of a large corpus: CPU and size of each format, and how fast its page answers in a browser.

`.venv/bin/python benchmarks/reporting.py [documents] [findings per document]` makes a corpus of its own (by default
20,000 documents with 100,000 addresses at example.org), scans it once, then measures: findings and report.json from
the finished scan, every format from report.json, and in chromium the time from a keystroke in the search field to the
rows on the screen. The targets: 5 s CPU for findings, report.json and page together; 5 MB for the page.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from corpusqa.api.account import account
from corpusqa.api.model import Account, Settings
from corpusqa.config import load_config
from corpusqa.reporting.formats import FORMATS, draw
from corpusqa.reporting.plain import dumped

WORDS = ["harbour", "ferry", "gull", "tide", "mill", "keeper", "bell", "roof", "stone", "bridge", "water", "letter"]
CONFIG = """
[checks]
select = ["pii", "text"]
[checks.pii]
reserved = true
[report]
by = ["source"]
[gate.limits]
"pii.email.per_mb" = { warn = 1, by = "source" }
"""
KEYSTROKES = "site-17.example"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# Resolves when the rows of the new search have been painted: two frames after the input event.
TYPE = """async (text) => {
  const field = document.getElementById("filter-text");
  const began = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const handled = performance.now() - began;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return [handled, performance.now() - began, document.getElementById("count").textContent];
}"""


def main(documents: int = 20_000, each: int = 5) -> None:
    """Measure and print one line per part."""
    with tempfile.TemporaryDirectory() as folder:
        found = scanned(Path(folder), documents, each)
        cpu, findings = timed(lambda: found.findings)
        spent, report = timed(lambda: found.report)
        print(f"findings {findings.height:,}: {cpu:.2f} s CPU; report.json: {spent:.2f} s CPU, {mb(dumped(report))}")
        total = cpu + spent
        for name in FORMATS:
            cpu, text = timed(partial(draw, name, report))
            total += cpu if name == "html" else 0
            print(f"{name}: {cpu:.2f} s CPU, {mb(text.encode())}")
        print(f"findings, report.json and page together: {total:.2f} s CPU")
        page = Path(folder) / "report.html"
        page.write_text(draw("html", report), encoding="utf-8")
        browser(page)


def scanned(folder: Path, documents: int, each: int) -> Account:
    """A scan of the corpus, with its findings still to be made."""
    source, config = folder / "corpus.jsonl", folder / "corpusqa.toml"
    with source.open("w") as file:
        for n in range(documents):
            parts = [f"{' '.join(WORDS[(n + k) % 12 :])}: write to person-{n}-{k}@example.org." for k in range(each)]
            row = {"id": f"doc-{n}", "source": f"site-{n % 40}.example", "text": "\n".join(parts)}
            file.write(json.dumps(row) + "\n")
    config.write_text(CONFIG)
    return account(source, load_config(config, folder), Settings(folder / "work", workers=1))


def browser(page: Path) -> None:
    """Open the page and type into its search field."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        tab = started.new_page()
        began = time.monotonic()
        tab.goto(page.as_uri())
        tab.wait_for_function("document.getElementById('count').textContent !== ''")
        print(f"opened and ready to search: {time.monotonic() - began:.2f} s wall")
        typed = [tab.evaluate(TYPE, KEYSTROKES[: n + 1]) for n in range(len(KEYSTROKES))]
        handled, painted = [row[0] for row in typed], [row[1] for row in typed]
        print(
            f"a keystroke among {typed[0][2].split()[-1]}: {statistics.median(handled):.0f} ms of script, "
            f"{statistics.median(painted):.0f} ms until it is painted (worst {max(painted):.0f} ms); "
            f"last: {typed[-1][2]}"
        )
        started.close()


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and the result."""
    began = time.process_time()
    result = run()
    return time.process_time() - began, result


def mb(content: bytes) -> str:
    """Megabytes."""
    return f"{len(content) / 1e6:.2f} MB"


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
