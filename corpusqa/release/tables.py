"""The tables and counts that stand beside the data: documents, edits, removed rows, reasons. None holds text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from corpusqa.release.slices import DEFAULT_SPLIT, own_ids
from corpusqa.scan.held import among
from corpusqa.scan.ids import row_name
from corpusqa.scan.model import Scan

if TYPE_CHECKING:
    from corpusqa.policy import Verdicts

UNREADABLE = "unreadable"
_REMOVED = ("id", "digest", "number", "split", "source", "id_private", "source_private")
COLUMNS = 200  # that are told of, those in most documents
NAMES = ("id", "url", "source")  # columns that are published as they are and may hold private values


def shown_ids(documents: pl.DataFrame) -> pl.Expr:
    """Ids that hold no private value: others are written `row:<number>`, counted from 0 over all rows of the source."""
    name = "new_id" if "new_id" in documents.columns else "own"
    return pl.when(pl.col("id_private") | pl.col(name).is_null()).then(row_name()).otherwise(name)


def own_name() -> pl.Expr:
    """The id under which a document is published, null where it holds a private value."""
    return pl.when(~pl.col("id_private")).then("new_id").alias("new_id")


def shown_source() -> pl.Expr:
    """The source, null where its name holds a private value."""
    return pl.when(~pl.col("source_private")).then("source").alias("source")


def docs(written: pl.DataFrame, shown: pl.Expr) -> pl.DataFrame:
    """One row per published document, in the order of the files: what a diff reads instead of the text."""
    table = written.select(shown.alias("id"), "digest", "out_split", "file", "at", "number", shown_source(), "edited")
    return table.rename({"out_split": "split", "at": "row"})


def edits(record: pl.DataFrame, written: pl.DataFrame, shown: pl.Expr) -> pl.DataFrame:
    """Every cut and mask: offsets in code points of the source text, label, action, and what stands there now."""
    names = written.select("doc", shown.alias("id"), "number")
    return names.join(record, on="doc", maintain_order="left_right").drop("doc")


def removed(scan: Scan, verdicts: Verdicts) -> pl.DataFrame:
    """One row per row of the source that is not published: dropped by the policy, or unreadable."""
    found, at = [], 0
    for part in scan.held.parts("documents", _REMOVED):
        judged = verdicts.part(at, part.height).drop("doc")
        at += part.height
        dropped = pl.concat([part, judged], how="horizontal").filter(pl.col("verdict") == "drop")
        dropped = dropped.with_columns(own=own_ids(dropped), split=pl.col("split").fill_null(DEFAULT_SPLIT))
        shown = (shown_ids(dropped).alias("id"), "number", "split", shown_source(), "reason", "rules")
        found.append(dropped.select(*shown))
    lost = scan.unreadable.select(
        row_name().alias("id"),
        "number",
        split=pl.lit(None, pl.String),
        source=pl.lit(None, pl.String),
        reason=pl.concat_str(pl.lit(f"{UNREADABLE}: "), "reason"),
        rules=pl.lit([], pl.List(pl.String)),
    )
    return pl.concat([*found, lost]).sort("number")


def names_private(reasons: pl.Expr, private: Iterable[str]) -> pl.Expr:
    """Whether a reason names a check with private labels, by a label of it or a signal.

    Args:
        reasons: Reasons and rules.
        private: Full names of the private labels.
    """
    checks = sorted({label.partition(".")[0] for label in private})
    return reasons.str.contains(rf"\b(?:{'|'.join(checks)})\.") if checks else pl.lit(False)


def ledger(scan: Scan, counted: pl.DataFrame) -> dict[str, int]:
    """Rows read, and how each of them ended; `counted` as of Verdicts."""
    counts = dict(counted.group_by("verdict").agg(pl.col("documents").sum()).iter_rows())
    ends = {"kept": counts.get("keep", 0), "edited": counts.get("edit", 0), "dropped": counts.get("drop", 0)}
    return {"read": scan.read, **ends, "unreadable": scan.unreadable.height}


def reasons(counted: pl.DataFrame) -> list[dict[str, Any]]:
    """Per reason the documents that it removed: as the first to fire, and as the only one; `counted` as of Verdicts."""
    dropped = counted.filter(pl.col("verdict") == "drop")
    alone = pl.col("documents").filter(pl.col("rules").list.len() <= 1).sum()
    table = dropped.group_by("reason").agg(first=pl.col("documents").sum(), only=alone)
    return table.sort(["first", "reason"], descending=[True, False]).to_dicts()


def checks(scan: Scan) -> dict[str, Any]:
    """Per check what ran and how often it said nothing."""
    failed = dict(scan.failures.group_by("check").len().iter_rows())
    return {
        name: {
            "version": check.version,
            "origin": check.origin,
            "options": dict(check.options),
            "fingerprint": check.fingerprint,
            "failed": failed.get(name, 0),
        }
        for name, check in scan.checks.items()
    }


def private_names(kept: pl.DataFrame, elsewhere: pl.DataFrame, columns: Mapping[str, str | None]) -> dict[str, int]:
    """By column the published documents in which it holds a private value: only the text is masked.

    Args:
        kept: The published documents, columns of DOCUMENTS.
        elsewhere: Columns of ELSEWHERE.
        columns: For each of NAMES the column of the source, if it has one.
    """
    found = elsewhere.join(kept.select("doc"), on="doc", how="semi").select("column", "doc")
    flagged = [
        kept.filter(f"{name}_private").select(pl.lit(column).alias("column"), "doc")
        for name, column in columns.items()
        if column
    ]
    counts = pl.concat([found, *flagged]).unique().group_by("column").agg(pl.len().cast(pl.Int64))
    return dict(counts.sort(["len", "column"], descending=[True, False]).head(COLUMNS).iter_rows())


def private_left(scan: Scan, published: pl.Series, edits: pl.DataFrame) -> dict[str, int]:
    """Spans of private labels in published documents that were neither cut nor masked, by label."""
    private = [name for name, label in scan.labels.items() if label.private]
    keys, docs = ["doc", "start", "end", "label"], published.sort()
    counts = [pl.DataFrame(schema={"label": pl.String, "spans": pl.Int64})]
    for part in scan.held.parts("spans", keys):
        spans = part.filter(pl.col("label").is_in(private) & pl.col("start").is_not_null())
        left = spans.filter(among(spans["doc"], docs)).join(edits, on=keys, how="anti")
        counts.append(left.group_by("label").agg(spans=pl.len().cast(pl.Int64)))
    return dict(pl.concat(counts).group_by("label").agg(pl.col("spans").sum()).sort("label").iter_rows())
