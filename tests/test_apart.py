"""What a check prints is no result: stdout stays a format that programs read."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from corpusqa.api.apart import Harmless, prints_to_stderr
from tests.command import in_a_process
from tests.files import jsonl

CHECK = '''
import ctypes
import subprocess
import sys

import polars as pl

from corpusqa.check import Batch, Check, Measured, Signal

print("::error::from the module")


def talking() -> Check:
    """Says what it reads."""

    def measure(batch: Batch) -> Measured:
        for text in batch.frame["text"]:
            print(text)
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
        ctypes.CDLL(None).puts(b"from C")
        return Measured(pl.DataFrame({"said": [1] * batch.height}))

    return Check({"said": Signal(pl.Int64, "one")}, measure=measure)
'''


@pytest.mark.parametrize("workers", ["1", "2"])
def test_stdout_holds_the_result_alone(workers: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "talking.py").write_text(CHECK)
    (tmp_path / "corpusqa.toml").write_text('[checks]\nfiles = ["talking.py"]\nselect = ["talking"]\n')
    for name in ("a", "b"):
        jsonl(tmp_path / f"data-{name}.jsonl", [{"id": name, "text": "::error::forged\u001b[2J and more"}])
    options = ["--workers", workers, "--format", "json"]
    done = in_a_process(tmp_path, "gate", "data-*.jsonl", *options, env={**os.environ, "CI": "true"})

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["corpus"]["documents"] == 2
    assert "from a child" in done.stderr
    assert "from C" in done.stderr
    assert ": :error: :forged␛[2J and more" in done.stderr
    assert "\n::error::forged" not in done.stderr


def test_lines_stay_lines() -> None:
    heard = io.StringIO()
    print("one", "##[group]two", sep="\n", file=Harmless(heard))

    assert heard.getvalue() == "one\n## [group]two\n"


def test_stdout_is_back_when_the_last_of_several_threads_is_done() -> None:
    before, one, two = sys.stdout, prints_to_stderr(), prints_to_stderr()
    one.__enter__()
    two.__enter__()
    one.__exit__(None, None, None)  # not the last one that came, as threads go
    assert isinstance(sys.stdout, Harmless)
    two.__exit__(None, None, None)
    assert sys.stdout is before
