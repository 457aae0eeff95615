"""What the card of a check shows: why it matters, what was found, the measurements that tell most, and by slice."""

from __future__ import annotations

import re
from typing import Any

from corpusqa.reporting.docs import read_doc

SLICE_COLUMNS = 6
# Measurements that stand on a card by themselves when no rule or limit names one; the others are a click away.
TELLING = 3
RANK = {"error": 0, "warning": 1, "info": 2, None: 3}
_CODE = re.compile(r"`([^`\n]+)`")


def cards(report: dict[str, Any], slices: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """One card per check, those with findings first: errors, warnings, info."""
    rows = [_card(report, name, slices) for name in report["checks"]]
    return sorted(rows, key=lambda row: (row["rank"], row["name"]))


def standing_out(report: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """The errors and warnings that most documents have, errors first; information only where there is nothing else."""
    rows = [row for name in report["checks"] for row in _labels(report, name) if row["severity"] and row["spans"]]
    own = {
        "corpusqa.check_failed": "a check failed",
        "corpusqa.duplicate_id": "an id occurs more than once",
        "corpusqa.contradiction": "what the card declares is not what was measured",
    }
    rows += [
        {"name": name, "severity": "error", "about": about, "documents": report["totals"]["by_name"][name]}
        for name, about in own.items()
        if name in report["totals"]["by_name"]
    ]
    rows += _private_columns(report)
    rows.sort(key=lambda row: (RANK[row["severity"]], -row["documents"], row["name"]))
    errors = [row for row in rows if row["severity"] == "error"]
    others = [row for row in rows if row["severity"] == "warning"] or [row for row in rows if row["severity"] == "info"]
    room = max(most - len(others), (most + 1) // 2)  # half the list belongs to the errors, more where there is room
    return [*errors[:room], *others[: most - min(len(errors), room)]]


def _private_columns(report: dict[str, Any]) -> list[dict[str, Any]]:
    """What other columns hold, as severe as its worst kind."""
    name = "corpusqa.private_column"
    severities = {row["severity"] for row in report["findings"] if row["name"] == name}
    if not severities:
        return []
    about, documents = "private values outside the text", int(report["metrics"][f"{name}.documents"] or 0)
    return [{"name": name, "severity": min(severities, key=RANK.__getitem__), "about": about, "documents": documents}]


def code_pieces(text: str) -> list[tuple[str, str]]:
    """Text of a docstring in pieces: `code` between backticks, `text` elsewhere."""
    pieces = _CODE.split(text)
    return [("code" if at % 2 else "text", piece) for at, piece in enumerate(pieces) if piece]


def _card(report: dict[str, Any], name: str, slices: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    check = report["checks"][name]
    doc = read_doc(check["doc"])
    labels = sorted(_labels(report, name), key=lambda row: (RANK[row["severity"]], -row["documents"]))
    telling = _telling(report, name)
    found = check["findings"]
    return {
        "name": name,
        "check": check,
        "rank": 0 if found["error"] or check["failed"] else 1 if found["warning"] else 2 if found["info"] else 3,
        "why": doc.why[:1].upper() + doc.why[1:],
        "act": doc.act[:1].upper() + doc.act[1:],
        "what": doc.what,
        "more": [
            (title, text)
            for title, text in (
                ("Example", doc.example), ("What it leaves alone", doc.spares), ("False alarms", doc.errs)
            )
            if text
        ],
        "found": [row for row in labels if row["spans"]],
        "absent": [row for row in labels if not row["spans"]],
        "telling": [(signal, said) for signal, said in check["signals"].items() if signal in telling],
        "further": [(signal, said) for signal, said in check["signals"].items() if signal not in telling],
        "slices": _by_slice(check, name, slices),
    }  # fmt: skip


def _labels(report: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{check}.{label}",
            "label": label,
            "severity": said["severity"],
            "about": said["about"],
            "spans": int(said["statistics"].get("count") or 0),
            "documents": int(said["statistics"].get("documents") or 0),
        }
        for label, said in report["checks"][check]["labels"].items()
    ]


def _telling(report: dict[str, Any], name: str) -> set[str]:
    """Signals that a limit, a rule or a suggestion names; where there is none, the first that vary."""
    check = report["checks"][name]
    said = [row["metric"] for row in report["gate"]["limits"]] + [row["rule"] for row in report["rules"]]
    said += [line for lines in check["suggest"].values() for line in lines]
    drawn = [signal for signal, at in check["signals"].items() if at["histogram"]]
    named = {signal for signal in drawn if any(re.search(rf"\b{name}\.{signal}\b", line) for line in said)}
    varying = [signal for signal in drawn if len(check["signals"][signal]["histogram"].get("counts", "ab")) > 1]
    return named or set(varying[:TELLING])


def _by_slice(check: dict[str, Any], name: str, slices: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Per field a table of the check's shares, or of its means where it has no labels that matter, by slice."""
    labels = [f"{label}.share" for label, said in check["labels"].items() if said["severity"]]
    means = [f"{signal}.mean" for signal, said in check["signals"].items() if "mean" in said["statistics"]]
    heads = (labels or means)[:SLICE_COLUMNS]
    tables = []
    for by, rows in slices.items() if heads else ():
        shown = [
            {
                "value": row["value"] if row["value"] is not None else "(none)",
                "documents": row["documents"],
                "values": [row["metrics"].get(f"{name}.{head}") for head in heads],
            }
            for row in rows
        ]
        tables.append({"by": by, "heads": heads, "rows": shown})
    return tables
