"""CSV read as a table gives what the same rows give one by one, or is read one by one."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from corpusqa.corpus import Corpus, Rows, open_corpus, unify
from corpusqa.readers import delimited, delimited_table, streams

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
    b'1,"a\0b",c',
    b'1,"open,c',
    b'"1,a,c',
    b'1,a,c"',
    b'1,"""a""","b"""',
    b'1,"a"",c',
    b'1,"a"""b,c',
    b'"","",""',
    b',"",""""',
    b'1,",\r\n,\r\n"" "",",c\r',
    b"\r\r",
    b"\n\n\r\n",
    b"1,a\n,b,c,d",  # as many values as two rows have
    b"1,a,b,c\n2,d",
    b"eleven char,twelve chars,thirteen char",
    '"ééééé1","éééééé",""""""""""""""""""""""""""'.encode(),
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


def assert_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch, unit_bytes: int = 1 << 26, chunk: int = 16, piece: int = 100
) -> int:
    """Read a file both ways, so many bytes at a time; the number of units that were read as tables."""
    monkeypatch.setattr(delimited_table, "PIECE", piece)
    monkeypatch.setattr(streams, "CHUNK", chunk)
    corpus = open_corpus(path, unit_bytes=unit_bytes)
    with monkeypatch.context() as patch:
        patch.setattr(delimited, "_starts", delimited.starts_by_rows)
        assert open_corpus(path, unit_bytes=unit_bytes).units == corpus.units
    assert_read_the_same(corpus, monkeypatch)
    return sum(delimited.read_table(Path(corpus.root), unit, None) is not None for unit in corpus.units)


def assert_read_the_same(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the units of a corpus both ways."""
    both: list[list[Rows]] = []
    for one_by_one in (False, True):
        with monkeypatch.context() as patch:
            if one_by_one:
                patch.setattr(delimited, "read_table", lambda *_: None)
            both.append([corpus.read(unit, full=full) for unit in corpus.units for full in (True, False)])
    for quick, slow in zip(*both, strict=True):
        assert (quick.count, quick.lines) == (slow.count, slow.lines)
        assert_frame_equal(quick.documents, slow.documents)
        assert_frame_equal(quick.unreadable, slow.unreadable)
        if quick.table is not None and slow.table is not None and quick.table.num_rows:
            assert unify([quick.table.schema]) == unify([slow.table.schema])
            assert quick.table.to_pylist() == slow.table.to_pylist()


@pytest.mark.parametrize("unit_bytes", [1 << 26, 300])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("header", "ended", "expected"), LAYOUTS)
def test_usual_rows_in_any_cut(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    header: str,
    ended: bool,
    expected: bool,
    end: str,
    unit_bytes: int,
) -> None:
    content = end.join([header, *ROWS]) + end * ended
    (tmp_path / "a.csv").write_bytes(content.encode())
    found = assert_the_same(tmp_path / "a.csv", monkeypatch, unit_bytes)
    assert (found == len(open_corpus(tmp_path / "a.csv", unit_bytes=unit_bytes).units)) == expected


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


@pytest.mark.parametrize("unit_bytes", [1000, 300])
@pytest.mark.parametrize("header", [b"id,text,id", b"id,te\0xt,n", b"id,te\xffxt,n", b"id,text,n\xff", b'"id" ,text,n'])
def test_a_header_that_is_none_stands_for_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: bytes, unit_bytes: int
) -> None:
    rows = "\n".join(["", *ROWS]).encode()
    (tmp_path / "a.csv").write_bytes(b"id,text,n" + rows)
    (tmp_path / "b.csv").write_bytes(header + rows)
    assert_the_same(tmp_path, monkeypatch, unit_bytes)
    corpus = open_corpus(tmp_path, unit_bytes=unit_bytes)
    found = [corpus.read(unit) for unit in corpus.units if unit.files == ("b.csv",)]
    assert [(one.count, one.documents.height, one.unreadable["rest"].to_list()) for one in found] == [(1, 0, [True])]


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
@given(rest=st.lists(CHARACTERS, max_size=14).map("".join), chunk=st.integers(3, 9))
def test_whatever_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str, chunk: int) -> None:
    (tmp_path / "a.csv").write_bytes(f"id,text\n1,a\n{rest}".encode())
    assert_the_same(tmp_path / "a.csv", monkeypatch, chunk=chunk, piece=1)


@pytest.mark.parametrize("lost", [1, 2, 5, 40, 41, 42, 600])
def test_a_file_that_became_shorter_since_it_was_planned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(["id,text,n", *ROWS]).encode())
    corpus = open_corpus(path, unit_bytes=300)
    path.write_bytes(path.read_bytes()[:-lost])
    assert_read_the_same(corpus, monkeypatch)


def test_wanted_rows_of_many_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes("\n".join(["id,text,n", *ROWS]).encode())
    monkeypatch.setattr(delimited_table, "PIECE", 100)
    monkeypatch.setattr(streams, "CHUNK", 16)
    corpus = open_corpus(tmp_path / "a.csv")
    whole = corpus.read(corpus.units[0]).documents
    wanted = pl.Series([0, 7, 8, 17])
    assert_frame_equal(corpus.read_some(corpus.units[0], wanted).documents, whole[wanted])
