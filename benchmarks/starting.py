"""What a run costs that has nothing to measure: `corpusqa report` in a work folder where everything is finished.

    python benchmarks/starting.py [SOURCE] [--rounds 7]

SOURCE is `seeds/` by default, with its configuration if it has one. Every round is two processes of their own: one
imports the modules that such a run ends with and then runs the command, the other runs the command as a user does. CPU
seconds, user and system, the least and the median of all rounds; modules are compiled before (`__pycache__`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

SEEDS = Path(__file__).parent.parent / "seeds"
RUN = """
import importlib, json, resource, sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path

def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

modules, began = Path(sys.argv[1]), spent()
for name in json.loads(modules.read_text()) if modules.exists() else ():
    with suppress(Exception):
        importlib.import_module(name)
imported = spent()
from corpusqa.cli import run
with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
    assert run(sys.argv[2:]) == 0
print(json.dumps([imported - began, spent() - imported, spent(), sorted(set(sys.modules) - {"__main__"})]))
"""


def measured(modules: Path, arguments: list[str]) -> list[float]:
    """CPU seconds of the imports, of the rest, and of the whole process; `modules` is written if it is not there."""
    command = [sys.executable, "-c", RUN, str(modules), *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    *seconds, names = json.loads(done.stdout.splitlines()[-1])
    if not modules.exists():
        modules.write_text(json.dumps(names))
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", type=Path, default=SEEDS)
    parser.add_argument("--rounds", type=int, default=7)
    said = parser.parse_args()
    config = said.source / "corpusqa.toml"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = ["report", str(said.source), "--work", str(folder / "work"), "-o", str(folder / "report")]
        arguments += ["--config", str(config)] if config.exists() else []
        measured(folder / "first", arguments)
        measured(folder / "modules", arguments)  # of a run that finds everything finished
        rounds = [
            (*measured(folder / "modules", arguments)[:2], measured(folder / f"alone-{number}", arguments)[2])
            for number in range(said.rounds)
        ]
    for what, seconds in zip(("imports", "above imports", "whole process"), zip(*rounds, strict=True), strict=True):
        print(f"{what}: {min(seconds):.2f} CPU s at least, median {median(seconds):.2f}")


if __name__ == "__main__":
    main()
