"""A scan as a stage: one part per unit, so that later tasks read what concerns their unit alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Part, Stage, carried, write_tables
from corpusqa.scan.held import OnDisk, aligned, rows_of
from corpusqa.scan.model import DOCUMENTS, SPANS, CheckInfo, LabelInfo, Scan, SignalInfo
from corpusqa.scan.tables import Tables

_WHOLE = ("edges", "clusters", "matches", "unreadable", "duplicate_ids")
# Of each unit, held whole, in this order: few documents have any.
_SORTED = {"failures": ("doc", "check"), "elsewhere": ("doc", "column", "label")}


def store(flow: Flow, made_of: object, tables: Tables) -> Stage:
    """Write a scan as the stage `scan`, one part per unit; what belongs to no unit stands in the first.

    Names that hold private values stay out: those of documents are null, a cluster is named by its smallest document,
    and the signals that repeat the names of clusters are made again by `restore`.
    """
    whole = tables.whole()
    first = pl.col("doc").min().over("half", "cluster").cast(pl.String)
    whole["clusters"] = whole["clusters"].with_columns(cluster=first)
    whole["duplicate_ids"] = whole["duplicate_ids"].with_columns(id=pl.lit(None, pl.String))
    checks = {name: asdict(check) for name, check in tables.checks.items()}
    meta = json.dumps({**tables.said(), "checks": checks}, sort_keys=True, default=str)
    whole["meta"] = pl.DataFrame({"json": [meta]})
    parts = (part if number else part | whole for number, part in enumerate(tables.parts()))
    return flow.write("scan", made_of, parts, tables.units, writer=partial(_written, tables.documents))


def _written(documents: Stage, folder: Path, part: int, tables: Mapping[str, pl.DataFrame]) -> tuple[Part, ...]:
    """The tables of a unit; that of its documents stands in the index."""
    found = documents.file("documents", part)
    assert found is not None
    return (*write_tables(folder, part, tables), carried(found, documents.folder, folder, "documents", part))


def restore(stage: Stage, names: pl.DataFrame | None = None) -> Scan:
    """The scan that a stage holds.

    Args:
        stage: From `store`.
        names: The private names of documents (see `OnDisk`); without them a private id is `row:<number>`, other
            private names are null.

    Raises:
        KeyError: it was stored by another version.
    """
    tables = {name: stage.frame(name) for name in (*_WHOLE, *_SORTED)}
    said: dict[str, Any] = json.loads(stage.frame("meta").item())
    checks = {name: _check(values) for name, values in said.pop("checks").items()}
    signals = {f"{c.name}.{n}": getattr(pl, s.dtype) for c in checks.values() for n, s in c.signals.items()}
    links = [f"{c.name}.{half}" for c in checks.values() for half, kind in c.halves.items() if kind == "links"]
    columns = {"documents": DOCUMENTS, "signals": {"doc": pl.Int64, **signals}, "spans": SPANS}
    held = OnDisk(stage, columns, names, dict.fromkeys(links, pl.DataFrame(schema=_MEMBERS)))
    held.refuse_other()
    clusters = _named(held, tables.pop("clusters"))
    tied = {half: clusters.filter(pl.col("half") == half).select(*_MEMBERS).sort("doc") for half in links}
    tables |= {name: tables[name].sort(*keys) for name, keys in _SORTED.items()}
    held = replace(held, clusters=tied)
    return Scan(held=held, clusters=clusters, checks=checks, **{**tables, **said})


_MEMBERS = {"doc": pl.Int64, "cluster": pl.String}


def _named(held: OnDisk, clusters: pl.DataFrame) -> pl.DataFrame:
    """Clusters by the ids of their smallest documents."""
    firsts = clusters["cluster"].cast(pl.Int64)
    ids = rows_of(held, firsts, "doc", "id").sort("doc")
    named = clusters.with_columns(cluster=aligned(firsts, ids)["id"])
    halves = named.partition_by(
        "half", maintain_order=True
    )  # stored in order; only names in place of private ids differ
    ordered = (half if half["cluster"].is_sorted() else half.sort("cluster", "doc") for half in halves)
    return pl.concat([clusters.clear(), *ordered])


def _check(values: dict[str, Any]) -> CheckInfo:
    signals = {n: SignalInfo(**v) for n, v in values.pop("signals").items()}
    labels = {n: LabelInfo(**v) for n, v in values.pop("labels").items()}
    suggest = {n: tuple(v) for n, v in values.pop("suggest").items()}
    return CheckInfo(**values, signals=signals, labels=labels, suggest=suggest)
