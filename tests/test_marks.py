"""Marks of bytes, and strings cut out of them, against what Python finds byte by byte."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusqa.readers.marks import after_odd, count_before, is_marked, mark, marks, one_later, positions
from corpusqa.readers.slices import strings, without
from corpusqa.readers.streams import SLACK, Held

SIZES = (0, 1, 63, 64, 65, 127, 128, 1000)  # around the 64 bytes of a word


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("every", [1, 2, 3, 63, 64, 65, 2000])
def test_marks_are_where_the_byte_is(size: int, every: int) -> None:
    raw = np.array([i % every == every - 1 for i in range(size)], np.uint8)
    words = marks(raw, 1)
    there = np.flatnonzero(raw)
    before = np.append(0, np.cumsum(raw))
    assert positions(words).tolist() == there.tolist()
    assert positions(one_later(words)).tolist() == (there + 1).tolist()
    assert count_before(words, np.arange(size + 1)).tolist() == before.tolist()
    assert [is_marked(words, place) for place in range(size + 1)] == [*raw, 0]
    odd = positions(after_odd(words))
    assert odd[odd < size].tolist() == np.flatnonzero(before[1:] % 2).tolist()
    mark(words, size)
    assert positions(words).tolist() == [*there.tolist(), size]


TEXTS = st.lists(st.text(st.sampled_from('ab"é水😀'), max_size=15), min_size=1, max_size=8)


@given(texts=TEXTS)
def test_strings_are_the_bytes_between_two_places(texts: list[str]) -> None:
    data = b",".join(text.encode() for text in texts)
    ends = np.cumsum([len(text.encode()) + 1 for text in texts]) - 1
    begins = ends - [len(text.encode()) for text in texts]
    raw = np.frombuffer(data + bytes(range(1, SLACK + 1)), np.uint8)
    for some in (slice(None), slice(1, None, 2)):
        found = strings(raw, begins[some], ends[some])
        found.validate(full=True)
        assert found.to_pylist() == texts[some]


@given(data=st.binary(max_size=300), byte=st.integers(0, 2))
def test_marked_bytes_are_left_out(data: bytes, byte: int) -> None:
    raw = np.frombuffer(data + b"\0" * SLACK, np.uint8) % 3
    found = without(raw, len(data), marks(raw[: len(data)], byte))
    assert found[:-SLACK].tobytes() == raw[: len(data)].tobytes().replace(bytes([byte]), b"")


@given(steps=st.lists(st.tuples(st.binary(max_size=99), st.integers(0, 99)), max_size=9))
def test_held_bytes_are_those_that_were_added_and_not_dropped(steps: list[tuple[bytes, int]]) -> None:
    held, expected = Held(), b""
    for piece, dropped in steps:
        held.add(piece)
        expected += piece
        assert held.data[: held.size].tobytes() == expected
        held.drop(min(dropped, len(expected)))
        expected = expected[dropped:]
        assert len(held.data) >= held.size + SLACK
