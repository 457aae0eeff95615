"""Which pieces of texts are cut: lines go with their line ends and the blank lines that would be left over."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import polars as pl

from corpusqa.corpus.raw import Int64s, Raw

# A span of one document; `row` is its place among the texts, `low` and `high` are the span's ends in the bytes of all.
PIECES = {"row": pl.Int64, "doc": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String}
PLACED = {**PIECES, "low": pl.Int64, "high": pl.Int64}

Span = tuple[int, int, str]
Bounds = Sequence[tuple[int, int]]
Bytes = npt.NDArray[np.uint8]

_NEWLINE, _SPACE, _DELETE = 0x0A, 0x20, 0x7F
_USUAL_NEWLINES = 3
_LINE_END = r"(?:\r\n|\r|\n)"
_REST_OF_LINE = re.compile(rf"[^\S\r\n]*(?:{_LINE_END}|\Z)")
_BLANK_LINES = re.compile(rf"(?:[^\S\r\n]*{_LINE_END})*(?:[^\S\r\n]+\Z)?")


def cut(texts: Raw, spans: pl.DataFrame, lines: Collection[str], parts: pl.DataFrame | None) -> pl.DataFrame:
    """Disjoint pieces whose union is cut, in order.

    Args:
        texts: One per row.
        spans: Columns of PLACED, sorted by row and start.
        lines: Labels whose spans are whole lines.
        parts: `doc`, `start`, `end` of the parts of texts that have several.

    Returns:
        Columns of PIECES, sorted by row and start.
    """
    if spans.is_empty():
        return pl.DataFrame(schema=PIECES)
    bounds, found = _bounds(parts), []
    ends = _usual(texts, spans, lines, list(bounds))
    alone = spans.with_columns(end=ends).drop_nulls("end").select(*PIECES)
    for (row, doc), rows in groupby(spans.filter(ends.is_null()).select(*PIECES).iter_rows(), itemgetter(0, 1)):
        text = str(texts.data[texts.starts[row] : texts.ends[row]], "utf-8")
        wanted = [span[2:] for span in rows]
        for low, high in bounds.get(doc, ((0, len(text)),)):
            inside = [span for span in wanted if low <= span[0] and span[1] <= high]
            found += [(row, doc, *piece) for piece in _cuts(text, inside, low, high, lines)]
    return pl.concat([alone, pl.DataFrame(found, schema=PIECES, orient="row")]).sort("row", "start")


def _usual(texts: Raw, spans: pl.DataFrame, lines: Collection[str], several: Sequence[int]) -> pl.Series:
    """Where cuts of the usual kind end, all at once; null in documents that have to be looked at one by one.

    Usual are spans apart from each other, of lines that stand between a newline and newlines before a sign of ASCII.
    `_cuts` says the same of them.
    """
    rows, lows, highs = (spans[name].to_numpy() for name in ("row", "low", "high"))
    data, whole = np.frombuffer(texts.data, np.uint8), spans["label"].is_in(list(lines)).to_numpy()
    after = highs.copy()
    for _ in range(_USUAL_NEWLINES):
        after += whole & (_signs(data, after, texts.ends[rows]) == _NEWLINE)
    begins = (lows == texts.starts[rows]) | (data[lows - 1] == _NEWLINE)
    then = _signs(data, after, texts.ends[rows])
    usual = ~whole | (begins & (after > highs) & (then > _SPACE) & (then < _DELETE))
    usual[:-1] &= (rows[:-1] != rows[1:]) | (after[:-1] < lows[1:])
    usual &= ~spans["doc"].is_in(several).to_numpy()
    known = ~np.isin(rows, rows[~usual])
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(spans["end"].to_numpy() + after - highs))).to_series()


def _signs(data: Bytes, at: Int64s, ends: Int64s) -> Bytes:
    """The bytes at some places, 0 behind the ends of texts."""
    return np.where(at < ends, data[np.minimum(at, len(data) - 1)], 0)


def _bounds(parts: pl.DataFrame | None) -> Mapping[int, Bounds]:
    if parts is None:
        return {}
    grouped = parts.sort("doc", "start").group_by("doc", maintain_order=True).agg(pl.struct("start", "end").alias("p"))
    return {doc: [(part["start"], part["end"]) for part in found] for doc, found in grouped.iter_rows()}


def _cuts(text: str, spans: list[Span], low: int, high: int, lines: Collection[str]) -> list[Span]:
    """Disjoint pieces whose union is cut, in order."""
    whole, plain = [], []
    for start, end, label in spans:
        if label in lines:
            whole.append((*_whole_line(text, start, end, low, high), label))
        else:
            plain.append((start, end, label))
    pieces = [piece for run in _runs(text, whole) for piece in _widened(text, run, low, high)]
    return _union(pieces + plain)


def _whole_line(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """The span with the white space around it in its lines and its last line end; other text is not touched."""
    first = start
    while first > low and text[first - 1] in " \t":
        first -= 1
    if first == low or text[first - 1] in "\r\n":
        start = first
    rest = _REST_OF_LINE.match(text, end, high)
    return (start, rest.end()) if rest and text[end - 1] not in "\r\n" else (start, end)


def _runs(text: str, spans: list[Span]) -> list[list[Span]]:
    """Spans with nothing but white space between them belong to one run; a span inside another is left out."""
    runs: list[list[Span]] = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1], s[2])):
        last = runs[-1][-1] if runs else None
        if last and span[1] <= last[1]:
            continue
        if last and not text[last[1] : span[0]].strip():
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _widened(text: str, run: list[Span], low: int, high: int) -> list[Span]:
    """A run of lines with the blank lines between and after, or before it where the text ends."""
    start, end = run[0][0], run[-1][1]
    blank = _BLANK_LINES.match(text, end, high)
    after = blank.end() if blank else end
    if after == high:
        kept = low + len(text[low:start].rstrip())
        rest = _REST_OF_LINE.match(text, kept, start) if kept > low else None
        start, after = (rest.end(), end) if rest else (low, high)
    starts = [start, *(span[0] for span in run[1:])]
    ends = [*starts[1:], after]
    return [(a, b, span[2]) for a, b, span in zip(starts, ends, run, strict=True)]


def _union(spans: list[Span]) -> list[Span]:
    """Disjoint pieces: a later span gives way where an earlier one covers it; neighbours of one label are one piece."""
    pieces: list[Span] = []
    for start, end, label in sorted(spans, key=lambda s: (s[0], -s[1], s[2])):
        covered = pieces[-1][1] if pieces else 0
        start = max(start, covered)
        if start >= end:
            continue
        if pieces and start == covered and pieces[-1][2] == label:
            pieces[-1] = (pieces[-1][0], end, label)
        else:
            pieces.append((start, end, label))
    return pieces
