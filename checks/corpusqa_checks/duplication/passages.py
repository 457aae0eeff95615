"""Verbatim runs that two texts have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from corpusqa_checks._shared.arrays import Ints, spread
from corpusqa_checks._shared.characters import slices
from corpusqa_checks.duplication.evidence import Place
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.shingles import shingles
from corpusqa_checks.duplication.winnow import SHINGLE
from corpusqa_checks.duplication.words import Words, words

from corpusqa.check import Buffers

# A shingle that one text repeats more often is matched at its first places only: lists of equal lines would match in
# the product of their lengths.
MOST_PLACES = 32
# Runs of one pair that are looked at, longest first.
MOST_RUNS = 200


class Texts:
    """The words of all documents of a batch, sliced by document."""

    def __init__(self, buffers: Buffers) -> None:
        self._words: list[tuple[Words, int]] = []
        for first, last in slices(buffers):
            said = words(buffers, first, last)
            self._words += [(said, at) for at in range(last - first)]
        self._shingles: dict[int, tuple[Ints, Ints]] = {}

    def size(self, row: int) -> int:
        """Number of words of a document."""
        said, at = self._words[row]
        return int(said.offsets[at + 1] - said.offsets[at])

    def repeats(self, row: int, different: int) -> bool:
        """Whether a document of so many different shingles has one of them twice."""
        return different < self.size(row) - SHINGLE + 1

    def shingles(self, row: int) -> tuple[Ints, Ints]:
        """Shingle hashes of a document, sorted, each at most MOST_PLACES times, and their places."""
        if row not in self._shingles:
            self._shingles[row] = self._sorted(row)
        return self._shingles[row]

    def places(self, a: int, b: int, runs: Ints, cuts: Sequence[Sequence[int]] = ((), ())) -> list[Place]:
        """Runs -> first byte and end on both sides, in the order of a; split where one side has a cut.

        Args:
            a: A document.
            b: Another one.
            runs: As from `runs_of`.
            cuts: The bytes at which something is blanked, in a and in b.
        """
        behind = [np.searchsorted(self._starts(row), at) for row, at in zip((a, b), cuts, strict=True)]
        pieces = [
            (at_a + first, at_b + first, end - first)
            for at_a, at_b, length in sorted(runs.tolist())
            for first, end in _split(length, np.concatenate([behind[0] - at_a, behind[1] - at_b]))
        ]
        return [(*self._bytes(a, at_a, length), *self._bytes(b, at_b, length), 1.0) for at_a, at_b, length in pieces]

    def _starts(self, row: int) -> Ints:
        """First byte of each word of a document."""
        said, at = self._words[row]
        return said.starts[int(said.offsets[at]) : int(said.offsets[at + 1])]

    def _bytes(self, row: int, at: int, length: int) -> tuple[int, int]:
        said, document = self._words[row]
        first = int(said.offsets[document]) + at
        return int(said.starts[first]), int(said.ends[first + length - 1])

    def in_order(self, row: int) -> Hashes:
        """Shingle hashes of a document."""
        said, at = self._words[row]
        return shingles(said.hashes[int(said.offsets[at]) : int(said.offsets[at + 1])], SHINGLE)

    def _sorted(self, row: int) -> tuple[Ints, Ints]:
        found = self.in_order(row).view(np.int64)
        order = np.argsort(found, kind="stable")
        hashes = found[order]
        first = np.searchsorted(hashes, hashes)
        few = np.arange(len(hashes)) - first < MOST_PLACES
        return hashes[few], order[few]


def runs_of(texts: Texts, a: int, b: int, least_words: int) -> Ints:
    """Maximal common runs of two documents.

    Args:
        texts: The words.
        a: A document.
        b: Another one.
        least_words: Shorter runs are left out.

    Returns:
        Rows of first word in a, first word in b and number of words, longest first; int64 of shape (runs, 3).
    """
    (hashes_a, places_a), (hashes_b, places_b) = texts.shingles(a), texts.shingles(b)
    left, right = np.searchsorted(hashes_b, hashes_a, "left"), np.searchsorted(hashes_b, hashes_a, "right")
    count = right - left
    at_a = np.repeat(places_a, count)
    at_b = places_b[spread(left, count)]
    # along each diagonal a run is a sequence of neighbours
    order = np.argsort((at_b - at_a) * np.int64(1 << 32) + at_a)
    at_a, at_b = at_a[order], at_b[order]
    new = np.ones(len(at_a), bool)
    new[1:] = (np.diff(at_a) != 1) | (np.diff(at_b) != 1)
    firsts = np.flatnonzero(new)
    length = np.diff(np.append(firsts, len(at_a))) + SHINGLE - 1
    long = length >= least_words
    runs = np.stack([at_a[firsts[long]], at_b[firsts[long]], length[long]], axis=1)
    return runs[np.lexsort((runs[:, 1], runs[:, 0], -runs[:, 2]))]


def _split(length: int, at: Ints) -> Iterator[tuple[int, int]]:
    """The pieces of a run that is split at some of its words."""
    return pairwise(np.unique(np.concatenate([[0, length], at[(at > 0) & (at < length)]])).astype(np.int64).tolist())


def covered(starts: Ints, lengths: Ints) -> int:
    """Number of words in at least one of some runs of one document."""
    order = np.argsort(starts, kind="stable")
    ends = np.maximum.accumulate(starts[order] + lengths[order])
    return int(np.maximum(0, ends - np.maximum(starts[order], np.append(starts[order][:1], ends[:-1]))).sum())


def apart(runs: Ints) -> Ints:
    """Runs that do not lie inside longer ones of the first document, of the longest MOST_RUNS, longest first."""
    kept: list[list[int]] = []
    for start, other, length in runs[:MOST_RUNS].tolist():
        if not any(start >= first and start + length <= first + size for first, _, size in kept):
            kept.append([start, other, length])
    return np.array(kept, np.int64).reshape(-1, 3)
