"""Limits of the change: every value now and in the base, or why the two cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from corpusqa.config import Limit
from corpusqa.gate.base import OF_THE_SOURCE, Base, of_documents
from corpusqa.gate.catalogue import DOCUMENTS
from corpusqa.gate.limits import CHANGES
from corpusqa.gate.metrics import METRICS, metrics
from corpusqa.scan.model import Scan

# A report rounds to nine digits; comparing more of them would find changes where there are none.
DIGITS = 9
# How reports call a slice whose name is private; it cannot be found again by that.
_HIDDEN = r"^(source|row):\d+$"

# What a change is judged by: `base` and `compared` are the two values, `problem` why they are not both there, `waits`
# whether that is no fault, so that the limit is shown and not judged.
COMPARED = {
    "metric": pl.String,
    "by": pl.String,
    "slice": pl.String,
    "base": pl.Float64,
    "compared": pl.Float64,
    "compared_documents": pl.Int64,
    "problem": pl.String,
    "waits": pl.Boolean,
}


def compare(
    base: Base | None, scan: Scan, verdicts: pl.DataFrame, limits: Mapping[str, Limit], asked: str | None
) -> pl.DataFrame:
    """Every metric that is limited by its change, now and in the base: columns of COMPARED.

    Args:
        base: The base, if there is one.
        scan: The present corpus.
        verdicts: Its `doc` and `verdict`.
        limits: The limits.
        asked: The base that the configuration asks for; if it is not there, nothing passes.
    """
    changing = {m: limit for m, limit in limits.items() if any(getattr(limit, form) is not None for form in CHANGES)}
    by = list(dict.fromkeys(key for limit in changing.values() for key in limit.by))
    if not changing:
        return pl.DataFrame(schema=COMPARED)
    now = _now(base, scan, verdicts, list(changing), by)
    now = pl.concat([now, vanished(base, now)])
    earlier = pl.DataFrame(schema=METRICS) if base is None else base.measured
    keys = ["metric", "by", "slice"]
    table = now.join(earlier.select(*keys, base="value"), on=keys, how="left", nulls_equal=True, maintain_order="left")
    table = table.rename({"value": "compared", "documents": "compared_documents"})
    rounded = table.with_columns(pl.col("base", "compared").round_sig_figs(DIGITS))
    known = earlier.select("metric", "by", inside=pl.lit(value=True)).unique()
    joined = rounded.join(known, on=["metric", "by"], how="left", maintain_order="left")
    problem, waits = _problem(base, scan, asked)
    return joined.with_columns(problem=problem, waits=waits.fill_null(value=False)).select(*COMPARED)


def vanished(base: Base | None, measured: pl.DataFrame) -> pl.DataFrame:
    """Slices of the base that have no document left: rows of METRICS that say so for `documents.count`."""
    if base is None:
        return pl.DataFrame(schema=METRICS)
    sliced = measured.filter((pl.col("metric") == DOCUMENTS) & (pl.col("by") != "")).select("by").unique()
    earlier = base.measured.filter(pl.col("metric") == DOCUMENTS).join(sliced, on="by", how="semi")
    named = earlier.filter(~pl.col("slice").str.contains(_HIDDEN).fill_null(value=False))
    gone = named.join(measured, on=["metric", "by", "slice"], how="anti", nulls_equal=True, maintain_order="left")
    return gone.with_columns(value=pl.lit(0.0), documents=pl.lit(0, pl.Int64)).select(*METRICS)


def _now(base: Base | None, scan: Scan, verdicts: pl.DataFrame, names: list[str], by: list[str]) -> pl.DataFrame:
    """The present values: every slice, over the documents that are in both where these are known."""
    every = metrics(scan, verdicts, by, names=names)
    if base is None or base.docs is None:
        return every
    keys, of_source = ["metric", "by", "slice"], pl.col("metric").is_in(OF_THE_SOURCE)
    both = metrics(scan, verdicts, by, names=of_documents(names), docs=base.docs)
    slices = every.filter(~of_source).select(keys)
    common = slices.join(both, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return pl.concat([every.filter(of_source), common.with_columns(pl.col("documents").fill_null(0)).select(*METRICS)])


def _problem(base: Base | None, scan: Scan, asked: str | None) -> tuple[pl.Expr, pl.Expr]:
    """Why a row cannot be compared, and whether that is no fault."""
    if base is None:
        lost = f"the base {asked} was not read" if asked else "no base was given: shown, not judged"
        return pl.lit(lost), pl.lit(asked is None)
    check = pl.col("metric").str.split(".").list.first()
    other = {
        name: f"the base was measured by {name} {base.versions[name]}, this by {info.version}: make the base anew"
        for name, info in scan.checks.items()
        if base.versions.get(name, info.version) != info.version
    }
    version = check.replace_strict(other, default=None, return_dtype=pl.String)
    nothing = pl.lit("no document is in both: shown, not judged")
    new = pl.lit("not in the base: shown, not judged")
    absent = pl.lit("the base does not have it: make the base anew")
    unknown = pl.col("base").is_null() & pl.col("inside").is_null()
    of_source = pl.col("metric").is_in(OF_THE_SOURCE)
    apart = pl.lit(base.docs is not None) & ~of_source & (pl.col("compared_documents") == 0)
    first_seen = pl.col("base").is_null() & (pl.col("by") != "")
    problem = (
        pl.when(version.is_not_null()).then(version).when(apart).then(nothing).when(unknown).then(absent)
        .when(first_seen).then(new).when(pl.col("base").is_null()).then(absent)
    )  # fmt: skip
    return problem, version.is_null() & (apart | (first_seen & ~unknown))
