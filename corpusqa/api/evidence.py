"""The few documents that a report shows in words, masked: pairs side by side, whole documents with their spans."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.findings import annotate, compare
from corpusqa.scan.model import Scan


def evidence(
    corpus: Corpus, scan: Scan, edits: pl.DataFrame, pairs: pl.DataFrame, documents: Sequence[int]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs (columns of EDGES) side by side, and documents with their spans and edits, for the report."""
    docs = pl.concat([pairs["a"], pairs["b"], pl.Series(documents, dtype=pl.Int64)]).unique()
    known = _texts(corpus, scan, docs)
    spans = scan.spans.join(known.select("doc"), on="doc", how="semi", maintain_order="left")
    failures = scan.failures.join(known.select("doc"), on="doc", how="semi", maintain_order="left")
    shown = known.filter(pl.col("doc").is_in(list(documents)))
    side_by_side = compare(pairs, known, spans, scan.checks, failures)
    return side_by_side, annotate(shown, spans, edits, scan.checks, failures)


def _texts(corpus: Corpus, scan: Scan, docs: pl.Series) -> pl.DataFrame:
    """The documents with their text; units without one of them are not read."""
    wanted = scan.documents.filter(pl.col("doc").is_in(docs.implode()))
    frames = [wanted.clear().with_columns(text=pl.lit(None, pl.String))]
    for unit in corpus.units:
        part = wanted.filter(unit=unit.number)
        if part.height:
            texts = corpus.read(unit).documents.select("row", "text")
            frames.append(part.join(texts, on="row", how="left", maintain_order="left"))
    return pl.concat(frames)
