"""A few documents with their spans, before and after cleaning: enough to check the claims of the report by eye."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.findings.names import shown_files, shown_ids
from corpusqa.findings.neutral import neutral_name
from corpusqa.policy import Verdicts
from corpusqa.reporting.histogram import MOST_CATEGORIES
from corpusqa.reporting.plain import records
from corpusqa.scan.model import Scan

PER_LABEL = 1  # documents with the most spans of each label
PER_VERDICT = 3  # documents of each verdict
SAMPLES = 24
LONGEST = 200_000  # bytes: a larger document says nothing more in its beginning, and takes long to read


def sample_documents(scan: Scan, verdicts: Verdicts) -> list[int]:
    """The documents to show: the fullest of each verdict and of each label with a severity, in source order."""
    small = scan.documents.filter(pl.col("bytes") <= LONGEST).select("doc", "number")
    severe = [name for name, label in scan.labels.items() if label.severity is not None]
    counts = scan.spans.filter(pl.col("label").is_in(severe)).group_by("label", "doc").agg(spans=pl.len())
    fullest = counts.join(small, on="doc").sort(["label", "spans", "doc"], descending=[False, True, False])
    of_labels = fullest.group_by("label", maintain_order=True).head(PER_LABEL)["doc"]
    sums = counts.group_by("doc").agg(pl.col("spans").sum())
    judged = small.join(verdicts.frame.select("doc", "verdict"), on="doc").join(sums, on="doc", how="left")
    ranked = judged.with_columns(pl.col("spans").fill_null(0)).sort(
        ["verdict", "spans", "doc"], descending=[False, True, False]
    )
    of_verdicts = ranked.group_by("verdict", maintain_order=True).head(PER_VERDICT)["doc"]
    chosen = list(dict.fromkeys([*of_verdicts, *of_labels]))[:SAMPLES]
    order = dict(small.filter(pl.col("doc").is_in(chosen)).iter_rows())
    return sorted(chosen, key=lambda doc: order[doc])


def sample_sections(scan: Scan, verdicts: Verdicts, annotated: pl.DataFrame) -> list[dict[str, Any]]:
    """Each sample: `document`, `source`, `verdict`, `reason`, `rules`, `signals`, `segments`, `shown`, `characters`."""
    documents = scan.documents.join(annotated.select("doc"), on="doc", how="semi")
    named = documents.select("doc", shown_ids(documents), shown_files(documents)[1])
    judged = verdicts.frame.select("doc", "verdict", "reason", "rules")
    table = annotated.join(named, on="doc", how="left", maintain_order="left")
    values = _signals(scan, table["doc"])
    rows = records(table.join(judged, on="doc", how="left", maintain_order="left"))
    for row in rows:
        row["signals"] = values.get(row.pop("doc"), {})
        row["reason"] = neutral_name(row["reason"], 1000)
        row["rules"] = [neutral_name(rule, 1000) for rule in row["rules"] or []]
    return rows


def _signals(scan: Scan, docs: pl.Series) -> dict[int, dict[str, Any]]:
    """By document, what was measured and is not nothing (null, zero, false), such as the date and its role.

    Left out are names of clusters, and strings of which there are too many to be categories: they could be names.
    """
    frame = scan.signals.filter(pl.col("doc").is_in(docs.implode()))
    links = {f"{name}.{half}" for name, check in scan.checks.items() for half in check.halves}
    many = {
        name
        for name, dtype in scan.signals.schema.items()
        if dtype == pl.String and name not in links and scan.signals[name].n_unique() > MOST_CATEGORIES
    }
    shown = [name for name in frame.columns if name not in links | many | {"doc"}]
    found = {}
    for row in records(frame.select("doc", *shown)):
        doc = row.pop("doc")
        values = {name: neutral_name(value, 60) if isinstance(value, str) else value for name, value in row.items()}
        found[doc] = {name: value for name, value in values.items() if value}
    return found
