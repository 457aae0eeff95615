"""Annotations for GitHub Actions: workflow commands that the runner turns into notes on lines of a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from corpusqa.reporting.words import broken, counted, gate_words, limit_words

# GitHub shows ten annotations of a level per step and fifty per job; one stays for what is left out.
PER_LEVEL = 10
_LEVELS = {"error": "error", "warning": "warning", "warn": "warning", "info": "notice"}


def render(report: Mapping[str, Any], root: str = "") -> str:
    """One command per line: the broken limits, then one annotation per finding and file, errors first.

    Args:
        report: report.json.
        root: Folder of the files, relative to the root of the repository.
    """
    lines = {"error": list[str](), "warning": list[str](), "notice": list[str]()}
    for row in broken(dict(report)):
        level = _LEVELS[row["level"]]
        lines[level].append(command(level, f"Limit: {limit_words(row)}", title="corpusqa gate"))
    left = 0
    for (severity, name, file), rows in _groups(report["findings"]).items():
        level = _LEVELS[severity]
        if level == "notice" or len(lines[level]) >= PER_LEVEL:
            left += len(rows)
            continue
        first = min(rows, key=lambda row: row["line"] or 0)
        said = first["message"] if len(rows) == 1 else f"{len(rows):,} times in this file: {first['message']}"
        place = {"file": str(PurePosixPath(root, file)), "line": first["line"] or 1} if file else {}
        lines[level].append(command(level, said, **place, title=name))
    left += report["totals"]["findings"] - report["totals"]["shown"]
    verdict = f"Gate {gate_words(dict(report))}"
    rest = f"; {counted(left, 'more finding')} in the report" if left else ""
    lines["notice"].append(command("notice", verdict + rest, title="corpusqa"))
    return "".join(f"{line}\n" for line in _cut(lines))


def command(level: str, message: str, **properties: str | int) -> str:
    """One workflow command; nothing in it can end it or begin another."""
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{level} {said}::{_data(message)}"


def _groups(findings: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[Mapping[str, Any]]]:
    """Findings by severity, name and file, without those that the team accepts; without a file they are together."""
    found: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in findings:
        if row["accepted"]:
            continue
        found.setdefault((row["severity"], row["name"], row["file"] or ""), []).append(row)
    return found


def _cut(lines: Mapping[str, list[str]]) -> Iterable[str]:
    for kept in lines.values():
        yield from kept[:PER_LEVEL]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
