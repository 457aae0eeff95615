"""A plan of other rows than those that were judged is never carried out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from corpusqa.errors import CannotEvaluate
from corpusqa.release import making
from corpusqa.release.slices import Slice
from tests.files import jsonl
from tests.release_helpers import clean, rows

PLAIN, EDITED = [2, 4], [1, 3]  # documents without edits, and with an address at the same place


def of_one_type(folder: Path) -> Path:
    return jsonl(folder / "c.jsonl", [{name: row[name] for name in row if name != "mixed"} for row in rows(12)])


def of_several_types(folder: Path) -> Path:
    return jsonl(folder / "c.jsonl", rows(12))


def table(folder: Path) -> Path:
    pl.DataFrame([{name: row[name] for name in row if name != "mixed"} for row in rows(12)]).write_parquet(
        folder / "c.parquet", row_group_size=5
    )
    return folder / "c.parquet"


@pytest.mark.parametrize("source", [of_one_type, of_several_types, table])
@pytest.mark.parametrize("pair", [PLAIN, EDITED])
def test_rows_that_are_not_those_that_were_judged_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source, pair: list[int]
) -> None:
    real = making.slices

    def exchanged(kept: pl.DataFrame) -> tuple[list[Slice], Iterator[pl.DataFrame]]:
        there = pl.col("row").is_in(pair)
        assert kept.filter(there).height == 2
        return real(kept.with_columns(row=pl.when(there).then(sum(pair) - pl.col("row")).otherwise("row")))

    path = source(tmp_path)
    assert clean(path, tmp_path / "w", tmp_path / "whole").fresh
    monkeypatch.setattr(making, "slices", exchanged)
    with pytest.raises(CannotEvaluate, match=r"rows to write are not the rows that were judged \(2 of them"):
        clean(path, tmp_path / "w2", tmp_path / "out")
    assert not (tmp_path / "out").exists()
