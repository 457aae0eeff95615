"""The findings of a whole corpus, in order and on the disk: of text that is full of them nobody holds all at once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Done, Stage, write_tables
from corpusqa.findings import FINDINGS, find, ordered, own, rank
from corpusqa.findings.model import SEVERITIES
from corpusqa.findings.names import shown_files, shown_ids
from corpusqa.gate.baseline import key_mark, key_of
from corpusqa.readers import Unit
from corpusqa.scan.clusters import LISTED, unlisted
from corpusqa.scan.held import rows_of
from corpusqa.scan.model import CheckInfo, Scan

# What a finding takes in memory for every byte on the disk, where its words are packed.
_UNPACKED = 8


@dataclass(frozen=True)
class Findings:
    """Every finding, errors first, then by fingerprint; `stage` holds them in this order, part after part."""

    stage: Stage

    def parts(self) -> Iterator[pl.DataFrame]:
        """Columns of FINDINGS, some at a time."""
        for path in self.stage.paths("findings"):
            yield pl.read_parquet(path, memory_map=False)

    def take(self, *columns: str) -> pl.DataFrame:
        """Some columns (by default all) of every finding."""
        wanted = list(columns or FINDINGS)
        paths = self.stage.paths("findings")
        return pl.concat(pl.read_parquet(path, columns=wanted, memory_map=False).select(wanted) for path in paths)


def all_findings(corpus: Corpus, scan: Scan, stored: Stage, flow: Flow, contradictions: Sequence[str] = ()) -> Findings:
    """Every finding of the corpus; `contradictions` are those of the card.

    A unit is read again only where a span asks for an excerpt. Of a cluster with more members than are listed, the
    others are left out; they count in the scan.
    """
    key = key_of(os.environ)
    silent = flow.write("unlisted", (stored.digest, LISTED), _unlisted(scan))
    task = partial(_of_unit, corpus, dict(scan.checks), stored, key, silent)
    made_of = (corpus.identity(), stored.digest, key_mark(key), silent.digest)
    found = flow.map("findings", made_of, list(enumerate(corpus.units)), task)
    ours = own(scan, contradictions)
    said = flow.write("findings.own", (stored.digest, tuple(contradictions)), [{"findings": ours}])
    pieces = flow.buckets(_UNPACKED * found.weight("findings"))
    tasks = [(0, part) for part in range(len(corpus.units))] + [(1, 0)]
    stage = flow.shuffle(
        "findings.ordered",
        (found.digest, said.digest),
        tasks,
        partial(_pieces, (found, said), pieces),
        FINDINGS,
        pieces * len(SEVERITIES),
        _in_order,
    )
    return Findings(stage)


def _pieces(stages: tuple[Stage, Stage], pieces: int, task: tuple[int, int]) -> pl.DataFrame:
    """The findings of one part with their bucket: a bucket holds the fingerprints of one range and severity."""
    which, part = task
    found = stages[which].part("findings", part)
    place = pl.col("fingerprint").str.slice(0, 4).str.to_integer(base=16, dtype=pl.Int32) * pieces // 0x10000
    return found.with_columns(_b=rank() * pieces + place)


def _in_order(folder: Path, bucket: int, found: pl.DataFrame) -> Done:
    return Done(write_tables(folder, bucket, {"findings": ordered(found)}))


def unlisted_findings(scan: Scan) -> pl.DataFrame:
    """Members of large clusters that are not listed: `name`, `doc` and what documents are called."""
    rest = unlisted(scan.clusters)
    documents = rows_of(scan.held, rest["doc"])
    named = pl.DataFrame([documents["doc"], shown_ids(documents), *shown_files(documents)])
    return rest.join(named, on="doc", how="left", maintain_order="left").rename({"label": "name"})


def _unlisted(scan: Scan) -> list[dict[str, pl.DataFrame]]:
    """The same as `doc` and `label`, unit by unit."""
    rest = unlisted(scan.clusters)
    of_units = scan.held.parts("documents", ["doc"])
    return [{"unlisted": rest.join(docs, on="doc", how="semi", maintain_order="left")} for docs in of_units]


def _of_unit(
    corpus: Corpus,
    checks: Mapping[str, CheckInfo],
    stored: Stage,
    key: bytes,
    silent: Stage,
    folder: Path,
    task: tuple[int, Unit],
) -> Done:
    part, unit = task
    labels = {f"{check.name}.{name}": label for check in checks.values() for name, label in check.labels.items()}
    shown = [name for name, label in labels.items() if label.severity is not None or label.private]
    spans = stored.part("spans", part).filter(pl.col("label").is_in(shown))
    spans = spans.join(silent.part("unlisted", part), on=["doc", "label"], how="anti", maintain_order="left")
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
