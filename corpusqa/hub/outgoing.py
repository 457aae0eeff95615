"""What of a release leaves the house.

Data, card, Croissant file, manifest and the tables beside the data go out. The digest of the source (origin.json),
what earlier versions removed for good (gone.parquet) and excerpts (report.json, report.html) stay, and so do the
reasons for which documents were removed where they name a private label, and ids of removed documents that are web
addresses: together they would point at the very pages that hold what was removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.errors import UsageError, near_misses
from corpusqa.release.manifest import AT_HOME, MANIFEST, dumped, sealed
from corpusqa.release.parquet import sha256_of, write_frame
from corpusqa.release.tables import names_private
from corpusqa.scan.ids import row_name

REPORT, REASONS, IDS = "report", "reasons", "ids"
INCLUDABLE = (REPORT, REASONS, IDS)
REPORT_FILES = ("corpusqa/report.json", "corpusqa/report.html")
CARD = "README.md"
WITHHELD = "withheld"


@dataclass(frozen=True)
class Outgoing:
    """Files to publish.

    Attributes:
        files: Path in the repository -> file on this machine.
        manifest: The manifest as it is published.
    """

    files: Mapping[str, Path]
    manifest: Mapping[str, Any]

    def digests(self) -> dict[str, tuple[int, str, str]]:
        """Per path: bytes, SHA-256, and the name that git gives the content."""
        return {path: _digests(file) for path, file in self.files.items()}


def outgoing(folder: Path, manifest: Mapping[str, Any], work: Path, include: Collection[str], card: str) -> Outgoing:
    """Decide what is published and write what has to differ into a work folder.

    Args:
        folder: The release.
        manifest: Its manifest.
        work: Folder for files that are not published as they are.
        include: Names of INCLUDABLE.
        card: The card.

    Raises:
        UsageError: `include` names something else.
    """
    for name in include:
        if name not in INCLUDABLE:
            raise UsageError(f"--include {name}: takes {', '.join(INCLUDABLE)}{near_misses(name, INCLUDABLE)}")
    files = {
        file["path"]: folder / file["path"]
        for file in manifest["files"]
        if file["path"] not in AT_HOME and (file["path"] not in REPORT_FILES or REPORT in include)
    }
    for path in [path for path in files if path.startswith("removed/")]:
        table = pl.read_parquet(files[path], memory_map=False)
        guarded = _guarded(table, manifest.get("private_labels", ()), include)
        if not guarded.equals(table):
            write_frame(work / path, guarded)
            files[path] = work / path
    published = {**manifest, "files": [_entry(path, file) for path, file in sorted(files.items())]}
    published["withheld"] = sorted(set(INCLUDABLE) - set(include))
    (work / CARD).write_text(card, encoding="utf-8", newline="")
    published = sealed(published)
    (work / "manifest.json").write_bytes(dumped(published))
    return Outgoing({**files, CARD: work / CARD, MANIFEST: work / "manifest.json"}, published)


def _guarded(table: pl.DataFrame, private: Iterable[str], include: Collection[str]) -> pl.DataFrame:
    """The removed rows without what stays at home."""
    if REASONS not in include:
        told = names_private(pl.col("reason"), private) | names_private(pl.col("rules").list.join("\n"), private)
        secret = told.fill_null(False)
        table = table.with_columns(
            reason=pl.when(secret).then(pl.lit(WITHHELD)).otherwise("reason"),
            rules=pl.when(secret).then(pl.lit([WITHHELD])).otherwise("rules"),
        )
    if IDS not in include:
        address = pl.col("id").str.contains(r"^[A-Za-z][A-Za-z0-9+.-]*://")
        table = table.with_columns(id=pl.when(address).then(row_name()).otherwise("id"))
    return table


def _entry(path: str, file: Path) -> dict[str, Any]:
    return {"path": path, "bytes": file.stat().st_size, "sha256": sha256_of(file)}


def _digests(file: Path) -> tuple[int, str, str]:
    size = file.stat().st_size
    whole, blob = hashlib.sha256(), hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    with file.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            whole.update(chunk)
            blob.update(chunk)
    return size, whole.hexdigest(), blob.hexdigest()
