"""What a detector sees (a line) and what it says (hits)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

# Why a value that was found is not reported.
RESERVED, ROLE, ALLOWED = "reserved", "role", "allowed"

# Placeholders and pseudonyms stand where a value was. Their names (PHONE, IBAN) are cue words, and must not be.
PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{1,30}_[0-9a-f]{1,16}>")
# Letters of scripts that put no spaces between words. Beside a value such a letter is no part of it, so that patterns
# see a comma in its place. (Leaving the ranges out of the class \w in each pattern costs a millisecond per class to
# compile.)
_UNSPACED = re.compile("[\u0e00-\u0eff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


class Hit(NamedTuple):
    """A value that a detector vouches for.

    Attributes:
        start, end: Offsets in the text that the detector saw.
        label: Type of the value, a label of the check.
        score: Confidence, 0..1.
        why: The validator that vouched, and what evidence of context it took.
        canonical: The form in which equal values are equal.
        spared: RESERVED, ROLE or ALLOWED where it is for that reason not reported, else "".
    """

    start: int
    end: int
    label: str
    score: float
    why: str
    canonical: str
    spared: str = ""

    def moved(self, by: int) -> Hit:
        """The same where the text that the detector saw begins at `by`."""
        return Hit(self[0] + by, self[1] + by, *self[2:]) if by else self


@dataclass
class Line:
    """A line, or a window of a very long one, in plain characters (see `plain.py`).

    Attributes:
        said: The line.
        above: The end of the line above: a label often stands over its value.
        language: Language of the document, ISO 639-1, or None.
        text: What patterns see: the line with a comma for every letter of a script without spaces between words.
    """

    said: str
    above: str = ""
    language: str | None = None
    text: str = field(init=False)
    _taken: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.text = self.said if self.said.isascii() else _UNSPACED.sub("、", self.said)

    def before(self, at: int, reach: int) -> str:
        """The context before `at`: that much of the line, after the end of the line above where it is short."""
        head = self.said[max(0, at - reach) : at]
        if at < reach and self.above:
            head = f"{self.above[at - reach :]}\n{head}"
        return PLACEHOLDER.sub("<>", head) if "<" in head else head

    def after(self, at: int, reach: int) -> str:
        """The context from `at` on, within the line."""
        return PLACEHOLDER.sub("<>", self.said[at : at + reach])

    def take(self, hits: Iterable[Hit]) -> None:
        """Remember where values stand."""
        for hit in hits:
            if not self._taken:
                self._taken = bytearray(len(self.text))
            self._taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)

    def free_until(self, start: int, end: int) -> int:
        """Where the first value begins that stands there already, or the end."""
        taken = self._taken.find(1, start, end)
        return end if taken < 0 else taken


Detector = Callable[[Line], Iterable[Hit]]


def resolved(hits: Sequence[Hit], tiers: Sequence[str]) -> list[Hit]:
    """Hits without overlaps, in order.

    The longest first, at equal length the label that comes first in `tiers`. Of a hit that gives way to another one
    nothing is left outside: the other one takes it in.
    """
    placed = sorted(hits)
    if all(one.end <= other.start for one, other in pairwise(placed)):
        return placed
    rank = {label: n for n, label in enumerate(tiers)}
    kept: list[Hit] = []  # in order of place
    for hit in sorted(hits, key=lambda h: (h.start - h.end, rank[h.label], -h.score, h.start, h.why)):
        at = bisect_left(kept, hit.start, key=lambda h: h.start)
        before, behind = at > 0 and kept[at - 1].end > hit.start, at < len(kept) and kept[at].start < hit.end
        if not (before or behind):
            kept.insert(at, hit)
        elif before and hit.end > kept[at - 1].end:
            stop = kept[at].start if behind else hit.end
            kept[at - 1] = kept[at - 1]._replace(end=stop)
        elif not before and kept[at].start > hit.start:
            kept[at] = kept[at]._replace(start=hit.start)
    return kept
