"""Strings that lie between other bytes, copied into an Arrow column without a step for each of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from corpusqa.readers.marks import Bytes, Int64s, Words
from corpusqa.readers.streams import SLACK

INLINE = 12  # bytes of a string that Arrow's views hold themselves
LARGEST = (1 << 31) - 1 - SLACK  # bytes whose places a view can name
FIRST_BYTES = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
HALF = np.uint64(32)


def strings(raw: Bytes, begins: Int64s, ends: Int64s) -> pa.Array:
    """Strings by the places of their bytes.

    They are written as views, which Arrow copies: their size and 12 bytes, or of longer ones 4 bytes and their place.

    Args:
        raw: UTF-8 wherever there is a string, of no more than LARGEST bytes, and SLACK more.
        begins: Where each begins.
        ends: Where it ends.
    """
    words = np.ndarray((len(raw) - 7,), "<u8", raw, strides=(1,))  # one begins at every byte
    head, tail = words[begins], words[begins + 8]
    size, begin = (ends - begins).astype(np.uint64), begins.astype(np.uint64)
    views = np.empty((len(begins), 2), "<u8")
    views[:, 0] = size | (head & FIRST_BYTES[np.minimum(size, 4)]) << HALF
    rest = (head >> HALF | tail << HALF) & FIRST_BYTES[np.clip(ends - begins - 4, 0, 8)]
    views[:, 1] = np.where(size <= INLINE, rest, begin << HALF)
    buffers = [None, pa.py_buffer(views), pa.py_buffer(raw)]
    return pa.Array.from_buffers(pa.string_view(), len(begins), buffers).cast(pa.string())


def without(raw: Bytes, size: int, left_out: Words) -> Bytes:
    """The first bytes without those that are marked, and SLACK more."""
    bits = pa.Array.from_buffers(pa.bool_(), size, [None, pa.py_buffer(~left_out)])
    data = pa.Array.from_buffers(pa.uint8(), size, [None, pa.py_buffer(raw)])
    kept = pl.Series(data).filter(pl.Series(bits)).to_numpy()  # many times as fast as numpy or Arrow
    return np.append(kept, np.zeros(SLACK, np.uint8))
