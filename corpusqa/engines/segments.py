"""Segments: rows sorted by key in an Arrow file that is mapped, not read, so that few keys of many cost little."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpusqa.engines.parts import Part

Ints = npt.NDArray[np.int64]


class Segment:
    """One file of rows sorted by `key`.

    Args:
        path: From `write_segment`.
    """

    def __init__(self, path: Path) -> None:
        with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
            self._rows = reader.get_batch(0)

    @cached_property
    def keys(self) -> Ints:
        """The keys, ascending."""
        found: Ints = self._column("key")
        return found

    @cached_property
    def slots(self) -> Ints:
        """The slot of each row, of 32 or 64 bits."""
        found: Ints = self._column("slot")
        return found

    def places(self, keys: Ints) -> Ints:
        """Positions of all rows with one of some distinct keys, which are sorted."""
        if not len(self.keys):
            return np.zeros(0, np.int64)
        first = np.searchsorted(self.keys, keys, "left")
        held = np.flatnonzero(np.take(self.keys, first, mode="clip") == keys)  # most new keys are in no segment
        first = first[held]
        count = np.searchsorted(self.keys, keys[held], "right") - first
        begins = np.cumsum(count) - count
        at: Ints = np.arange(count.sum()) - np.repeat(begins - first, count)
        return at

    def take(self, places: Ints) -> pl.DataFrame:
        """The rows at these positions."""
        found = pl.from_arrow(self._rows.take(pa.array(places)))
        assert isinstance(found, pl.DataFrame)
        return found

    def _column(self, name: str) -> Any:
        return self._rows.column(name).to_numpy(zero_copy_only=True)


def write_mapped(folder: Path, part: int, tables: Mapping[str, pl.DataFrame]) -> tuple[Part, ...]:
    """Write the tables of one task so that their columns of numbers can be mapped."""
    return tuple(write_segment(folder, part, table, frame) for table, frame in tables.items())


@lru_cache(maxsize=8)  # every task of a stage asks for the same few; what is written under a name stays as it is
def mapped(path: Path, column: str) -> Any:
    """A column of numbers without nulls that `write_mapped` wrote: an array in the file, which takes no memory."""
    with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
        return reader.get_batch(0).column(column).to_numpy(zero_copy_only=True)


def write_segment(folder: Path, part: int, table: str, frame: pl.DataFrame) -> Part:
    """Write rows, for a Segment sorted by `key`, under a name of their own; on the disk when this returns.

    Raises:
        OSError: the disk is full or the folder not writable.
    """
    name = f"{table}-{part:05d}-{uuid.uuid4().hex[:8]}.arrow"
    rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    batches = rows.to_batches() or [pa.RecordBatch.from_pylist([], schema=rows.schema)]
    with (folder / name).open("wb") as file:
        with pa.ipc.new_file(file, rows.schema) as writer:
            writer.write_batch(batches[0])
        file.flush()
        os.fsync(file.fileno())
    with (folder / name).open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return Part(part, table, name, frame.height, (folder / name).stat().st_size, digest)
