"""One document as the score of a retelling sees it; its parts are made when a pair first needs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks._shared.characters import slices
from corpusqa_checks.duplication.alignment import Sentences, sentences
from corpusqa_checks.duplication.background import Floats
from corpusqa_checks.duplication.frames import frames
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.narrative import Narrative, narrative, pairs, quoted

from corpusqa.check import Batch


@dataclass(frozen=True)
class Story:
    """One document.

    Attributes:
        stems: Of the words.
        every_weight: Of the words.
        weights: The same, 0 inside templates.
        told_weights: The same, 0 inside quotations too.
        figures: Whether the word is a number.
        capital: Whether it is capitalised inside a sentence.
        numbers: Sentence of each word.
        starts: First byte of each word.
        ends: The byte after it.
        frames: Frame of each word's sentence where that is a template's, else 0.
    """

    stems: Hashes
    every_weight: Floats
    weights: Floats
    told_weights: Floats
    figures: Bools
    capital: Bools
    numbers: Ints
    starts: Ints
    ends: Ints
    frames: Hashes

    @cached_property
    def weight(self) -> float:
        """Of all its words."""
        return float(self.weights.sum())

    @cached_property
    def pairs(self) -> Hashes:
        """Sorted distinct pairs of neighbouring content stems."""
        return np.unique(pairs(self.stems, self.numbers, self.every_weight)[0])

    @cached_property
    def told(self) -> Hashes:
        """Those of the narration, which leaves quotations and templates out."""
        return np.unique(pairs(self.stems, self.numbers, self.told_weights)[0])

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

    @cached_property
    def forms(self) -> Hashes:
        """The templates' frames that it has, sorted."""
        return np.unique(self.frames[self.frames != 0])


def stories(batch: Batch, forms: Hashes) -> list[Story]:
    """The documents of a batch.

    Args:
        batch: The documents.
        forms: Frames of sentences that are a form's or an agency's.
    """
    told = ((first, narrative(batch, first, last)) for first, last in slices(batch.buffers))
    return [story for first, found in told for story in _stories(batch, first, found, forms)]


def told_alike(light: Story, heavy: Story) -> tuple[Story, Story]:
    """Both stories as they are to be compared: the templates that they share count for nothing.

    What many documents say in the same words says nothing of two that do. It does say something of one that tells the
    same in other words: many near copies of a story do not hide its retellings.
    """
    shared = light.forms[np.isin(light.forms, heavy.forms)]
    return (_without(light, shared), _without(heavy, shared)) if len(shared) else (light, heavy)


def _without(story: Story, forms: Hashes) -> Story:
    kept = ~np.isin(story.frames, forms)
    return replace(story, weights=story.weights * kept, told_weights=story.told_weights * kept)


def _stories(batch: Batch, first: int, found: Narrative, forms: Hashes) -> Iterator[Story]:
    number, hashed = frames(found)
    framed = np.where(np.isin(hashed, forms), hashed, 0)[number]
    told_weights = np.where(quoted(batch, found.stems, first), 0.0, found.weights)
    for start, end in pairwise(found.stems.offsets.tolist()):
        words = slice(start, end)
        yield Story(
            found.stems.hashes[words],
            found.weights[words],
            found.weights[words],
            told_weights[words],
            found.stems.figures[words],
            found.stems.capital[words],
            found.stems.sentences[words],
            found.stems.starts[words],
            found.stems.ends[words],
            framed[words],
        )
