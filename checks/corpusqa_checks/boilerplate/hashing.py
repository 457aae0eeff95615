"""A hash of strings that is the same in every process, batch and release: polars' own is none of these."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.arrays import Ints, stretches

Words = npt.NDArray[np.uint64]

# An odd multiplier (the 64-bit one of Knuth's MMIX generator) and the finaliser of SplitMix64.
_BASE = np.uint64(6364136223846793005)
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))
_CHUNK = 1 << 20  # bytes hashed at a time: bounds the memory


def string_hashes(text: pl.Series) -> pl.Series:
    """A 64-bit hash of each string: a polynomial over its UTF-8 bytes, mixed with its length; Int64.

    The polynomial is a difference of running sums, so the cost is linear in the bytes and no loop runs per string.
    """
    widths = text.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
    out = np.zeros(len(text), np.uint64)
    for first, stop in _slices(widths):
        out[first:stop] = _hashed(text[first:stop], widths[first:stop])
    return pl.Series(out.view(np.int64))


def _slices(widths: Ints) -> list[tuple[int, int]]:
    """Runs of strings of about _CHUNK bytes together."""
    starts, stops = stretches(np.cumsum(widths) // _CHUNK)
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _hashed(text: pl.Series, widths: Ints) -> Words:
    data = np.frombuffer("".join(text.fill_null("").to_list()).encode(), np.uint8).astype(np.uint64) + np.uint64(1)
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.full(len(data) + 1, _BASE), dtype=np.uint64)
        sums = np.append(np.uint64(0), np.cumsum(data * powers[: len(data)], dtype=np.uint64))
        ends = np.cumsum(widths)
        starts = ends - widths
        # every string's sum is brought to the same power; odd numbers have an inverse modulo 2 to the 64
        value: Words = (sums[ends] - sums[starts]) * _inverse(powers[starts]) + widths.astype(np.uint64)
        for shift, factor in _MIX:
            value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
    return value


def _inverse(odd: Words) -> Words:
    """Inverses modulo 2 to the 64 by Newton's steps, each of which doubles the right bits."""
    found = odd.copy()
    for _ in range(6):
        found = found * (np.uint64(2) - odd * found)
    return found
