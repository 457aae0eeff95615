"""Sentences of one mould: the same word for word but for what was filled in.

A retelling keeps the names, things and figures and changes the words around them. A form keeps the words around and
changes the names, things and figures: what was replaced in it speaks against a retelling, the more the rarer it is.
Where both texts have the same names and figures only these do, in each other's place: other words are synonyms there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from corpusqa_checks._shared.arrays import Bools
from corpusqa_checks.duplication.alignment import Alignment, Sentences, align
from corpusqa_checks.duplication.background import TOP, Floats
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.sets import common
from corpusqa_checks.duplication.story import Story

# Two sentences are of one mould if of all that differs beside replaced content there are at most so many words per word
# that is the same.
LOOSE = 0.2
# What was replaced weighs at least so much: courage instead of trust, where the stems are common ones.
LEAST = 1.5
# Content that is capitalised inside a sentence is a name. Two texts speak of the same things if they share at least so
# many names and figures, and this part of those of the text that has fewer. Two documents of one form share less than
# three quarters of theirs, if they share as many.
SAME_NAMES, SAME_SHARE = 5, 0.9
# A name or figure in the place of another counts so many times, but not where this part of the content is capitalised:
# German writes all nouns so, and any of them may be a synonym.
NAMED, NOUNS = 2, 0.4
# The comparison holds a bit for each pair of words of two sentences: longer ones prove nothing.
MOST_WORDS = 2_000


@dataclass(frozen=True)
class Words:
    """Words of a sentence: their stems, how much each weighs, and whether it is a name or a figure."""

    stems: Hashes
    weights: Floats
    named: Bools


@dataclass(frozen=True)
class Compared:
    """Two sentences word by word.

    Attributes:
        same: Words that both have, in one order.
        other: Words of the longer side of each place where they differ, replaced content apart.
        replaced: Weight of the content that either has in the other's place, of the lighter side.
        named: The same where both sides have a name or a figure there.
    """

    same: int
    other: int
    replaced: float
    named: float

    @property
    def of_one_mould(self) -> bool:
        """Whether they differ in little but replaced content."""
        return self.other <= LOOSE * self.same

    def against(self, named: int, plain: int) -> float:
        """What was replaced: names and figures so many times, other words so many."""
        return named * self.named + plain * (self.replaced - self.named)


def replaced(light: Story, heavy: Story) -> float:
    """How much of what two stories tell alike is of one mould and was replaced, 0 to 1.

    Of the weight of the aligned sentences, and of the weight of those among them that are not the same word for word:
    the geometric mean of both shares. A slip in a copy is much of the second and little of the first. Sentences of one
    mould in which everything that weighs was replaced are not aligned by weight; they are found by their words.
    """
    total = verbatim = weight = 0.0
    times = (1 if _nouns(light) else NAMED, 0 if of_the_same(light, heavy) else 1)
    aligned = align(light.every, heavy.every)
    seen = set(light.every.starts[aligned.sentences].tolist())
    for one, other in _sides(light.every, heavy.every, aligned):
        words = _words(light, *one)
        said, whole = compared(words, _words(heavy, *other)), float(words.weights.sum())
        total += whole
        if said.of_one_mould:
            weight += said.against(*times)
            verbatim += whole if not said.replaced else 0.0
    for one, other in _sides(light.worded, heavy.worded, align(light.worded, heavy.worded)):
        if one[0] not in seen:
            words = _words(light, *one)
            said = compared(words, _words(heavy, *other))
            if said.of_one_mould and said.replaced:
                weight += said.against(*times)
                total += float(words.weights.sum())
    return float(weight / np.sqrt(total * (total - verbatim))) if weight else 0.0


def of_the_same(one: Story, other: Story) -> bool:
    """Whether two texts speak of the same names and figures: of enough, and hardly any are in one alone."""
    first, second = (np.unique(story.stems[_named(story) & (story.every_weight > 0)]) for story in (one, other))
    both = common(first, second)
    return both >= SAME_NAMES and both >= SAME_SHARE * min(len(first), len(second))


def compared(one: Words, other: Words) -> Compared:
    """Two sentences word by word."""
    if max(len(one.stems), len(other.stems)) > MOST_WORDS:
        return Compared(0, 1, 0.0, 0.0)
    own, others = one.weights, other.weights
    matches = [(-1, -1), *matched(one.stems.tolist(), other.stems.tolist()), (len(own), len(others))]
    odd, weight, named = 0, 0.0, 0.0
    for (left, right), (left_end, right_end) in pairwise(matches):
        here, there = own[left + 1 : left_end], others[right + 1 : right_end]
        least = min(float(here.sum()), float(there.sum()))
        least = max(least, LEAST) if least else 0.0
        weight += least
        if one.named[left + 1 : left_end].any() and other.named[right + 1 : right_end].any():
            named += least
        plain = [int(np.count_nonzero(side == 0)) for side in (here, there)]
        odd += abs(plain[0] - plain[1]) if least else max(len(here), len(there))
    return Compared(len(matches) - 2, odd, weight, named)


def matched(one: list[int], other: list[int]) -> list[tuple[int, int]]:
    """Places of a longest common subsequence, by bits (Hyyro: Bit-parallel LCS-length computation revisited, 2004)."""
    places: dict[int, int] = {}
    for at, stem in enumerate(other):
        places[stem] = places.get(stem, 0) | 1 << at
    every = (1 << len(other)) - 1
    rows, row = [], every
    for stem in one:
        both = row & places.get(stem, 0)
        row = ((row + both) | (row - both)) & every
        rows.append(row)
    found, i, j = [], len(one), len(other)
    while i and j:
        if rows[i - 1] >> (j - 1) & 1:
            j -= 1
            continue
        i -= 1
        if not i or rows[i - 1] >> (j - 1) & 1:
            j -= 1
            found.append((i, j))
    return found[::-1]


Side = tuple[int, int]


def _sides(light: Sentences, heavy: Sentences, found: Alignment) -> Iterator[tuple[Side, Side]]:
    """First byte and end of each aligned sentence and of its counterpart."""
    for one, other in zip(found.sentences.tolist(), found.counterparts.tolist(), strict=True):
        yield (int(light.starts[one]), int(light.ends[one])), (int(heavy.starts[other]), int(heavy.ends[other]))


def _nouns(story: Story) -> bool:
    """Whether a text writes other nouns than names with a capital letter."""
    content = story.every_weight > 0
    return int((story.capital & content).sum()) >= NOUNS * int(content.sum())


def _named(story: Story) -> Bools:
    """Whether each word is a name or a figure."""
    return np.asarray(story.figures | (story.capital & (story.every_weight > 0)), np.bool_)


def _words(story: Story, start: int, end: int) -> Words:
    """The words from byte `start` to `end`; figures weigh most."""
    words = slice(int(np.searchsorted(story.starts, start)), int(np.searchsorted(story.ends, end, side="right")))
    weights = np.where(story.figures[words], TOP, story.every_weight[words])
    return Words(story.stems[words], weights, _named(story)[words])
