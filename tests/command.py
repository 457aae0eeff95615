"""The command `corpusqa`, in this process and in one of its own."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpusqa.cli import run as run_command
from tests.files import jsonl, write

TEXT = "The ferry left the harbour at noon and the gulls went with it, as they had done every day that summer. "


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


class Run:
    """The command `corpusqa` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".git").mkdir()  # a configuration is looked for up to here

    def write(self, name: str, content: str | bytes) -> Path:
        return write(self.folder, {name: content}) / name

    def jsonl(self, name: str, *rows: dict[str, Any]) -> Path:
        return jsonl(self.folder / name, rows)

    def __call__(self, *args: str) -> Done:
        """Run it in this process: an exception that the command line lets through fails the test."""
        out, err, before = io.StringIO(), io.StringIO(), Path.cwd()
        os.chdir(self.folder)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run_command(list(args))
        finally:
            os.chdir(before)
        return Done(code, out.getvalue(), err.getvalue())

    def report(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads((self.folder / "corpusqa-report/report.json").read_text())
        return said


def in_a_process(folder: Path, *args: str | Path, env: Mapping[str, str] | None = None) -> Done:
    """Run it in a process of its own, which cannot hold anything back; `env` is its whole environment."""
    command = [sys.executable, "-m", "corpusqa", *map(str, args)]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    return Done(done.returncode, done.stdout, done.stderr)
