"""A report.json that was written before: to draw it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpusqa.errors import UsageError
from corpusqa.gate.stored import NEEDED, stored_report


def read_report(path: Path) -> dict[str, Any]:
    """The report in a file, or in a folder that holds a report.json.

    Raises:
        UsageError: there is no such file.
        CannotEvaluate: it is no whole report, or of a schema that this version does not know.
    """
    file = path / "report.json" if path.is_dir() else path
    try:
        return stored_report(file, (*NEEDED, "findings", "totals", "gate", "slices"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror}); name a report.json") from None
