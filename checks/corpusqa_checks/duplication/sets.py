"""Sets of shingles of many documents, and how far pairs of them overlap: exactly, on the shingles' 64-bit hashes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Ints, changes
from corpusqa_checks._shared.characters import slices
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.shingles import crossing, shingles
from corpusqa_checks.duplication.sketch import BINS, Sketch, sketches
from corpusqa_checks.duplication.words import words

from corpusqa.check import Buffers

# Sketches are compared for this many pairs at once: two arrays of 4 MB.
_PAIRS = 1 << 13


@dataclass(frozen=True)
class Shingled:
    """Shingles of documents, one document after the other.

    Attributes:
        hashes: In the order of the texts.
        offsets: int64 of length documents + 1; document i has hashes[offsets[i]:offsets[i + 1]].
        sketch: As from `sketches`; no rows if none were asked for.
    """

    hashes: Hashes
    offsets: Ints
    sketch: Sketch


@dataclass(frozen=True)
class Sets:
    """Sets of shingle hashes of documents.

    Attributes:
        hashes: Sorted and distinct by document, one document after the other.
        offsets: int64 of length documents + 1; document i has hashes[offsets[i]:offsets[i + 1]].
    """

    hashes: Hashes
    offsets: Ints

    @property
    def sizes(self) -> Ints:
        """Distinct shingles of each document."""
        return np.diff(self.offsets)


def shingled(buffers: Buffers, size: int, *, sketched: bool = False) -> Shingled:
    """The shingles of all documents of a batch, on demand with their sketches."""
    hashes, counts, sketch = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)], [np.zeros((0, BINS), np.uint32)]
    for first, last in slices(buffers):
        said = words(buffers, first, last)
        found, outside = shingles(said.hashes, size), crossing(said, size)
        if sketched:
            sketch.append(sketches(found, outside, said.offsets[:-1], last - first))
        hashes.append(np.delete(found, outside))
        counts.append(np.maximum(np.diff(said.offsets) - size + 1, 0))
    return Shingled(np.concatenate(hashes), np.cumsum(np.concatenate(counts)), np.concatenate(sketch))


def sets_of(texts: Shingled, rows: Ints | None = None) -> Sets:
    """The sets of all documents, or of some; those of the others are empty."""
    counts = np.diff(texts.offsets)
    if rows is not None:
        wanted = np.zeros(len(counts), bool)
        wanted[rows] = True
        counts = counts * wanted
        hashes = texts.hashes[np.repeat(wanted, np.diff(texts.offsets))]
    else:
        hashes = texts.hashes.copy()
    distinct, counts = _distinct(hashes, counts)
    return Sets(distinct, np.cumsum(np.append(0, counts)))


def agreement(sketch: Sketch, a: Ints, b: Ints) -> npt.NDArray[np.float64]:
    """Share of equal bins of each pair of documents: the sketches' estimate of their Jaccard similarity."""
    found = [np.zeros(0)]
    for start in range(0, len(a), _PAIRS):
        part = slice(start, start + _PAIRS)
        found.append((sketch[a[part]] == sketch[b[part]]).mean(axis=1))
    return np.concatenate(found)


def shared(sets: Sets, a: Ints, b: Ints) -> Ints:
    """Number of shingles that each pair of documents has in common."""
    found = np.empty(len(a), np.int64)
    bounds = sets.offsets.tolist()
    for place, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        found[place] = common(sets.hashes[bounds[i] : bounds[i + 1]], sets.hashes[bounds[j] : bounds[j + 1]])
    return found


def common(one: Hashes, other: Hashes) -> int:
    """Number of values in both of two sorted arrays of distinct values."""
    both = np.concatenate([one, other])
    both.sort(kind="stable")  # two sorted runs are merged in linear time
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _distinct(found: Hashes, counts: Ints) -> tuple[Hashes, Ints]:
    """Hashes of documents one after the other -> the same, sorted and distinct by document, and their new numbers."""
    ends = np.cumsum(counts)
    for start, end in zip((ends - counts).tolist(), ends.tolist(), strict=True):
        found[start:end].sort()
    new = changes(found)
    filled = counts > 0
    starts = (ends - counts)[filled]
    new[starts] = True
    distinct = np.zeros(len(counts), np.int64)
    if len(starts):
        distinct[filled] = np.add.reduceat(new, starts, dtype=np.int64)
    return found[new], distinct
