"""Diff: what changed between two releases, versions of stores, scanned corpora or reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.errors import UsageError
from corpusqa.release.changes import Changes, changes
from corpusqa.release.manifest import GONE, MANIFEST, tables_there, verify_files
from corpusqa.release.model import open_release
from corpusqa.release.store import is_store, version_folder
from corpusqa.release.tables import names_private, shown_ids, shown_source
from corpusqa.scan.ids import numbered
from corpusqa.scan.model import Scan

LISTED = 1000  # documents named in the result; the counts are of all
REPORT = "corpusqa/report.json"
# Reasons after which a document must not come back: decisions by hand, and rules about private labels.
DECISION = "decision"


@dataclass(frozen=True)
class Side:
    """One side of a diff; what a kind of source does not have is None.

    Attributes:
        name: How it is called in the result.
        docs: `id`, `digest`, `split`, `source` in order.
        columns: Name and type of every column.
        report: report.json as a mapping.
        removed: `id`, `reason` of rows that were removed.
        private_labels: Full names of labels that mark private values.
        version: Of a release.
        gone: `id`, `reason` of what versions before it removed for good.
        without_gone: Whether it comes from a hub, where that is not published.
    """

    name: str
    docs: pl.DataFrame | None = None
    columns: list[list[str]] | None = None
    report: Mapping[str, Any] | None = None
    removed: pl.DataFrame | None = None
    private_labels: tuple[str, ...] = ()
    version: str | None = None
    gone: pl.DataFrame | None = None
    without_gone: bool = False


def is_side(place: str | Path) -> bool:
    """Whether a place is a release, a store, a version of one, or a report, and no corpus that has to be scanned."""
    folder = Path(place) if Path(place).exists() else Path(str(place).rpartition("@")[0])
    if folder.suffix == ".json" and folder.is_file():
        with folder.open("rb") as file:  # a corpus is a list, or one object per line
            return file.read(1) == b"{" and '"ledger"' in folder.read_text(encoding="utf-8", errors="replace")
    return is_store(folder) or any((folder / name).is_file() for name in (MANIFEST, "report.json"))


def side(place: str | Path) -> Side:
    """A release, a version of a store (`DIR` or `DIR@v1.0.0`), a report folder or a report.json.

    Raises:
        UsageError: it is none of these; a corpus has to be scanned first (`scanned_side`).
    """
    folder, name = version_folder(place)
    if (folder / MANIFEST).is_file():
        return release_side(folder, name)
    report = folder / "report.json" if folder.is_dir() else folder
    if report.suffix == ".json" and report.is_file():
        return Side(folder.name, report=_loaded(report))
    raise UsageError(f"{place}: neither a release, a store nor a report")


def release_side(folder: Path, name: str) -> Side:
    """A release, from the tables beside its data."""
    release = open_release(folder)
    verify_files(folder, tables_there(folder, release.manifest))
    removed = sorted((folder / "removed").glob("*.parquet"))
    rows = [pl.read_parquet(path, columns=["id", "reason"], memory_map=False) for path in removed]
    return Side(
        name,
        release.docs().select("id", "digest", "split", "source"),
        release.manifest["columns"],
        _loaded(folder / REPORT) if (folder / REPORT).is_file() else None,
        pl.concat(rows) if rows else None,
        tuple(release.manifest.get("private_labels", ())),
        release.manifest["version"],
        pl.read_parquet(folder / GONE, memory_map=False) if (folder / GONE).is_file() else None,
        without_gone="withheld" in release.manifest and release.manifest["parent"] is not None,
    )


def scanned_side(name: str, scan: Scan, report: Mapping[str, Any]) -> Side:
    """A corpus that was scanned."""
    private = tuple(label for label, info in scan.labels.items() if info.private)
    named = scan.documents.with_columns(own="id")
    docs = named.select(shown_ids(named).alias("id"), "digest", pl.col("split").fill_null("train"), shown_source())
    return Side(name, docs, None, report, None, private)


@dataclass(frozen=True)
class Difference:
    """What changed from A to B.

    Attributes:
        data: The result as plain values: `a`, `b`, `documents`, `sources`, `signals`, `findings`, `returned`, and
            `untold`, what of documents that might be back cannot be told.
        differs: Whether anything changed.
        failed: Whether a document came back that was removed by decision or for a private value.
    """

    data: Mapping[str, Any]
    differs: bool
    failed: bool


def difference(a: Side, b: Side) -> Difference:
    """Compare two sides as far as both have what is compared.

    Raises:
        UsageError: they have nothing in common to compare.
    """
    data: dict[str, Any] = {"a": {"name": a.name, "version": a.version}, "b": {"name": b.name, "version": b.version}}
    found: Changes | None = None
    if a.docs is not None and b.docs is not None:
        columns = a.columns is not None and b.columns is not None and a.columns != b.columns
        found = changes(a.docs, b.docs, columns=columns)
        data["documents"] = {**found.counts, "listed": _listed(found)}
        data["sources"] = _by_source(found)
        data["returned"] = returned(a, b)
        data["untold"] = untold(a)
    if a.report and b.report:
        data["signals"] = signals(a.report, b.report)
        data["findings"] = findings(a.report, b.report)
    if len(data) == 2:
        raise UsageError(f"{a.name} and {b.name} have nothing in common to compare: give two releases or two reports")
    moved = found is not None and (found.change != "patch")
    judged = bool(data.get("signals")) or any(data.get("findings", {}).get(key) for key in ("new", "fixed"))
    back = data.get("returned", [])
    return Difference(data, moved or judged or bool(back), bool(back))


def _listed(found: Changes) -> dict[str, list[dict[str, Any]]]:
    return {
        "added": found.added.head(LISTED).select("id", "split", "source").to_dicts(),
        "removed": found.removed.head(LISTED).select("id", "split", "source").to_dicts(),
        "changed": found.changed.head(LISTED).select("id", "split", "source").to_dicts(),
        "moved": found.moved.head(LISTED).to_dicts(),
    }


def _by_source(found: Changes) -> list[dict[str, Any]]:
    """Added, removed and changed documents of each source, the most first."""
    kinds = {"added": found.added, "removed": found.removed, "changed": found.changed}
    rows = pl.concat([frame.select("source", kind=pl.lit(kind)) for kind, frame in kinds.items()])
    counts = rows.group_by("source").agg(
        **{kind: (pl.col("kind") == kind).sum().cast(pl.Int64) for kind in kinds}, all=pl.len()
    )
    return counts.sort(["all", "source"], descending=[True, False]).drop("all").to_dicts()


def returned(a: Side, b: Side) -> list[dict[str, Any]]:
    """Documents that A or a version before it removed for good and that are in B: `id`, `reason`."""
    if b.docs is None:
        return []
    return removed_for_good(a).join(b.docs.select("id"), on="id", how="semi").sort("id").to_dicts()


def removed_for_good(side: Side) -> pl.DataFrame:
    """`id`, `reason` of documents that were removed by decision or for a private value, here or in versions before.

    Only documents whose id is their own can be followed; rows are numbered anew in every version.
    """
    found = pl.DataFrame(schema={"id": pl.String, "reason": pl.String}) if side.gone is None else side.gone
    if side.removed is not None:
        now = side.removed.filter(_barred(side) & ~numbered())
        found = pl.concat([now.select("id", "reason"), found])
    return found.unique("id", keep="first", maintain_order=True)


def untold(side: Side) -> list[str]:
    """Of what a side removed for good the part that nobody can look for in another version; one sentence each."""
    lost = 0 if side.removed is None else side.removed.filter(_barred(side) & numbered()).height
    found = []
    if lost:
        found.append(
            f"{lost:,} documents that {side.name} removed by decision or for private data are named by their row "
            "alone; whether they are back cannot be told"
        )
    if side.without_gone:
        found.append(
            f"what the versions before {side.name} removed for good is not published; whether it is back cannot be "
            "told here, but from the release that was pushed"
        )
    return found


def _barred(side: Side) -> pl.Expr:
    """Whether a row was removed for good; what was withheld was withheld because it is private."""
    reason = pl.col("reason")
    return reason.str.starts_with(DECISION) | (reason == "withheld") | names_private(reason, side.private_labels)


def signals(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Statistics that differ, over all documents and by slice: `metric`, `by`, `slice`, `a`, `b`."""
    before, after = _statistics(a), _statistics(b)
    keys = sorted({*before, *after})
    return [
        {"metric": metric, "by": by, "slice": value, "a": before.get(key), "b": after.get(key)}
        for key in keys
        if before.get(key) != after.get(key)
        for metric, by, value in [key]
    ]


