"""The card of a finished release, drawn again without writing the data anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpusqa.card import card
from corpusqa.card.card import drift
from corpusqa.card.lint import Problem, lint
from corpusqa.release.model import open_release

REPORT = "corpusqa/report.json"


def redrawn(folder: Path, declared: Mapping[str, Any] | None = None) -> str:
    """The card of a release with its measured sections written anew; prose stays.

    Args:
        folder: The release.
        declared: `[card]` of the configuration; None is what was declared when the release was made.
    """
    manifest, report, said, text = _parts(folder, declared)
    return card(manifest, report, said, text)


def checked(folder: Path, declared: Mapping[str, Any] | None = None) -> list[Problem]:
    """What is wrong with the card of a release: the problems of the linter, and sections that drifted."""
    manifest, report, said, text = _parts(folder, declared)
    moved = [
        Problem("card.drift", "error", 1, f"{what} is not that of the release; write it again with `corpusqa card`")
        for what in drift(text, manifest, report, said)
    ]
    return [*lint(text, manifest), *moved]


def _parts(
    folder: Path, declared: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any], str]:
    release, report_file = open_release(folder), folder / REPORT
    report = json.loads(report_file.read_text(encoding="utf-8")) if report_file.is_file() else {}
    said = release.manifest.get("declared", {}) if declared is None else declared
    return release.manifest, report, said, release.card()
