"""A document with its spans: stretches of masked text, each with its labels and with what cleaning makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from corpusqa.findings.excerpt import Private, stretch
from corpusqa.findings.hidden import Hidden
from corpusqa.findings.neutral import neutral
from corpusqa.scan.model import CheckInfo

SEGMENTS = pl.List(
    pl.Struct({"text": pl.String, "labels": pl.List(pl.String), "action": pl.String, "after": pl.String})
)
ANNOTATED: dict[str, Any] = {"doc": pl.Int64, "segments": SEGMENTS, "shown": pl.Int64, "characters": pl.Int64}
LONGEST = 4000  # code points of a document
MASK = "mask"
Range = tuple[int, int, str]
Edit = tuple[int, int, str, str | None]


def annotate(
    documents: pl.DataFrame,
    spans: pl.DataFrame,
    record: pl.DataFrame,
    checks: Mapping[str, CheckInfo],
    failures: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The beginnings of documents in labelled segments.

    Args:
        documents: Columns `doc` and `text`.
        spans: Columns of SPANS, of these documents; private ones are masked.
        record: Columns `doc`, `start`, `end`, `action` ("cut" or "mask") and `replacement`: disjoint edits, as a
            release carries them out.
        checks: The selected checks by name.
        failures: Columns of FAILURES.

    Returns:
        Columns of ANNOTATED, in the order of the documents; `shown` of `characters` code points are in the segments.
        `after` is what is published in place of a segment, null where it stays as it is.
    """
    hidden = Hidden.of(spans, checks, failures)
    named = _by_doc(spans, "label")
    done = _by_doc(record, "action", "replacement")
    rows = []
    for doc, text in documents.select("doc", "text").iter_rows():
        end = min(len(text), LONGEST)
        private = hidden.in_document(doc, text)
        segments = _segments(text, end, private, named.get(doc, []), done.get(doc, []))
        rows.append((doc, segments, end, len(text)))
    return pl.DataFrame(rows, schema=ANNOTATED, orient="row")


def _by_doc(frame: pl.DataFrame, *names: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    inside = frame.filter(pl.col("start").is_not_null())
    for doc, *values in inside.select("doc", "start", "end", *names).iter_rows():
        found.setdefault(doc, []).append(tuple(values))
    return found


def _segments(
    text: str, end: int, private: Private | None, labels: Sequence[Range], edits: Sequence[Edit]
) -> list[dict[str, object]]:
    """Stretches between the ends of spans; a private or masked stretch is one piece whatever ends inside it."""
    edits = [edit for edit in edits if edit[0] < end]
    labels = [_to_cut(text, span, edits) for span in labels if span[0] < end]
    stretches = zip(private.starts, private.ends, strict=True) if private else ()
    hidden = [(start, stop) for start, stop in stretches if start < end]
    hidden += [(start, stop) for start, stop, action, _ in edits if action == MASK]
    bounds = [*(span[:2] for span in labels), *(edit[:2] for edit in edits), *hidden]
    marks = {mark for bound in bounds for mark in bound}
    inside = {mark for mark in marks if mark < end and not any(start < mark < stop for start, stop in hidden)}
    ordered = sorted({0, end} | inside)
    return [
        {
            "text": _lines(stretch(text, start, stop, private)),
            "labels": sorted({label for first, last, label in labels if first < stop and last > start}),
            "action": next((action for first, last, action, _ in edits if first < stop and last > start), None),
            "after": _after(text, start, stop, private, edits),
        }
        for start, stop in pairwise(ordered)
    ]


def _to_cut(text: str, span: Range, edits: Sequence[Edit]) -> Range:
    """The span with the white space around it that is cut with it."""
    start, stop, label = span
    for first, last, action, _ in edits:
        if action != MASK and first <= stop and start <= last:
            start = first if first < start and not text[first:start].strip() else start
            rest = text[stop:last]
            stop += len(rest) - len(rest.lstrip())
    return start, stop, label


def _after(text: str, start: int, stop: int, private: Private | None, edits: Sequence[Edit]) -> str | None:
    """What is published in place of a stretch; null where no edit touches it."""
    pieces, at = [], start
    for first, last, _, replacement in (edit for edit in edits if edit[0] < stop and edit[1] > start):
        pieces.append(stretch(text, at, max(at, first), private))
        pieces.append((replacement or "") if first >= start else "")
        at = max(at, min(last, stop))
    return _lines("".join([*pieces, stretch(text, at, stop, private)])) if pieces else None


def _lines(text: str) -> str:
    """Harmless line by line: a document is shown with its lines."""
    return "\n".join(neutral(line) for line in text.split("\n"))
