"""What can be measured of the documents that are published, for the card: sizes, languages, periods, sources."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.scan.model import Scan
from corpusqa.scan.sources import Sources, declared_source, host

SHOWN = 50  # rows of a table; the rest is one row
# The EU template asks for the top 10 % of the scraped domains by size (Article 53(1)(d), explanatory notice).
TOP_SHARE = 0.1
TOP_LEAST = 10
# Bytes to a token of a subword vocabulary trained on English; other languages take fewer. An estimate, said as one:
# no tokenizer runs.
TOKEN_BYTES = 4
ISO_DATE = r"^(\d{4}-\d{2}-\d{2})"


def measured(kept: pl.DataFrame, scan: Scan, sources: Sources = ()) -> dict[str, Any]:
    """Everything, as plain values.

    Args:
        kept: The published documents: columns of DOCUMENTS, `chars` and `bytes` those of the published text.
        scan: Says which signal is the language.
        sources: `[[source]]` entries: `name`, `match` (patterns of sources and hosts), and what is declared of them.
    """
    rows = kept.with_columns(
        name=_language(kept, scan),
        host=pl.when(~pl.col("url_private")).then(host()),
        place=pl.when(~pl.col("source_private")).then("source"),
    )
    hosts = _counted(rows, "host")
    known = [row for row in hosts if row["name"]]
    top = max(TOP_LEAST, -(-len(known) * int(TOP_SHARE * 100) // 100))
    declared, undeclared = _declared(rows, sources)
    return {
        "size": _size(rows),
        "languages": _short(_counted(rows, "name")),
        "sources": _short(_counted(rows, "place")),
        "hosts": sorted(known, key=lambda row: (-row["characters"], row["name"]))[:top],
        "hosts_rule": f"top {TOP_SHARE:.0%} of {len(known)} domains, at least {TOP_LEAST}",
        "periods": {name: _period(rows, name) for name in ("published", "collected")},
        "declared_sources": declared,
        "undeclared_source": undeclared,
    }


def _language(kept: pl.DataFrame, scan: Scan) -> pl.Series:
    """The measured language of each document, else the one that the source states."""
    signals = [f"{c.name}.{n}" for c in scan.checks.values() for n, s in c.signals.items() if s.view == "language"]
    if not signals:
        return kept["language"]
    said = kept.select("doc", "language").join(scan.signals.select("doc", *signals), on="doc", how="left")
    return (
        said.join(kept.select("doc"), on="doc", maintain_order="right")
        .select(pl.coalesce(*signals, "language"))
        .to_series()
    )


def _size(rows: pl.DataFrame) -> dict[str, int]:
    low, median, p99, high = (round(rows["chars"].quantile(at, "linear") or 0) for at in (0, 0.5, 0.99, 1))
    return {
        "documents": rows.height,
        "bytes": int(rows["bytes"].sum()),
        "characters": int(rows["chars"].sum()),
        "tokens, estimated at 4 bytes each": int(rows["bytes"].sum()) // TOKEN_BYTES,
        "characters, shortest": low,
        "characters, median": median,
        "characters, 99th percentile": p99,
        "characters, longest": high,
    }


def _counted(rows: pl.DataFrame, column: str) -> list[dict[str, Any]]:
    counts = rows.group_by(name=column).agg(documents=pl.len().cast(pl.Int64), characters=pl.col("chars").sum())
    if counts["name"].null_count() == counts.height:
        return []
    order = counts.sort(["documents", "name"], descending=[True, False], nulls_last=True)
    return order.select("name", "documents", "characters").to_dicts()


def _short(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(rows) <= SHOWN:
        return rows
    rest = rows[SHOWN:]
    more = {key: sum(row[key] for row in rest) for key in ("documents", "characters")}
    return [*rows[:SHOWN], {"name": f"{len(rest)} others", **more}]


def _period(rows: pl.DataFrame, column: str) -> dict[str, Any]:
    # what is written like a date and is none, such as 2020-13-40, is no end of a period
    dates = rows[column].str.extract(ISO_DATE, 1).str.to_date("%Y-%m-%d", strict=False).drop_nulls().dt.to_string()
    return {"first": dates.min(), "last": dates.max(), "documents": len(dates)}


def _declared(rows: pl.DataFrame, sources: Sources) -> tuple[list[dict[str, Any]], int]:
    """What is declared of each source beside what was measured, and the documents that no entry speaks of."""
    entries = rows.select("chars").with_columns(entry=declared_source(rows, sources))
    counts = entries.group_by("entry").agg(documents=pl.len().cast(pl.Int64), characters=pl.col("chars").sum())
    measured = {entry: (documents, characters) for entry, documents, characters in counts.iter_rows()}
    found = []
    for entry, source in enumerate(sources):
        documents, characters = measured.get(entry, (0, 0))
        found.append({**source, "documents": documents, "characters": characters})
    return found, measured.get(None, (0, 0))[0]
