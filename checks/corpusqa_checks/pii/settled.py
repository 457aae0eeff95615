"""Values that come to light once their neighbours are masked.

A number right behind another one is taken for part of a list, a URL that runs into a key for none: what stands beside
a value decides. Redacting the text would change that, and redacting it again would mask more. So the surroundings of
values are read as they will be published, until nothing new is found.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, chain
from operator import add
from typing import NamedTuple

import polars as pl
from corpusqa_checks.pii.hits import Detector, Hit
from corpusqa_checks.pii.scanning import Found, found

from corpusqa.check import Batch

_ROUNDS = 4
# Code points around a value that are read; where they end inside a line, hits this close to the cut do not count. No
# detector looks further back than 140.
_AROUND, _EDGE = 320, 160
# A placeholder, and what the style `mask` leaves of a value (see `corpusqa/release/mask.py`).
_PLACEHOLDER, _STARRED = "<IT_1>", re.compile(r"[^@.\-+()/:, ]")
# What every value holds at the least: a digit, an at sign as a sign or in words, or a long run of signs (a secret).
# Surroundings without it need not be read again.
_HOLDS = re.compile(r"[\d@\uff20\[({<]|(?i: dot )|\S{12}")


class _Reading(NamedTuple):
    """Part of a document as it will be published: its text, and where stretches of it come from in the document."""

    row: int
    text: str
    low: int
    high: int
    begins: list[int]
    comes_from: list[int]
    lengths: list[int]

    def original(self, hit: Hit) -> Hit | None:
        """The hit where it stands in the document; None if it is not in one stretch or too close to a cut."""
        at = bisect_right(self.begins, hit.start) - 1
        by = hit.start - self.begins[at]
        if not (self.low <= hit.start and hit.end <= self.high and by + hit.end - hit.start <= self.lengths[at]):
            return None
        start = self.comes_from[at] + by
        return hit._replace(start=start, end=start + hit.end - hit.start)


def settled(
    batch: Batch,
    detectors: Mapping[str, Detector],
    tiers: Sequence[str],
    values: Sequence[Found],
    masked: Callable[[Hit], bool],
) -> list[Found]:
    """The values, and those that show when `masked` ones are gone; by row and place, without overlaps."""
    held: dict[int, list[Hit]] = {}
    for value in values:
        held.setdefault(value.row, []).append(value.hit)
    rows = sorted(row for row, hits in held.items() if any(map(masked, hits)))
    for _ in range(_ROUNDS):
        readings = [one for row in rows for one in _readings(batch.text[row], row, held[row], masked)]
        fresh = _fresh(batch, detectors, tiers, readings, held)
        if not fresh:
            break
        for row, hits in fresh.items():
            held[row] = sorted([*held[row], *hits])
        rows = sorted(fresh)
    return [Found(row, hit) for row in sorted(held) for hit in held[row]]


def _fresh(
    batch: Batch,
    detectors: Mapping[str, Detector],
    tiers: Sequence[str],
    readings: Sequence[_Reading],
    held: Mapping[int, Sequence[Hit]],
) -> dict[int, list[Hit]]:
    """What the readings show that is not known, by row."""
    if not readings:
        return {}
    frame = pl.DataFrame({"id": [""] * len(readings), "text": [one.text for one in readings]})
    rows = [one.row for one in readings]
    language: Callable[[Batch], pl.DataFrame] = lambda _batch: batch.language.gather(rows).to_frame()  # noqa: E731
    fresh: dict[int, list[Hit]] = {}
    known = {row: list(held[row]) for row in set(rows)}
    texts = {row: batch.text[row] for row in known}
    for at, said in found(Batch(frame, {"language": language}), detectors, tiers):
        hit, row = readings[at].original(said), rows[at]
        if hit and "\n" not in texts[row][hit.start : hit.end] and _is_free(hit, known[row]):
            insort(known[row], hit)
            fresh.setdefault(row, []).append(hit)
    return fresh


def _is_free(hit: Hit, others: Sequence[Hit]) -> bool:
    """Whether a hit overlaps none of the others, which are in order and do not overlap."""
    at = bisect_left(others, hit)
    return (at == 0 or others[at - 1].end <= hit.start) and (at == len(others) or hit.end <= others[at].start)


def _readings(text: str, row: int, hits: Sequence[Hit], masked: Callable[[Hit], bool]) -> Iterator[_Reading]:
    """The surroundings of the masked values, with placeholders and with stars for them."""
    gone = [hit for hit in hits if masked(hit)]
    for start, end, inside in _stretches(text, gone):
        if not _may_hold_more(text, start, end, inside):
            continue
        low = 0 if start == 0 or text[start - 1] == "\n" else _EDGE
        cut = 0 if end == len(text) or text[end - 1] == "\n" else _EDGE
        comes_from, until = [start, *(hit.end for hit in inside)], [*(hit.start for hit in inside), end]
        gaps = [text[at:stop] for at, stop in zip(comes_from, until, strict=True)]
        lengths = [len(gap) for gap in gaps]
        starred = [_STARRED.sub("*", text[hit.start : hit.end]) for hit in inside]
        for values in ([_PLACEHOLDER] * len(inside), starred):
            sizes = map(add, lengths, map(len, values))
            whole = "".join(chain.from_iterable(zip(gaps, values, strict=False))) + gaps[-1]
            begins = [0, *accumulate(sizes)]
            yield _Reading(row, whole, low, len(whole) - cut, begins, comes_from, lengths)


def _may_hold_more(text: str, start: int, end: int, inside: Sequence[Hit]) -> bool:
    """Whether there is room for a value between those that are known."""
    begins, ends = [start, *(hit.end for hit in inside)], [*(hit.start for hit in inside), end]
    return any(_HOLDS.search(text, begin, stop) for begin, stop in zip(begins, ends, strict=True))


def _stretches(text: str, hits: Sequence[Hit]) -> Iterator[tuple[int, int, list[Hit]]]:
    """Where values stand, with the lines before and after as far as they are near; disjoint, with their values."""
    waiting: tuple[int, int, list[Hit]] | None = None
    for hit in hits:
        start, end = max(0, hit.start - _AROUND), min(len(text), hit.end + _AROUND)
        line = text.rfind("\n", start, hit.start)
        above = text.rfind("\n", start, line) if line > start else -1
        start = above + 1 if above >= 0 else start
        below = text.find("\n", hit.end, end)
        after = text.find("\n", below + 1, end) if below >= 0 else -1
        end = after + 1 if after >= 0 else end
        if waiting and start <= waiting[1]:
            waiting = (waiting[0], max(waiting[1], end), [*waiting[2], hit])
        else:
            if waiting:
                yield waiting
            waiting = (start, end, [hit])
    if waiting:
        yield waiting
