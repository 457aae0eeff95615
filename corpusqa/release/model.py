"""What goes into a release and what comes out, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.findings.neutral import neutral_name
from corpusqa.release.manifest import DOCS, read_manifest

COLUMNS_SHOWN = 6


@dataclass(frozen=True)
class Recipe:
    """What a release is made with besides the corpus and its verdicts; plain values.

    Attributes:
        config: The configuration as it applies; part of the release's identity and of its manifest.
        mask_with: Masking styles by label pattern, as in `[clean.mask_with]`.
        declared: What people say of the data, as in `[card]`.
        report: report.json as a mapping; what the card measures from.
        files: Further files by their path in the release.
        card: A card whose prose is to be kept; by default that of the parent.
        also: What else the gate on what was written follows from, as plain values that can be written as JSON.
        said: What report and files follow from, likewise, where they hold more than tells one release from another; by
            default that is they themselves.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    mask_with: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    card: str = ""
    also: Mapping[str, Any] = field(default_factory=dict)
    said: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Release:
    """A finished release.

    Attributes:
        folder: Where it is.
        manifest: Its manifest.
        fresh: False if it was there already.
    """

    folder: Path
    manifest: Mapping[str, Any]
    fresh: bool

    @property
    def summary(self) -> str:
        """One line for the terminal, and a second where the gate on what was written did not pass."""
        said = self.manifest
        rows = sum(split["rows"] for split in said["splits"].values())
        state = "" if self.fresh else " (was there already, nothing written)"
        return (
            f"{self.folder}: {rows:,} documents, version {said['version']}, content {said['content_id'][:12]}{state}"
            f"{self._private}{self._judged}"
        )

    @property
    def _private(self) -> str:
        said = self.manifest.get("private_names") or {}
        most = sorted(said.items(), key=lambda item: (-item[1], item[0]))
        counts = ", ".join(f"{neutral_name(name)} of {count:,}" for name, count in most[:COLUMNS_SHOWN])
        more = f" ({len(most) - COLUMNS_SHOWN} more columns)" if len(most) > COLUMNS_SHOWN else ""
        note = "columns are published as they are; leave them out of the source, or drop these documents"
        return f"\nPrivate values in the {counts} documents{more}: {note}" if said else ""

    @property
    def _judged(self) -> str:
        gate = self.manifest.get("gate") or {}
        if gate.get("status", "passed") == "passed":
            return ""
        back = gate.get("returned")
        why = f" ({back:,} documents are back that earlier versions removed for good; `corpusqa diff`)" if back else ""
        return f"\nThe gate on what was written: {gate['status']}{why}; `corpusqa push` will ask for a reason"

    def docs(self) -> pl.DataFrame:
        """One row per document in published order: id, digest, split, file, row, number, source, edited."""
        return pl.read_parquet(self.folder / DOCS, memory_map=False)

    def card(self) -> str:
        """README.md as it is now, with what people wrote into it; empty if it is gone."""
        path = self.folder / "README.md"
        return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""

    def data_files(self) -> dict[str, list[Path]]:
        """The data files of each split, in order."""
        return {
            split: [self.folder / path for path in said["files"]] for split, said in self.manifest["splits"].items()
        }


def open_release(folder: Path) -> Release:
    """A release that was written before.

    Raises:
        UsageError: the folder is no release, or one of a newer format.
    """
    return Release(folder, read_manifest(folder), fresh=False)
