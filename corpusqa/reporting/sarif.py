"""Findings as SARIF 2.1.0, the format that code hosts and editors read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from corpusqa.reporting.words import broken, limit_words

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub keeps the first 5,000 results of a run and refuses a file with more than 25,000.
RESULTS_SHOWN = 5000
# Where a result without a file points to: every result must have a place in the repository.
NOWHERE = "corpusqa.toml"
LIMIT = "gate.limit"
_LEVELS = {"error": "error", "warning": "warning", "warn": "warning", "info": "note"}
_OWN_RULES = {
    "corpusqa.check_failed": "A check failed on a document",
    "corpusqa.duplicate_id": "An id of the source occurs more than once",
    "corpusqa.private_column": "A column other than the text holds private values",
    "corpusqa.contradiction": "What the card declares is not what was measured",
    LIMIT: "A limit of the gate does not hold",
}


def render(report: Mapping[str, Any], root: str = "") -> str:
    """One run with its rules and results, errors first.

    Args:
        report: report.json.
        root: Folder of the files, relative to the root of the repository.
    """
    rules = _rules(report)
    places = {rule["id"]: at for at, rule in enumerate(rules)}
    results = [_of_limit(row, places) for row in broken(dict(report))]
    results += [_of_finding(row, places, root) for row in report["findings"]]
    left = report["totals"]["findings"] - len(report["findings"]) + max(len(results) - RESULTS_SHOWN, 0)
    run = {
        "tool": {"driver": {"name": "corpusqa", "version": report["tool"]["version"], "rules": rules}},
        "invocations": [_invocation(left)],
        "results": results[:RESULTS_SHOWN],
        "columnKind": "unicodeCodePoints",
        "properties": {"corpusDigest": report["corpus"]["digest"], "gate": report["gate"]["status"]},
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _rules(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every label with a severity, and the findings of corpusqa itself."""
    rules = [
        {
            "id": f"{check}.{name}",
            "shortDescription": {"text": label["about"][:1].upper() + label["about"][1:]},
            "fullDescription": {"text": f"{section['about']}: {label['about']}."},
            "help": {"text": section["doc"] or section["about"] or check},
            "defaultConfiguration": {"level": _LEVELS[label["severity"]]},
        }
        for check, section in report["checks"].items()
        for name, label in section["labels"].items()
        if label["severity"]
    ]
    own = [
        {"id": name, "shortDescription": {"text": about}, "defaultConfiguration": {"level": "error"}}
        for name, about in _OWN_RULES.items()
    ]
    return [*rules, *own]


def _of_finding(row: Mapping[str, Any], places: Mapping[str, int], root: str) -> dict[str, Any]:
    said = f"{row['message']}: {row['excerpt']}" if row["excerpt"] else row["message"]
    location = _location(str(PurePosixPath(root, row["file"])) if row["file"] else NOWHERE, row["line"] or 1)
    if row["document"]:
        location["logicalLocations"] = [{"name": row["document"], "kind": "document"}]
    result = {
        "ruleId": row["name"],
        "ruleIndex": places[row["name"]],
        "level": _LEVELS[row["severity"]],
        "message": {"text": said.replace("](", "] (")},  # SARIF would read it as a link
        "locations": [location],
        "partialFingerprints": {"corpusqa/v1": row["fingerprint"]},
    }
    if row["accepted"]:
        result["suppressions"] = [{"kind": "external", "justification": row["accepted"]}]
    return result


def _of_limit(row: Mapping[str, Any], places: Mapping[str, int]) -> dict[str, Any]:
    return {
        "ruleId": LIMIT,
        "ruleIndex": places[LIMIT],
        "level": _LEVELS[row["level"]],
        "message": {"text": limit_words(dict(row))},
        "locations": [_location(NOWHERE, 1)],
        "partialFingerprints": {"corpusqa/v1": f"{row['level']}:{row['metric']}:{row['by']}:{row['slice']}"},
    }


def _location(file: str, line: int) -> dict[str, Any]:
    uri = quote(file.removeprefix("./"), safe="/~!$&'()*+;=@-._")
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}


def _invocation(left: int) -> dict[str, Any]:
    if not left:
        return {"executionSuccessful": True}
    said = f"{left:,} further findings are left out; findings.parquet holds all of them"
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [{"level": "note", "message": {"text": said}}],
    }
