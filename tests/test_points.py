"""Code points to bytes, at once and one by one."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from corpusqa.corpus.raw import raw, string_array
from corpusqa.points import byte_places

TEXTS = st.lists(st.text(alphabet="aé水😀\n", max_size=150), min_size=1, max_size=8)


@settings(deadline=None)
@given(TEXTS, st.randoms())
def test_every_place_is_where_its_text_encoded_so_far_ends(texts: list[str], chance) -> None:
    starts = [0, *accumulate(len(text.encode()) for text in texts)]
    wanted = [(row, chance.randint(0, len(text))) for row, text in enumerate(texts) for _ in range(3)]
    data = np.frombuffer("".join(texts).encode(), np.uint8)
    found = byte_places(data, np.array([starts[row] for row, _ in wanted]), np.array([point for _, point in wanted]))
    assert found.tolist() == [starts[row] + len(texts[row][:point].encode()) for row, point in wanted]


@settings(deadline=None)
@given(st.lists(st.none() | st.text(max_size=5)), st.integers(0, 3), st.sampled_from([pa.string(), pa.large_string()]))
def test_strings_are_seen_where_they_lie(values: list[str | None], skipped: int, kind: pa.DataType) -> None:
    chunks = [pa.array(values, kind)[skipped:], pa.array(values, kind)]
    column = pa.chunked_array(chunks, kind)
    said = [value or "" for value in column.to_pylist()]
    found = raw(column)
    assert [str(value, "utf-8") for value in found] == said
    assert found.sizes.to_list() == [None if v is None else len(v.encode()) for v in column.to_pylist()]
    assert [str(value, "utf-8") for value in found.take([*range(len(said))][::-1])] == said[::-1]


def test_an_array_of_strings_is_made_of_bytes() -> None:
    assert string_array("aé".encode(), np.array([0, 1, 1, 3])).to_pylist() == ["a", "", "é"]
