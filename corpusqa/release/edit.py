"""Cuts and masks: the only place where text is edited.

`plan` turns spans that the policy wants cut or masked into a record of disjoint edits, `apply` carries a record out.
What is published is the source with the record applied and otherwise unchanged, byte for byte; whoever holds the source
and the record can check that.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import groupby
from operator import itemgetter

import polars as pl

from corpusqa.release.mask import Masking, Replacer
from corpusqa.release.splice import CARRIED, raw_texts, spliced

EDITS = {"doc": pl.Int64, "start": pl.Int64, "end": pl.Int64, "label": pl.String, "action": pl.String}
# Disjoint, sorted by doc and start; offsets in code points of the source text; `replacement` is null for cuts.
RECORD = {**EDITS, "replacement": pl.String}
CUT, MASK = "cut", "mask"

Span = tuple[int, int, str]
Edit = tuple[int, int, str, str, str | None]

_LINE_END = r"(?:\r\n|\r|\n)"
_REST_OF_LINE = re.compile(rf"[^\S\r\n]*(?:{_LINE_END}|\Z)")
_BLANK_LINES = re.compile(rf"(?:[^\S\r\n]*{_LINE_END})*(?:[^\S\r\n]+\Z)?")


def plan(
    documents: pl.DataFrame,
    edits: pl.DataFrame,
    lines: Collection[str],
    masking: Masking,
    parts: pl.DataFrame | None = None,
) -> pl.DataFrame:
    r"""What will be done to each text.

    Args:
        documents: `doc`, `text`.
        edits: Columns of EDITS; spans of other documents are ignored, as are spans without offsets.
        lines: Labels whose spans are whole lines. A cut of such a label takes the lines with their line ends and the
            blank lines between and after them, at the end of the text the blank lines before instead. A cut of any
            other label takes its span.
        masking: What masked values become.
        parts: `doc`, `start`, `end` of the parts of texts that have several; no edit reaches over the end of a part.

    Returns:
        Columns of RECORD. Cuts come first: where spans to cut overlap, their union is cut and each piece bears the
        label that began first. Spans to mask are masked outside cuts; where they overlap, their union is one value of
        the longest span.
    """
    wanted = edits.filter(pl.col("start") < pl.col("end")).sort("doc", "start", "end", "label").select(*EDITS).rows()
    texts = dict(documents.select("doc", "text").join(edits, on="doc", how="semi").iter_rows())
    bounds = _bounds(parts)
    record = [
        (doc, *edit)
        for doc, spans in groupby(wanted, itemgetter(0))
        if (text := texts.get(doc)) is not None
        for edit in _document(text, list(spans), bounds.get(doc, [(0, len(text))]), lines, masking)
    ]
    return pl.DataFrame(dict(zip(RECORD, zip(*record, strict=True), strict=False)), schema=RECORD)


def apply(documents: pl.DataFrame, record: pl.DataFrame) -> pl.Series:
    """The texts of `documents` (`doc`, `text`) with the record carried out, in the same order."""
    edits = carried(documents, record)
    if edits.is_empty():
        return documents["text"]
    return pl.Series("text", spliced(raw_texts(documents["text"]), edits))


def carried(documents: pl.DataFrame, record: pl.DataFrame) -> pl.DataFrame:
    """The record by position in `documents`: columns of CARRIED."""
    rows = documents.select("doc", row=pl.int_range(pl.len()))
    return record.join(rows, on="doc").sort("row", "start").select(*CARRIED)


def without_text(texts: pl.Series) -> pl.Series:
    """Boolean series: nothing but white space is left."""
    return pl.Series([not text.strip() for text in texts], dtype=pl.Boolean)


def _bounds(parts: pl.DataFrame | None) -> dict[int, list[tuple[int, int]]]:
    if parts is None:
        return {}
    grouped = parts.sort("doc", "start").group_by("doc", maintain_order=True).agg(pl.struct("start", "end").alias("p"))
    return {doc: [(part["start"], part["end"]) for part in found] for doc, found in grouped.iter_rows()}


def _document(
    text: str,
    spans: Sequence[tuple[int, int, int, str, str]],
    bounds: Sequence[tuple[int, int]],
    lines: Collection[str],
    masking: Masking,
) -> list[Edit]:
    """The record of one document, without its number; `spans` are rows of EDITS in order."""
    said: dict[str, list[Span]] = {CUT: [], MASK: []}
    for _, start, end, label, action in spans:
        said[action].append((start, end, label))
    places = bounds if said[CUT] else ()  # most documents have masks alone
    cuts = [piece for low, high in places for piece in _cuts(text, _inside(said[CUT], low, high), low, high, lines)]
    edits: list[Edit] = [(start, end, label, CUT, None) for start, end, label in cuts]
    replacer = Replacer(masking, text)
    for start, end, (first, last, label) in _masks(said[MASK]):
        replacement = replacer.replacement(label, text[first:last])
        left = _outside(start, end, cuts) if cuts else ((start, end),)
        edits += [(a, b, label, MASK, replacement) for a, b in left]
    return sorted(edits) if cuts else edits


def _inside(spans: list[Span], low: int, high: int) -> list[Span]:
    return [span for span in spans if low <= span[0] and span[1] <= high]


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


def _masks(spans: list[Span]) -> list[tuple[int, int, Span]]:
    """Unions of overlapping spans with the longest of each, the first among equals."""
    unions: list[tuple[int, int, Span]] = []
    for span in sorted(spans):
        if unions and span[0] < unions[-1][1]:
            start, end, longest = unions[-1]
            better = span if span[1] - span[0] > longest[1] - longest[0] else longest
            unions[-1] = (start, max(end, span[1]), better)
        else:
            unions.append((span[0], span[1], span))
    return unions


def _outside(start: int, end: int, cuts: list[Span]) -> list[tuple[int, int]]:
    """What is left of a span when the cuts are taken out of it."""
    left = []
    for first, last, _ in cuts:
        if last <= start or first >= end:
            continue
        if first > start:
            left.append((start, first))
        start = last
    return [*left, (start, end)] if start < end else left
