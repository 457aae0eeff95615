"""The candidate pairs of a half in rounds: so many at a time, whatever their number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.engines.parts import Stage

# Pairs that are held at a time; packing them into blocks takes some 200 bytes each for a moment.
PAIRS = 1_000_000
# The documents are counted in so many ranges to find those of the rounds.
_RANGES = 4096
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Round:
    """The pairs whose larger document lies in a range: documents that stand together are compared together.

    Attributes:
        stage: The table `pairs` holds `a` and `b`, documents with a < b, each pair once.
        low: First document of the range.
        high: First document behind it.
    """

    stage: Stage
    low: int
    high: int

    def pairs(self) -> pl.DataFrame:
        """`a`, `b`, sorted."""
        inside = pl.col("b").is_between(self.low, self.high, closed="left")
        parts = [pl.read_parquet(path, memory_map=False).filter(inside) for path in self.stage.paths("pairs")]
        return pl.concat(parts).sort("a", "b")


def rounds(stage: Stage, documents: int, most: int = PAIRS) -> list[Round]:
    """The pairs of a stage in rounds of about `most` and not much more; at least one round."""
    if stage.rows("pairs") <= most:
        return [Round(stage, 0, documents)]
    width = -(-documents // _RANGES)
    counts = np.zeros(_RANGES, np.int64)
    for path in stage.paths("pairs"):
        larger = pl.read_parquet(path, columns=["b"], memory_map=False)["b"].to_numpy()
        counts += np.bincount(larger // width, minlength=_RANGES)
    number = (np.cumsum(counts) - counts) // most  # of the round in which each range lies
    starts = np.flatnonzero(np.diff(number, prepend=-1)) * width
    return [
        Round(stage, low, high) for low, high in zip(starts.tolist(), [*starts[1:].tolist(), documents], strict=True)
    ]


def packed(a: Ints, b: Ints) -> Ints:
    """Pairs as one number each: slots, as documents, fit 31 bits."""
    return a << 32 | b
