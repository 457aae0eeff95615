"""What can be measured of the documents that are published, for the card: sizes, languages, periods, sources."""

from __future__ import annotations

from typing import Any

import polars as pl

from corpusqa.release.slices import kept_parts
from corpusqa.scan.held import aligned
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


_READ = ("url", "url_private", "source", "source_private", "language", "published", "collected", "chars", "bytes")


def measured(
    scan: Scan, outcomes: pl.DataFrame, sizes: pl.DataFrame | None = None, sources: Sources = ()
) -> dict[str, Any]:
    """Everything, as plain values.

    Args:
        scan: The scan.
        outcomes: `doc`, `verdict` of every document; those that are not dropped are published.
        sizes: `doc`, sorted, and `chars` and `bytes` of the published texts; by default those of the source.
        sources: `[[source]]` entries: `name`, `match` (patterns of sources and hosts), and what is declared of them.
    """
    signals = [f"{c.name}.{n}" for c in scan.checks.values() for n, s in c.signals.items() if s.view == "language"]
    sums = _Sums(sources)
    for part in kept_parts(scan, outcomes, (*_READ, *signals)):
        rows = part if sizes is None else part.with_columns(aligned(part["doc"], sizes).select("chars", "bytes"))
        sums.add(rows.with_columns(name=pl.coalesce(*signals, "language")))
    hosts = sums.counted("host")
    known = [row for row in hosts if row["name"]]
    top = max(TOP_LEAST, -(-len(known) * int(TOP_SHARE * 100) // 100))
    declared, undeclared = sums.declared()
    return {
        "size": _size(pl.concat(sums.chars), sums.bytes),
        "languages": _short(sums.counted("name")),
        "sources": _short(sums.counted("place")),
        "hosts": sorted(known, key=lambda row: (-row["characters"], row["name"]))[:top],
        "hosts_rule": f"top {TOP_SHARE:.0%} of {len(known)} domains, at least {TOP_LEAST}",
        "periods": {name: sums.period(name) for name in ("published", "collected")},
        "declared_sources": declared,
        "undeclared_source": undeclared,
    }


class _Sums:
    """What is added up of the published documents, some at a time."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.chars = [pl.Series("chars", [], dtype=pl.Int64)]
        self.bytes = 0
        self._counts: dict[str, list[pl.DataFrame]] = {}
        self._dates: dict[str, list[tuple[Any, Any, int]]] = {"published": [], "collected": []}

    def add(self, documents: pl.DataFrame) -> None:
        """Documents: columns of _READ, and `name` of the language."""
        rows = documents.with_columns(
            host=pl.when(~pl.col("url_private")).then(host()),
            place=pl.when(~pl.col("source_private")).then("source"),
            entry=declared_source(documents, self._sources),
        )
        for column in ("name", "host", "place", "entry"):
            self._counts.setdefault(column, []).append(_summed(rows.select(pl.col(column), "chars"), column))
        for column, found in self._dates.items():
            found.append(_period(rows, column))
        self.chars.append(rows["chars"])
        self.bytes += int(rows["bytes"].sum())

    def counted(self, column: str) -> list[dict[str, Any]]:
        """`name`, `documents`, `characters` by the values of a column, most documents first; none where it has none."""
        counts = self._added(column)
        if counts["name"].null_count() == counts.height:
            return []
        order = counts.sort(["documents", "name"], descending=[True, False], nulls_last=True)
        return order.select("name", "documents", "characters").to_dicts()

    def _added(self, column: str) -> pl.DataFrame:
        return pl.concat(self._counts[column]).group_by("name").agg(pl.col("documents", "characters").sum())

    def period(self, column: str) -> dict[str, Any]:
        """First and last date of a column, and how many documents have one."""
        found = [said for said in self._dates[column] if said[2]]
        first, last = min((said[0] for said in found), default=None), max((said[1] for said in found), default=None)
        return {"first": first, "last": last, "documents": sum(said[2] for said in found)}

    def declared(self) -> tuple[list[dict[str, Any]], int]:
        """What is declared of each source beside what was measured, and the documents that no entry speaks of."""
        counts = {entry: (documents, characters) for entry, documents, characters in self._added("entry").iter_rows()}
        found = []
        for entry, source in enumerate(self._sources):
            documents, characters = counts.get(entry, (0, 0))
            found.append({**source, "documents": documents, "characters": characters})
        return found, counts.get(None, (0, 0))[0]


def _summed(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    return rows.group_by(name=column).agg(documents=pl.len().cast(pl.Int64), characters=pl.col("chars").sum())


def _period(rows: pl.DataFrame, column: str) -> tuple[Any, Any, int]:
    # what is written like a date and is none, such as 2020-13-40, is no end of a period
    dates = rows[column].str.extract(ISO_DATE, 1).str.to_date("%Y-%m-%d", strict=False).drop_nulls().dt.to_string()
    return dates.min(), dates.max(), len(dates)


def _size(chars: pl.Series, bytes_: int) -> dict[str, int]:
    low, median, p99, high = (round(chars.quantile(at, "linear") or 0) for at in (0, 0.5, 0.99, 1))
    return {
        "documents": chars.len(),
        "bytes": bytes_,
        "characters": int(chars.sum()),
        "tokens, estimated at 4 bytes each": bytes_ // TOKEN_BYTES,
        "characters, shortest": low,
        "characters, median": median,
        "characters, 99th percentile": p99,
        "characters, longest": high,
    }


def _short(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if len(rows) <= SHOWN:
        return rows
    rest = rows[SHOWN:]
    more = {key: sum(row[key] for row in rest) for key in ("documents", "characters")}
    return [*rows[:SHOWN], {"name": f"{len(rest)} others", **more}]
