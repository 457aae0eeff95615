"""Lines that documents share, by their text: what a corpus half marked as repeated, masked, each line once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from corpusqa.findings.excerpt import Private, stretch
from corpusqa.findings.hidden import Hidden
from corpusqa.findings.neutral import neutral
from corpusqa.scan.model import CheckInfo

SHARED = {"doc": pl.Int64, "label": pl.String, "text": pl.String}
LONGEST = 120  # code points of a line


def shared_lines(
    documents: pl.DataFrame,
    spans: pl.DataFrame,
    labels: list[str],
    checks: Mapping[str, CheckInfo],
    failures: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The lines in the spans of some labels.

    Args:
        documents: Columns `doc` and `text`.
        spans: Columns of SPANS, of these documents; private ones are masked.
        labels: Full names of labels of whole lines.
        checks: The selected checks by name.
        failures: Columns of FAILURES.

    Returns:
        Columns of SHARED: each different line once a document and label.
    """
    hidden = Hidden.of(spans, checks, failures)
    texts = dict(documents.select("doc", "text").iter_rows())
    private = {doc: hidden.in_document(doc, text) for doc, text in texts.items()}
    marked = spans.filter(pl.col("label").is_in(labels) & pl.col("start").is_not_null())
    rows = [
        (doc, label, line)
        for doc, label, start, end in marked.select("doc", "label", "start", "end").iter_rows()
        for line in _lines(texts[doc], start, end, private[doc])
    ]
    return pl.DataFrame(rows, schema=SHARED, orient="row").unique(maintain_order=True)


def _lines(text: str, start: int, end: int, private: Private | None) -> Iterator[str]:
    """The lines of a stretch as they may be shown; masked first, for a private value may hold a line end."""
    for line in stretch(text, start, end, private).splitlines():
        shown = neutral(line.strip())
        if shown:
            yield shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
