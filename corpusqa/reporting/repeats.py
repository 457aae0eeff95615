"""Lines that the pages of a site share: for the sites with the most of them, the lines on the most pages."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.findings.neutral import neutral_name
from corpusqa.reporting.plain import plain
from corpusqa.scan.model import Scan

SITES = 12
LOOKED = 12  # documents of a site whose lines are counted
LINES = 6  # of a site
_HOST = r"^[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?:www\.)?([^/?#:]+)"


def repeat_labels(scan: Scan) -> list[str]:
    """Labels of whole lines that are named as the half that finds them by documents side by side."""
    return [
        f"{check.name}.{half}"
        for check in scan.checks.values()
        for half, kind in check.halves.items()
        if kind == "groups" and half in check.labels and check.labels[half].line
    ]


def repeat_documents(scan: Scan) -> pl.DataFrame:
    """The documents whose repeated lines are shown: the first by their ids, so that every run shows the same.

    Returns:
        `doc`, `site` (null without a URL that may be shown) and `documents` (of the site that have such lines).
    """
    host, labels = pl.col("url").str.to_lowercase().str.extract(_HOST), repeat_labels(scan)
    found = [pl.DataFrame(schema={"doc": pl.Int64, "site": pl.String})]
    if labels:
        documents = scan.held.parts("documents", ("doc", "url", "url_private"))
        for part, marked in zip(documents, scan.held.parts("spans", ("doc", "label")), strict=True):
            docs = marked.filter(pl.col("label").is_in(labels)).select("doc").unique()
            site = pl.when(~pl.col("url_private")).then(host)
            found.append(part.select("doc", site=site).join(docs, on="doc", how="semi", maintain_order="left"))
    sites = pl.concat(found)
    counted = sites.with_columns(documents=pl.len().over("site").cast(pl.Int64))
    first = counted.sort("doc").group_by("site", "documents").agg(pl.col("doc").head(LOOKED))
    largest = first.sort(["documents", "site"], descending=[True, False], nulls_last=True).head(SITES)
    return largest.explode("doc", empty_as_null=True).select("doc", "site", "documents")


def repeat_sections(chosen: pl.DataFrame, shared: pl.DataFrame) -> list[dict[str, Any]]:
    """`site`, `documents`, `looked` (documents whose lines were counted) and `lines` (`text`, `label`, `documents`).

    Args:
        chosen: From `repeat_documents`.
        shared: Columns of SHARED, of these documents.
    """
    found = []
    for key, group in chosen.group_by("site", "documents", maintain_order=True):
        site, documents = key
        lines = shared.join(group.select("doc"), on="doc", how="semi").group_by("label", "text").len("documents")
        size = pl.col("text").str.len_chars()  # of lines on as many pages the longest takes the most of the corpus
        order = ("documents", size, "label", "text")
        lines = lines.filter(pl.col("documents") > 1).sort(order, descending=[True, True, False, False])
        shown = None if site is None else neutral_name(str(site))
        if lines.height:
            rows = lines.head(LINES).select("text", "label", "documents").to_dicts()
            found.append({"site": shown, "documents": documents, "looked": group.height, "lines": plain(rows)})
    return found
