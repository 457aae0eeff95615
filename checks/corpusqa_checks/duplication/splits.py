"""Half `splits`: copies on both sides of a train, validation or test split."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corpusqa.check import Derive, Frame

FOUND = {"doc": pl.Int64, "label": pl.String, "why": pl.String}

# What is said of a document that no verified pair ties to the other split, as of members of clusters.
THROUGH_OTHERS = ", through others only"


def splits(equal: str, alike: Sequence[str]) -> Derive:
    """Documents whose cluster has members in another split.

    Args:
        equal: The half whose members are all equal (`duplication.exact`).
        alike: Halves whose members need not be: without a pair of its own a document is there through others.
    """
    halves = (equal, *alike)
    tied = pl.col("split").is_not_null() & pl.any_horizontal(pl.col(half).is_not_null() for half in halves)
    return Derive(lambda frame, pairs: leaked(frame, pairs, equal, alike), ("split", *halves), tied, alike)


def leaked(frame: Frame, pairs: Frame, equal: str, alike: Sequence[str]) -> Frame:
    """One row per document and leak, named by the first half that ties it to another split, by a pair if any does."""
    whose = frame.select("doc", "split").drop_nulls()
    both = pl.concat([pairs, pairs.select("half", a="b", b="a")])
    both = both.join(whose, left_on="a", right_on="doc").join(whose, left_on="b", right_on="doc", suffix="_b")
    direct = both.filter(pl.col("split") != pl.col("split_b")).select("half", doc="a", other="split_b")
    found = [_clustered(frame, equal), *(_said(direct.filter(half=half), half, "") for half in alike)]
    found += [_clustered(frame, half, THROUGH_OTHERS) for half in alike]
    return pl.concat(found).unique("doc", keep="first", maintain_order=True).select(*FOUND)


def _clustered(frame: Frame, half: str, how: str = "") -> Frame:
    """Documents whose cluster has members in other splits."""
    members = frame.filter(pl.col(half).is_not_null() & pl.col("split").is_not_null())
    there = members.select(half, other="split").unique(maintain_order=True)
    found = members.join(there, on=half, maintain_order="left").filter(pl.col("split") != pl.col("other"))
    return _said(found.select("doc", "other"), half, how)


def _said(found: Frame, half: str, how: str) -> Frame:
    others = found.group_by("doc").agg(pl.col("other").unique().sort().str.join(", ")).sort("doc")
    why = pl.format("{}: also in split {}{}", pl.lit(half.split(".")[-1]), "other", pl.lit(how))
    return others.select("doc", label=pl.lit("split_leakage"), why=why)
