"""CSV read as a table gives what the same rows give one by one, or is read one by one."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corpusqa.corpus import Rows, open_corpus, unify
from corpusqa.readers import delimited, delimited_table

QUOTED = '{n},"line {n} é, 水 ""😀""\r\n\nand ,more""",'
ROWS = [QUOTED.format(n=n) if n % 3 else f"{n},,  plain {n} \t" for n in range(18)]
# What parsers read differently, or not at all: single rows put among others.
ODD = [
    b'1,a "word" quoted,c',
    b'1,"a"b,c',
    b'1, "a",c',
    b'1,"a" ,c',
    b'1,"a",',
    b'"1","a","c"',
    b'1,""""," "',
    b'"""",""",""","\n"',
    b'1,"open',
    b'"',
    b"1,a",
    b"1,a,b,c",
    b"1,a\rb,c",
    b'1,"a\rb",c',
    b'1,"a\r\rb",c',
    b"1,a,c\r",
    b"\r",
    b"",
    b"   ",
    b'""',
    b",,",
    b"1,a\0,c",
    b"1,a\xff,c",
    b"\xef\xbb\xbf1,a,c",
    b"1,\xef\xbb\xbfa,c",
    b"NULL,nan,#N/A",
    b"1,a\\,b,c",
]
# A header, whether a line end follows the last row, and whether such rows are read as a table.
LAYOUTS = [
    ("id,text,n", True, True),
    ("\ufeffid,text,n", True, True),
    ('"id","te""xt","text"', True, True),
    ("\n\r\nid,text,n", False, True),
    (",text,n", True, False),
    ("text,n\nid,text,n", True, False),
]


def assert_the_same(path: Path, monkeypatch: pytest.MonkeyPatch, unit_bytes: int = 1 << 26) -> int:
    """Read a file both ways; the number of units that were read as tables."""
    monkeypatch.setattr(delimited_table, "PIECE", 100)
    corpus = open_corpus(path, unit_bytes=unit_bytes)
    as_tables = [delimited.read_table(Path(corpus.root), unit, None) is not None for unit in corpus.units]
    both: list[list[Rows]] = []
    for one_by_one in (False, True):
        with monkeypatch.context() as patch:
            if one_by_one:
                patch.setattr(delimited, "read_table", lambda *_: None)
                patch.setattr(delimited, "_starts", delimited.starts_by_rows)
                assert open_corpus(path, unit_bytes=unit_bytes).units == corpus.units
            both.append([corpus.read(unit, full=full) for unit in corpus.units for full in (True, False)])
    for quick, slow in zip(*both, strict=True):
        assert (quick.count, quick.lines) == (slow.count, slow.lines)
        assert_frame_equal(quick.documents, slow.documents)
        assert_frame_equal(quick.unreadable, slow.unreadable)
        if quick.table is not None and slow.table is not None and quick.table.num_rows:
            assert unify([quick.table.schema]) == unify([slow.table.schema])
            assert quick.table.to_pylist() == slow.table.to_pylist()
    return sum(as_tables)


@pytest.mark.parametrize("unit_bytes", [1 << 26, 300])
@pytest.mark.parametrize(("header", "ended", "expected"), LAYOUTS)
def test_usual_rows_in_any_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, ended: bool, expected: bool, unit_bytes: int
) -> None:
    content = "\n".join([header, *ROWS]) + "\n" * ended
    (tmp_path / "a.csv").write_bytes(content.encode())
    assert (assert_the_same(tmp_path / "a.csv", monkeypatch, unit_bytes) > 0) == expected


@pytest.mark.parametrize("mark", ["\t", ";", "|"])
def test_packed_and_many_files_with_other_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    for n in range(3):
        content = "\r\n".join(["id,text,n".replace(",", mark), *(f'{i}{mark}"a{mark}""b"{mark}c' for i in range(n, 9))])
        name = f"{n}.tsv" if mark == "\t" else f"{n}.csv"
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content.encode()))
    assert assert_the_same(tmp_path, monkeypatch) == 1


def test_files_with_other_headers_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, header in (("a", "id,text,n"), ("b", "n,id,title"), ("c", "id,text,n")):
        (tmp_path / f"{name}.csv").write_text("\n".join([header, *ROWS]))
    assert assert_the_same(tmp_path, monkeypatch) == 0


def test_files_without_the_column_say_so_either_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, header in (("a", "id,text,n"), ("b", "n,id,title")):
        (tmp_path / f"{name}.csv").write_text("\n".join([header, *ROWS]))
    assert assert_the_same(tmp_path, monkeypatch, unit_bytes=1000) == 2


@pytest.mark.parametrize("at", [0, 18])
@pytest.mark.parametrize("odd", ODD)
def test_odd_rows_among_usual_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: bytes, at: int) -> None:
    rows = [row.encode() for row in ROWS]
    (tmp_path / "a.csv").write_bytes(b"\n".join([b"id,text,n", *rows[:at], odd, *rows[at:]]) + b"\n")
    assert_the_same(tmp_path / "a.csv", monkeypatch)


CHARACTERS = st.sampled_from(['"', '""', ",", "\n", "\r\n", "\r", "a", "é", " ", ',"', '",', '"\n', "\n\n"])


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rest=st.lists(CHARACTERS, max_size=14).map("".join))
def test_whatever_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str) -> None:
    (tmp_path / "a.csv").write_bytes(f"id,text\n1,a\n{rest}".encode())
    assert_the_same(tmp_path / "a.csv", monkeypatch)
