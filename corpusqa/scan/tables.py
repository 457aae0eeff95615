"""The tables of a scan in the making: what was measured of each unit, and what the corpus halves add to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import polars as pl

from corpusqa.check import Derive
from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Stage
from corpusqa.plugins import Plugin
from corpusqa.scan.against import match_spans
from corpusqa.scan.clusters import clustered, member_spans, unlisted
from corpusqa.scan.describe import describe
from corpusqa.scan.groups import split
from corpusqa.scan.held import aligned, rows_of
from corpusqa.scan.model import CLUSTERS, EDGES, ELSEWHERE, FAILURES, MATCHES, SPANS
from corpusqa.scan.scanned import Scanned

_FIELDS = ("id", "source", "split", "url", "published", "collected", "language")
HELD = 100_000  # spans of a half that are not worth a stage


class Tables:
    """What the halves add is held, which is little; what was measured is read unit by unit.

    Args:
        flow: Keeps spans of which there are many.
        scanned: The first pass.
        plugins: The selected checks.
    """

    def __init__(self, flow: Flow, scanned: Scanned, plugins: Sequence[Plugin]) -> None:
        self._flow, self._scanned = flow, scanned
        self.checks = describe(plugins)
        self._declared: dict[str, Any] = {
            f"{plugin.name}.{name}": signal.dtype for plugin in plugins for name, signal in plugin.check.signals.items()
        }
        self._links: list[str] = []
        self._added: dict[str, tuple[pl.DataFrame, Any]] = {}  # by signal: `doc`, `value`, sorted; what the others have
        self._spans: list[Callable[[int], pl.DataFrame | None]] = []  # by unit
        self._edges: dict[str, pl.DataFrame] = {}  # by half, sorted as `clusters` are
        self._clusters: dict[str, pl.DataFrame] = {}
        self._matches = [pl.DataFrame(schema=MATCHES)]
        self._reference: dict[str, Any] = {}
        self._capped: dict[str, int] = {}

    def add_links(self, plugin: Plugin, half: str, pairs: pl.DataFrame, capped: int) -> None:
        """Verified pairs become edges, clusters, the half's signal and, if a label bears the half's name, spans."""
        name = f"{plugin.name}.{half}"
        edges = pairs.select(pl.lit(name).alias("half"), "a", "b", "similarity", "evidence").cast(EDGES)  # type: ignore[arg-type]
        tied = rows_of(
            self._scanned.index.held, pl.concat([pairs["a"], pairs["b"]]), "doc", "id", "number", "id_private"
        )
        clusters = clustered(name, pairs, tied)
        self._edges[name] = edges
        self._clusters[name] = clusters
        self._links.append(name)
        self._put(name, clusters.select("doc", value="cluster"))
        if half in plugin.check.labels:
            self._add_spans(member_spans(name, edges, clusters, tied))
            self._limited(f"{name}: members of large clusters, not listed as findings", unlisted(clusters).height)
        self._limited(f"{name}: keys shared by too many documents to pair all with all", capped)

    def pairs(self, halves: Sequence[str]) -> pl.DataFrame:
        """`half`, `a`, `b` of the verified pairs of some halves."""
        found = [self._edges[half].select("half", "a", "b") for half in halves if half in self._edges]
        return pl.concat([pl.DataFrame(schema={"half": pl.String, "a": pl.Int64, "b": pl.Int64}), *found])

    def add_matches(self, plugin: Plugin, half: str, found: pl.DataFrame, compared: int, items: int) -> None:
        """Items of a reference that documents hold become matches, the half's signal and, if a label fits, spans."""
        name = f"{plugin.name}.{half}"
        self._matches.append(found)
        self._reference = {"items": items, "compared": compared}
        counts = found.group_by("doc").agg(value=pl.col("item").n_unique().cast(pl.Int64))
        self._put(name, counts, 0)
        if half in plugin.check.labels:
            self._add_spans(match_spans(found))

    def add_rows(self, plugin: Plugin, said: pl.DataFrame) -> None:
        """Rows of a Groups or Derive half: signals replace the column, spans are added."""
        signals, spans = split(plugin, said)
        once = signals.unique("doc", keep="first", maintain_order=True)
        for name in signals.columns[1:]:
            self._put(name, once.select("doc", value=name))
        self._add_spans(spans)

    def _limited(self, what: str, count: int) -> None:
        if count:
            self._capped[what] = count

    def _put(self, name: str, values: pl.DataFrame, rest: Any = None) -> None:
        self._added[name] = values.sort("doc"), rest

    def frame(self, kind: Derive) -> pl.DataFrame:
        """What a Derive half sees: every field and signal of every document, or what it says that it needs of them."""
        needs = kind.needs or (*_FIELDS, *self._declared)
        fields = self._scanned.index.held.parts("documents", ("doc", *(name for name in needs if name in _FIELDS)))
        names = [name for name in needs if name not in _FIELDS]
        found = []
        for unit, part in zip(self._scanned.corpus.units, fields, strict=True):
            whole = pl.concat([part, self._signals(unit.number, names).drop("doc")], how="horizontal")
            found.append(whole if kind.where is None else whole.filter(kind.where))
        return pl.concat(found)

    def parts(self) -> Iterator[dict[str, pl.DataFrame]]:
        """`signals` (without the names of clusters), `spans`, `failures`, `elsewhere` of each unit."""
        stored = [name for name in self._declared if name not in self._links]
        measured, index = self._scanned.measured, self._scanned.index
        for unit in self._scanned.corpus.units:
            docs = index.stage.part("docs", unit.number).select("row", "doc")
            own = measured.part("spans", unit.number).join(docs, on="row", maintain_order="left").select(*SPANS)
            added = (found(unit.number) for found in self._spans)
            spans = pl.concat([own, *(part for part in added if part is not None)])
            failed = measured.part("failures", unit.number).join(docs, on="row", maintain_order="left")
            elsewhere = measured.part("elsewhere", unit.number).join(docs, on="row", maintain_order="left")
            yield {
                "signals": self._signals(unit.number, stored),
                "spans": spans.sort("doc", "start", "end", "label", nulls_last=True, maintain_order=True),
                "failures": failed.select(*FAILURES).sort("doc", "check"),
                "elsewhere": elsewhere.select(*ELSEWHERE).sort("doc", "column", "label"),
            }

    def _add_spans(self, spans: pl.DataFrame) -> None:
        """Spans of a half: held by unit; where there are many, in a stage."""
        units = pl.Series("unit", self._scanned.index.unit_of[spans["doc"].to_numpy()])
        placed = (
            spans.select(*SPANS)
            .with_columns(units)
            .partition_by("unit", as_dict=True, include_key=False, maintain_order=True)
        )
        if spans.height <= HELD:
            self._spans.append(lambda unit: placed.get((unit,)))
            return
        none, units_ = pl.DataFrame(schema=SPANS), self._scanned.corpus.units
        made_of = (self._scanned.index.stage.digest, spans.height, int(spans.hash_rows().sum()))
        parts = ({"spans": placed.get((unit.number,), none)} for unit in units_)
        stage = self._flow.write(f"said.{len(self._spans)}", made_of, parts, len(units_))
        places = {unit.number: part for part, unit in enumerate(units_)}
        self._spans.append(lambda unit: stage.part("spans", places[unit]))

    def _signals(self, unit: int, names: Sequence[str]) -> pl.DataFrame:
        """`doc` and some signals of one unit, in the order of the documents."""
        docs = self._scanned.index.stage.part("docs", unit).select("row", "doc")
        measured = self._scanned.measured.part("signals", unit)
        rows = docs.join(measured, on="row", how="left", maintain_order="left")
        columns = []
        for name in names:
            if name in self._added:
                table, rest = self._added[name]
                values = aligned(docs["doc"], table)["value"].alias(name)
                columns.append(values if rest is None else values.fill_null(rest))
            else:
                columns.append(
                    rows[name] if name in rows.columns else pl.repeat(None, docs.height, eager=True).alias(name)
                )
        typed = (column.cast(self._declared.get(column.name, pl.Null)) for column in columns)
        return pl.DataFrame([docs["doc"], *typed])

    @property
    def documents(self) -> Stage:
        """The stage with the table `documents` of each unit."""
        return self._scanned.index.stage

    @property
    def units(self) -> int:
        """How many parts there are."""
        return len(self._scanned.corpus.units)

    def whole(self) -> dict[str, pl.DataFrame]:
        """The tables that are no larger than what the halves found."""
        return {
            "edges": _in_order(self._edges, EDGES),
            "clusters": _in_order(self._clusters, CLUSTERS),
            "matches": pl.concat(self._matches),
            "unreadable": self._scanned.index.unreadable,
            "duplicate_ids": self._scanned.index.duplicate_ids,
        }

    def said(self) -> dict[str, Any]:
        """What is said of the corpus as a whole, as plain values."""
        corpus, index = self._scanned.corpus, self._scanned.index
        return {
            "digest": index.digest,
            "read": index.read,
            "reference": self._reference,
            "capped": self._capped,
            "seconds": self._scanned.measured.seconds,
            "of": corpus.sample.of if corpus.sample else None,
        }


def _in_order(halves: dict[str, pl.DataFrame], schema: dict[str, Any]) -> pl.DataFrame:
    """The tables of all halves, each in order, in the order of their names: what sorting them would give, in place."""
    return pl.concat([pl.DataFrame(schema=schema), *(halves[name] for name in sorted(halves))])
