"""What a finding holds, and the findings that concern the corpus as a whole."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from corpusqa.findings.fingerprint import fingerprint
from corpusqa.findings.names import shown_files, shown_ids
from corpusqa.findings.neutral import neutral, neutral_name
from corpusqa.scan.measuring import FAILED
from corpusqa.scan.model import Scan

DUPLICATE_ID, CONTRADICTION = "corpusqa.duplicate_id", "corpusqa.contradiction"
PRIVATE_COLUMN = "corpusqa.private_column"
COLUMNS = 200

FINDINGS = {
    "name": pl.String,  # <check>.<label>
    "check": pl.String,
    "severity": pl.String,  # error, warning or info
    "doc": pl.Int64,  # null where the finding belongs to no single document
    "document": pl.String,  # the public id as it may be shown
    "source": pl.String,
    "file": pl.String,  # relative to the source; null where there is none or its name is private
    "line": pl.Int64,  # of the finding in the file, from 1; null where the file has no lines
    "start": pl.Int64,  # code points of the original text; null = the document itself
    "end": pl.Int64,
    "message": pl.String,
    "excerpt": pl.String,  # masked and harmless; null where no text belongs to the finding
    "hit_start": pl.Int64,  # where the evidence lies in the excerpt, in code points
    "hit_end": pl.Int64,
    "fingerprint": pl.String,  # 32 hex digits
}
SEVERITIES = ("error", "warning", "info")


def ordered(found: pl.DataFrame) -> pl.DataFrame:
    """Findings (columns of FINDINGS), errors first, then by fingerprint."""
    order = (rank().alias("rank"), "fingerprint", "doc", "start")
    return found.select(*FINDINGS).sort(*order, nulls_last=True, maintain_order=True)


def rank() -> pl.Expr:
    """The place of a severity: 0 for errors."""
    return pl.col("severity").replace_strict({name: at for at, name in enumerate(SEVERITIES)}, return_dtype=pl.Int32)


def own(scan: Scan, contradictions: Sequence[str] = ()) -> pl.DataFrame:
    """The findings of corpusqa itself, in no order.

    Args:
        scan: The scan.
        contradictions: Declared values that measurements contradict, one sentence each.
    """
    return pl.concat([_failures(scan), _duplicates(scan), _columns(scan), _contradictions(contradictions)])


def _failures(scan: Scan) -> pl.DataFrame:
    """One error per document and check that failed on it."""
    rows = scan.rows_of(scan.failures["doc"])
    documents = rows.with_columns(shown_ids(rows), *shown_files(rows))
    rows = scan.failures.join(documents, on="doc", how="left", maintain_order="left")
    prints = [fingerprint(FAILED, row["document"], row["check"], 0) for row in rows.iter_rows(named=True)]
    return _own(
        rows,
        name=pl.lit(FAILED),
        message=pl.format("The check {} failed on this document: {}", "check", "why"),
        fingerprint=pl.Series(prints, dtype=pl.String),
    )


def _duplicates(scan: Scan) -> pl.DataFrame:
    """One error for all ids that the source repeats; their number says enough, the ids may be private."""
    repeated = scan.duplicate_ids
    if repeated.is_empty():
        return pl.DataFrame(schema=FINDINGS)
    count, rows = repeated.height, int(repeated["count"].sum())
    one = pl.DataFrame({"check": ["corpusqa"]})
    ids = "1 id of the source occurs" if count == 1 else f"{count:,} ids of the source occur"
    message = f"{ids} more than once, on {rows:,} rows; they were made unique"
    return _own(
        one,
        name=pl.lit(DUPLICATE_ID),
        message=pl.lit(message),
        fingerprint=pl.lit(fingerprint(DUPLICATE_ID, "", "", 0)),
    )


def private_columns(scan: Scan) -> pl.DataFrame:
    """`column`, `label`, `count`, `documents`: private values outside the texts, the most first; names are harmless.

    Of very many columns (keys of objects may be as many as rows) only those with the most.
    """
    kinds = scan.elsewhere.group_by("column", "label").agg(
        pl.col("count").sum(), documents=pl.col("doc").n_unique().cast(pl.Int64)
    )
    named = kinds.with_columns(pl.Series("column", map(neutral_name, kinds["column"]), dtype=pl.String))
    return named.sort(["count", "column", "label"], descending=[True, False, False]).head(COLUMNS)


def _columns(scan: Scan) -> pl.DataFrame:
    """One finding per column that holds private values and kind of them, as severe as the kind."""
    kinds = private_columns(scan)
    severities = [scan.labels[label].severity or "info" for label in kinds["label"]]
    said = [
        f"{column}: {count:,} values of {label} in {documents:,} documents; a column other than the text is published "
        "as it is"
        for column, label, documents, count in kinds.select("column", "label", "documents", "count").iter_rows()
    ]
    prints = [fingerprint(PRIVATE_COLUMN, column, label, 0) for column, label in kinds.select("column", "label").rows()]
    text = {"severity": severities, "message": said, "fingerprint": prints}
    rows = pl.DataFrame(text, schema=dict.fromkeys(text, pl.String))
    return _own(rows, name=pl.lit(PRIVATE_COLUMN), severity=pl.col("severity"))


def _contradictions(said: Sequence[str]) -> pl.DataFrame:
    """One error per declared value that a measurement contradicts; the numbers change, the fingerprint does not."""
    prints = [fingerprint(CONTRADICTION, "", "", number) for number in range(len(said))]
    rows = pl.DataFrame(
        {"message": said, "fingerprint": prints}, schema={"message": pl.String, "fingerprint": pl.String}
    )
    return _own(rows, name=pl.lit(CONTRADICTION), message=pl.col("message"))


def _own(rows: pl.DataFrame, **columns: pl.Expr | pl.Series) -> pl.DataFrame:
    """Findings of corpusqa itself without an excerpt; errors unless said."""
    table = rows.with_columns(**{"severity": pl.lit("error"), **columns})
    table = table.with_columns(
        check=pl.lit("corpusqa"), message=pl.col("message").map_elements(neutral, return_dtype=pl.String)
    )
    missing = [pl.lit(None, dtype).alias(n) for n, dtype in FINDINGS.items() if n not in table.columns]
    return table.with_columns(missing).select(*FINDINGS).cast(FINDINGS)  # type: ignore[arg-type]
