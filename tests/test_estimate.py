"""Before a run that lets people wait it is said how much there is and about how long it takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpusqa.cli import run
from corpusqa.corpus import open_corpus
from corpusqa.scan import estimate as module
from tests.files import TOYS, jsonl


def report(folder: Path, *more: str) -> None:
    rows = [{"id": n, "text": f"ROPE and harbour, text number {n} " * 20} for n in range(200)]
    jsonl(folder / "c.jsonl", rows)
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


def test_one_long_document_after_short_ones_is_not_taken_for_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"text": "ROPE"}, {"text": "a"}, {"text": "ROPE and harbour. " * 500_000}]
    jsonl(tmp_path / "c.jsonl", rows)
    corpus = open_corpus(tmp_path / "c.jsonl", unit_bytes=1000)
    assert len(corpus.units) > 1
    begins = module._beginnings(corpus)["text"]
    assert begins.str.len_bytes().to_list() == [4, 1, module.GLANCE_BYTES]


@pytest.mark.parametrize(
    ("seconds", "said"), [(12, "10 s"), (88, "90 s"), (200, "3 min"), (5399, "1 h 30 min"), (8000, "2 h 10 min")]
)
def test_no_more_digits_than_a_glance_can_tell(seconds: float, said: str) -> None:
    assert module._about(seconds) == said
