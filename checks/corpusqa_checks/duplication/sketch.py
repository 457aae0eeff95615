"""Sketches: one-permutation MinHash with optimal densification, and the bands that make candidates of them.

Li, Owen, Zhang: One permutation hashing (2012); Shrivastava: Optimal densification for fast and accurate minwise
hashing (2017). Each shingle is thrown once, into the bin that its upper bits name, and a bin keeps the smallest of the
lower 32 bits; an empty bin copies a full one that a fixed random walk of its own finds.
"""

from __future__ import annotations

from functools import cache
from math import comb

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks.duplication.mixing import FIRST, GOLDEN, Hashes, mix

BITS = 7
BINS = 1 << BITS
# Bands are chosen so that a pair exactly at the threshold is found with at least this probability.
RECALL = 0.999
_EMPTY = np.uint32(0xFFFFFFFF)
_STEPS = 64

Sketch = npt.NDArray[np.uint32]


def sketches(shingles: Hashes, crossing: Ints, first: Ints, documents: int) -> Sketch:
    """Sketches of documents.

    Args:
        shingles: Hashes of all documents, one after the other.
        crossing: Positions of those that belong to no document.
        first: First shingle of each document, ascending.
        documents: Number of documents.

    Returns:
        uint32 of shape (documents, BINS); a document without shingles is all ones.
    """
    values = shingles.astype(np.uint32)
    values[crossing] = _EMPTY
    slots = (shingles >> np.uint64(64 - BITS)).view(np.int64)
    lengths = np.diff(np.append(np.minimum(first, len(shingles)), len(shingles)))
    slots += np.repeat(np.arange(documents) << BITS, lengths)
    found = np.full(documents << BITS, _EMPTY)
    np.minimum.at(found, slots, values)
    return densify(found.reshape(documents, BINS))


def densify(sketch: Sketch) -> Sketch:
    """Fill the empty bins of documents that have a full one, in place."""
    full = sketch != _EMPTY
    rows, bins = np.nonzero(~full & full.any(axis=1, keepdims=True))
    for probe in walks():
        source = probe[bins]
        hit = full[rows, source]
        sketch[rows[hit], bins[hit]] = sketch[rows[hit], source[hit]]
        rows, bins = rows[~hit], bins[~hit]
        if not len(rows):
            break
    for row, bin_ in zip(rows.tolist(), bins.tolist(), strict=True):
        sketch[row, bin_] = sketch[row, np.flatnonzero(full[row])[0]]  # a walk that met no full bin in _STEPS steps
    return sketch


@cache
def walks() -> Ints:
    """The walks of the bins, of shape (_STEPS, BINS)."""
    seeds = np.arange(1, _STEPS * BINS + 1, dtype=np.uint64) * GOLDEN
    return (mix(seeds) >> np.uint64(64 - BITS)).view(np.int64).reshape(_STEPS, BINS)


def bands(threshold: float) -> tuple[int, int]:
    """Number of bands and rows per band for a Jaccard threshold.

    The most rows (fewest chance candidates) with which a pair at the threshold is found with probability RECALL:
    1 - (1 - t^r)^b, b = BINS // r. 0.7 gives 32 x 4, 0.8 gives 25 x 5, 0.9 gives 16 x 8.
    """
    fitting = [r for r in range(1, BINS + 1) if 1 - (1 - threshold**r) ** (BINS // r) >= RECALL]
    rows = max(fitting, default=1)
    return BINS // rows, rows


def least_bands(threshold: float) -> int:
    """How many bands two documents share at least, if a pair at the threshold is to be found with probability RECALL.

    A band is shared with probability t^r, so their number is binomial. More would be missed too often, fewer would
    bring chance pairs: at 0.8 it is 2, which halves them, at 0.7 and 0.9 it is 1.
    """
    count, rows = bands(threshold)
    chance = threshold**rows
    missed, least = 0.0, 0
    while least <= count:
        missed += comb(count, least) * chance**least * (1 - chance) ** (count - least)
        if missed > 1 - RECALL:
            break
        least += 1
    return max(1, least)


def band_keys(sketch: Sketch, count: int, rows: int) -> Hashes:
    """One key per document and band, of shape (documents, count)."""
    keys = np.empty((len(sketch), count), np.uint64)
    keys[:] = np.arange(1, count + 1, dtype=np.uint64) * GOLDEN
    used = sketch[:, : count * rows].reshape(len(sketch), count, rows)
    for row in range(rows):
        keys ^= used[:, :, row]
        keys *= FIRST
        keys ^= keys >> np.uint64(29)
    return mix(keys)
