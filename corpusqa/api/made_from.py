"""What of a report tells a release from another one: all of it but what a second run of one command finds different."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpusqa import reporting
from corpusqa.findings.neutral import neutral_name
from corpusqa.plugins.fingerprint import files_digest
from corpusqa.reporting.model import NOTE_LENGTH

if TYPE_CHECKING:
    from corpusqa.api.model import Account


def made_from(found: Account) -> Mapping[str, Any]:
    """What report.json and report.html of a release follow from, as plain values.

    What the source is called is no part of it, since one folder has many names. Where the gate asks for a base, neither
    is what the report says of it: the base may be the release that is written (`releases@latest`), or follow it, and is
    another one afterwards. What is left of the gate follows from measures, limits and accepted findings.
    """
    report = dict(found.report)
    report["corpus"] = {name: value for name, value in report["corpus"].items() if name != "name"}
    if found.config.gate.base is not None:
        del report["gate"]
        of_base = {neutral_name(note, NOTE_LENGTH) for note in found.gate.of_base}
        report["notes"] = [note for note in report["notes"] if note not in of_base]
    return {"report": report, "page": _page()}


@cache
def _page() -> str:
    """Digest of the templates of report.html; code is in every key."""
    templates = Path(reporting.__file__).parent / "html" / "templates"
    return files_digest(tuple(sorted(file for file in templates.rglob("*") if file.is_file())))
