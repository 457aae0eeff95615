"""The gate: limits against measures, evaluated by pandera so that what cannot be said never passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from corpusqa.config import Config, Limit
from corpusqa.gate.catalogue import DOCUMENTS
from corpusqa.gate.limits import LIMITS, limit_rows, limits_of
from corpusqa.gate.metrics import metrics
from corpusqa.scan.model import Scan
from corpusqa.strict import validate_strict

PASSED, FAILED, NOT_EVALUATED = "passed", "failed", "not evaluated"
EXCEEDED = "limit exceeded"
# One row per limit and slice, in the order of the limits.
ROWS = {
    "metric": pl.String,
    "by": pl.String,  # "" for the whole corpus
    "slice": pl.String,  # "" for the whole corpus; null for documents without a value
    "level": pl.String,  # error or warn
    "op": pl.String,  # max, min, max_increase or max_drop
    "limit": pl.Float64,
    "value": pl.Float64,  # null where it could not be measured
    "documents": pl.Int64,
    "headroom": pl.Float64,  # how far the value is from the limit; negative where it is broken
    "ok": pl.Boolean,  # null where it was not judged; `note` says why
    "note": pl.String,
}


class Judged(Protocol):
    """What the gate needs of verdicts: `frame` with `doc` and `verdict`."""

    @property
    def frame(self) -> pl.DataFrame:
        """One row per document."""


@dataclass(frozen=True)
class GateResult:
    """The limits, judged.

    Attributes:
        status: "failed" if a limit of level error is broken; else "not evaluated" if one that has to be judged could
            not be; else "passed".
        rows: Columns of ROWS.
        notes: What to know about the limits, in one line each.
    """

    status: str
    rows: pl.DataFrame
    notes: tuple[str, ...] = ()


def evaluate(scan: Scan, verdicts: Judged, config: Config) -> GateResult:
    """Judge a scan against the limits of the configuration.

    Raises:
        ConfigError: a limit names a metric that is not measured.
        CannotEvaluate: the evaluation itself broke.
    """
    limits, notes = limits_of(config.gate, scan.checks)
    slicings = list(dict.fromkeys(key for limit in limits.values() for key in limit.by))
    measured = metrics(scan, verdicts.frame, slicings, names=limits)
    return judge_limits(limits, measured, config.gate.min_documents, notes)


def judge_limits(
    limits: Mapping[str, Limit], measured: pl.DataFrame, min_documents: int, notes: tuple[str, ...] = ()
) -> GateResult:
    """Judge measures against limits.

    Args:
        limits: Limits by metric.
        measured: Columns of METRICS; a metric that is missing in it is not evaluated, and so does not pass.
        min_documents: Slices with fewer documents are shown and not judged, but for the number of documents.
        notes: What to know about the limits.

    Raises:
        CannotEvaluate: there are no limits at all, or the evaluation itself broke.
    """
    wanted = limit_rows(limits).with_row_index("order")
    rows = wanted.join(measured, on=["metric", "by"], how="left", maintain_order="left")
    rows = rows.with_columns(headroom=_headroom())
    small = (pl.col("by") != "") & (pl.col("documents") < min_documents) & (pl.col("metric") != DOCUMENTS)
    rows = rows.with_columns(judged=~small.fill_null(value=False)).with_row_index("row")
    verdicts = _verdicts(rows.filter("judged"))
    rows = rows.join(verdicts, on="row", how="left", maintain_order="left").with_columns(note=_note(min_documents))
    return GateResult(_status(rows), rows.select(*ROWS), notes)


def _headroom() -> pl.Expr:
    value, limit = pl.col("value"), pl.col("limit")
    return pl.when(pl.col("op") == "max").then(limit - value).when(pl.col("op") == "min").then(value - limit)


def _verdicts(rows: pl.DataFrame) -> pl.DataFrame:
    """`row` and `ok` of the rows to judge; null where pandera found something else than a broken limit."""
    found = validate_strict(_schema(), rows.select(*LIMITS, "slice", "headroom"), what="the limits of the gate")
    broken = found.filter(pl.col("check") == EXCEEDED)["row"].unique()
    other = found.filter(pl.col("check") != EXCEEDED)["row"].unique()
    at = pl.int_range(pl.len(), dtype=pl.Int64)
    ok = pl.when(at.is_in(other.implode())).then(None).otherwise(~at.is_in(broken.implode()))
    return rows.select("row", ok=ok)


def _schema() -> Any:
    import pandera.polars as pa

    return pa.DataFrameSchema(
        {
            "metric": pa.Column(str),
            "by": pa.Column(str),
            "slice": pa.Column(str, nullable=True),
            "level": pa.Column(str, pa.Check.isin(["error", "warn"])),
            "op": pa.Column(str, pa.Check.isin(["max", "min", "max_increase", "max_drop"])),
            "limit": pa.Column(float, nullable=False),
            "headroom": pa.Column(float, pa.Check.ge(0, error=EXCEEDED), nullable=False),
        },
        strict=True,
    )


def _note(min_documents: int) -> pl.Expr:
    small = pl.format("fewer than {} documents: shown, not judged", pl.lit(min_documents))
    missing = pl.lit("could not be measured")
    return pl.when(~pl.col("judged")).then(small).when(pl.col("ok").is_null()).then(missing)


def _status(rows: pl.DataFrame) -> str:
    errors = rows.filter((pl.col("level") == "error") & pl.col("judged"))
    if not errors["ok"].all(ignore_nulls=True):
        return FAILED
    return NOT_EVALUATED if errors["ok"].null_count() else PASSED