def _statistics(report: Mapping[str, Any]) -> dict[tuple[str, str, str], Any]:
    found: dict[tuple[str, str, str], Any] = {}
    for check, said in report.get("checks", {}).items():
        for kind in ("signals", "labels"):
            for name, one in said.get(kind, {}).items():
                for statistic, value in one.get("statistics", {}).items():
                    found[(f"{check}.{name}.{statistic}", "", "")] = value
    for row in report.get("slices", []):
        for metric, value in row.get("metrics", {}).items():
            found[(metric, row["by"], row.get("value") or "")] = value
    return found


def findings(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Findings by fingerprint: `new` (only B), `fixed` (only A), and the totals by name."""
    before = {row["fingerprint"]: row for row in a.get("findings", [])}
    after = {row["fingerprint"]: row for row in b.get("findings", [])}
    shown = ("name", "severity", "document", "message")
    new = [{key: after[one].get(key) for key in shown} for one in sorted(after.keys() - before.keys())]
    fixed = [{key: before[one].get(key) for key in shown} for one in sorted(before.keys() - after.keys())]
    totals = [side.get("totals", {}).get("by_name", {}) for side in (a, b)]
    names = sorted({*totals[0], *totals[1]})
    changed = [{"name": n, "a": totals[0].get(n, 0), "b": totals[1].get(n, 0)} for n in names]
    return {
        "new": new,
        "fixed": fixed,
        "by_name": [row for row in changed if row["a"] != row["b"]],
        "partial": any(side.get("totals", {}).get("findings", 0) > len(side.get("findings", [])) for side in (a, b)),
    }


def _loaded(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError):
        raise UsageError(f"{path}: cannot be read as a report") from None
    if not isinstance(found, dict):
        raise UsageError(f"{path}: not a report")
    return found
