"""A document with its spans: stretches of masked text, each with the labels it bears and what cleaning does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import polars as pl

from corpusqa.findings.excerpt import Private, stretch
from corpusqa.findings.hidden import Hidden
from corpusqa.findings.neutral import neutral
from corpusqa.scan.model import CheckInfo

SEGMENTS = pl.List(pl.Struct({"text": pl.String, "labels": pl.List(pl.String), "action": pl.String}))
ANNOTATED: dict[str, Any] = {"doc": pl.Int64, "segments": SEGMENTS, "shown": pl.Int64, "characters": pl.Int64}
LONGEST = 4000  # code points of a document
Range = tuple[int, int, str]


def annotate(
    documents: pl.DataFrame,
    spans: pl.DataFrame,
    edits: pl.DataFrame,
    checks: Mapping[str, CheckInfo],
    failures: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The beginnings of documents in labelled segments.

    Args:
        documents: Columns `doc` and `text`.
        spans: Columns of SPANS, of these documents; private ones are masked.
        edits: Columns `doc`, `start`, `end`, `action` ("cut" or "mask").
        checks: The selected checks by name.
        failures: Columns of FAILURES.

    Returns:
        Columns of ANNOTATED, in the order of the documents; `shown` of `characters` code points are in the segments.
    """
    hidden = Hidden.of(spans, checks, failures)
    named = _by_doc(spans, "label")
    done = _by_doc(edits, "action")
    rows = []
    for doc, text in documents.select("doc", "text").iter_rows():
        end = min(len(text), LONGEST)
        private = hidden.in_document(doc, text)
        segments = _segments(text, end, private, named.get(doc, []), done.get(doc, []))
        rows.append((doc, segments, end, len(text)))
    return pl.DataFrame(rows, schema=ANNOTATED, orient="row")


def _by_doc(frame: pl.DataFrame, name: str) -> dict[int, list[Range]]:
    found: dict[int, list[Range]] = {}
    inside = frame.filter(pl.col("start").is_not_null())
    for doc, start, end, value in inside.select("doc", "start", "end", name).iter_rows():
        found.setdefault(doc, []).append((start, end, value))
    return found


def _segments(
    text: str, end: int, private: Private | None, labels: Sequence[Range], edits: Sequence[Range]
) -> list[dict[str, object]]:
    """Stretches between the ends of spans; a private stretch is one piece whatever ends inside it."""
    labels = [span for span in labels if span[0] < end]
    edits = [span for span in edits if span[0] < end]
    stretches = zip(private.starts, private.ends, strict=True) if private else ()
    hidden = [(start, stop) for start, stop in stretches if start < end]
    marks = {0, end} | {mark for start, stop, _ in (*labels, *edits) for mark in (start, stop) if mark < end}
    marks = {mark for mark in marks if not any(start < mark < stop for start, stop in hidden)}
    marks |= {mark for stop in hidden for mark in stop if mark < end} | {end}
    ordered = sorted(marks)
    return [
        {
            "text": _lines(stretch(text, start, stop, private)),
            "labels": sorted({label for first, last, label in labels if first < stop and last > start}),
            "action": next((action for first, last, action in edits if first < stop and last > start), None),
        }
        for start, stop in pairwise(ordered)
    ]


def _lines(text: str) -> str:
    """Harmless line by line: a document is shown with its lines."""
    return "\n".join(neutral(line) for line in text.split("\n"))
