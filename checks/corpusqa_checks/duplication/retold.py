"""Two stories with their sentences side by side, and whether what they agree in is more than a form.

Forms that were filled in twice (this year's notice and last year's, the pages of two functions) agree in their
sentences as retellings do. They do not agree in what was filled in: the subject, the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from corpusqa_checks._shared.arrays import Bools, Ints, inside
from corpusqa_checks.duplication.alignment import Alignment, Sentences
from corpusqa_checks.duplication.evidence import Place
from corpusqa_checks.duplication.story import Story

# The subject: stems that come up so often in the aligned sentences of the lighter text, with at least this part of the
# weight of the stem that comes up most. No retelling among the development pairs lacks one.
SUBJECT_TIMES, SUBJECT_SHARE = 3, 0.5
# Different figures in the aligned sentences of either text that the other nowhere has, from which the two speak of
# different occasions, if they are this part of the figures there. One is rounding or a slip.
FIGURES, FIGURES_SHARE = 2, 0.3


@dataclass(frozen=True)
class Retold:
    """Aligned sentences of two stories; `swapped` says that the lighter one is b."""

    light: Story
    heavy: Story
    alignment: Alignment
    swapped: bool

    @property
    def of_one_thing(self) -> bool:
        """Whether both speak of the same subject and do not give other figures for everything."""
        return self._subject() and not self._figures()

    def places(self) -> list[Place]:
        """The aligned sentences in bytes on both sides, in the order of the lighter text."""
        found = self.alignment
        one, other = self.light.whole, self.heavy.whole
        light = one.starts[found.sentences], one.ends[found.sentences]
        heavy = other.starts[found.counterparts], other.ends[found.counterparts]
        sides = (*heavy, *light) if self.swapped else (*light, *heavy)
        return list(zip(*(side.tolist() for side in (*sides, found.scores)), strict=True))

    def _subject(self) -> bool:
        """Whether the heavier text has every stem of which the aligned sentences of the lighter one speak."""
        content = self._aligned & (self.light.weights > 0)
        stems, first, count = np.unique(self.light.stems[content], return_index=True, return_counts=True)
        weight = count * self.light.weights[content][first]
        subject = (count >= SUBJECT_TIMES) & (weight >= SUBJECT_SHARE * weight.max(initial=0.0))
        return bool(np.isin(stems[subject], self.heavy.stems).all())

    def _figures(self) -> bool:
        """Whether each text gives figures of its own in the aligned sentences."""
        one = np.unique(self.light.stems[self._aligned & self.light.figures])
        own = len(one) - int(np.isin(one, self.heavy.stems).sum())
        if own < FIGURES or own < FIGURES_SHARE * len(one):
            return False
        there = _inside(self.heavy, self.heavy.whole, self.alignment.counterparts)
        other = np.unique(self.heavy.stems[there & self.heavy.figures])
        return len(other) - int(np.isin(other, self.light.stems).sum()) >= FIGURES

    @cached_property
    def _aligned(self) -> Bools:
        return _inside(self.light, self.light.whole, self.alignment.sentences)


def _inside(story: Story, sentences: Sentences, places: Ints) -> Bools:
    """Whether each word stands in one of the sentences."""
    places = np.unique(places)
    first = np.searchsorted(story.starts, sentences.starts[places])
    end = np.searchsorted(story.ends, sentences.ends[places], side="right")
    return inside(first, end, len(story.stems))
