"""Candidate pairs in rounds: whatever their number, the same pairs are compared and the same ones found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from corpusqa.cli import run
from corpusqa.engines.flow import Flow
from corpusqa.engines.local import LocalEngine
from corpusqa.scan import links, tables
from corpusqa.scan.rounds import rounds
from tests.files import jsonl


@pytest.mark.parametrize(("count", "most"), [(0, 10), (400, 1000), (400, 30), (20_000, 700)])
def test_every_pair_is_in_one_round(tmp_path: Path, count: int, most: int) -> None:
    chance = np.random.default_rng(7)
    both = np.unique(np.sort(chance.integers(0, 9000, (count, 2)), axis=1), axis=0)
    pairs = pl.DataFrame({"a": both[:, 0], "b": both[:, 1]}, {"a": pl.Int64, "b": pl.Int64})
    flow = Flow(LocalEngine(1), tmp_path)
    stage = flow.write("pairs", count, [{"pairs": pairs[:150]}, {"pairs": pairs[150:]}])
    found = [one.pairs() for one in rounds(stage, 9000, most)]
    assert (len(found) > 1) == (pairs.height > most)
    assert max(one.height for one in found) <= most + 60  # one range of documents more
    assert pl.concat(found).sort("a", "b").equals(pairs.sort("a", "b"))


def written(source: Path, folder: Path, work: str) -> bytes:
    places = ["--work", str(folder / work), "-o", str(folder / "out"), "--select", "duplication", "-q"]
    assert run(["report", str(source), *places]) == 0
    return (folder / "out" / "report.json").read_bytes()


def test_rounds_change_no_byte_of_a_report_nor_of_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, source = np.random.default_rng(3), tmp_path / "c.jsonl"
    words = [f"word{n}" for n in range(400)]
    texts = [" ".join(chance.choice(words, 60)) for _ in range(12)]
    rows = [{"id": f"d{n:03}", "text": f"{texts[n % 12]} {words[n]}"} for n in range(90)]
    for step in ("first", "second"):
        jsonl(source, rows)
        whole = written(source, tmp_path, "whole")
        with monkeypatch.context() as patch:
            patch.setattr(links, "PAIRS", 40)
            patch.setattr(links, "rounds", lambda stage, documents: rounds(stage, documents, 40))
            assert written(source, tmp_path, "parts") == whole, step
        stages = list((tmp_path / "parts").glob("scan-*/verified.duplication.near/compared-*"))
        assert len(stages) > 3
        del rows[5]
        rows[7]["text"] = f"{texts[2]} {words[200]}"


def test_many_spans_change_no_byte_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "c.jsonl"
    lines = ["The same line of a template on every page of it.", "Another one"]
    texts = ["\n".join([*lines, f"and what only page {n // 2} says, in some words of its own"]) for n in range(80)]
    rows = [{"id": f"d{n:02}", "text": text, "split": "ab"[n % 2]} for n, text in enumerate(texts)]
    jsonl(source, rows)
    whole = written(source, tmp_path, "whole")
    monkeypatch.setattr(tables, "HELD", 3)
    assert written(source, tmp_path, "parts") == whole
    assert len(list((tmp_path / "parts").glob("scan-*/said.*/manifest.json"))) > 1
    assert b"split_leakage" in whole
