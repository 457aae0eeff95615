"""Half `splits`: copies on both sides of a train, validation or test split."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corpusqa.check import Derive, Frame

FOUND = {"doc": pl.Int64, "label": pl.String, "why": pl.String}


def splits(halves: Sequence[str]) -> Derive:
    """Documents whose cluster in one of the halves (`duplication.near`) has members in another split."""
    tied = pl.col("split").is_not_null() & pl.any_horizontal(pl.col(half).is_not_null() for half in halves)
    return Derive(lambda frame: leaked(frame, halves), ("split", *halves), tied)


def leaked(frame: Frame, halves: Sequence[str]) -> Frame:
    """One row per document and leak, named by the first half that ties it to another split."""
    found = [_leaked(frame, half) for half in halves]
    return pl.concat([pl.DataFrame(schema=FOUND), *found]).unique("doc", keep="first", maintain_order=True)


def _leaked(frame: Frame, half: str) -> Frame:
    members = frame.filter(pl.col(half).is_not_null() & pl.col("split").is_not_null())
    tied = members.group_by(half).agg(splits=pl.col("split").unique().sort()).filter(pl.col("splits").list.len() > 1)
    others = pl.col("splits").list.set_difference(pl.concat_list("split")).list.sort().list.join(", ")
    why = pl.format("{}: also in split {}", pl.lit(half.split(".")[-1]), others)
    rows = members.join(tied, on=half).sort("doc")
    return rows.select("doc", label=pl.lit("split_leakage"), why=why)
