"""The findings as data inside the page, for search, sort and filter."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

# Rows of real HTML, readable without a script; the rest is data, of which the script shows a page at a time.
ROWS_SHOWN = 250
PER_NAME = 25  # so that one frequent finding does not fill the page
COLUMNS = (
    "severity", "name", "document", "source", "file", "line", "message", "excerpt", "hit_start", "hit_end", "accepted",
)  # fmt: skip


def island(report: dict[str, Any]) -> dict[str, str]:
    """`kind` ("json" or "gzip") and `data`: every finding of the report, column by column.

    `columns` maps a name to its different values, sorted, and to the place of each row's value among them: openings of
    copies stand side by side, which halves what gzip leaves of them. `fingerprints` are one string, 32 digits a row.

    JSON has `<` escaped, so that no text can end the element that holds it; gzip is base64 and has no clock in it.
    """
    findings = report["findings"]
    columns = {name: _column([row[name] for row in findings]) for name in COLUMNS}
    prints = "".join(row["fingerprint"] for row in findings)
    text = json.dumps({"columns": columns, "fingerprints": prints}, ensure_ascii=False, separators=(",", ":"))
    if len(findings) <= ROWS_SHOWN:
        return {"kind": "json", "data": text.replace("<", "\\u003c").replace("&", "\\u0026")}
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    return {"kind": "gzip", "data": base64.b64encode(packed).decode()}


def _column(values: list[Any]) -> dict[str, list[Any]]:
    """The different values, sorted, null first, and the place of each row's value among them."""
    different = sorted(set(values), key=lambda value: (value is not None, str(value)))
    places = {value: at for at, value in enumerate(different)}
    return {"values": different, "at": [places[value] for value in values]}


def first_rows(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of real HTML: in the order of the report, at most PER_NAME of one name, then others up to ROWS_SHOWN."""
    if len(findings) <= ROWS_SHOWN:
        return findings
    seen: dict[str, int] = {}
    chosen = []
    for at, row in enumerate(findings):
        seen[row["name"]] = seen.get(row["name"], 0) + 1
        if seen[row["name"]] <= PER_NAME:
            chosen.append(at)
    taken = set(chosen[:ROWS_SHOWN])
    rest = (at for at in range(len(findings)) if at not in taken)
    while len(taken) < ROWS_SHOWN:
        taken.add(next(rest))
    return [findings[at] for at in sorted(taken)]
