"""Text that many documents share, told by the fingerprints of a document that are common in the corpus.

Where such text ends, a fingerprint of it may be missing, because shingles that reach into the document's own words have
smaller hashes; that a fingerprint is rare therefore does not say that its text is.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints, inside
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.passages import Texts
from corpusqa_checks.duplication.sets import Sets, Shingled
from corpusqa_checks.duplication.winnow import RUN, SHINGLE, WINDOW, smallest_of

from corpusqa.check import Frame

# Window of the dense fingerprints: text of many documents begins and ends at most DENSE - 1 words beyond them.
DENSE = 4
# Words between the first and the last of the dense fingerprints of RUN words, at least. Shorter text is a phrase.
LEAST_TEMPLATE = RUN - 2 * (DENSE - 1)


def marks_of(common: Frame) -> Hashes:
    """The frame `mark` -> the hashes, sorted."""
    found: Hashes = np.unique(common["mark"].to_numpy().view(np.uint64))
    return found


def common_in(hashes: Hashes, marks: Hashes, window: int) -> Ints:
    """Places of those shingles of one document that are common, and are fingerprints of this document.

    The second condition makes the answer depend on the document alone, not on which others are compared with it.
    """
    if not len(marks):
        return np.zeros(0, np.int64)
    kept = np.intersect1d(smallest_of(hashes, window), marks)
    found: Ints = np.flatnonzero(np.isin(hashes, kept))
    return found


class Own:
    """The shingles of documents that no text of many documents can hold: none within WINDOW - 1 of a common one."""

    def __init__(self, texts: Shingled, marks: Hashes) -> None:
        self._texts, self._marks = texts, marks
        self._own = cache(self._of)

    def held(self, sets: Sets, a: int, b: int) -> float:
        """The share of the shingles of a that b has, where common ones and those that may be count only if b has none.

        0 if nothing is left; 1 if a has no common shingle, which says that it is to be judged as it is.
        """
        own = self._own(int(a))
        if own is None:
            return 1.0
        one, other = (sets.hashes[sets.offsets[row] : sets.offsets[row + 1]] for row in (a, b))
        shared = int(np.isin(own, other).sum())
        return shared / max(1, shared + int((~np.isin(one, other)).sum()))

    def _of(self, row: int) -> Hashes | None:
        """Distinct own shingles; None if there is no common one."""
        hashes = self._texts.hashes[self._texts.offsets[row] : self._texts.offsets[row + 1]]
        common = common_in(hashes, self._marks, WINDOW)
        if not len(common):
            return None
        own: Hashes = np.unique(hashes[~inside(common - WINDOW + 1, common + WINDOW, len(hashes))])
        return own


class Templates:
    """Where texts hold what many documents share."""

    def __init__(self, texts: Texts, marks: Hashes) -> None:
        self.texts, self._marks = texts, marks
        self._of = cache(self._words)

    def outside(self, a: int, b: int, runs: Ints, least_words: int) -> Ints:
        """The runs of two documents with so many neighbouring words outside of templates."""
        one, other = self._of(a), self._of(b)
        if not (one.any() or other.any()):
            return runs
        kept = [
            _longest_gap(one[at_a : at_a + length] | other[at_b : at_b + length]) >= least_words
            for at_a, at_b, length in runs.tolist()
        ]
        found: Ints = runs[np.array(kept, bool)]
        return found

    def _words(self, row: int) -> Bools:
        """Which words of a document lie in a template."""
        common = common_in(self.texts.in_order(row), self._marks, DENSE)
        if not len(common):
            return np.zeros(self.texts.size(row), bool)
        new = np.append(True, np.diff(common) > DENSE)
        firsts, ends = common[new], common[np.append(new[1:], True)] + SHINGLE
        long = ends - firsts >= LEAST_TEMPLATE
        return inside(firsts[long], ends[long], self.texts.size(row))


def _longest_gap(flags: Bools) -> int:
    """Length of the longest row of neighbours that are not flagged."""
    bounds = np.concatenate([[-1], np.flatnonzero(flags), [len(flags)]])
    return int(np.diff(bounds).max()) - 1
