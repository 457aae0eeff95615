"""Carries a record of edits out on the UTF-8 bytes of texts: what lies between edits is copied once, in one piece."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpusqa.corpus.raw import Int64s, Raw, raw, string_array

CARRIED = {"row": pl.Int64, "start": pl.Int64, "end": pl.Int64, "replacement": pl.String}


def spliced(texts: Raw, edits: pl.DataFrame) -> pa.Array:
    """The texts with edits carried out.

    Args:
        texts: One per row, none null, in the order in which they lie.
        edits: Columns of CARRIED, offsets in code points; disjoint, sorted by row and start; a null replacement is
            nothing.
    """
    if not len(texts.starts):
        return pa.array([], pa.string())
    rows, new = edits["row"].to_numpy(), edits["replacement"].fill_null("")
    starts, ends = in_bytes(texts, rows, edits.select("start", "end").to_numpy())
    sizes = texts.ends - texts.starts
    np.add.at(sizes, rows, new.str.len_bytes().cast(pl.Int64).to_numpy() - (ends - starts))
    data = _replaced(texts, starts, ends, new.to_arrow(compat_level=pl.CompatLevel.oldest()))
    return string_array(data, np.concatenate([[0], np.cumsum(sizes)]))


def raw_texts(texts: pl.Series) -> Raw:
    """The bytes of a String series without nulls."""
    return raw(pa.chunked_array([texts.to_arrow(compat_level=pl.CompatLevel.oldest())]))


def in_bytes(texts: Raw, rows: Int64s, points: Int64s) -> tuple[Int64s, Int64s]:
    """Starts and ends of spans in the bytes of all texts; `points` has a column for either."""
    both = np.concatenate([rows, rows])
    places = texts.places.of(texts.starts[both], points.reshape(-1, order="F"))
    starts, ends = np.minimum(places, texts.ends[both]).reshape(2, -1)
    return starts, ends


def _replaced(texts: Raw, starts: Int64s, ends: Int64s, new: pa.Array) -> memoryview:
    """The bytes of all texts with others in the given places; what lies between two texts is left out."""
    between = np.flatnonzero(texts.starts[1:] != texts.ends[:-1])
    lows, highs = np.concatenate([starts, texts.ends[between]]), np.concatenate([ends, texts.starts[between + 1]])
    first, last = texts.starts[0], texts.ends[-1]
    if not len(lows):
        return texts.data[first:last]
    order = np.argsort(lows, kind="stable")
    # kept and replaced bytes by turns, as strings where they lie
    bounds = np.concatenate([[first], np.column_stack([lows, highs])[order].ravel(), [last]])
    pieces = pa.LargeStringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(texts.data))
    turns = pa.array(np.arange(len(pieces)) % 2 == 1)
    others = pa.concat_arrays([new, pa.array([""] * len(between), new.type)]).take(pa.array(order))
    _, _, data = pc.replace_with_mask(pieces, turns, others).buffers()
    return memoryview(data) if data else memoryview(b"")
