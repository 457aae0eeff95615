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
    severe = [name for name, label in scan.labels.items() if label.severity is not None]
    of_labels, of_verdicts, outcomes, at = [], [], verdicts.outcomes, 0
    documents = scan.held.parts("documents", ("doc", "number", "bytes"))
    for part, marked in zip(documents, scan.held.parts("spans", ("doc", "label")), strict=True):
        small = part.filter(pl.col("bytes") <= LONGEST).select("doc", "number")
        counts = marked.filter(pl.col("label").is_in(severe)).group_by("label", "doc").agg(spans=pl.len())
        sums = counts.group_by("doc").agg(pl.col("spans").sum())
        judged = small.join(outcomes.slice(at, part.height), on="doc").join(sums, on="doc", how="left")
        at += part.height
        of_labels.append(_fullest(counts.join(small, on="doc"), "label", PER_LABEL))
        of_verdicts.append(_fullest(judged.with_columns(pl.col("spans").fill_null(0)), "verdict", PER_VERDICT))
    # the fullest of all are among the fullest of their units
    labelled = _fullest(pl.concat(of_labels), "label", PER_LABEL)
    judged = _fullest(pl.concat(of_verdicts), "verdict", PER_VERDICT)
    order = dict(pl.concat([labelled.select("doc", "number"), judged.select("doc", "number")]).iter_rows())
    chosen = list(dict.fromkeys([*judged["doc"], *labelled["doc"]]))[:SAMPLES]
    return sorted(chosen, key=lambda doc: order[doc])


def _fullest(rows: pl.DataFrame, by: str, count: int) -> pl.DataFrame:
    """Of each label or verdict the documents with the most spans."""
    ranked = rows.sort([by, "spans", "doc"], descending=[False, True, False])
    return ranked.group_by(by, maintain_order=True).head(count)


def sample_sections(scan: Scan, verdicts: Verdicts, annotated: pl.DataFrame) -> list[dict[str, Any]]:
    """Each sample: `document`, `source`, `verdict`, `reason`, `rules`, `signals`, `segments`, `shown`, `characters`."""
    documents = scan.rows_of(annotated["doc"])
    named = documents.select("doc", shown_ids(documents), shown_files(documents)[1])
    places = pl.Series(verdicts.docs.is_in(annotated["doc"].implode()).arg_true())
    judged = pl.concat([verdicts.part(0, 0), *(verdicts.part(place, 1) for place in places)])
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
    schema = scan.held.schema("signals")
    links = {f"{name}.{half}" for name, check in scan.checks.items() for half in check.halves}
    words = [name for name, dtype in schema.items() if dtype == pl.String and name not in links]
    many = {name for name in words if scan.take("signals", name)[name].n_unique() > MOST_CATEGORIES}
    shown = [name for name in schema if name not in links | many | {"doc"}]
    parts = scan.held.parts("signals", ("doc", *shown))
    frame = pl.concat(part.filter(pl.col("doc").is_in(docs.implode())) for part in parts)
    found = {}
    for row in records(frame.select("doc", *shown)):
        doc = row.pop("doc")
        values = {name: neutral_name(value, 60) if isinstance(value, str) else value for name, value in row.items()}
        found[doc] = {name: value for name, value in values.items() if value}
    return found
