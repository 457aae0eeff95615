"""Sets of shingles of many documents, and how far pairs of them overlap: exactly, on the shingles' 64-bit hashes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.characters import Ints, slices
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.shingles import crossing, shingles
from corpusqa_checks.duplication.sketch import BINS, Sketch, sketches
from corpusqa_checks.duplication.words import words

from corpusqa.check import Buffers

# Sketches are compared for this many pairs at once: two arrays of 4 MB.
_PAIRS = 1 << 13


@dataclass(frozen=True)
class Sets:
    """Sets of shingle hashes of documents.

    Attributes:
        hashes: Sorted and distinct by document, one document after the other.
        offsets: int64 of length documents + 1; document i has hashes[offsets[i]:offsets[i + 1]].
        sketch: As from `sketches`.
    """

    hashes: Hashes
    offsets: Ints
    sketch: Sketch

    @property
    def sizes(self) -> Ints:
        """Distinct shingles of each document."""
        return np.diff(self.offsets)


def shingle_sets(buffers: Buffers, size: int) -> Sets:
    """The sets of all documents of a batch."""
    hashes, counts, sketch = [np.zeros(0, np.uint64)], [np.zeros(1, np.int64)], [np.zeros((0, BINS), np.uint32)]
    for first, last in slices(buffers):
        said = words(buffers, first, last)
        found, outside = shingles(said, size), crossing(said, size)
        sketch.append(sketches(found, outside, said.offsets[:-1], last - first))
        distinct, count = _distinct(np.delete(found, outside), np.maximum(np.diff(said.offsets) - size + 1, 0))
        hashes.append(distinct)
        counts.append(count)
    return Sets(np.concatenate(hashes), np.cumsum(np.concatenate(counts)), np.concatenate(sketch))


def agreement(sets: Sets, a: Ints, b: Ints) -> npt.NDArray[np.float64]:
    """Share of equal bins of each pair of documents: the sketches' estimate of their Jaccard similarity."""
    found = [np.zeros(0)]
    for start in range(0, len(a), _PAIRS):
        part = slice(start, start + _PAIRS)
        found.append((sets.sketch[a[part]] == sets.sketch[b[part]]).mean(axis=1))
    return np.concatenate(found)


def shared(sets: Sets, a: Ints, b: Ints) -> Ints:
    """Number of shingles that each pair of documents has in common: merged, equal neighbours are shared."""
    found = np.empty(len(a), np.int64)
    bounds = sets.offsets.tolist()
    for place, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        both = np.concatenate([sets.hashes[bounds[i] : bounds[i + 1]], sets.hashes[bounds[j] : bounds[j + 1]]])
        both.sort(kind="stable")  # two sorted runs are merged in linear time
        found[place] = np.count_nonzero(both[1:] == both[:-1])
    return found


def _distinct(found: Hashes, counts: Ints) -> tuple[Hashes, Ints]:
    """Hashes of documents one after the other -> the same, sorted and distinct by document, and their new numbers."""
    ends = np.cumsum(counts)
    for start, end in zip((ends - counts).tolist(), ends.tolist(), strict=True):
        found[start:end].sort()
    new = np.ones(len(found), bool)
    new[1:] = found[1:] != found[:-1]
    new[(ends - counts)[counts > 0]] = True
    kept = np.concatenate([[0], np.cumsum(new)])
    return found[new], kept[ends] - kept[ends - counts]
