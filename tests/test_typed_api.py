"""The public API as type checkers see it from outside: mypy always, pyright where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

USER = """
from pathlib import Path

import polars as pl
from typing import assert_type

import corpusqa
from corpusqa import CorpusqaError
from corpusqa.check import Batch, Check, Label, Measured, Signal

found = corpusqa.report("data/", checks=["text"], policy="safe", workers=2, text="body")
assert_type(found.signals, pl.DataFrame)
assert_type(found.findings, pl.DataFrame)
assert_type(found.verdicts, pl.DataFrame)
assert_type(found.spans, pl.DataFrame)
assert_type(found.html, str)
kept: int = found.data["ledger"]["kept"]
version: str = corpusqa.__version__
corpusqa.clean(Path("data"), policy="web")
corpusqa.load("data/", text="body")
error: type[Exception] = CorpusqaError


def lengths(*, least: int = 1) -> Check:
    def measure(batch: Batch) -> Measured:
        return Measured(batch.frame.select(chars=batch.text.str.len_chars().cast(pl.Int64)))

    return Check({"chars": Signal(pl.Int64, "characters")}, {"short": Label("short", severity="info")}, measure)
"""
WRONG = """
import corpusqa

corpusqa.report("data/", workers="two")
corpusqa.clean("data/", policy=3)
corpusqa.report("data/").signals.no_such_method()
corpusqa.nothing_of_this_name
"""

PYRIGHT = shutil.which("pyright") or shutil.which("basedpyright")


def checked(folder: Path, code: str, *command: str) -> subprocess.CompletedProcess[str]:
    (folder / "user.py").write_text(code)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)


def mypy(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    return checked(folder, code, sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "user.py")


@pytest.mark.slow
def test_mypy_accepts_what_is_right_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    right = mypy(tmp_path, USER)
    assert right.returncode == 0, right.stdout
    wrong = mypy(tmp_path, WRONG)
    assert [line.split(":")[1] for line in wrong.stdout.splitlines() if ": error:" in line] == ["4", "5", "6", "7"]


@pytest.mark.slow
@pytest.mark.skipif(PYRIGHT is None, reason="neither pyright nor basedpyright is installed")
def test_pyright_accepts_what_is_right_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    right, wrong = (
        checked(tmp_path, code, str(PYRIGHT), "--pythonpath", sys.executable, "user.py") for code in (USER, WRONG)
    )
    assert right.returncode == 0, right.stdout
    assert sum(" - error:" in line for line in wrong.stdout.splitlines()) >= 4
