"""The findings of some documents: one per span whose label has a severity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from corpusqa.findings.excerpt import Private, excerpt, shown, stretch
from corpusqa.findings.fingerprint import fingerprint
from corpusqa.findings.hidden import Hidden
from corpusqa.findings.model import FINDINGS
from corpusqa.findings.names import shown_files, shown_ids
from corpusqa.findings.neutral import neutral
from corpusqa.scan.model import CheckInfo, LabelInfo

_OPENING = 120  # code points of a document's beginning, shown where the finding is the document itself


def find(
    documents: pl.DataFrame,
    spans: pl.DataFrame,
    checks: Mapping[str, CheckInfo],
    failures: pl.DataFrame | None = None,
    key: bytes = b"",
) -> pl.DataFrame:
    """The findings of some documents, in the order of document and position.

    Args:
        documents: Columns of the scan's DOCUMENTS and `text`, which is null where no span needs it.
        spans: Columns of SPANS: every span of these documents whose label is private or has a severity.
        checks: The selected checks by name.
        failures: Columns of FAILURES: where a check with private labels failed, only the shape of the text is shown.
        key: With a key, fingerprints change when the private value does (see `fingerprint`).

    Returns:
        Columns of FINDINGS. Every private span is masked in every excerpt; without a check that has private labels an
        excerpt is the shape of the text.
    """
    labels = {f"{c.name}.{name}": label for c in checks.values() for name, label in c.labels.items()}
    severe = spans.filter(pl.col("label").is_in([n for n, label in labels.items() if label.severity is not None]))
    severe = severe.join(documents.select("doc"), on="doc", how="semi").sort(
        "doc", "start", "end", "label", nulls_last=True, maintain_order=True
    )
    if severe.is_empty():
        return pl.DataFrame(schema=FINDINGS)
    pages = _pages(documents, severe, Hidden.of(spans, checks, failures))
    rows = [row for page, group in pages for row in _found(page, group, labels, key)]
    return pl.DataFrame(rows, schema=FINDINGS, orient="row")


@dataclass(frozen=True)
class _Page:
    """One document while its findings are made; `private` is None where nothing looked for private values."""

    doc: int
    text: str
    name: str
    source: str | None
    file: str | None
    line: int | None
    is_file: bool
    private: Private | None


def _pages(
    documents: pl.DataFrame, severe: pl.DataFrame, hidden: Hidden
) -> Iterator[tuple[_Page, list[tuple[Any, ...]]]]:
    """Every document with findings, and its spans as `start, end, label, why`."""
    with_spans = documents.join(severe.select("doc"), on="doc", how="semi")
    # A text file is one document and named by its path; a row of a table has no line, a row of JSON Lines has its own.
    # Both names are null in work files where they hold private values.
    same = (pl.col("file") == pl.col("id")) | (pl.col("file_private") & pl.col("id_private"))
    is_file = same & pl.col("line").is_null()
    table = with_spans.with_columns(
        shown_ids(with_spans), *shown_files(with_spans), is_file=is_file.fill_null(False)
    ).sort("doc")
    wanted = ("doc", "text", "document", "source", "file", "line", "is_file")
    groups = severe.group_by("doc", maintain_order=True).agg("start", "end", "label", "why").iter_rows()
    for row, (doc, *columns) in zip(table.select(wanted).iter_rows(named=True), groups, strict=True):
        text = row["text"] or ""
        names = {name: row[name] for name in ("source", "file", "line", "is_file")}
        page = _Page(doc=doc, text=text, name=row["document"], private=hidden.in_document(doc, text), **names)
        yield page, list(zip(*columns, strict=True))


def _found(
    page: _Page, spans: list[tuple[Any, ...]], labels: Mapping[str, LabelInfo], key: bytes
) -> Iterator[tuple[Any, ...]]:
    """The findings of one document as rows of FINDINGS."""
    seen: dict[tuple[str, str], int] = {}
    line, counted = 1, 0
    for start, end, label, why in spans:
        if page.is_file and start is not None:
            line, counted = line + page.text.count("\n", counted, start), start
        pieces = _opening(page) if start is None else excerpt(page.text, start, end, page.private)
        context = "" if start is None else "\x1f".join(pieces)
        ordinal = seen.get((label, context), 0)
        seen[label, context] = ordinal + 1
        value = "" if start is None else page.text[start:end]
        yield (
            label,
            label.partition(".")[0],
            labels[label].severity,
            page.doc,
            page.name,
            page.source,
            page.file,
            (line if start is not None else 1) if page.is_file else page.line,
            start,
            end,
            _message(labels[label].about, why),
            *shown(*pieces),
            fingerprint(label, page.name, context, ordinal, value, key),
        )


def _opening(page: _Page) -> tuple[str, str, str]:
    """The beginning of a document, for a finding that is the document itself."""
    return "", "", stretch(page.text, 0, min(_OPENING, len(page.text)), page.private)


def _message(about: str, why: str | None) -> str:
    said = about[:1].upper() + about[1:]
    return neutral(f"{said}: {why}" if why else said)
