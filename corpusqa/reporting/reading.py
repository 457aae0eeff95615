"""A report.json that was written before: to draw it again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.reporting.model import SCHEMA

# What every report has, whatever was found: a file without one of them is something else.
_NEEDED = ("corpus", "ledger", "checks", "findings", "totals", "gate", "slices")


def read_report(path: Path) -> dict[str, Any]:
    """The report in a file, or in a folder that holds a report.json.

    Raises:
        UsageError: there is no such file.
        CannotEvaluate: it is no whole report, or of a schema that this version does not know.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        text = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); name a report.json") from None
    try:
        report = json.loads(text)
    except ValueError:
        raise CannotEvaluate(
            f"{file}: not whole JSON; it may be truncated: make it again with `corpusqa report`"
        ) from None
    if not isinstance(report, dict) or not isinstance(report.get("schema"), int):
        raise CannotEvaluate(f"{file}: no report of corpusqa: it names no schema")
    if report["schema"] != SCHEMA:
        newer = "use the version of corpusqa that wrote it, or make it again"
        raise CannotEvaluate(f"{file}: report of schema {report['schema']}, this version reads {SCHEMA}; {newer}")
    missing = [name for name in _NEEDED if name not in report]
    if missing:
        raise CannotEvaluate(f"{file}: not a whole report, it lacks {', '.join(missing)}; make it again")
    return report
