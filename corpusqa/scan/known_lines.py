"""Lines of an earlier scan by the digest of their bytes: what is the same line of the same place is the same row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.engines.parts import Stage
from corpusqa.readers.json_known import Bools

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True)
class KnownLines:
    """The lines whose results may be used.

    Attributes:
        index: File with both halves of the key, unit and row of every line, int64 arrays sorted by key; mapped, not
            read.
    """

    index: Path

    def are_known(self, keys: Sequence[bytes]) -> Bools:
        """Whether each key is that of a line which was measured."""
        return self._found(keys) >= 0

    def matches(self, keys: pl.DataFrame) -> pl.DataFrame:
        """`row` of the lines that are `known`, with the `unit` and the row `old` where they were measured."""
        known = keys.filter("known")
        at = self._found(known["key"].to_list())
        assert (at >= 0).all()
        units, rows = np.load(self.index, mmap_mode="r")[2:]
        return known.select("row", unit=pl.Series(units[at], dtype=pl.Int64), old=pl.Series(rows[at], dtype=pl.Int64))

    def _found(self, keys: Sequence[bytes]) -> Int64s:
        """The place of each key in the index, -1 for none."""
        first, second, *_ = np.load(self.index, mmap_mode="r")
        if not len(keys) or not len(first):
            return np.full(len(keys), -1)
        one, two = _halves(keys)
        at = np.minimum(np.searchsorted(first, one), len(first) - 1)
        return np.where((first[at] == one) & (second[at] == two), at, -1)


def known_lines(stage: Stage, units: Sequence[int], place: Path) -> KnownLines:
    """The lines of a first pass, in a new file `place`; those on which a check failed are left out."""
    found = [np.zeros((4, 0), np.int64)]
    for unit in units:
        lines = stage.part("documents", unit, columns=("row", "key", "source_private"))
        lines = lines.filter(pl.col("key").is_not_null() & ~pl.col("source_private"))
        lines = lines.join(stage.part("failures", unit), on="row", how="anti", maintain_order="left")
        halves = _halves(lines["key"].to_list())
        found.append(np.stack([*halves, np.full(lines.height, unit), lines["row"].to_numpy()]))
    table = np.concatenate(found, axis=1)
    np.save(place, table[:, np.argsort(table[0], kind="stable")])
    return KnownLines(place)


def _halves(keys: Sequence[bytes]) -> tuple[Int64s, Int64s]:
    both = np.frombuffer(b"".join(keys), np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
