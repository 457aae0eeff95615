"""What the report says of each check: its signals with statistics and shape, its labels with counts."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.reporting.histogram import histogram
from corpusqa.scan.model import CheckInfo, Scan


def check_sections(scan: Scan, findings: pl.DataFrame, measured: pl.DataFrame) -> dict[str, Any]:
    """One section per check.

    Args:
        scan: The measured corpus.
        findings: Columns of FINDINGS.
        measured: Rows of `gate.metrics` over the whole corpus.
    """
    values = {row["metric"]: row["value"] for row in measured.iter_rows(named=True)}
    found: dict[tuple[str, str], int] = {
        (check, severity): count
        for check, severity, count in findings.group_by("check", "severity").agg(pl.len()).iter_rows()
    }
    return {name: _section(scan, check, values, found) for name, check in sorted(scan.checks.items())}


def _section(
    scan: Scan, check: CheckInfo, values: dict[str, float | None], found: dict[tuple[str, str], int]
) -> dict[str, Any]:
    return {
        "version": check.version,
        "origin": check.origin,
        "about": check.about,
        "doc": check.doc,
        "halves": dict(check.halves),
        "suggest": {key: list(lines) for key, lines in check.suggest.items()},
        "failed": scan.failures.filter(check=check.name)["doc"].n_unique(),
        "findings": {severity: found.get((check.name, severity), 0) for severity in ("error", "warning", "info")},
        "signals": {
            name: {
                "about": signal.about,
                "dtype": signal.dtype,
                "optional": signal.optional,
                "measured": scan.signals.height - scan.signals[f"{check.name}.{name}"].null_count(),
                "statistics": _statistics(f"{check.name}.{name}", values),
                # the values of a half that links are ids of documents, which may be private
                "histogram": None
                if check.halves.get(name) == "links"
                else histogram(scan.signals[f"{check.name}.{name}"]),
            }
            for name, signal in check.signals.items()
        },
        "labels": {
            name: {
                "about": label.about,
                "severity": label.severity,
                "private": label.private,
                "line": label.line,
                "main": label.main,
                "statistics": _statistics(f"{check.name}.{name}", values),
            }
            for name, label in check.labels.items()
        },
    }


def _statistics(name: str, values: dict[str, float | None]) -> dict[str, float | None]:
    """`mean`, `p50`, `share` and so on of one signal or label."""
    head = f"{name}."
    return {metric[len(head) :]: value for metric, value in values.items() if metric.startswith(head)}
