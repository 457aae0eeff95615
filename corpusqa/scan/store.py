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

_BY_UNIT = ("documents", "signals", "spans", "failures")
_WHOLE = ("edges", "clusters", "unreadable", "duplicate_ids")


def store(flow: Flow, made_of: object, scan: Scan, units: Sequence[Unit]) -> Stage:
    """Write a scan as the stage `scan`; a part bears the number of its unit's place in `units`."""
    place = scan.documents.select("doc", "unit")
    tables = {name: _by_unit(getattr(scan, name), place) for name in _BY_UNIT}
    parts = [{name: split.get((unit.number,), empty) for name, (split, empty) in tables.items()} for unit in units]
    whole = {name: getattr(scan, name) for name in _WHOLE}
    parts[0] |= {**whole, "meta": pl.DataFrame({"json": [json.dumps(_meta(scan), sort_keys=True, default=str)]})}
    return flow.write("scan", made_of, parts)


def restore(stage: Stage) -> Scan:
    """The scan that a stage holds."""
    tables = {name: stage.frame(name) for name in (*_BY_UNIT, *_WHOLE)}
    said: dict[str, Any] = json.loads(stage.frame("meta").item())
    checks = {name: _check(values) for name, values in said.pop("checks").items()}
    spans = tables["spans"].sort("doc", "start", "end", "label", nulls_last=True, maintain_order=True)
    failures = tables["failures"].sort("doc", "check")
    rest = {"spans": spans, "failures": failures, "notes": tuple(said.pop("notes")), "checks": checks}
    return Scan(**{**tables, **said, **rest})


def _by_unit(frame: pl.DataFrame, place: pl.DataFrame) -> tuple[Mapping[Any, pl.DataFrame], pl.DataFrame]:
    placed = frame if "unit" in frame.columns else frame.join(place, on="doc", how="left", maintain_order="left")
    split = placed.partition_by("unit", as_dict=True, maintain_order=True)
    return {unit: part.select(frame.columns) for unit, part in split.items()}, frame.clear()


def _meta(scan: Scan) -> dict[str, Any]:
    checks = {name: asdict(check) for name, check in scan.checks.items()}
    names = ("digest", "read", "capped", "notes", "seconds", "of")
    return {**{name: getattr(scan, name) for name in names}, "checks": checks}


def _check(values: dict[str, Any]) -> CheckInfo:
    signals = {n: SignalInfo(**v) for n, v in values.pop("signals").items()}
    labels = {n: LabelInfo(**v) for n, v in values.pop("labels").items()}
    suggest = {n: tuple(v) for n, v in values.pop("suggest").items()}
    return CheckInfo(**values, signals=signals, labels=labels, suggest=suggest)
