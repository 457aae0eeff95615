"""A report.json that was written before: to draw it again, to judge it again, to compare with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.gate import METRICS
from corpusqa.reporting.model import SCHEMA

# What every report has, whatever was found: a file without one of them is something else.
_NEEDED = ("corpus", "ledger", "checks", "findings", "totals", "gate", "slices")


def read_report(path: Path) -> dict[str, Any]:
    """The report in a file, or in a folder that holds a report.json.

    Raises:
        UsageError: there is no such file.
        CannotEvaluate: it is no whole report, or of a schema that this version does not know.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        text = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); name a report.json") from None
    try:
        report = json.loads(text)
    except ValueError:
        raise CannotEvaluate(
            f"{file}: not whole JSON; it may be truncated: make it again with `corpusqa report`"
        ) from None
    if not isinstance(report, dict) or not isinstance(report.get("schema"), int):
        raise CannotEvaluate(f"{file}: no report of corpusqa: it names no schema")
    if report["schema"] != SCHEMA:
        newer = "use the version of corpusqa that wrote it, or make it again"
        raise CannotEvaluate(f"{file}: report of schema {report['schema']}, this version reads {SCHEMA}; {newer}")
    missing = [name for name in _NEEDED if name not in report]
    if missing:
        raise CannotEvaluate(f"{file}: not a whole report, it lacks {', '.join(missing)}; make it again")
    return report


def measured(report: dict[str, Any]) -> pl.DataFrame:
    """The metrics in a report: columns of `gate.METRICS`, the whole corpus and its slices."""
    documents = report["corpus"]["documents"]
    rows: list[tuple[str, str, str | None, float | None, int]] = [
        (metric, "", "", value, documents) for metric, value in report["metrics"].items()
    ]
    for check, section in report["checks"].items():
        for kind in ("labels", "signals"):
            for name, said in section[kind].items():
                rows += [(f"{check}.{name}.{s}", "", "", value, documents) for s, value in said["statistics"].items()]
    for row in report["slices"]:
        size = row["documents"]
        rows.append(("documents.count", row["by"], row["value"], float(size), size))
        rows += [(metric, row["by"], row["value"], value, size) for metric, value in row["metrics"].items()]
    return pl.DataFrame(rows, schema=METRICS, orient="row").unique(
        ["metric", "by", "slice"], keep="last", maintain_order=True
    )
