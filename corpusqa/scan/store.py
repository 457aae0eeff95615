"""A scan as a stage: one part per unit, so that later tasks read what concerns their unit alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from corpusqa.engines.flow import Flow
from corpusqa.engines.parts import Stage
from corpusqa.readers import Unit
from corpusqa.scan.model import CheckInfo, LabelInfo, Scan, SignalInfo
from corpusqa.scan.names import hidden

_BY_UNIT = ("documents", "signals", "spans", "failures", "elsewhere")
_WHOLE = ("edges", "clusters", "matches", "unreadable", "duplicate_ids")


def store(flow: Flow, made_of: object, scan: Scan, units: Sequence[Unit]) -> Stage:
    """Write a scan as the stage `scan`; a part bears the number of its unit's place in `units`.

    Names that hold private values stay out: those of documents are null, a cluster is named by its smallest document,
    and the signals that repeat the names of clusters are made again by `restore`.
    """
    place = scan.documents.select("doc", "unit")
    kept = {name: getattr(scan, name) for name in (*_BY_UNIT, *_WHOLE)}
    kept["documents"] = hidden(scan.documents)
    kept["signals"] = scan.signals.drop(_link_signals(scan.checks))
    kept["clusters"] = scan.clusters.with_columns(cluster=pl.col("doc").min().over("half", "cluster").cast(pl.String))
    kept["duplicate_ids"] = scan.duplicate_ids.with_columns(id=pl.lit(None, pl.String))
    tables = {name: _by_unit(kept[name], place) for name in _BY_UNIT}
    parts = [{name: split.get((unit.number,), empty) for name, (split, empty) in tables.items()} for unit in units]
    whole = {name: kept[name] for name in _WHOLE}
    parts[0] |= {**whole, "meta": pl.DataFrame({"json": [json.dumps(_meta(scan), sort_keys=True, default=str)]})}
    return flow.write("scan", made_of, parts)


def restore(stage: Stage, documents: pl.DataFrame | None = None) -> Scan:
    """The scan that a stage holds.

    Args:
        stage: From `store`.
        documents: The documents with every name; without them a private id is `row:<number>`, other private names null.
    """
    tables = {name: stage.frame(name) for name in (*_BY_UNIT, *_WHOLE)}
    shown = pl.coalesce("id", pl.format("row:{}", "number"))
    tables["documents"] = tables["documents"].with_columns(id=shown) if documents is None else documents
    said: dict[str, Any] = json.loads(stage.frame("meta").item())
    checks = {name: _check(values) for name, values in said.pop("checks").items()}
    ids = tables["documents"].select(cluster=pl.col("doc").cast(pl.String), id="id")
    named = tables["clusters"].join(ids, on="cluster", how="left", maintain_order="left")
    tables["clusters"] = named.select("half", cluster="id", doc="doc").sort("half", "cluster", "doc")
    tables["signals"] = _with_links(tables["signals"], tables["clusters"], checks)
    spans = tables["spans"].sort("doc", "start", "end", "label", nulls_last=True, maintain_order=True)
    failures = tables["failures"].sort("doc", "check")
    tables["elsewhere"] = tables["elsewhere"].sort("doc", "column", "label")
    rest = {"spans": spans, "failures": failures, "notes": tuple(said.pop("notes")), "checks": checks}
    return Scan(**{**tables, **said, **rest})


def _link_signals(checks: Mapping[str, CheckInfo]) -> list[str]:
    """Signals that say the cluster of a document."""
    return [f"{c.name}.{half}" for c in checks.values() for half, kind in c.halves.items() if kind == "links"]


def _with_links(signals: pl.DataFrame, clusters: pl.DataFrame, checks: Mapping[str, CheckInfo]) -> pl.DataFrame:
    for name in _link_signals(checks):
        members = clusters.filter(pl.col("half") == name).select("doc", pl.col("cluster").alias(name))
        signals = signals.join(members, on="doc", how="left", maintain_order="left")
    return signals.select("doc", *(f"{check.name}.{name}" for check in checks.values() for name in check.signals))


def _by_unit(frame: pl.DataFrame, place: pl.DataFrame) -> tuple[Mapping[Any, pl.DataFrame], pl.DataFrame]:
    placed = frame if "unit" in frame.columns else frame.join(place, on="doc", how="left", maintain_order="left")
    split = placed.partition_by("unit", as_dict=True, maintain_order=True)
    return {unit: part.select(frame.columns) for unit, part in split.items()}, frame.clear()


def _meta(scan: Scan) -> dict[str, Any]:
    checks = {name: asdict(check) for name, check in scan.checks.items()}
    names = ("digest", "read", "reference", "capped", "notes", "seconds", "of")
    return {**{name: getattr(scan, name) for name in names}, "checks": checks}


def _check(values: dict[str, Any]) -> CheckInfo:
    signals = {n: SignalInfo(**v) for n, v in values.pop("signals").items()}
    labels = {n: LabelInfo(**v) for n, v in values.pop("labels").items()}
    suggest = {n: tuple(v) for n, v in values.pop("suggest").items()}
    return CheckInfo(**values, signals=signals, labels=labels, suggest=suggest)
