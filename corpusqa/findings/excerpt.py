"""Excerpts of one document: a window around the evidence in which every private span is masked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from corpusqa.findings.neutral import neutral

# Code points shown before and after the evidence, and of long evidence itself: an excerpt stays below 240 characters.
AROUND = 56
LONGEST = 120
# The rest of a word that the edge of the window cuts; a longer one stays as it is (a script without spaces).
_WORD_LEFT, _WORD_RIGHT = re.compile(r"\S{0,20}\s"), re.compile(r"\s\S{0,20}$")
_TAIL = 22  # white space, twenty signs and a line end
# What a shape keeps: white space and ASCII punctuation. Everything else could be part of a name.
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\s\d!-/:-@\[-`{-~]")


@dataclass(frozen=True)
class Private:
    """Stretches of one document that must not be shown: sorted, disjoint, each with its placeholder."""

    starts: Sequence[int]
    ends: Sequence[int]
    names: Sequence[str]

    @classmethod
    def of(cls, spans: Sequence[tuple[int, int, str]]) -> Private:
        """From spans `start, end, label` in any order; overlapping ones become one, named by the longest."""
        merged: list[tuple[int, int, str, int]] = []
        for start, end, label in sorted(spans):
            if merged and start < merged[-1][1]:
                first, last, name, longest = merged[-1]
                better = end - start > longest
                merged[-1] = (first, max(last, end), label if better else name, max(longest, end - start))
            else:
                merged.append((start, end, label, end - start))
        names = [f"[{label.rpartition('.')[2].upper()}]" for _, _, label, _ in merged]
        return cls([m[0] for m in merged], [m[1] for m in merged], names)


NOTHING = Private((), (), ())


def masked(text: str, start: int, end: int, private: Private) -> str:
    """`text[start:end]` with a placeholder for every private stretch that reaches into it."""
    pieces, at = [], start
    index = max(bisect_right(private.starts, start) - 1, 0)
    while index < len(private.starts) and private.starts[index] < end:
        if private.ends[index] > at:
            pieces += [text[at : private.starts[index]] if private.starts[index] > at else "", private.names[index]]
            at = private.ends[index]
        index += 1
    return "".join([*pieces, text[at:end]]) if at < end else "".join(pieces)


def stretch(text: str, start: int, end: int, private: Private | None) -> str:
    """A stretch as it may be shown, not yet harmless: masked, or only its shape where nobody looked."""
    return shape(text[start:end]) if private is None else masked(text, start, end, private)


def shape(text: str) -> str:
    """Letters as x and digits as 9: what may be shown of a text in which nothing looked for private values."""
    return _DIGIT.sub("9", _LETTER.sub("x", text))


def excerpt(text: str, start: int, end: int, private: Private | None) -> tuple[str, str, str]:
    """What stands before, in and after a span: masked, not yet harmless.

    Args:
        text: The document.
        start: First code point of the evidence.
        end: Code point after the evidence.
        private: What to mask; None where nobody looked, then only the shape is shown.
    """
    if private is None:
        before, hit, after = excerpt(text, start, end, NOTHING)
        return shape(before), shape(hit), shape(after)
    first, last = _whole(private, start, end)
    before = from_word(masked(text, max(first - AROUND, 0), first, private), first > AROUND)
    after = to_word(masked(text, last, min(last + AROUND, len(text)), private), last + AROUND < len(text))
    if last - first <= LONGEST:
        return before, masked(text, first, last, private), after
    half = LONGEST // 2
    return (
        before,
        f"{masked(text, first, first + half, private)} … {masked(text, last - half, last, private)}",
        after,
    )


def from_word(text: str, cut: bool) -> str:
    """A beginning that was cut, from its first whole word."""
    found = _WORD_LEFT.match(text) if cut else None
    return ("…" if cut else "") + text[found.end() if found else 0 :]


def to_word(text: str, cut: bool) -> str:
    """An end that was cut, up to its last whole word."""
    first = max(len(text) - _TAIL, 0)  # what comes earlier cannot be the cut word
    found = _WORD_RIGHT.search(text[first:]) if cut else None
    return text[: first + found.start() if found else len(text)] + ("…" if cut else "")


def shown(before: str, hit: str, after: str) -> tuple[str, int, int]:
    """The harmless excerpt and where the evidence lies in it."""
    raw = before + hit + after
    if "::" not in raw and "##" not in raw:  # then every character is made harmless by itself
        pieces = neutral(before), neutral(hit), neutral(after)
        return "".join(pieces), len(pieces[0]), len(pieces[0]) + len(pieces[1])
    whole = neutral(raw)
    if whole == raw:
        return whole, len(before), len(before) + len(hit)
    return whole, _length(before, hit), _length(before + hit, after)


def _length(head: str, rest: str) -> int:
    """Length of the head once it is harmless: the character that follows it may complete a command."""
    follows = rest[:1]
    return len(neutral(head + follows)) - len(neutral(follows))


def _whole(private: Private, start: int, end: int) -> tuple[int, int]:
    """The evidence, grown to the private stretches that it cuts: a placeholder belongs to it or does not."""
    first, last = start, end
    at = bisect_right(private.starts, start) - 1
    if at >= 0 and private.ends[at] > start:
        first = private.starts[at]
    at = bisect_right(private.starts, end - 1) - 1
    if at >= 0 and private.ends[at] > end:
        last = private.ends[at]
    return first, last
