"""What the page shows, in the order in which it shows it: every decision that is not layout."""

from __future__ import annotations

from typing import Any

from corpusqa.reporting.html.differences import differences
from corpusqa.reporting.html.island import first_rows
from corpusqa.reporting.words import broken, gate_words, not_measured, sampled_labels

SLICE_COLUMNS = 6
SEVERITIES = ("error", "warning", "info")
_BANNERS = {"passed": "ok", "failed": "bad"}


def view(report: dict[str, Any]) -> dict[str, Any]:
    """Everything that the template needs beside report.json."""
    findings = report["findings"]
    clusters = [_cluster(row) for row in report["clusters"]]
    telling = [at for at, row in enumerate(clusters, 1) if any(pair["pieces"] for pair in row["pairs"])]
    return {
        "banner": _BANNERS.get(report["gate"]["status"], "unsure"),
        "verdict": gate_words(report),
        "broken": broken(report),
        "compared": any(row["base"] is not None for row in report["gate"]["limits"]),
        "severities": SEVERITIES,
        "rows": [_row(row) for row in first_rows(findings)],
        "clusters": clusters,
        "open_cluster": telling[0] if telling else 1,
        "names": sorted(report["totals"]["by_name"]),
        "sources": sorted({row["source"] for row in findings if row["source"]}),
        "not_measured": not_measured(report),
        "sample": sampled_labels(report),
        "slices": _slices(report),
        "by_slice": {name: _by_slice(report, name) for name in report["checks"]},
        "more": {name: _paragraphs(section["doc"]) for name, section in report["checks"].items()},
        "failed": sum(section["failed"] for section in report["checks"].values()),
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A finding with its excerpt in three pieces: before, evidence, after."""
    text, start, end = row["excerpt"] or "", row["hit_start"] or 0, row["hit_end"] or 0
    return {
        **row,
        "before": text[:start],
        "hit": text[start:end],
        "after": text[end:],
        "place": place(row),
        "anchor": f"f-{row['fingerprint'][:12]}",
    }


def place(row: dict[str, Any]) -> str:
    """Where to look: `file:line`, or `line 3` of a document that is a file."""
    if row["file"] == row["document"]:
        return f"line {row['line']}" if row["line"] is not None else ""
    line = f":{row['line']}" if row["line"] is not None else ""
    return f"{row['file']}{line}" if row["file"] else ""


def _cluster(row: dict[str, Any]) -> dict[str, Any]:
    """A cluster with its pairs word by word; a pair that nobody compared is left out."""
    pairs = [
        {
            **pair,
            "pieces": [differences(piece["a"], piece["b"]) for piece in pair["pieces"]],
            "aligned": any(piece["score"] is not None for piece in pair["pieces"]),
            "same": not pair["pieces"],
        }
        for pair in row["evidence"]
        if pair["pieces"] is not None
    ]
    return {**row, "pairs": pairs}


def _paragraphs(doc: str) -> list[str]:
    """A docstring after its first line, without the description of arguments that `checks show` prints."""
    body = doc.partition("\n")[2].partition("\nArgs:")[0]
    return [" ".join(part.split()) for part in body.split("\n\n") if part.strip()]


def _by_slice(report: dict[str, Any], check: str) -> list[dict[str, Any]]:
    """Per field a table of the check's shares, or of its means where it has no labels that matter, by slice."""
    section = report["checks"][check]
    labels = [f"{name}.share" for name, label in section["labels"].items() if label["severity"]]
    means = [f"{name}.mean" for name, signal in section["signals"].items() if "mean" in signal["statistics"]]
    heads = (labels or means)[:SLICE_COLUMNS]
    tables = []
    for by, slices in _slices(report).items() if heads else ():
        rows = [
            {
                "value": row["value"] if row["value"] is not None else "(none)",
                "documents": row["documents"],
                "values": [row["metrics"].get(f"{check}.{head}") for head in heads],
            }
            for row in slices
        ]
        tables.append({"by": by, "heads": heads, "rows": rows})
    return tables


def _slices(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Slices by field, the largest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in report["slices"]:
        found.setdefault(row["by"], []).append(row)
    return found
