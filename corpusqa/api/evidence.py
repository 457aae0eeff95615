"""The few documents that a report shows in words, masked: pairs side by side, whole documents, shared lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.engines.memory import let_go
from corpusqa.findings import SHARED, annotate, compare, shared_lines
from corpusqa.release.edit import plan
from corpusqa.release.mask import Masking
from corpusqa.release.outcome import line_labels
from corpusqa.scan.model import Scan


class Evidence(NamedTuple):
    """What is shown in words: `pairs` (columns of PAIRS), `documents` (ANNOTATED), `shared` lines (SHARED)."""

    pairs: pl.DataFrame
    documents: pl.DataFrame
    shared: pl.DataFrame


def evidence(
    corpus: Corpus,
    scan: Scan,
    edits: pl.DataFrame,
    pairs: pl.DataFrame,
    documents: Sequence[int],
    sharing: Sequence[int] = (),
    labels: Sequence[str] = (),
    masking: Masking | None = None,
) -> Evidence:
    """Pairs (columns of EDGES) side by side, documents with their spans and edits, and the lines that documents share.

    Args:
        corpus: Where the texts are; each unit is read once.
        scan: The measured corpus.
        edits: What cleaning does: spans to cut and mask, of which the record is made that a release would have.
        pairs: Columns of EDGES.
        documents: The documents to show whole.
        sharing: The documents whose shared lines are shown.
        labels: Full names of the labels of shared lines.
        masking: What masked values become.
    """
    docs = pl.concat([pairs["a"], pairs["b"], pl.Series([*documents, *sharing], dtype=pl.Int64)]).unique()
    known, pieces = _texts(corpus, scan, docs)
    parts = scan.held.parts("spans")
    spans = pl.concat(part.join(known.select("doc"), on="doc", how="semi", maintain_order="left") for part in parts)
    spans = spans.sort("doc", "start", "end", "label", nulls_last=True, maintain_order=True)
    failures = scan.failures.join(known.select("doc"), on="doc", how="semi", maintain_order="left")
    shown = known.filter(pl.col("doc").is_in(list(documents)))
    side_by_side = compare(pairs, known, spans, scan.checks, failures)
    record = plan(shown.select("doc", "text"), edits, line_labels(scan), masking or Masking(), pieces)
    annotated = annotate(shown, spans, record, scan.checks, failures)
    sharers = known.filter(pl.col("doc").is_in(list(sharing)))
    theirs = spans.join(sharers.select("doc"), on="doc", how="semi", maintain_order="left")
    shared = shared_lines(sharers, theirs, list(labels), scan.checks, failures) if sharing else None
    return Evidence(side_by_side, annotated, pl.DataFrame(schema=SHARED) if shared is None else shared)


def _texts(corpus: Corpus, scan: Scan, docs: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The documents with their text, and the parts of texts of several; units without one of them are not read."""
    wanted = scan.rows_of(docs)
    frames, pieces = [wanted.clear().with_columns(text=pl.lit(None, pl.String))], []
    for unit in corpus.units:
        part = wanted.filter(unit=unit.number)
        if part.height:
            found = corpus.read_some(unit, part["row"])
            texts = found.documents.select("row", "text")
            frames.append(part.join(texts, on="row", how="left", maintain_order="left"))
            if found.parts is not None:
                pieces.append(part.select("doc", "row").join(found.parts, on="row").select("doc", "start", "end"))
            let_go()
    return pl.concat(frames), pl.concat(pieces) if pieces else None
