"""Numbers over a judged scan, for the whole corpus and by slice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from corpusqa.gate.catalogue import (
    CUT_SHORT,
    DUPLICATE_IDS,
    OUTCOMES,
    QUANTILES,
    UNREADABLE,
    Metric,
    catalogue,
    refuse_slicing,
)
from corpusqa.gate.columns import Columns, Sliced
from corpusqa.scan.held import aligned
from corpusqa.scan.model import Scan

METRICS = {
    "metric": pl.String,
    "by": pl.String,  # "" for the whole corpus, else the field or signal that slices it
    "slice": pl.String,  # "" for the whole corpus; null for the documents that have no value
    "value": pl.Float64,  # null where it cannot be measured
    "documents": pl.Int64,  # documents of the slice
}
MEGABYTE = 1_000_000  # bytes of UTF-8 text, for rates per_mb

_SLICE = "slice"
_PER_DOCUMENT = {"failed": "failures", "elsewhere": "elsewhere"}  # kind of a metric -> column with a number
SPAN = ("doc", "start", "end", "label")  # what tells one span from another


def metrics(
    scan: Scan,
    verdicts: pl.DataFrame,
    by: Sequence[str] = (),
    *,
    names: Iterable[str] | None = None,
    accepted: pl.DataFrame | None = None,
    docs: pl.Series | None = None,
) -> pl.DataFrame:
    """Measure metrics for the whole corpus and for every slice.

    Args:
        scan: The scan.
        verdicts: `doc` and `verdict` of every document.
        by: Fields or signals to slice by.
        names: Metrics to measure; by default all.
        accepted: `doc`, `start`, `end`, `label` of spans that do not count because the team accepts them.
        docs: Documents to measure over; by default all. With them, metrics of the source (unreadable rows, repeated
            ids) are left out, as they are by slice.

    Returns:
        Columns of METRICS, the whole corpus first, then slices by name. Means and quantiles are over the documents on
        which a signal could be measured, shares of labels and rates over all. Quantiles are values that occur.

    Raises:
        ConfigError: `by` names what documents cannot be sliced by.
    """
    refuse_slicing(by, scan.checks, "[report] by:")
    known = catalogue(scan.checks)
    wanted = [known[name] for name in (_usual(known, scan) if names is None else dict.fromkeys(names))]
    wanted = [metric for metric in wanted if metric.kind != "declared"]  # nothing that a scan can tell
    table = Columns(scan, verdicts, docs)
    inner = [metric for metric in wanted if metric.subject not in (UNREADABLE, CUT_SHORT, DUPLICATE_IDS)]
    rows = pl.len() if docs is not None else pl.lit(scan.read)
    whole = _measured(table, scan, accepted, inner, rows, "")
    of_the_source = [_of_the_source(scan, wanted)] if docs is None else []
    sliced = (_measured(table, scan, accepted, inner, pl.len(), key) for key in by)
    return pl.concat([whole, *of_the_source, *sliced])


def _usual(known: Mapping[str, Metric], scan: Scan) -> list[str]:
    """Without names: whose source nobody declared is of interest once sources are declared."""
    return [name for name, metric in known.items() if metric.kind != "undeclared" or scan.sources]


def _measured(
    table: Columns, scan: Scan, accepted: pl.DataFrame | None, wanted: Sequence[Metric], rows: pl.Expr, by: str
) -> pl.DataFrame:
    """Metrics of every slice; a few columns are held at a time."""
    slices = table.sliced(by)
    bytes_ = table.column("bytes").to_frame("bytes")
    sizes = slices.agg(bytes_, pl.len().cast(pl.Int64).alias("documents"), pl.col("bytes").sum().alias("size"))
    sizes = sizes.with_columns(slices.names.alias(_SLICE))
    plain = [metric for metric in wanted if metric.kind != "label"]
    values: dict[str, pl.Series] = {}
    of = _by_column(plain)
    for held in table.some(list(of)):
        asked = [_expression(m, rows).cast(pl.Float64).alias(m.name) for column in held.columns for m in of[column]]
        values |= {series.name: series for series in slices.agg(held, *asked).iter_columns()}
    none = pl.DataFrame(schema={name: METRICS[name] for name in ("metric", _SLICE, "value", "documents")})
    found = [none]
    if plain:
        each = pl.concat([sizes.select(_SLICE, "documents")] * len(plain))
        names_ = pl.Series([metric.name for metric in plain for _ in range(sizes.height)], dtype=pl.String)
        value = pl.concat([values[metric.name].alias("value") for metric in plain])
        found.append(each.with_columns(value, metric=names_).select(none.columns))
    labelled = [metric for metric in wanted if metric.kind == "label"]
    if labelled:
        found.append(_labelled(_counted(table, slices, scan, accepted, labelled), labelled, sizes))
    return pl.concat(found).with_columns(by=pl.lit(by)).select(*METRICS)


_COLUMN = {**_PER_DOCUMENT, "undeclared": "undeclared", "ledger": "verdict", "whole": "doc"}


def _by_column(wanted: Sequence[Metric]) -> dict[str, list[Metric]]:
    """The metrics by the column that they are taken of."""
    found: dict[str, list[Metric]] = {}
    for metric in wanted:
        found.setdefault(_COLUMN.get(metric.kind, metric.subject), []).append(metric)
    return found


def _counted(
    table: Columns, slices: Sliced, scan: Scan, accepted: pl.DataFrame | None, wanted: Sequence[Metric]
) -> pl.DataFrame:
    """Spans of labels by slice: the slice, `label`, `count` and `hit`, the documents that have one."""
    labels = list(dict.fromkeys(metric.subject for metric in wanted))
    codes = pl.DataFrame({"doc": table.docs, "code": slices.code}).sort("doc")
    found = [pl.DataFrame(schema={"code": pl.UInt32, "label": pl.String, "count": pl.UInt32, "hit": pl.UInt32})]
    columns = SPAN if accepted is not None else ("doc", "label")
    for part in scan.held.parts("spans", columns):
        spans = part.filter(pl.col("label").is_in(labels))
        spans = spans if accepted is None else without(spans, accepted)
        placed = spans.with_columns(code=aligned(spans["doc"], codes)["code"]).drop_nulls("code")
        found.append(placed.group_by("code", "label").agg(count=pl.len(), hit=pl.col("doc").n_unique()))
    sums = pl.concat(found).group_by("code", "label").agg(pl.col("count", "hit").sum())
    return sums.select(slices.names.gather(sums["code"]).alias(_SLICE), "label", "count", "hit")


def _labelled(counts: pl.DataFrame, wanted: Sequence[Metric], slices: pl.DataFrame) -> pl.DataFrame:
    """Counts and rates of labels; a label that a slice does not have counts 0 there."""
    labels = pl.DataFrame({"label": list(dict.fromkeys(metric.subject for metric in wanted))})
    every = slices.join(labels, how="cross").join(counts, on=[_SLICE, "label"], how="left", nulls_equal=True)
    every = every.with_columns(pl.col("count", "hit").fill_null(0).cast(pl.Float64))
    documents, size = pl.col("documents"), pl.col("size") / MEGABYTE
    statistics = {
        "count": pl.col("count"),
        "documents": pl.col("hit"),
        "share": pl.when(documents > 0).then(pl.col("hit") / documents),
        "per_mb": pl.when(size > 0).then(pl.col("count") / size),
    }
    every = every.select("label", _SLICE, of="documents", **statistics)
    long = every.unpivot([*statistics], index=["label", _SLICE, "of"], variable_name="statistic", value_name="value")
    asked = pl.DataFrame(
        [(number, metric.name, metric.subject, metric.statistic) for number, metric in enumerate(wanted)],
        schema={"number": pl.Int64, "metric": pl.String, "label": pl.String, "statistic": pl.String},
        orient="row",
    )
    rows = asked.join(long, on=["label", "statistic"]).sort("number", _SLICE)
    return rows.select("metric", _SLICE, "value", documents="of")


def _expression(metric: Metric, rows: pl.Expr) -> pl.Expr:
    """The value of a metric over a table; `rows` is what shares of the ledger are shares of."""
    if metric.kind == "signal":
        return _statistic(metric)
    if metric.kind in _PER_DOCUMENT:
        counts = pl.col(_PER_DOCUMENT[metric.kind])
        hit = counts > 0
        return {"count": counts.sum(), "documents": hit.sum(), "share": hit.mean()}[metric.statistic]
    if metric.kind == "undeclared":
        return pl.col("undeclared").sum() if metric.statistic == "count" else pl.col("undeclared").mean()
    if metric.kind == "ledger":
        count = (pl.col("verdict") == OUTCOMES[metric.subject]).sum()
        return count if metric.statistic == "count" else pl.when(rows > 0).then(count / rows)
    return pl.len()


def _statistic(metric: Metric) -> pl.Expr:
    values = pl.col(metric.subject)
    if metric.dtype in ("String", "Date"):
        return values.is_not_null().mean()
    if metric.dtype == "Boolean":
        return values.mean()
    if metric.statistic in QUANTILES:
        return values.quantile(QUANTILES[metric.statistic], interpolation="linear")
    chosen: pl.Expr = getattr(values, metric.statistic)()
    return chosen


def _of_the_source(scan: Scan, wanted: Sequence[Metric]) -> pl.DataFrame:
    """What is known of the source as a whole and of no document."""
    unreadable = scan.unreadable.height
    values = {
        f"ledger.{UNREADABLE}.count": float(unreadable),
        f"ledger.{UNREADABLE}.share": unreadable / scan.read if scan.read else None,
        f"{CUT_SHORT}.count": float(scan.unreadable["rest"].sum()),
        f"{DUPLICATE_IDS}.count": float(scan.duplicate_ids.height),
    }
    rows = [(m.name, "", "", values[m.name], scan.height) for m in wanted if m.name in values]
    return pl.DataFrame(rows, schema=METRICS, orient="row")


def without(spans: pl.DataFrame, accepted: pl.DataFrame) -> pl.DataFrame:
    """The spans (columns SPAN) that the team does not accept."""
    return spans.join(accepted, on=list(SPAN), how="anti", nulls_equal=True, maintain_order="left")
