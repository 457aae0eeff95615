"""Carries a record of edits out on the UTF-8 bytes of texts: what lies between edits is copied once, in one piece."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa

from corpusqa.corpus.raw import Int64s, Raw, raw, string_array
from corpusqa.points import byte_places

CARRIED = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "replacement": pl.String}


def spliced(texts: Raw, edits: pl.DataFrame) -> pa.Array:
    """The texts with edits carried out.

    Args:
        texts: One per row, none null.
        edits: Columns of CARRIED, offsets in code points; disjoint, sorted by row and start; a null replacement is
            nothing.
    """
    rows, new = edits["row"].to_numpy(), [value.encode() for value in edits["replacement"].fill_null("")]
    starts, ends = _in_bytes(texts, rows, edits.select("start", "end").to_numpy())
    sizes = texts.ends - texts.starts
    np.add.at(sizes, rows, np.array([len(value) for value in new], np.int64) - (ends - starts))
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    return string_array(b"".join(_kept(texts, rows, starts, ends, new)), offsets)


def raw_texts(texts: pl.Series) -> Raw:
    """The bytes of a String series without nulls."""
    return raw(pa.chunked_array([texts.to_arrow(compat_level=pl.CompatLevel.oldest())]))


def _in_bytes(texts: Raw, rows: Int64s, points: Int64s) -> Int64s:
    """Starts and ends of edits in the bytes of all texts; `points` has a column for either."""
    both = np.concatenate([rows, rows])
    places = byte_places(np.frombuffer(texts.data, np.uint8), texts.starts[both], points.reshape(-1, order="F"))
    found: Int64s = np.minimum(places, texts.ends[both])
    return found.reshape(2, -1)


def _kept(texts: Raw, rows: Int64s, starts: Int64s, ends: Int64s, new: Sequence[bytes]) -> Iterator[bytes | memoryview]:
    """What is left of the source and what replaces the rest, in order; rows that lie side by side are one piece."""
    firsts = np.flatnonzero(np.append(True, texts.starts[1:] != texts.ends[:-1])) if len(texts.starts) else rows[:0]
    lasts = np.append(firsts[1:], len(texts.starts))[: len(firsts)] - 1
    edits = list(zip(starts.tolist(), ends.tolist(), new, strict=True))
    stops = np.searchsorted(rows, lasts, side="right").tolist()
    at = 0
    for low, high, stop in zip(texts.starts[firsts].tolist(), texts.ends[lasts].tolist(), stops, strict=True):
        for start, end, value in edits[at:stop]:
            yield texts.data[low:start]
            yield value
            low = end
        yield texts.data[low:high]
        at = stop
