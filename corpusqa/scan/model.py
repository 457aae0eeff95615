"""What a scan holds: one corpus, measured. Everything that judges or draws reads this, never the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from corpusqa.scan.held import TABLES, Held, InMemory, rows_of
from corpusqa.scan.sources import Sources

# Values of columns that are held together: a small corpus is read at once, of a large one a column at a time.
AT_ONCE = 2_000_000
# One row per document, sorted by `number` (source order).
DOCUMENTS = {
    "doc": pl.Int64,  # rank of the public id by its UTF-8 bytes: 0 is the smallest
    "id": pl.String,  # public id: unique
    "number": pl.Int64,  # position among all rows of the source, unreadable ones included, from 0
    "unit": pl.Int64,
    "row": pl.Int64,  # position in the unit
    "file": pl.String,  # relative to the source; null where rows have no file
    "line": pl.Int64,  # line in the file, from 1; null where rows have no line
    "url": pl.String,
    "source": pl.String,
    "published": pl.String,
    "collected": pl.String,
    "language": pl.String,
    "split": pl.String,
    "chars": pl.Int64,
    "bytes": pl.Int64,  # UTF-8 bytes of the text
    "digest": pl.String,  # 32 hex digits over the whole row
    "id_private": pl.Boolean,  # the id, url or file name matches a private label: shown as row:<number>
    "url_private": pl.Boolean,
    "file_private": pl.Boolean,
    "source_private": pl.Boolean,  # the source is shown nowhere, its slice as source:<number>
}
SPANS = {
    "doc": pl.Int64,
    "start": pl.Int64,  # code points of the original text; null start and end = the document itself
    "end": pl.Int64,
    "label": pl.String,  # <check>.<label>
    "score": pl.Float64,
    "why": pl.String,  # a short reason, never document text
}
EVIDENCE = pl.List(
    pl.Struct(
        {"a_start": pl.Int64, "a_end": pl.Int64, "b_start": pl.Int64, "b_end": pl.Int64, "score": pl.Float64},
    )
)
# Verified pairs of the Links halves; a < b by doc.
EDGES: dict[str, Any] = {
    "half": pl.String,
    "a": pl.Int64,
    "b": pl.Int64,
    "similarity": pl.Float64,
    "evidence": EVIDENCE,
}
# Members of the clusters; `cluster` is the smallest public id among them.
CLUSTERS = {"half": pl.String, "cluster": pl.String, "doc": pl.Int64}
UNREADABLE = {
    "number": pl.Int64,
    "file": pl.String,
    "line": pl.Int64,
    "offset": pl.Int64,
    "reason": pl.String,
    "rest": pl.Boolean,  # stands for all that follows in the file, of which nobody can tell how many rows it was
    "file_private": pl.Boolean,  # as in DOCUMENTS
}
# Items of the reference that documents hold. `item` counts its rows from 0, `part` the parts of an item.
MATCHES: dict[str, Any] = {
    "half": pl.String,
    "doc": pl.Int64,
    "item": pl.Int64,
    "part": pl.Int64,  # null: the item as a whole
    "similarity": pl.Float64,
    "evidence": EVIDENCE,  # a is the document, b the item
}
# Private values outside the texts, which a release publishes as they are.
ELSEWHERE = {
    "doc": pl.Int64,
    "column": pl.String,  # with the keys below it; a name that holds a private value is hidden
    "label": pl.String,
    "count": pl.Int64,
}
# Documents on which a check failed.
FAILURES = {"doc": pl.Int64, "check": pl.String, "why": pl.String}


@dataclass(frozen=True)
class SignalInfo:
    """A declared signal: `dtype` is the polars name ("Float64"), `about` its meaning."""

    dtype: str
    about: str
    view: str = ""
    optional: bool = False


@dataclass(frozen=True)
class LabelInfo:
    """A declared label, without its functions."""

    about: str
    severity: str | None
    line: bool
    main: bool
    private: bool


@dataclass(frozen=True)
class CheckInfo:
    """A selected check as declared: plain values, so a stored scan can be judged where the check is absent."""

    name: str
    version: str
    origin: str
    about: str  # first line of the docstring
    doc: str  # the whole docstring
    options: Mapping[str, Any]
    fingerprint: str
    signals: Mapping[str, SignalInfo]
    labels: Mapping[str, LabelInfo]
    halves: Mapping[str, str]  # name -> "links", "groups" or "derive"
    suggest: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Scan:
    """One corpus, measured.

    Attributes:
        held: `documents`, `signals` and `spans`, one row and more per document; see the properties of these names.
        edges: Columns of EDGES, sorted by half, a, b.
        clusters: Columns of CLUSTERS, sorted by half, cluster, doc; only clusters of two and more.
        unreadable: Columns of UNREADABLE, sorted by number.
        failures: Columns of FAILURES, sorted by doc, check.
        checks: The selected checks by name.
        digest: Content digest of the corpus: 64 hex digits over the row digests in source order.
        read: Rows of the source; documents + unreadable.
        duplicate_ids: Public ids that had to be made unique, as `id` (as in the source) and `count`.
        matches: Columns of MATCHES, sorted by half, doc, item.
        elsewhere: Columns of ELSEWHERE, sorted by doc, column, label.
        reference: Where documents were compared with a reference: its `name`, its `items` and how many were `compared`.
        capped: What was limited, for the report: `what` and `count` (for instance key groups too large to pair whole).
        notes: What was recognised, in one line each.
        seconds: CPU seconds per check and stage; never part of report.json.
        of: Rows of the source of which this is a sample; None for all of them.
        sources: `[[source]]` entries, by which documents are told whose source nobody declared.
    """

    held: Held
    edges: pl.DataFrame
    clusters: pl.DataFrame
    unreadable: pl.DataFrame
    failures: pl.DataFrame
    checks: Mapping[str, CheckInfo]
    digest: str
    read: int
    duplicate_ids: pl.DataFrame
    matches: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MATCHES))
    elsewhere: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ELSEWHERE))
    reference: Mapping[str, Any] = field(default_factory=dict)
    capped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    of: int | None = None
    sources: Sources = ()

    @property
    def height(self) -> int:
        """Number of documents."""
        return self.read - self.unreadable.height

    @property
    def documents(self) -> pl.DataFrame:
        """Columns of DOCUMENTS, sorted by `number`; all of them, which for a large corpus is too much: see `take`."""
        return self.take("documents")

    @property
    def signals(self) -> pl.DataFrame:
        """`doc` and one column per declared signal under its full name; rows in the order of `documents`."""
        return self.take("signals")

    @property
    def spans(self) -> pl.DataFrame:
        """Columns of SPANS, sorted by doc, start, end, label. The failures of checks are not among them."""
        return self.take("spans").sort("doc", "start", "end", "label", nulls_last=True, maintain_order=True)

    @property
    def frame(self) -> pl.DataFrame:
        """Documents and signals side by side, sorted by `number`."""
        return pl.concat([self.documents, self.signals.drop("doc")], how="horizontal")

    def take(self, table: str, *columns: str) -> pl.DataFrame:
        """Some columns (by default all) of `documents`, `signals` or `spans`; spans in the order of their documents."""
        return pl.concat(self.held.parts(table, columns or None))

    def some(self, table: str, names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Columns of `documents` or `signals`, as many at a time as hold AT_ONCE values; each is in one frame."""
        step = max(1, AT_ONCE // max(1, self.height))
        for at in range(0, len(names), step):
            yield self.take(table, *names[at : at + step])

    def rows_of(self, docs: pl.Series, *columns: str) -> pl.DataFrame:
        """Some columns (`doc` among them, by default all) of some documents alone, sorted by `number`."""
        return rows_of(self.held, docs, *columns)

    def side_by_side(self, columns: Iterable[str]) -> Iterator[pl.DataFrame]:
        """`doc` and some columns of documents and signals, unit by unit."""
        names = list(dict.fromkeys(("doc", *columns)))
        fields = self.held.parts("documents", [name for name in names if name in DOCUMENTS])
        signals = self.held.parts("signals", [name for name in names if name == "doc" or name not in DOCUMENTS])
        for part, measured in zip(fields, signals, strict=True):
            yield pl.concat([part, measured.drop("doc")], how="horizontal")

    def in_memory(self) -> Scan:
        """The same scan with its tables in memory, for use after its files are gone."""
        return replace(self, held=InMemory({name: list(self.held.parts(name)) for name in TABLES}))

    @property
    def labels(self) -> dict[str, LabelInfo]:
        """Every declared label of the selected checks under its full name."""
        return {f"{c.name}.{name}": label for c in self.checks.values() for name, label in c.labels.items()}
