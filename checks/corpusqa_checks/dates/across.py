"""What only many documents together show: sources that pile their dates up, and copies that claim different days."""

from __future__ import annotations

import datetime as dt

import polars as pl

from corpusqa.check import Derive, Frame

# A source says something about its dates from so many dated documents on.
DOCUMENTS = 50
# Publications spread over weeks; so large a share on one day, or on first days of January, comes from a default value.
ONE_DAY_SHARE, NEW_YEAR_SHARE = 0.3, 0.1
# Copies of a text that are published within a month are syndication; later ones are reprints or wrong dates.
SYNDICATION = 31
# A source has an order of numeric dates when so many of its documents show one, and hardly any the other.
ORDERED, ORDERED_SHARE = 10, 0.98
# Clusters of copies, where the check `duplication` is selected.
CLUSTERS = ("duplication.exact", "duplication.near")
CLAIMED = "dates.claimed"


def piled_dates() -> Derive:
    """Documents whose claimed day is one on which their source piles up."""
    return Derive(_piled, needs=["source", CLAIMED, "dates.claimed_from"], where=pl.col(CLAIMED).is_not_null())


def claims_of_copies() -> Derive:
    """Copies of one text that claim to be published more than a month apart."""
    tied = pl.any_horizontal(pl.col(name).is_not_null() for name in CLUSTERS)
    return Derive(_copies, needs=[CLAIMED, *CLUSTERS], where=tied & pl.col(CLAIMED).is_not_null())


def orders_of_sources() -> Derive:
    """For documents whose numeric dates are open: the order that the rest of their source shows."""
    shown, open_ = "dates.order_shown", "dates.order_open"
    return Derive(_ordered, ["source", shown, open_], pl.col(shown).is_not_null() | (pl.col(open_) > 0))


def _ordered(scan: Frame) -> Frame:
    """Frame of one row per document -> `doc`, `source_order`."""
    shown = scan.filter(pl.col("dates.order_shown").is_not_null())
    counted = shown.group_by("source").agg(
        total=pl.len(), day_first=(pl.col("dates.order_shown") == "day_first").mean()
    )
    settled = counted.filter(pl.col("total") >= ORDERED).select(
        "source",
        source_order=pl.when(pl.col("day_first") >= ORDERED_SHARE)
        .then(pl.lit("day_first"))
        .when(pl.col("day_first") <= 1 - ORDERED_SHARE)
        .then(pl.lit("month_first")),
    )
    open_ = scan.filter(pl.col("dates.order_open") > 0)
    return open_.join(settled, on="source", nulls_equal=True, maintain_order="left").select("doc", "source_order")


def _piled(scan: Frame) -> Frame:
    """Frame of one row per document -> `doc`, `label`, `why`."""
    dated = scan.filter(pl.col(CLAIMED).is_not_null() & (pl.col("dates.claimed_from") == "metadata"))
    new_year = (pl.col(CLAIMED).dt.month() == 1) & (pl.col(CLAIMED).dt.day() == 1)
    counted = dated.with_columns(
        total=pl.len().over("source"),
        same=pl.len().over("source", CLAIMED),
        first=new_year.sum().over("source"),
        new_year=new_year,
    ).filter(pl.col("total") >= DOCUMENTS)
    piled = counted.filter(
        (pl.col("same") > ONE_DAY_SHARE * pl.col("total"))
        | (pl.col("new_year") & (pl.col("first") > NEW_YEAR_SHARE * pl.col("total")))
    )
    return piled.select("doc", label=pl.lit("piled_dates"), why=_why_piled())


def _why_piled() -> pl.Expr:
    day = pl.col(CLAIMED).dt.to_string("%Y-%m-%d")
    one = pl.format("{} of {} dated documents of this source claim {}", "same", "total", day)
    new_year = pl.format("{} of {} dated documents of this source claim a first of January", "first", "total")
    return pl.when(pl.col("same") > ONE_DAY_SHARE * pl.col("total")).then(one).otherwise(new_year)


def _copies(scan: Frame) -> Frame:
    """Frame of one row per document -> `doc`, `label`, `why`."""
    found = [
        _spread(scan.select("doc", claimed=pl.col(CLAIMED), cluster=pl.col(name)))
        for name in CLUSTERS
        if name in scan.columns
    ]
    if not found:
        return pl.DataFrame(schema={"doc": pl.Int64, "label": pl.String, "why": pl.String})
    return pl.concat(found).unique("doc", keep="first", maintain_order=True)


def _spread(copies: Frame) -> Frame:
    tied = copies.filter(pl.col("cluster").is_not_null() & pl.col("claimed").is_not_null())
    ranged = tied.with_columns(
        earliest=pl.col("claimed").min().over("cluster"), latest=pl.col("claimed").max().over("cluster")
    ).filter(pl.col("latest") - pl.col("earliest") > dt.timedelta(days=SYNDICATION))
    why = pl.format(
        "claims {}; copies of it claim {} to {}",
        *(pl.col(name).dt.to_string("%Y-%m-%d") for name in ("claimed", "earliest", "latest")),
    )
    return ranged.select("doc", label=pl.lit("copies_disagree"), why=why)
