"""One document as the score of a retelling sees it; its parts are made when a pair first needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from corpusqa_checks._shared.characters import Ints, slices
from corpusqa_checks.duplication.alignment import Alignment, Sentences, sentences
from corpusqa_checks.duplication.background import Floats
from corpusqa_checks.duplication.evidence import Place
from corpusqa_checks.duplication.mixing import GOLDEN, Hashes, mix
from corpusqa_checks.duplication.narrative import Narrative, narrative, pairs, quoted
from corpusqa_checks.duplication.stems import Stems

from corpusqa.check import Batch

# A sentence that stands word for word in more documents than these says nothing of two of them.
MOST_DOCUMENTS = 5


@dataclass(frozen=True)
class Story:
    """One document.

    Attributes:
        pairs: Sorted distinct pairs of neighbouring content stems.
        told: Those of the narration, which leaves quotations and templates out.
        stems: Of the words.
        weights: Of the words, 0 inside templates.
        told_weights: The same, 0 inside quotations.
        numbers: Sentence of each word.
        starts: First byte of each word.
        ends: The byte after it.
    """

    pairs: Hashes
    told: Hashes
    stems: Hashes
    weights: Floats
    told_weights: Floats
    numbers: Ints
    starts: Ints
    ends: Ints

    @cached_property
    def weight(self) -> float:
        """Of all its words."""
        return float(self.weights.sum())

    @cached_property
    def whole(self) -> Sentences:
        """Its sentences."""
        return sentences(self.stems, self.weights, self.numbers, self.starts, self.ends)

    @cached_property
    def narration(self) -> Sentences:
        """Its sentences without quotations."""
        return sentences(self.stems, self.told_weights, self.numbers, self.starts, self.ends)


@dataclass(frozen=True)
class Retold:
    """Aligned sentences of two stories; `swapped` says that the lighter one is b."""

    light: Story
    heavy: Story
    alignment: Alignment
    swapped: bool

    def places(self) -> list[Place]:
        """The aligned sentences in bytes on both sides, in the order of the lighter text."""
        found = self.alignment
        one, other = self.light.whole, self.heavy.whole
        light = one.starts[found.sentences], one.ends[found.sentences]
        heavy = other.starts[found.counterparts], other.ends[found.counterparts]
        sides = (*heavy, *light) if self.swapped else (*light, *heavy)
        return list(zip(*(side.tolist() for side in (*sides, found.scores)), strict=True))


def stories(batch: Batch) -> list[Story]:
    """The documents of a batch.

    What stands word for word in more than MOST_DOCUMENTS of them is a template's or an agency's and counts for nothing.
    """
    told = [(first, narrative(batch, first, last)) for first, last in slices(batch.buffers)]
    common_ = _common_sentences([found for _, found in told])
    return [story for first, found in told for story in _stories(batch, first, found, common_)]


def _stories(batch: Batch, first: int, found: Narrative, template: Hashes) -> Iterator[Story]:
    number, hashed = sentence_hashes(found.stems)
    common_ = np.isin(hashed, template)[number]
    weights = np.where(common_, 0.0, found.weights)
    told_weights = np.where(quoted(batch, found.stems, first), 0.0, weights)
    everything, narration = pairs(found, found.weights), pairs(found, told_weights)
    for start, end in pairwise(found.stems.offsets.tolist()):
        words = slice(start, end)
        yield Story(
            _within(everything, start, end),
            _within(narration, start, end),
            found.stems.hashes[words],
            weights[words],
            told_weights[words],
            found.stems.sentences[words],
            found.stems.starts[words],
            found.stems.ends[words],
        )


def sentence_hashes(found: Stems) -> tuple[Ints, Hashes]:
    """Position of the sentence of each word, and a hash of the words of each sentence in their order."""
    if not len(found.hashes):
        return np.zeros(0, np.int64), np.zeros(0, np.uint64)
    firsts = np.flatnonzero(np.diff(found.sentences, prepend=-1))
    count = np.diff(np.append(firsts, len(found.hashes)))
    place = np.arange(len(found.hashes)) - np.repeat(firsts, count)
    placed = mix(found.hashes ^ (place.view(np.uint64) * GOLDEN))
    return np.repeat(np.arange(len(firsts)), count), np.add.reduceat(placed, firsts)


def _common_sentences(told: list[Narrative]) -> Hashes:
    """Hashes of the sentences that more than MOST_DOCUMENTS documents hold."""
    found = [np.zeros(0, np.uint64)]
    for narrative_ in told:
        number, hashed = sentence_hashes(narrative_.stems)
        first = np.flatnonzero(np.diff(number, prepend=-1))
        owner = np.searchsorted(narrative_.stems.offsets, first, side="right") - 1
        # once per document: sentence and document hashed together
        both = mix(hashed ^ (owner.view(np.uint64) * GOLDEN))
        found.append(hashed[np.unique(both, return_index=True)[1]])
    hashed, count = np.unique(np.concatenate(found), return_counts=True)
    return hashed[count > MOST_DOCUMENTS]


def common(one: Hashes, other: Hashes) -> int:
    """Number of values in both sorted arrays of distinct values."""
    both = np.concatenate([one, other])
    both.sort(kind="stable")  # two sorted runs are merged in linear time
    return int(np.count_nonzero(both[1:] == both[:-1]))


def _within(found: tuple[Hashes, Ints], start: int, end: int) -> Hashes:
    """Sorted distinct pairs of the words start:end."""
    hashes, at = found
    return np.unique(hashes[np.searchsorted(at, start) : np.searchsorted(at, end)])
