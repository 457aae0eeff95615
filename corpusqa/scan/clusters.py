"""Verified pairs -> clusters named by their smallest public id."""

from __future__ import annotations

import polars as pl

from corpusqa.scan.components import components
from corpusqa.scan.ids import row_name
from corpusqa.scan.model import CLUSTERS, SPANS

# What is said of a member that `transitive` names.
CHAINED = "in this cluster through others only"
# Findings of one cluster that are listed: as many as a report shows at all.
LISTED = 10_000
LONGEST_NAME = 120  # code points of an id in a reason


def clustered(half: str, pairs: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Members of the clusters of a half: columns of CLUSTERS, sorted by cluster and doc.

    `doc` ranks the public ids, so the smallest doc of a component is its smallest id.
    """
    if pairs.is_empty():
        return pl.DataFrame(schema=CLUSTERS)
    ids = documents.select(component="doc", cluster="id")
    members = components(pairs).join(ids, on="component", how="left")
    return members.select(pl.lit(half).alias("half"), "cluster", "doc").sort("cluster", "doc")


def unlisted(clusters: pl.DataFrame) -> pl.DataFrame:
    """Members of clusters beyond the first LISTED: they count like all others, but are no findings of their own.

    Args:
        clusters: Columns of CLUSTERS.

    Returns:
        `label` (the name of the half) and `doc`.
    """
    large = clusters.filter(pl.len().over("half", "cluster") > LISTED)
    rank = pl.col("doc").rank("ordinal").over("half", "cluster")
    return large.filter(rank > LISTED).select("doc", label="half")


def transitive(edges: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Members that no verified pair ties to the first of their cluster, the one that names it.

    They are in the cluster because of the members between, and may be less similar to the first than any pair is.

    Args:
        edges: Columns of EDGES.
        clusters: Columns of CLUSTERS.

    Returns:
        `half`, `cluster`, `doc`, in the order of the clusters.
    """
    first = pl.col("doc").min().over("half", "cluster").alias("a")
    others = clusters.with_columns(first).filter(pl.col("doc") != pl.col("a"))
    direct = edges.select("half", "a", doc="b")
    return others.join(direct, on=["half", "a", "doc"], how="anti", maintain_order="left").drop("a")


def member_spans(half: str, edges: pl.DataFrame, clusters: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """One span per member: the document itself, with the closest counterpart as the reason.

    The counterpart is called as it is everywhere: by its id, or by its row where the id is private.
    """
    both = pl.concat(
        [edges.select(doc="a", other="b", score="similarity"), edges.select(doc="b", other="a", score="similarity")]
    )
    best = both.sort(["doc", "score", "other"], descending=[False, True, False]).unique(
        "doc", keep="first", maintain_order=True
    )
    rows = clusters.select("doc").join(best, on="doc", how="left").sort("doc")
    called = pl.when("id_private").then(row_name()).otherwise(pl.col("id").str.head(LONGEST_NAME))
    names = documents.select(other="doc", at=called)
    rows = rows.join(names, on="other", how="left", maintain_order="left")
    rows = rows.join(
        transitive(edges, clusters).select("doc", chained=True), on="doc", how="left", maintain_order="left"
    )
    far = pl.when("chained").then(pl.lit(f"; {CHAINED}")).otherwise(pl.lit(""))
    why = pl.format("similarity {} to {}{}", pl.col("score").round(3), "at", far)
    nothing = [pl.lit(None, pl.Int64).alias("start"), pl.lit(None, pl.Int64).alias("end")]
    return rows.select("doc", *nothing, pl.lit(half).alias("label"), "score", why.alias("why")).select(*SPANS)
