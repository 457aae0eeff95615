"""The findings of a whole corpus: a unit is read again only where a span asks for an excerpt."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, Stage, write_tables
from corpusqa.findings import find, ordered
from corpusqa.gate.baseline import key_mark, key_of
from corpusqa.readers import Unit
from corpusqa.scan.model import CheckInfo, Scan


def all_findings(
    corpus: Corpus, scan: Scan, stored: Stage, flow: Flow, contradictions: Sequence[str] = ()
) -> pl.DataFrame:
    """Every finding of the corpus, errors first, then by fingerprint; `contradictions` are those of the card."""
    key = key_of(os.environ)
    task = partial(_of_unit, corpus, dict(scan.checks), stored, key)
    stage = flow.map("findings", (stored.digest, key_mark(key)), list(enumerate(corpus.units)), task)
    return ordered(stage.frame("findings"), scan, contradictions)


def _of_unit(
    corpus: Corpus, checks: Mapping[str, CheckInfo], stored: Stage, key: bytes, folder: Path, task: tuple[int, Unit]
) -> Done:
    part, unit = task
    labels = {f"{check.name}.{name}": label for check in checks.values() for name, label in check.labels.items()}
    shown = [name for name, label in labels.items() if label.severity is not None or label.private]
    spans = stored.part("spans", part).filter(pl.col("label").is_in(shown))
    severe = spans.filter(pl.col("label").is_in([name for name in shown if labels[name].severity is not None]))
    documents = stored.part("documents", part).join(severe, on="doc", how="semi", maintain_order="left")
    if documents.height:
        texts = corpus.read(unit).documents.select("row", "text")
        documents = documents.join(texts, on="row", how="left", maintain_order="left")
    else:
        documents = documents.with_columns(text=pl.lit(None, pl.String))
    spans = spans.join(documents, on="doc", how="semi", maintain_order="left")
    return Done(
        write_tables(folder, part, {"findings": find(documents, spans, checks, stored.part("failures", part), key)})
    )
