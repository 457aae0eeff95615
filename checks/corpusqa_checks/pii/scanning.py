"""From a batch to hits: gates over the texts, gates over their lines, detectors on the few lines that are left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import polars as pl
from corpusqa_checks._shared.lanes import own_lane
from corpusqa_checks.pii.gates import holding, let_through
from corpusqa_checks.pii.hits import Detector, Hit, Line, resolved
from corpusqa_checks.pii.lines import Lines
from corpusqa_checks.pii.plain import Positions, plainly
from corpusqa_checks.pii.private_keys import private_keys
from corpusqa_checks.pii.windows import windows

from corpusqa.check import Batch, Frame

_KEYS = "private_keys"
# The detector that leaves alone what another one found on the line, hence comes last, and the only one that asks for
# the language, which is dear.
_LAST = "phones"
# Longer lines are read anew each time.
_SHORT = 512
NO_OTHERS: Mapping[int, Sequence[Hit]] = {}


class Found(NamedTuple):
    """A hit with the row of its document; offsets are code points of the document."""

    row: int
    hit: Hit


@own_lane(lambda batch, *_: batch.text)
def found(
    batch: Batch,
    detectors: Mapping[str, Detector],
    tiers: Sequence[str],
    others: Mapping[int, Sequence[Hit]] = NO_OTHERS,
) -> list[Found]:
    """Every value of a batch, without overlaps, by row and place.

    Args:
        batch: The documents.
        detectors: What judges a line, by the name of its gate. Private keys, which go over many lines, are always
            looked for.
        tiers: Labels, the more telling first, for values that are equally long.
        others: What somebody else found, by row; offsets are those of the document.
    """
    gates = [_KEYS, *detectors]
    held = holding(batch.frame.select("text"), gates)
    passed = let_through(held, gates)
    rows = passed.select(pl.any_horizontal(pl.all())).to_series().arg_true()
    hits = {row: list(several) for row, several in others.items()}
    for row, hit in _in_lines(batch, rows, held[rows], detectors) if len(rows) else ():
        hits.setdefault(row, []).append(hit)
    for row in passed[_KEYS].arg_true():
        hits.setdefault(row, []).extend(_key_blocks(batch, row))
    return [Found(row, hit) for row in sorted(hits) for hit in resolved(hits[row], tiers)]


def _in_lines(
    batch: Batch, rows: pl.Series, held: Frame, detectors: Mapping[str, Detector]
) -> Iterator[tuple[int, Hit]]:
    """Rows of the batch with hits of the lines of the documents `rows`."""
    lines = Lines(batch.take(rows))
    wanted = lines.candidates(held, list(detectors))
    speaks = batch.language.to_list() if _LAST in wanted.columns and wanted[_LAST].any() else None
    order = sorted(detectors, key=lambda name: name == _LAST)
    flags = wanted.select(order).rows()
    places = zip(rows.gather(wanted["row"]), wanted["text"], wanted["above"], flags, strict=True)
    found: list[Sequence[Hit]] = []
    for row, text, above, judged in places:
        chosen = tuple(detectors[name] for name, passes in zip(order, judged, strict=True) if passes)
        read = _in_short_line if len(text) <= _SHORT else _in_line
        found.append(tuple(read(text, above, speaks[row] if speaks is not None else None, chosen)))
    full = pl.Series([bool(hits) for hits in found], dtype=pl.Boolean)
    several = (hits for hits in found if hits)
    wanted = wanted.filter(full)
    for row, start, hits in zip(rows.gather(wanted["row"]), lines.code_points(wanted), several, strict=True):
        for hit in hits:
            yield row, hit.moved(start)


@lru_cache(maxsize=4096)
def _in_short_line(text: str, above: str, language: str | None, detectors: tuple[Detector, ...]) -> tuple[Hit, ...]:
    """Footers, mastheads and rows of tables come again and again."""
    return tuple(_in_line(text, above, language, detectors))


def _in_line(text: str, above: str, language: str | None, detectors: Sequence[Detector]) -> Iterator[Hit]:
    for window in windows(text):
        for hit in _read(window.text, "" if window.start else above, language, detectors):
            if window.owns(hit.start, hit.end):
                yield hit.moved(window.start)


def _read(text: str, above: str, language: str | None, detectors: Sequence[Detector]) -> Iterator[Hit]:
    """Hits with offsets in the text as it is written."""
    positions = Positions(text)
    line = Line(positions.text, plainly(above), language)
    for detector in detectors:
        hits = list(detector(line))
        line.take(hits)
        if len(line.said) == len(text):  # no sign was taken out
            yield from hits
            continue
        for hit in hits:
            start, end = positions.original(hit.start, hit.end)
            yield hit._replace(start=start, end=end)


def _key_blocks(batch: Batch, row: int) -> Iterator[Hit]:
    """Key blocks go over lines, but not over parts."""
    text = batch.text[row]
    for start, end in batch.parts.filter(pl.col("row") == row).select("start", "end").iter_rows():
        for hit in private_keys(text[start:end]):
            yield hit.moved(start)
