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
    statistics: dict[str, dict[str, float | None]] = {}
    for metric, value in measured.select("metric", "value").iter_rows():
        name, _, statistic = metric.rpartition(".")
        statistics.setdefault(name, {})[statistic] = value
    found = findings.by("check", "severity")
    shapes = _shapes(scan)
    return {name: _section(scan, check, statistics, found, shapes) for name, check in sorted(scan.checks.items())}


def _shapes(scan: Scan) -> dict[str, dict[str, Any]]:
    """How many documents each signal was measured on, and its histogram."""
    # the values of a half that links are ids of documents, which may be private
    hidden = {f"{c.name}.{half}" for c in scan.checks.values() for half, kind in c.halves.items() if kind == "links"}
    names = [f"{check.name}.{name}" for check in scan.checks.values() for name in check.signals]
    return {
        values.name: {
            "measured": values.len() - values.null_count(),
            "histogram": None if values.name in hidden else histogram(values),
        }
        for held in scan.some("signals", names)
        for values in held.iter_columns()
    }


def _section(
    scan: Scan,
    check: CheckInfo,
    statistics: Mapping[str, dict[str, float | None]],
    found: Mapping[tuple[str, ...], int],
    shapes: Mapping[str, dict[str, Any]],
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
                "statistics": statistics.get(f"{check.name}.{name}", {}),
                **shapes[f"{check.name}.{name}"],
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
                "statistics": statistics.get(f"{check.name}.{name}", {}),
            }
            for name, label in check.labels.items()
        },
    }
