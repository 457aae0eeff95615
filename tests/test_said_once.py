"""On a terminal what was recognised is said once: stderr has it before the scan, so that the header leaves it out."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.files import SEEDS


def on_a_terminal(args: list[str]) -> str:
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    with subprocess.Popen(
        [sys.executable, "-m", "corpusqa", *args], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as run:
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 65536):
                said += piece
        except OSError:  # the other end is closed
            pass
        run.wait()
    os.close(ours)
    assert run.returncode == 0, said.decode()
    return said.decode()


def test_what_was_recognised_is_said_once(tmp_path: Path) -> None:
    options = ["--select", "text", "--work", str(tmp_path / "w"), "-o", str(tmp_path / "out")]
    said = on_a_terminal(["report", str(SEEDS), *options])
    assert said.count("txt documents in 9 folders") == 1
    assert "60 documents" in said
