"""One document as the score of a retelling sees it; its parts are made when a pair first needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from corpusqa_checks._shared.characters import Ints, slices
from corpusqa_checks.duplication.alignment import Sentences, sentences
from corpusqa_checks.duplication.background import Floats
from corpusqa_checks.duplication.frames import frames
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.narrative import Narrative, narrative, pairs, quoted
from corpusqa_checks.duplication.telling import Flags

from corpusqa.check import Batch


@dataclass(frozen=True)
class Story:
    """One document.

    Attributes:
        pairs: Sorted distinct pairs of neighbouring content stems.
        told: Those of the narration, which leaves quotations and templates out.
        stems: Of the words.
        every_weight: Of the words.
        weights: The same, 0 inside templates.
        told_weights: The same, 0 inside quotations.
        figures: Whether the word is a number.
        numbers: Sentence of each word.
        starts: First byte of each word.
        ends: The byte after it.
    """

    pairs: Hashes
    told: Hashes
    stems: Hashes
    every_weight: Floats
    weights: Floats
    told_weights: Floats
    figures: Flags
    numbers: Ints
    starts: Ints
    ends: Ints

    @cached_property
    def weight(self) -> float:
        """Of all its words."""
        return float(self.weights.sum())

    @cached_property
    def every(self) -> Sentences:
        """Its sentences, templates among them."""
        return sentences(self.stems, self.every_weight, self.numbers, self.starts, self.ends)

    @cached_property
    def worded(self) -> Sentences:
        """Its sentences with all their words, each of weight 1."""
        return sentences(self.stems, np.ones(len(self.stems)), self.numbers, self.starts, self.ends)

    @cached_property
    def whole(self) -> Sentences:
        """Its sentences."""
        return sentences(self.stems, self.weights, self.numbers, self.starts, self.ends)

    @cached_property
    def narration(self) -> Sentences:
        """Its sentences without quotations."""
        return sentences(self.stems, self.told_weights, self.numbers, self.starts, self.ends)


def stories(batch: Batch, forms: Hashes) -> list[Story]:
    """The documents of a batch.

    Args:
        batch: The documents.
        forms: Frames of sentences that are a form's or an agency's: such a sentence counts for nothing.
    """
    told = ((first, narrative(batch, first, last)) for first, last in slices(batch.buffers))
    return [story for first, found in told for story in _stories(batch, first, found, forms)]


def _stories(batch: Batch, first: int, found: Narrative, forms: Hashes) -> Iterator[Story]:
    number, hashed = frames(found)
    weights = np.where(np.isin(hashed, forms)[number], 0.0, found.weights)
    told_weights = np.where(quoted(batch, found.stems, first), 0.0, weights)
    everything, narration = pairs(found, found.weights), pairs(found, told_weights)
    for start, end in pairwise(found.stems.offsets.tolist()):
        words = slice(start, end)
        yield Story(
            _within(everything, start, end),
            _within(narration, start, end),
            found.stems.hashes[words],
            found.weights[words],
            weights[words],
            told_weights[words],
            found.stems.figures[words],
            found.stems.sentences[words],
            found.stems.starts[words],
            found.stems.ends[words],
        )


def common(one: Hashes, other: Hashes) -> int:
    """Number of values in both sorted arrays of distinct values."""
    both = np.concatenate([one, other])
    both.sort(kind="stable")  # two sorted runs are merged in linear time
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _within(found: tuple[Hashes, Ints], start: int, end: int) -> Hashes:
    """Sorted distinct pairs of the words start:end."""
    hashes, at = found
    return np.unique(hashes[np.searchsorted(at, start) : np.searchsorted(at, end)])
