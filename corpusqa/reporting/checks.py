"""What the report says of each check: its signals with statistics and shape, its labels with counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from corpusqa.reporting.found import Found
from corpusqa.reporting.histogram import histogram
from corpusqa.scan.model import CheckInfo, Scan


def check_sections(scan: Scan, findings: Found, measured: pl.DataFrame) -> dict[str, Any]:
    """One section per check.

    Args:
        scan: The measured corpus.
        findings: All findings in short.
        measured: Rows of `gate.metrics` over the whole corpus.
    """
    values = {row["metric"]: row["value"] for row in measured.iter_rows(named=True)}
    found = findings.by("check", "severity")
    return {name: _section(scan, check, values, found) for name, check in sorted(scan.checks.items())}


def _section(
    scan: Scan, check: CheckInfo, values: dict[str, float | None], found: Mapping[tuple[str, ...], int]
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
        "signals": {name: _signal(scan, check, name, values) for name in check.signals},
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


def _signal(scan: Scan, check: CheckInfo, name: str, values: dict[str, float | None]) -> dict[str, Any]:
    signal, full = check.signals[name], f"{check.name}.{name}"
    measured = scan.take("signals", full)[full]
    return {
        "about": signal.about,
        "dtype": signal.dtype,
        "optional": signal.optional,
        "measured": measured.len() - measured.null_count(),
        "statistics": _statistics(full, values),
        # the values of a half that links are ids of documents, which may be private
        "histogram": None if check.halves.get(name) == "links" else histogram(measured),
    }


def _statistics(name: str, values: dict[str, float | None]) -> dict[str, float | None]:
    """`mean`, `p50`, `share` and so on of one signal or label."""
    head = f"{name}."
    return {metric[len(head) :]: value for metric, value in values.items() if metric.startswith(head)}
