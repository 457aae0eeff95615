"""Sentences of one text and the sentences of another that tell the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from corpusqa_checks._shared.arrays import Ints, changes, spread
from corpusqa_checks.duplication.background import Floats
from corpusqa_checks.duplication.mixing import Hashes

# A sentence counts if it has at least this many content stems; shorter ones match by chance.
LEAST_STEMS = 4
# It is aligned if its counterpart holds this share of its weight, and at least this many of its stems.
COVERED = 0.5
SHARED_STEMS = 3


@dataclass(frozen=True)
class Sentences:
    """Content stems of one document by sentence.

    Attributes:
        stems: Distinct within each sentence, sentence by sentence.
        weights: Of the stems.
        places: Position of each stem's sentence, from 0.
        firsts: Position of each sentence's first stem.
        totals: Weight of each sentence.
        starts: First byte of each sentence in the document's text.
        ends: The byte after its last word.
    """

    stems: Hashes
    weights: Floats
    places: Ints
    firsts: Ints
    totals: Floats
    starts: Ints
    ends: Ints


@dataclass(frozen=True)
class Alignment:
    """Which sentences of a text have a counterpart.

    Attributes:
        coverage: Their share of the text's weight.
        sentences: Their positions.
        counterparts: Positions of the counterparts.
        scores: Share of each sentence's weight that the counterpart holds.
    """

    coverage: float
    sentences: Ints
    counterparts: Ints
    scores: Floats


def align(one: Sentences, other: Sentences) -> Alignment:
    """Each sentence of `one` with the best sentence of `other`, or with that one and its better neighbour together."""
    nothing = np.zeros(0, np.int64)
    if not len(one.firsts) or not len(other.firsts):
        return Alignment(0.0, nothing, nothing, np.zeros(0))
    held = _held(one, other)
    alone = np.add.reduceat(held * one.weights[:, None], one.firsts, axis=0)
    best = alone.argmax(axis=1)
    rows = np.arange(len(best))
    most = alone[rows, best]
    if len(other.firsts) > 1:
        two = np.add.reduceat((held[:, :-1] | held[:, 1:]) * one.weights[:, None], one.firsts, axis=0)
        most = np.maximum(most, two[rows, np.maximum(best - 1, 0)] * (best > 0))
        most = np.maximum(most, two[rows, np.minimum(best, two.shape[1] - 1)] * (best < two.shape[1]))
    count = np.add.reduceat(held, one.firsts, axis=0, dtype=np.int64)[rows, best]
    aligned = np.flatnonzero((most >= COVERED * one.totals) & (count >= SHARED_STEMS))
    coverage = float(one.totals[aligned].sum() / one.totals.sum())
    return Alignment(coverage, aligned, best[aligned], most[aligned] / one.totals[aligned])


def _held(one: Sentences, other: Sentences) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Whether each stem of `one` is in each sentence of `other`."""
    order = np.argsort(other.stems, kind="stable")
    table = other.stems[order]
    left, right = np.searchsorted(table, one.stems, "left"), np.searchsorted(table, one.stems, "right")
    count = right - left
    entry = np.repeat(np.arange(len(one.stems)), count)
    held = np.zeros((len(one.stems), len(other.firsts)), bool)
    held[entry, other.places[order[spread(left, count)]]] = True
    return held


def sentences(stems: Hashes, weights: Floats, numbers: Ints, starts: Ints, ends: Ints) -> Sentences:
    """Sentences with enough content stems of one document.

    Args:
        stems: Of its words, in order.
        weights: Of the words; 0 is no content.
        numbers: Number of each word's sentence, ascending.
        starts: First byte of each word.
        ends: The byte after it.
    """
    content = np.flatnonzero(weights > 0)
    order = content[np.lexsort((stems[content], numbers[content]))]
    order = order[changes(stems[order], numbers[order])]
    said, count = np.unique(numbers[order], return_counts=True)
    enough = said[count >= LEAST_STEMS]
    order = order[np.isin(numbers[order], enough)]
    place = np.searchsorted(enough, numbers[order])
    firsts = np.searchsorted(place, np.arange(len(enough)))
    totals = np.add.reduceat(weights[order], firsts) if len(firsts) else np.zeros(0)
    first_word = np.searchsorted(numbers, enough)
    last_word = np.searchsorted(numbers, enough, side="right") - 1
    return Sentences(stems[order], weights[order], place, firsts, totals, starts[first_word], ends[last_word])
