"""Hashes that are the same on every machine, engine and library version. polars' own `hash` promises none of that."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

UInts = npt.NDArray[np.uint64]
# splitmix64 (Steele, Lea, Flood 2014): the golden-ratio increment and the two multipliers of the finaliser.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(values: UInts) -> UInts:
    """The splitmix64 finaliser of every value."""
    x = values.astype(np.uint64, copy=True)
    x ^= x >> np.uint64(30)
    x *= _FIRST
    x ^= x >> np.uint64(27)
    x *= _SECOND
    x ^= x >> np.uint64(31)
    return x


def buckets_of(frame: pl.DataFrame, keys: Sequence[str], buckets: int) -> pl.Series:
    """The bucket of each row by its Int64 key columns: Int32 series `_b`."""
    state = np.full(frame.height, _GOLDEN, dtype=np.uint64)
    for key in keys:
        state = mix(state ^ frame[key].to_numpy().astype(np.int64).view(np.uint64))
    return pl.Series("_b", (state % np.uint64(buckets)).astype(np.int32), dtype=pl.Int32)


def digest_of(*parts: object) -> str:
    """32 hex digits over the reprs of plain values, for fingerprints."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
