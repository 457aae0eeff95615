"""Clusters in the report: the largest of each half, which documents they hold and which stay."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.findings.names import shown_ids
from corpusqa.policy import Verdicts
from corpusqa.scan.clusters import transitive
from corpusqa.scan.model import CLUSTERS, EDGES, Scan

CLUSTERS_SHOWN = 100  # per half
COMPARED = 30  # clusters of each half whose pairs are shown side by side
DOCUMENTS_SHOWN = 50  # per cluster
LONGEST = 2_000_000  # bytes of a document that is compared
PAIRS_SHOWN = 2  # per cluster, the most similar first


def shown_pairs(scan: Scan) -> pl.DataFrame:
    """The pairs that are shown side by side: columns of EDGES, the closest of the largest clusters of each half."""
    compared = _largest(scan).group_by("half", maintain_order=True).head(COMPARED)
    pairs = _closest(scan, compared)
    sizes = scan.rows_of(pl.concat([pairs["a"], pairs["b"]]), "doc", "bytes")
    small = sizes.filter(pl.col("bytes") <= LONGEST)["doc"].implode()
    return pairs.filter(pl.col("a").is_in(small) & pl.col("b").is_in(small)).select(scan.edges.columns)


def cluster_sections(scan: Scan, verdicts: Verdicts, pieces: pl.DataFrame) -> list[dict[str, Any]]:
    """`id`, `check`, `half`, `size`, `documents`, `kept`, `transitive`, `similarity` (of the closest pair), `evidence`.

    `transitive` are the members of which no verified pair holds the first: others between tie them to it.

    Args:
        scan: The measured corpus.
        verdicts: What the policy says.
        pieces: Columns of `findings.pairs.PAIRS`.
    """
    clusters = _largest(scan).group_by("half", maintain_order=True).head(CLUSTERS_SHOWN)
    pairs = _closest(scan, clusters)
    listed = _listed(scan, verdicts, clusters)
    docs = pl.concat([*(table["doc"] for table in listed.values()), pairs["a"], pairs["b"]])
    rows = scan.rows_of(docs, "doc", "id", "number", "id_private")
    names = rows.select("doc", document=shown_ids(rows))
    told = clusters
    for what, members in listed.items():
        named = members.join(names, on="doc", how="left", maintain_order="left")
        lists = named.group_by("half", "cluster", maintain_order=True).agg(pl.col("document").alias(what))
        told = told.join(lists, on=["half", "cluster"], how="left", maintain_order="left")
    evidence = _evidence(pairs, names, pieces)
    return [_cluster(row, evidence.get((row["half"], row["first"]), [])) for row in told.iter_rows(named=True)]


def _listed(scan: Scan, verdicts: Verdicts, clusters: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The first members of each cluster by what is said of them: `half`, `cluster`, `doc`."""
    found: dict[str, list[pl.DataFrame]] = {"documents": [], "kept": [], "transitive": []}
    for half in clusters["half"].unique(maintain_order=True):  # of a million copies one half at a time is enough
        shown = clusters.filter(half=half)["cluster"].implode()
        members = scan.clusters.filter((pl.col("half") == half) & pl.col("cluster").is_in(shown))
        judged = members.join(verdicts.outcomes, on="doc", how="left", maintain_order="left")
        found["documents"].append(_first(members))
        found["kept"].append(_first(judged.filter(pl.col("verdict") != "drop").drop("verdict")))
        found["transitive"].append(_first(transitive(scan.edges.filter(half=half), members)))
    empty = pl.DataFrame(schema=CLUSTERS)
    return {what: pl.concat([empty, *(table.select(*CLUSTERS) for table in tables)]) for what, tables in found.items()}


def _first(members: pl.DataFrame) -> pl.DataFrame:
    return members.sort("half", "cluster", "doc").group_by("half", "cluster", maintain_order=True).head(DOCUMENTS_SHOWN)


def _largest(scan: Scan) -> pl.DataFrame:
    """`half`, `cluster`, `first` (its smallest document) and `size`, the largest clusters of each half first."""
    grouped = scan.clusters.group_by("half", "cluster", maintain_order=True).agg(
        first=pl.col("doc").min(), size=pl.len().cast(pl.Int64)
    )
    return grouped.sort(["half", "size", "first"], descending=[False, True, False])


def _closest(scan: Scan, clusters: pl.DataFrame) -> pl.DataFrame:
    """The most similar pairs of each cluster: columns of EDGES and `first`."""
    found = [pl.DataFrame(schema={**EDGES, "first": pl.Int64})]
    for half in clusters["half"].unique(maintain_order=True):
        firsts = clusters.filter(half=half).select("cluster", "first")
        places = scan.clusters.filter(half=half).join(firsts, on="cluster").select("first", a="doc")
        edges = scan.edges.filter(half=half)
        ranked = edges.select("a", "b", "similarity").join(places, on="a")
        ranked = ranked.sort(["first", "similarity", "a", "b"], descending=[False, True, False, False])
        closest = ranked.group_by("first", maintain_order=True).head(PAIRS_SHOWN).select("first", "a", "b")
        found.append(closest.join(edges, on=["a", "b"], how="left", maintain_order="left").select(*EDGES, "first"))
    return pl.concat(found)


def _evidence(
    pairs: pl.DataFrame, names: pl.DataFrame, pieces: pl.DataFrame
) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """By half and first document: `a`, `b`, `similarity` and `pieces`, which are None where nobody compared."""
    table = pairs.join(pieces.select("half", "a", "b", "pieces"), on=["half", "a", "b"], how="left")
    for side in "ab":
        named = names.select(pl.col("doc").alias(side), pl.col("document").alias(f"{side}_name"))
        table = table.join(named, on=side, how="left", maintain_order="left")
    table = table.sort(["half", "first", "similarity", "a", "b"], descending=[False, False, True, False, False])
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in table.iter_rows(named=True):
        said = {"a": row["a_name"], "b": row["b_name"], "similarity": row["similarity"], "pieces": row["pieces"]}
        found.setdefault((row["half"], row["first"]), []).append(said)
    return found


def _cluster(row: dict[str, Any], pairs: list[dict[str, Any]]) -> dict[str, Any]:
    check, _, half = row["half"].partition(".")
    return {
        "id": row["documents"][0],  # the smallest public id, as it may be shown
        "check": check,
        "half": half,
        "size": row["size"],
        "documents": row["documents"],
        "kept": row["kept"] or [],
        "transitive": row["transitive"] or [],
        "similarity": pairs[0]["similarity"] if pairs else None,
        "evidence": pairs,
    }
