"""A report.json that was written before: read once and whole, for the gate as a base and for drawing again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpusqa.errors import CannotEvaluate

# A reader refuses a report of a schema that it does not know; the number rises when a stable path changes.
SCHEMA = 1
# What every report has, whatever was found: a file without one of them is something else.
NEEDED = ("corpus", "ledger", "checks")


def stored_report(path: Path, needed: tuple[str, ...] = NEEDED) -> dict[str, Any]:
    """The report in a file.

    Raises:
        OSError: the file cannot be read; what that means is for the caller to say.
        CannotEvaluate: it is cut off, no report, of another schema, or lacks what is needed.
    """
    try:
        report = json.loads(path.read_bytes())
    except ValueError:
        raise CannotEvaluate(
            f"{path}: not whole JSON; it may be truncated: make it again with `corpusqa report`"
        ) from None
    schema = report.get("schema") if isinstance(report, dict) else None
    if not isinstance(schema, int):
        raise CannotEvaluate(f"{path}: no report of corpusqa: it names no schema; make one with `corpusqa report`")
    if schema != SCHEMA:
        advice = "it is of a newer corpusqa: update corpusqa" if schema > SCHEMA else "make it again"
        raise CannotEvaluate(f"{path}: report of schema {schema}, this version reads {SCHEMA}; {advice}")
    missing = [name for name in needed if name not in report]
    if missing:
        raise CannotEvaluate(f"{path}: not a whole report, it lacks {', '.join(missing)}; make it again")
    return dict(report)
