"""JSON Lines: every line is a row by itself, wherever the units are cut."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.corpus import open_corpus
from tests.files import read_all

ROWS: list[dict[str, Any]] = [
    {"id": "a", "text": "one\ntwo \U0001f600", "published": "2020", "meta": {"x": [1, None, {"y": 0.5}]}},
    {"id": 7, "text": "", "published": "2024-01-02T03:04:05Z"},
    {"text": "three\u2028four", "id": None, "extra": 12345678901234567890},
]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def test_fields_are_what_the_source_states(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(ROWS))
    documents = read_all(open_corpus(tmp_path / "a.jsonl")).documents
    assert documents["text"].to_list() == [row["text"] for row in ROWS]
    assert documents["id"].to_list() == ["a", "7", None]
    assert documents["published"].to_list() == ["2020", "2024-01-02T03:04:05Z", None]
    assert documents["line"].to_list() == [1, 2, 3]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False], ids=["closed", "open"])
def test_line_ends_blank_lines_and_a_mark_at_the_start(tmp_path: Path, ending: str, last: bool) -> None:
    text = ending.join(['\ufeff{"text": "a"}', "", "  ", '{"text": "b"}']) + (ending if last else "")
    (tmp_path / "a.jsonl").write_bytes(text.encode())
    rows = read_all(open_corpus(tmp_path / "a.jsonl"))
    assert rows.documents.select("text", "line").rows() == [("a", 1), ("b", 4)]
    assert (rows.count, rows.lines) == (2, 4)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_compressed_or_not_the_rows_are_the_same(tmp_path: Path, suffix: str) -> None:
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress}[suffix]
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(pack(lines(ROWS[:2])) + pack(lines(ROWS[2:])))  # two members, as `cat` makes them
    assert read_all(open_corpus(path)).documents["text"].to_list() == [row["text"] for row in ROWS]


def test_a_long_window_is_no_damage(tmp_path: Path) -> None:
    long = zstandard.ZstdCompressionParameters(window_log=28)
    packer = zstandard.ZstdCompressor(compression_params=long).compressobj()
    (tmp_path / "a.jsonl.zst").write_bytes(packer.compress(lines(ROWS)) + packer.flush())
    assert read_all(open_corpus(tmp_path / "a.jsonl.zst")).documents.height == len(ROWS)


@pytest.mark.parametrize(
    ("line", "at", "reason"),
    [
        (b'{"text": "a", }', 14, "not JSON: Expecting property name enclosed in double quotes"),
        (b'{"text": "caf\xe9"}', 13, "not valid UTF-8"),
        (b'{"text": "\xed\xa0\x80"}', 10, "not valid UTF-8"),
        (b'{"text": "\\ud800 alone"}', 0, "a lone surrogate, which is no character"),
        (b'{"text": "x", "\\uDC00": 1}', 0, "a lone surrogate, which is no character"),
        (b'["text"]', 0, "not a JSON object"),
        (b'{"text": "a", "text": "b"}', 0, "a key occurs twice in one object"),
        (b'{"text": "a", "n": ' + b"1" * 5000 + b"}", 0, "not readable: a number is too long"),
        (b'{"text": "a", "n": ' + b"[" * 100_000, 0, "not readable: nested too deeply"),
        (b'{"text": null}', 0, "the text is null or missing"),
        (b'{"content": "a"}', 0, "the text is null or missing"),
        (b'{"text": ["a"]}', 0, "the text is a list, not a string"),
        (b'{"text": 5}', 0, "the text is a number, not a string"),
    ],
    ids=lambda value: value[:40].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_a_bad_line_is_one_unreadable_row(tmp_path: Path, line: bytes, at: int, reason: str) -> None:
    good = b'{"text": "good"}\n'
    (tmp_path / "a.jsonl").write_bytes(good + line + b"\n" + good)
    rows = read_all(open_corpus(tmp_path / "a.jsonl"))
    assert rows.documents.select("row", "line").rows() == [(0, 1), (2, 3)]
    assert rows.unreadable.rows() == [(1, "a.jsonl", 2, len(good) + at, reason, False)]


@pytest.mark.parametrize("value", ["5", "1.5", "true", "[1]", "{}"])
def test_what_is_no_text_is_told_of_in_the_same_words_however_a_unit_is_read(tmp_path: Path, value: str) -> None:
    lines = ['{"text": "good"}', f'{{"text": {value}}}', '{"text": null}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    cuts = [open_corpus(tmp_path / "a.jsonl", unit_bytes=size) for size in (1 << 20, len(lines[1]) + 20, 10)]
    first, *others = [read_all(corpus).unreadable["reason"].to_list() for corpus in cuts]
    assert len(first) == 2
    assert [first] * 2 == others


def test_pairs_of_surrogates_are_characters(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "\\ud83d\\ude00"}\n')
    assert read_all(open_corpus(tmp_path / "a.jsonl")).documents["text"].to_list() == ["\U0001f600"]


def test_a_file_that_ends_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "good"}\n{"text": "ha')
    rows = read_all(open_corpus(tmp_path / "a.jsonl"))
    assert rows.unreadable.rows() == [(1, "a.jsonl", 2, 26, "the file ends in the middle of a row", True)]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_truncated_compressed_file_keeps_its_rows(tmp_path: Path, suffix: str) -> None:
    plain = b"".join(b'{"text": "%d"}\n' % i for i in range(60_000))
    packed = gzip.compress(plain) if suffix == ".gz" else zstandard.compress(plain)
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(packed[: len(packed) * 9 // 10])
    rows = read_all(open_corpus(path))
    assert rows.documents.height > 30_000
    assert rows.documents["text"].to_list() == [str(i) for i in range(rows.documents.height)]
    ((row, _, line, offset, reason, rest),) = rows.unreadable.rows()
    assert rest
    assert (row, line, reason) == (rows.documents.height, rows.documents.height + 1, "the compressed data end early")
    assert plain[:offset].count(b"\n") == rows.documents.height


def test_damage_inside_compressed_data(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(b"".join(b'{"text": "%d"}\n' % i for i in range(60_000))))
    packed[len(packed) // 2] ^= 0xFF
    (tmp_path / "a.jsonl.gz").write_bytes(packed)
    rows = read_all(open_corpus(tmp_path / "a.jsonl.gz"))
    # deflate notices late, so that rows in between may be broken too; what they hold is not JSON
    assert rows.unreadable["reason"].to_list()[-1] == "the compressed data are damaged"
    assert 10_000 < rows.documents.height < 60_000


def test_a_line_of_a_hundred_megabytes(tmp_path: Path) -> None:
    row = b'{"text": "' + b"x" * 100_000_000 + b'"}\n'
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "a"}\n' + row + b'{"text": "b"}\n')
    corpus = open_corpus(tmp_path / "a.jsonl", unit_bytes=30_000_000)
    assert len(corpus.units) == 4
    sizes = [corpus.read(unit).documents["text"].str.len_bytes().to_list() for unit in corpus.units]
    assert sizes == [[1, 100_000_000], [], [], [1]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([b'{"text": "a"}', b'{"text": "longer text"}', b"", b"{", b'{"text":"\xc3\xa9"}'])),
    st.integers(1, 60),
    st.booleans(),
)
def test_where_units_are_cut_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: list[bytes], size: int, closed: bool
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.jsonl"
    path.write_bytes(b'{"text": "first"}\n' + b"\n".join(content) + (b"\n" if closed else b""))
    whole, parts = read_all(open_corpus(path)), read_all(open_corpus(path, unit_bytes=size))
    assert whole.documents.drop("line").equals(parts.documents.drop("line"))
    assert whole.unreadable.drop("line").equals(parts.unreadable.drop("line"))
    assert (whole.count, whole.lines) == (parts.count, parts.lines)


def test_columns_that_appear_late_are_found_when_asked_for(tmp_path: Path) -> None:
    early = b'{"title": "' + b"x" * 1000 + b'"}\n'
    (tmp_path / "a.jsonl").write_bytes(early * 2000 + b'{"content": "late"}\n')
    corpus = open_corpus(tmp_path / "a.jsonl")
    assert corpus.fields.text == "content"
    assert read_all(corpus).documents["text"].to_list() == ["late"]
