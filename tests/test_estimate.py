"""Before a run that lets people wait it is said how much there is and about how long it takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpusqa.cli import run
from corpusqa.scan import estimate as module

TOYS = Path(__file__).parent / "toy_checks.py"


def report(folder: Path, *more: str) -> None:
    rows = [{"id": n, "text": f"ROPE and harbour, text number {n} " * 20} for n in range(200)]
    (folder / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "c.toml").write_text(f'[checks]\nfiles = ["{TOYS}"]\n')
    places = ["--config", str(folder / "c.toml"), "--work", str(folder / "w"), "-o", str(folder / "out")]
    assert run(["report", str(folder / "c.jsonl"), "--select", "shouting", *places, *more]) == 0


def test_a_long_run_says_how_much_and_how_long_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "LEAST_BYTES", 100_000)
    monkeypatch.setattr(module, "LEAST_SECONDS", 0.0)
    report(tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "1 jsonl file"
    assert lines[1].startswith("0 MB to measure: about")
    report(tmp_path)  # what is finished is not estimated
    assert "to measure" not in capsys.readouterr().err


def test_a_short_run_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report(tmp_path)
    assert "to measure" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "said"), [(12, "10 s"), (88, "90 s"), (200, "3 min"), (5399, "1 h 30 min"), (8000, "2 h 10 min")]
)
def test_no_more_digits_than_a_glance_can_tell(seconds: float, said: str) -> None:
    assert module._about(seconds) == said
