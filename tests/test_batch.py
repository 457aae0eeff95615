"""Views of a batch: lines, parts, buffers, main, and the way between bytes and code points."""

from __future__ import annotations

import re

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from corpusqa.batch import Batch

TEXTS = st.lists(st.text(alphabet="ab é漢😀\n\r\u2028\x00", max_size=40), max_size=8)


def batch(texts: list[str], **providers: pl.DataFrame) -> Batch:
    given_by = {name: (lambda _batch, frame=frame: frame) for name, frame in providers.items()}
    return Batch(pl.DataFrame({"text": texts}, schema={"text": pl.String}), given_by)


def spans_in(texts: list[str], cuts: list[int]) -> pl.DataFrame:
    """One span in every text that is not empty."""
    rows = []
    for row, text in enumerate(texts):
        if text:
            first, second = cuts[2 * row % len(cuts)] % len(text), cuts[(2 * row + 1) % len(cuts)] % len(text)
            rows.append((row, min(first, second), max(first, second) + 1))
    return pl.DataFrame(rows, schema={"row": pl.Int64, "start": pl.Int64, "end": pl.Int64}, orient="row")


@given(TEXTS)
def test_lines_are_what_splitting_at_line_ends_gives(texts: list[str]) -> None:
    expected = []
    for row, text in enumerate(texts):
        pieces, at = re.split(r"(\r\n|\r|\n)", text), 0
        for number, n in enumerate(range(0, len(pieces), 2), 1):
            expected.append((row, number, at, at + len(pieces[n]), pieces[n]))
            at += sum(len(piece) for piece in pieces[n : n + 2])

    assert batch(texts).lines.rows() == expected


@given(TEXTS, st.lists(st.integers(0, 99), min_size=2, max_size=20))
def test_bytes_and_code_points_convert_both_ways(texts: list[str], cuts: list[int]) -> None:
    one, spans = batch(texts), spans_in(texts, cuts)
    there = one.to_bytes(spans)
    expected = [(r, len(texts[r][:s].encode()), len(texts[r][:e].encode())) for r, s, e in spans.rows()]

    assert there.rows() == expected
    assert one.from_bytes(there).rows() == spans.rows()


@given(TEXTS, st.lists(st.integers(0, 99), min_size=2, max_size=20))
def test_main_blanks_byte_by_byte_and_nothing_else(texts: list[str], cuts: list[int]) -> None:
    spans = spans_in(texts, cuts)
    expected = list(texts)
    for row, start, end in spans.rows():
        text = texts[row]
        expected[row] = text[:start] + " " * len(text[start:end].encode()) + text[end:]

    assert batch(texts, main=spans).main.text.to_list() == expected


def test_spans_found_in_main_come_back_as_code_points_of_the_original() -> None:
    text = "é navé b"
    one = batch([text], main=pl.DataFrame({"row": [0], "start": [2], "end": [6]}))
    at = one.main.text[0].encode().index(b"b")
    found = one.main.from_bytes(pl.DataFrame({"row": [0], "start": [at], "end": [at + 1]}))

    assert found.row(0) == (0, 7, 8)


def test_the_language_view_prefers_what_was_detected_and_falls_back_to_the_column() -> None:
    frame = pl.DataFrame({"text": ["a", "b"], "language": ["de", "fr"]})
    detected = pl.DataFrame({"x": ["en", None]})

    assert Batch(frame).language.to_list() == ["de", "fr"]
    assert Batch(frame, {"language": lambda _batch: detected}).language.to_list() == ["en", "fr"]


def test_a_part_by_default_is_the_whole_document() -> None:
    assert batch(["abc", ""]).parts.rows() == [(0, 0, 0, 3, ""), (1, 0, 0, 0, "")]


def test_some_rows_of_a_batch_keep_their_parts() -> None:
    parts = pl.DataFrame(
        {"row": [0, 1, 1], "part": [0, 0, 1], "start": [0, 0, 3], "end": [1, 1, 4], "role": ["", "user", "x"]}
    )
    frame = pl.DataFrame({"text": ["a", "b\n\nc"]})
    taken = Batch(frame, parts=parts).take([1])

    assert taken.text.to_list() == ["b\n\nc"]
    assert taken.parts.rows() == [(0, 0, 0, 1, "user"), (0, 1, 3, 4, "x")]


def test_no_documents() -> None:
    empty = batch([])

    assert (empty.height, empty.lines.height, empty.parts.height) == (0, 0, 0)
    assert len(empty.buffers.data) == 0
