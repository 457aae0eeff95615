"""The bytes of a string column as Arrow holds them, looked at in place: large columns are not copied to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.types as pt

from corpusqa.points import Places

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Raw:
    """UTF-8 bytes of strings.

    Attributes:
        data: All bytes, with others between them perhaps.
        starts: Where each string begins in `data`.
        ends: Where it ends; a null is empty.
        valid: Which are not null; None if all are.
    """

    data: memoryview
    starts: Int64s
    ends: Int64s
    valid: npt.NDArray[np.bool_] | None = None

    def __iter__(self) -> Iterator[memoryview]:
        for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True):
            yield self.data[start:end]

    @cached_property
    def places(self) -> Places:
        """Where the code points of the strings begin in `data`."""
        low, high = (int(self.starts.min()), int(self.ends.max())) if len(self.starts) else (0, 0)
        return Places(np.frombuffer(self.data, np.uint8), low, high)

    @property
    def sizes(self) -> pl.Series:
        """Bytes of each string; null for null."""
        sizes = pl.Series("size", self.ends - self.starts, dtype=pl.Int64)
        return sizes if self.valid is None else pl.select(pl.when(pl.Series(self.valid)).then(sizes)).to_series()

    def take(self, rows: Sequence[int] | Int64s | None) -> Raw:
        """The strings at these positions; None is all of them."""
        if rows is None:
            return self
        at = np.asarray(rows, dtype=np.int64)
        valid = None if self.valid is None else self.valid[at]
        return Raw(self.data, self.starts[at], self.ends[at], valid)


def is_string(kind: pa.DataType) -> bool:
    """Whether a column of this type holds its strings one after the other."""
    return bool(pt.is_string(kind) or pt.is_large_string(kind))


def raw(column: pa.ChunkedArray) -> Raw:
    """The bytes of a column for which `is_string` holds; several chunks are joined first, which copies them."""
    chunks = column.cast(pa.large_string()).chunks
    array = chunks[0] if len(chunks) == 1 else pa.concat_arrays([*chunks, pa.array([], pa.large_string())])
    _, offsets, data = array.buffers()
    at = np.frombuffer(offsets, np.int64)[array.offset :][: len(array) + 1] if len(array) else np.zeros(1, np.int64)
    valid = array.is_valid().to_numpy(zero_copy_only=False) if array.null_count else None
    ends = at[1:] if valid is None else np.where(valid, at[1:], at[:-1])
    return Raw(memoryview(data) if data else memoryview(b""), at[:-1], ends, valid)


def string_array(data: memoryview, offsets: Int64s) -> pa.Array:
    """Strings from their bytes: string `i` is `data[offsets[i]:offsets[i + 1]]`."""
    small = len(data) < 1 << 31
    at = offsets.astype(np.int32) if small else offsets
    buffers = [None, pa.py_buffer(at), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string() if small else pa.large_string(), len(offsets) - 1, buffers)


def strings_at(data: memoryview, starts: Int64s, ends: Int64s) -> pa.Array:
    """The strings at places that are in order and do not overlap, without what lies between them."""
    bounds = np.column_stack([starts, ends]).ravel()
    pieces = pa.LargeStringArray.from_buffers(len(bounds) - 1, pa.py_buffer(bounds), pa.py_buffer(data))
    return pieces.take(pa.array(np.arange(0, len(pieces), 2)))
