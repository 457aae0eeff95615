"""What a sample says of the whole corpus: an interval for every metric that has one, never a claim of zero."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from corpusqa.gate.catalogue import CUT_SHORT, DOCUMENTS, Metric, catalogue
from corpusqa.gate.metrics import MEGABYTE, SPAN, without
from corpusqa.scan.model import Scan

CONFIDENCE = 0.95
Z = 1.959964  # of the normal distribution, two-sided at CONFIDENCE
INTERVALS = {
    "metric": pl.String,
    "by": pl.String,
    "slice": pl.String,
    "low": pl.Float64,  # null where a sample says nothing: links between documents, extremes, quantiles
    "high": pl.Float64,
}
Interval = tuple[float, float] | None


def wilson(share: float, count: int) -> tuple[float, float]:
    """The interval of a share that was seen in `count` draws (Wilson 1927); never from 0 to 0, nor from 1 to 1."""
    if not count:
        return 0.0, 1.0
    spread = Z * Z / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z * math.sqrt(share * (1 - share) / count + spread / (4 * count)) / (1 + spread)
    return max(0.0, middle - half) if share else 0.0, min(1.0, middle + half) if share < 1 else 1.0


def intervals(scan: Scan, measured: pl.DataFrame, accepted: pl.DataFrame | None = None) -> pl.DataFrame:
    """Intervals for the whole source, from what was measured on a sample of it.

    Args:
        scan: A scan with `of`.
        measured: Columns of METRICS, as measured on the sample.
        accepted: `doc`, `start`, `end`, `label` of spans that were not counted.

    Returns:
        Columns of INTERVALS in the order of `measured`. Counts are those of the whole source: at least what the sample
        holds, at most what the interval of the share allows. What is said of the run and not of the source (checks that
        failed, files cut short, contradictions of the card) has the value itself for both ends.
    """
    assert scan.of is not None
    known, factor = catalogue(scan.checks), scan.of / max(scan.read, 1)
    squares = _spread(scan, accepted)
    size = int(scan.take("documents", "bytes")["bytes"].sum()) / max(scan.height, 1)
    values = {(m, by, name): value for m, by, name, value, _ in measured.select(*_METRIC).iter_rows()}
    rows = []
    for name, by, piece, value, documents in measured.select(*_METRIC).iter_rows():
        metric = known[name]
        share = values.get((f"{metric.subject}.share", by, piece))
        found = None if value is None else _interval(scan, metric, value, documents, factor, share, squares, size)
        rows.append((name, by, piece, *(found or (None, None))))
    return pl.DataFrame(rows, schema=INTERVALS, orient="row")


_METRIC = ("metric", "by", "slice", "value", "documents")


def _interval(
    scan: Scan, metric: Metric, value: float, documents: int, factor: float, share: float | None,
    squares: Mapping[str, float], mean_size: float,
) -> Interval:  # fmt: skip
    if metric.name == DOCUMENTS:
        low, high = wilson(value / max(scan.read, 1), scan.read)
        return max(value, low * scan.read * factor), high * scan.read * factor
    if metric.kind in ("failed", "declared") or metric.subject == CUT_SHORT:  # of the run; else no sample could pass
        return value, value
    if _linked(scan, metric) or metric.kind == "whole":
        return None
    if metric.kind == "signal":
        return _of_signal(scan, metric, value, documents)
    if metric.statistic == "share":
        return wilson(value, documents)
    if metric.statistic == "per_mb":
        size = mean_size * documents / MEGABYTE
        spread = _count(value * size, documents, 1.0, share, squares.get(metric.subject, 0.0))
        return (spread[0] / size, spread[1] / size) if size else None
    return _count(value, documents, factor, share, squares.get(metric.subject, 0.0))


def _count(value: float, documents: int, factor: float, share: float | None, squares: float) -> tuple[float, float]:
    """The interval of a total: normal over the documents, and never below what one per document would allow."""
    deviation = math.sqrt(max(squares - value * value / max(documents, 1), 0.0))
    # where the share was not asked for, as if every span had a document of its own
    low, high = wilson(min(1.0, value / max(documents, 1)) if share is None else share, documents)
    upper = max(factor * (value + Z * deviation), factor * documents * high)
    lower = factor * (value - Z * deviation) if deviation else factor * documents * low
    return max(value if factor > 1 else 0.0, lower), upper


def _of_signal(scan: Scan, metric: Metric, value: float, documents: int) -> Interval:
    if metric.statistic == "share":
        return wilson(value, documents)
    if metric.statistic != "mean":
        return None
    measured = scan.take("signals", metric.subject)[metric.subject].drop_nulls().to_numpy().astype(float)
    if len(measured) < 2:
        return None
    half = Z * float(measured.std(ddof=1)) / math.sqrt(min(len(measured), max(documents, 1)))
    # one value in all that was drawn: a rare row may have any other, so nothing is said of the mean
    return (value - half, value + half) if half else None


def _linked(scan: Scan, metric: Metric) -> bool:
    """Whether documents are compared with each other: the counterpart of most is not in the sample."""
    check = scan.checks.get(metric.check)
    return check is not None and metric.subject.partition(".")[2] in check.halves


def _spread(scan: Scan, accepted: pl.DataFrame | None) -> dict[str, float]:
    """Per label the sum over the documents of the square of its number of spans."""
    found = [pl.DataFrame(schema={"label": pl.String, "len": pl.Float64})]
    for part in scan.held.parts("spans", SPAN):
        spans = part if accepted is None else without(part, accepted)
        counts = spans.group_by("label", "doc").len()
        found.append(counts.group_by("label").agg((pl.col("len").cast(pl.Float64) ** 2).sum()))
    sums: dict[str, Any] = dict(pl.concat(found).group_by("label").agg(pl.col("len").sum()).iter_rows())
    return sums
