"""Clusters in the report: the largest of each half, which documents they hold and which stay."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.findings.names import shown_ids
from corpusqa.policy import Verdicts
from corpusqa.scan.model import Scan

CLUSTERS_SHOWN = 100  # per half
DOCUMENTS_SHOWN = 50  # per cluster
PAIRS_SHOWN = 3  # per cluster, the most similar first


def cluster_sections(scan: Scan, verdicts: Verdicts) -> list[dict[str, Any]]:
    """`id`, `check`, `half`, `size`, `documents`, `kept`, `similarity` (of the closest pair) and `evidence`."""
    names = scan.documents.select("doc", document=shown_ids(scan.documents))
    members = scan.clusters.join(names, on="doc", how="left", maintain_order="left")
    members = members.join(verdicts.frame.select("doc", "verdict"), on="doc", how="left", maintain_order="left")
    grouped = members.group_by("half", "cluster", maintain_order=True).agg(
        first=pl.col("doc").first(),
        size=pl.len(),
        documents=pl.col("document").head(DOCUMENTS_SHOWN),
        kept=pl.col("document").filter(pl.col("verdict") != "drop").head(DOCUMENTS_SHOWN),
    )
    largest = grouped.sort(["half", "size", "first"], descending=[False, True, False], maintain_order=True)
    shown = largest.group_by("half", maintain_order=True).head(CLUSTERS_SHOWN)
    pairs = _pairs(scan, shown, names)
    return [_cluster(row, pairs.get((row["half"], row["first"]), [])) for row in shown.iter_rows(named=True)]


def _cluster(row: dict[str, Any], pairs: list[dict[str, Any]]) -> dict[str, Any]:
    check, _, half = row["half"].partition(".")
    return {
        "id": row["documents"][0],  # the smallest public id, as it may be shown
        "check": check,
        "half": half,
        "size": row["size"],
        "documents": row["documents"],
        "kept": row["kept"],
        "similarity": pairs[0]["similarity"] if pairs else None,
        "evidence": pairs,
    }


def _pairs(scan: Scan, clusters: pl.DataFrame, names: pl.DataFrame) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The most similar pairs of each cluster as `a`, `b`, `similarity`."""
    first = clusters.select("half", "cluster", "first")
    places = scan.clusters.join(first, on=["half", "cluster"]).select("half", "first", a="doc")
    closest = (
        scan.edges.join(places, on=["half", "a"])
        .sort(["half", "first", "similarity", "a", "b"], descending=[False, False, True, False, False])
        .group_by("half", "first", maintain_order=True)
        .head(PAIRS_SHOWN)
        .join(names.rename({"doc": "a", "document": "a_name"}), on="a", how="left", maintain_order="left")
        .join(names.rename({"doc": "b", "document": "b_name"}), on="b", how="left", maintain_order="left")
    )
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for half, start, a, b, similarity in closest.select("half", "first", "a_name", "b_name", "similarity").iter_rows():
        found.setdefault((half, start), []).append({"a": a, "b": b, "similarity": similarity})
    return found
