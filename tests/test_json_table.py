"""Lines read as a table give what the same lines give one by one, or are read one by one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corpusqa.corpus import Corpus, Rows, open_corpus, unify
from corpusqa.readers import Unit, json_table, jsonl, streams
from corpusqa.readers.json_table import read_table

PLAIN = [
    {"id": n, "text": f"line {n} é 水 😀 \\ud \n\t\u0000", "url": None, "ok": n % 2 == 0, "score": n / 3, "n": 2.0 * n}
    for n in range(50)
]
# What the parser of tables refuses or would read otherwise: single lines put among plain ones.
ODD = [
    b'{"id": 1, "id": 2, "text": "a"}',
    b'{"id": 1, "text": "a"}{"id": 2, "text": "b"}',
    b'{"id": 1, "text": "a"} {"id": 2',
    b'{"id": 1, "text": "\\ud800"}',
    b'{"id": 1, "text": "a\xff"}',
    b'{"id": 1, "text": 5}',
    b'{"id": "one", "text": "a"}',
    b'{"id": 123456789012345678901234567890, "text": "a"}',
    b'{"id": 1.0, "text": "a"}',
    b'{"id": 1, "text": "a", "new": "column"}',
    b'{"id": 1, "text": "a", "ok": null}',
    b'{"id": 1, "text": "a", "ok": [1, 2]}',
    b'{"id": 1, "text": "a", "score": 9007199254740993}',
    b'{"id": 1, "text": "a", "score": NaN}',
    b'{"id": 1, "text": "a", "score": 1e999}',
    b'{"id": 1, "text": "a", "score": 7}',
    b'{"id": 1, "text": "a", "score": -0.0}',
    b'{"id": -0, "text": "a"}',
    b'{"text": "a", "": 1}',
    b'  {"id": 1, "text": "a"}',
    b'{"id": 1, "text": "a"}\r',
    b'{"id" :\t1 , "te\\u0078t": "a"}',
    b"",
    b"   ",
    b"[]",
    b"{}",
    b'{"id": 1, "text": null}',
    b'{"id": 1, "text": "a", "url": "https://example.org"}',
    b"{broken",
    b'{"id": 1, "text": "' + b"[" * 3000,
]


def frames(rows: Rows) -> list[pl.DataFrame]:
    return [rows.documents, rows.unreadable]


def with_values(table: pa.Table) -> pa.Table:
    """Without columns that only rows without text have: one way knows of them, the other does not."""
    return table.select([name for name in table.column_names if table[name].null_count < table.num_rows])


def assert_the_same(path: Path, monkeypatch: pytest.MonkeyPatch, unit_bytes: int = 1 << 26) -> int:
    """Read a file both ways; the number of units that were read as tables."""
    corpus = open_corpus(path, unit_bytes=unit_bytes)
    fast = [read_table(Path(corpus.root), unit, None) for unit in corpus.units]
    both: list[list[Rows]] = []
    for one_by_one in (False, True):
        with monkeypatch.context() as patch:
            if one_by_one:
                patch.setattr(jsonl, "read_table", lambda *_: None)
            both.append([corpus.read(unit, full=full) for unit in corpus.units for full in (True, False)])
    for quick, slow in zip(*both, strict=True):
        assert (quick.count, quick.lines) == (slow.count, slow.lines)
        for one, other in zip(frames(quick), frames(slow), strict=True):
            assert_frame_equal(one, other)
        if quick.table is not None and slow.table is not None:
            one, other = (with_values(rows.table) for rows in (quick, slow))
            assert unify([one.schema]) == unify([other.schema])
            assert repr(one.to_pylist()) == repr(other.to_pylist())
    for unit in corpus.units:
        assert_the_rest_is_read(corpus, unit)
    return sum(block is not None for block in fast)


def assert_the_rest_is_read(corpus: Corpus, unit: Unit) -> None:
    """Of lines of which some are known the others are read as they are among all."""
    whole = corpus.read(unit, full=True)
    some = corpus.read_unknown(unit, lambda keys: np.array([key[0] % 3 == 0 for key in keys], np.bool_), others=False)
    known = pl.Series(dtype=pl.Int64) if some.keys is None else some.keys.filter("known")["row"]
    assert (some.count, some.lines) == (whole.count, whole.lines)
    for one, other in zip(frames(some), frames(whole), strict=True):
        assert_frame_equal(one, other.filter(~pl.col("row").is_in(known.implode())))
    if some.keys is not None:
        assert some.keys["row"].to_list() == list(range(some.count))
        places = some.keys.join(whole.documents, on=["row", "file", "line"], how="semi")
        assert places.height == whole.documents.height


def test_lines_have_the_same_key_where_they_say_the_same_and_their_place_does(tmp_path: Path) -> None:
    for name, rows in {"a/1": PLAIN[:9], "a/2": PLAIN[5:], "b/1": PLAIN[:9]}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.jsonl").write_bytes(lines(rows))
    corpus = open_corpus(tmp_path)
    none = corpus.read_unknown(corpus.units[0], lambda keys: np.zeros(len(keys), np.bool_), others=False)
    assert none.keys is not None
    of = {key[0]: group["key"].to_list() for key, group in none.keys.group_by("file")}
    assert of["a/1.jsonl"][5:] == of["a/2.jsonl"][:4]
    assert len({*of["a/1.jsonl"], *of["a/2.jsonl"]}) == len(PLAIN)
    assert not {*of["a/1.jsonl"]} & {*of["b/1.jsonl"]}  # of another source

    every = corpus.read_unknown(corpus.units[0], lambda keys: np.ones(len(keys), np.bool_), others=True)
    assert (every.count, every.documents.height, every.unreadable.height) == (none.count, 0, 0)


def lines(rows: list[dict[str, Any]], ascii_only: bool = False) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=ascii_only).encode() + b"\n" for row in rows)


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("unit_bytes", [1 << 26, 700, 90])
def test_plain_lines_are_read_as_a_table_in_any_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit_bytes: int, ascii_only: bool
) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(PLAIN, ascii_only))
    assert assert_the_same(tmp_path / "a.jsonl", monkeypatch, unit_bytes) > 0


@pytest.mark.parametrize("unit_bytes", [1 << 26, 3000])
def test_lines_of_many_pieces_are_not_those_of_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unit_bytes: int
) -> None:
    for name, value in (("CHUNK", 100), ("PIECE", 100)):
        monkeypatch.setattr(streams, name, value)
    monkeypatch.setattr(json_table, "PIECE", 700)
    (tmp_path / "a.jsonl").write_bytes(lines(PLAIN))
    assert assert_the_same(tmp_path / "a.jsonl", monkeypatch, unit_bytes) > 0


def test_packed_and_many_files_are_read_as_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        (tmp_path / f"{n}.jsonl.gz").write_bytes(gzip.compress(lines(PLAIN[n:])))
    assert assert_the_same(tmp_path, monkeypatch) == 1


def test_a_last_line_without_an_end_is_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(PLAIN)[:-1])
    assert assert_the_same(tmp_path / "a.jsonl", monkeypatch) == 1


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_torn_last_line_is_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(PLAIN)[: -1 - cut])
    assert assert_the_same(tmp_path / "a.jsonl", monkeypatch) == 0


@pytest.mark.parametrize("at", [0, 25, 50])
@pytest.mark.parametrize("odd", ODD)
def test_odd_lines_among_plain_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: bytes, at: int) -> None:
    rows = lines(PLAIN).split(b"\n")[:-1]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([*rows[:at], odd, *rows[at:]]) + b"\n")
    assert_the_same(tmp_path / "a.jsonl", monkeypatch)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.lists(st.integers(), max_size=2)
)
# All with text: the types of columns may also follow from a row that has none, which one by one they do not.
TEXT = st.fixed_dictionaries({"text": st.text(max_size=8)})
OTHERS = st.dictionaries(st.sampled_from(["id", "a", "b", ""]), VALUES, max_size=4)
RECORDS = st.builds(lambda text, others: {**text, **others}, TEXT, OTHERS)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(RECORDS, min_size=1, max_size=6), same=st.booleans())
def test_whatever_the_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[dict[str, Any]], same: bool
) -> None:
    rows = [{"id": 1, "text": "the first row has text"}, *(rows[:1] * len(rows) if same else rows)]
    (tmp_path / "a.jsonl").write_bytes(lines(rows, ascii_only=same))
    assert_the_same(tmp_path / "a.jsonl", monkeypatch)
