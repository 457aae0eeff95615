"""The gate: limits against measures, evaluated by pandera so that what cannot be said never passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from corpusqa.config import Config, Limit
from corpusqa.gate.accepted import Accepted
from corpusqa.gate.base import Base, Judged
from corpusqa.gate.catalogue import CONTRADICTIONS, DOCUMENTS
from corpusqa.gate.change import COMPARED, compare, vanished
from corpusqa.gate.limits import CHANGES, LIMITS, limit_rows, limits_of
from corpusqa.gate.metrics import METRICS, metrics
from corpusqa.gate.sampled import intervals
from corpusqa.scan.model import Scan
from corpusqa.strict import environment_kept, validate_strict

PASSED, FAILED, NOT_EVALUATED = "passed", "failed", "not evaluated"
EXCEEDED = "limit exceeded"
DECIMALS = 12
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
    "base": pl.Float64,  # for limits of the change: the value in the base
    "compared": pl.Float64,  # and the value now, over the documents that are in both
    "headroom": pl.Float64,  # how far the value is from the limit; negative where it is broken
    "ok": pl.Boolean,  # null where it was not judged; `note` says why
    "note": pl.String,
}


@dataclass(frozen=True)
class GateResult:
    """The limits, judged.

    Attributes:
        status: "failed" if a limit of level error is broken; else "not evaluated" if one that has to be judged could
            not be; else "passed".
        rows: Columns of ROWS.
        notes: What to know about the limits, in one line each.
        of_base: Those of the notes that speak of the base.
    """

    status: str
    rows: pl.DataFrame
    notes: tuple[str, ...] = ()
    of_base: tuple[str, ...] = ()


def evaluate(
    scan: Scan,
    verdicts: Judged,
    config: Config,
    *,
    base: Base | None = None,
    accepted: Accepted | None = None,
    contradictions: int = 0,
) -> GateResult:
    """Judge a scan against the limits of the configuration.

    Args:
        scan: The scan.
        verdicts: What the policy says of its documents.
        config: The limits.
        base: What `max_increase` and `max_drop` compare with.
        contradictions: Declared values of the card that measurements contradict; limited to none where the
            configuration declares anything and gives no other limit.
        accepted: Findings that do not count for absolute limits; a change is judged with all findings on both sides.

    Raises:
        ConfigError: a limit names a metric that is not measured.
        CannotEvaluate: the evaluation itself broke.
    """
    limits, notes = limits_of(config.gate, scan.checks)
    if config.card:
        limits = {f"{CONTRADICTIONS}.count": Limit(error=0), **limits}
    by = list(dict.fromkeys(key for limit in limits.values() for key in limit.by))
    spans = None if accepted is None else accepted.spans
    measured = metrics(scan, verdicts.outcomes, by, names=limits, accepted=spans)
    said = (f"{CONTRADICTIONS}.count", "", "", float(contradictions), scan.height)
    measured = pl.concat([measured, vanished(base, measured), pl.DataFrame([said], schema=METRICS, orient="row")])
    compared = compare(base, scan, verdicts.outcomes, limits, config.gate.base)
    of_base = _about(base, compared)
    told = (*notes, *(accepted.notes if accepted else ()), *of_base)
    bounds = None if scan.of is None else intervals(scan, measured, spans)
    judged = judge_limits(limits, measured, config.gate.min_documents, compared, told, bounds)
    return replace(judged, of_base=of_base)


def _about(base: Base | None, compared: pl.DataFrame) -> tuple[str, ...]:
    """What the change was measured against; nothing where no limit asks for it."""
    if base is None or compared.is_empty():
        return ()
    if base.docs is None:
        return (f"changes are measured against {base.name}, the corpora compared as wholes",)
    return (f"changes are measured against {base.name}, over the {base.docs.len():,} documents that are in both",)


def judge_limits(
    limits: Mapping[str, Limit],
    measured: pl.DataFrame,
    min_documents: int,
    compared: pl.DataFrame | None = None,
    notes: tuple[str, ...] = (),
    bounds: pl.DataFrame | None = None,
) -> GateResult:
    """Judge measures against limits.

    Args:
        limits: Limits by metric.
        measured: Columns of METRICS; a metric that is missing in it is not evaluated, and so does not pass.
        min_documents: Slices with fewer documents are shown and not judged, but for the number of documents.
        compared: Columns of COMPARED for the metrics that are limited by their change.
        notes: What to know about the limits.
        bounds: Columns of INTERVALS where only a sample was measured: a limit holds if the whole interval keeps it, is
            broken if the whole interval breaks it, and is else not evaluated.

    Raises:
        CannotEvaluate: there are no limits at all, or the evaluation itself broke.
    """
    keys = ["metric", "by", "slice"]
    wanted = limit_rows(limits).with_columns(change=pl.col("op").is_in(CHANGES))
    rows = wanted.join(measured, on=["metric", "by"], how="left", maintain_order="left")
    changes = (pl.DataFrame(schema=COMPARED) if compared is None else compared).with_columns(change=pl.lit(value=True))
    rows = rows.join(changes, on=[*keys, "change"], how="left", nulls_equal=True, maintain_order="left")
    if bounds is not None:
        rows = rows.join(bounds, on=keys, how="left", nulls_equal=True, maintain_order="left")
    rows = rows.with_columns(
        headroom=_headroom() if bounds is None else _sampled_headroom(),
        judged=~_small(min_documents) & ~pl.col("waits").fill_null(value=False),
    )
    rows = rows.with_row_index("row")
    rows = rows.join(_verdicts(rows.filter("judged")), on="row", how="left", maintain_order="left")
    rows = rows.with_columns(note=_note(min_documents) if bounds is None else _sampled_note(min_documents))
    return GateResult(_status(rows), rows.select(*ROWS), notes)


def _headroom() -> pl.Expr:
    value, limit, change = pl.col("value"), pl.col("limit"), pl.col("compared") - pl.col("base")
    by_op = {"max": limit - value, "min": value - limit, "max_increase": limit - change, "max_drop": limit + change}
    judged: Any = pl.when(pl.col("problem").is_not_null()).then(None)
    for op, headroom in by_op.items():
        judged = judged.when(pl.col("op") == op).then(headroom)
    # 0.3 - 0.1 is a hair less than 0.2: what is reached exactly is not exceeded
    exact: pl.Expr = judged.otherwise(None).round(DECIMALS)
    return exact


def _sampled_headroom() -> pl.Expr:
    """The worst headroom in the interval where that is enough, the best where even that is not; null between them."""
    limit, low, high = pl.col("limit"), pl.col("low"), pl.col("high")
    upper = pl.col("op") == "max"
    worst = pl.when(upper).then(limit - high).otherwise(low - limit)
    best = pl.when(upper).then(limit - low).otherwise(high - limit)
    judged = pl.when(worst >= 0).then(worst).when(best < 0).then(best)
    return pl.when(pl.col("op").is_in(["max", "min"])).then(judged).round(DECIMALS)


def _sampled_note(min_documents: int) -> pl.Expr:
    """What the sample says of all rows, beside every limit; what speaks of the run has no interval around its value."""
    low, high = pl.col("low"), pl.col("high")
    of_all = pl.format("a sample: {} to {} in all rows (95 %)", low.round_sig_figs(3), high.round_sig_figs(3))
    said = pl.when(low == high).then(pl.lit("of the sampled rows alone")).otherwise(of_all)
    unknown = pl.when(pl.col("ok").is_null() & pl.col("low").is_not_null()).then(
        pl.format("{}, which does not decide", said)
    )
    told = unknown.when(pl.col("ok").is_null()).then(pl.lit("a sample cannot tell")).otherwise(said)
    return pl.when(_small(min_documents) | pl.col("problem").is_not_null()).then(_note(min_documents)).otherwise(told)


def _small(min_documents: int) -> pl.Expr:
    documents = pl.when("change").then("compared_documents").otherwise("documents")
    small = (pl.col("by") != "") & (documents < min_documents) & (pl.col("metric") != DOCUMENTS)
    return small.fill_null(value=False)


def _verdicts(rows: pl.DataFrame) -> pl.DataFrame:
    """`row` and `ok` of the rows to judge; null where pandera found something else than a broken limit."""
    found = validate_strict(_schema(), rows.select(*LIMITS, "slice", "headroom"), what="the limits of the gate")
    broken = found.filter(pl.col("check") == EXCEEDED)["row"].unique()
    other = found.filter(pl.col("check") != EXCEEDED)["row"].unique()
    at = pl.int_range(pl.len(), dtype=pl.Int64)
    ok = pl.when(at.is_in(other.implode())).then(None).otherwise(~at.is_in(broken.implode()))
    return rows.select("row", ok=ok)


def _schema() -> Any:
    with environment_kept():
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
    problem = pl.when(pl.col("problem").is_not_null()).then("problem")
    return problem.when(_small(min_documents)).then(small).when(pl.col("ok").is_null()).then(missing)


def _status(rows: pl.DataFrame) -> str:
    errors = rows.filter((pl.col("level") == "error") & pl.col("judged"))
    if not errors["ok"].all(ignore_nulls=True):
        return FAILED
    return NOT_EVALUATED if errors["ok"].null_count() else PASSED
