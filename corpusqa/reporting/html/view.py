"""What the page shows, in the order in which it shows it: every decision that is not layout."""

from __future__ import annotations

from typing import Any

from corpusqa.reporting.html.cards import cards, standing_out
from corpusqa.reporting.html.differences import differences
from corpusqa.reporting.html.island import first_rows
from corpusqa.reporting.words import broken, counted, gate_words, not_measured, sampled_labels, state

SEVERITIES = ("error", "warning", "info")
STANDING_OUT = 8
CLUSTERS_SHOWN = 10  # of each kind; report.json holds more
_BANNERS = {"passed": "ok", "failed": "bad"}


def view(report: dict[str, Any]) -> dict[str, Any]:
    """Everything that the template needs beside report.json."""
    findings = report["findings"]
    clusters = [_cluster(row) for row in _first_clusters(report["clusters"])]
    slices = _slices(report)
    telling = [at for at, row in enumerate(clusters, 1) if any(pair["pieces"] for pair in row["pairs"])]
    return {
        "banner": _BANNERS.get(report["gate"]["status"], "unsure"),
        "verdict": gate_words(report),
        "sentence": sentence(report),
        "standing_out": standing_out(report, STANDING_OUT),
        "contents": _contents(report),
        "limits": _limits(report),
        "cards": cards(report, slices),
        "broken": broken(report),
        "compared": any(row["base"] is not None for row in report["gate"]["limits"]),
        "severities": SEVERITIES,
        "rows": [_row(row) for row in first_rows(findings)],
        "clusters": clusters,
        "open_document": next((at for at, row in enumerate(report["documents"], 1) if row["verdict"] == "edit"), 1),
        "open_cluster": telling[0] if telling else 1,
        "names": sorted(report["totals"]["by_name"]),
        "sources": sorted({row["source"] for row in findings if row["source"]}),
        "not_measured": not_measured(report),
        "sample": sampled_labels(report),
        "slices": slices,
        "failed": sum(section["failed"] for section in report["checks"].values()),
    }


def sentence(report: dict[str, Any]) -> str:
    """The account in one sentence: what cleaning would keep, edit and drop, and what was found."""
    ledger = report["ledger"]
    kept = (
        f"{counted(ledger['kept'], 'document')} can stay as they are" if ledger["kept"] != 1 else "1 can stay as it is"
    )
    parts = [kept]
    parts += [f"{ledger['edited']:,} would be edited"] if ledger["edited"] else []
    parts += [f"{ledger['dropped']:,} would be dropped"] if ledger["dropped"] else []
    parts += [f"{ledger['unreadable']:,} could not be read"] if ledger["unreadable"] else []
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"Under the policy {listed}."


def _contents(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The list of sections: `id`, `title`, `count` and, for the checks, the name and worst severity of each."""
    worst = [(row["name"], ("error", "warning", "info", "good")[row["rank"]]) for row in cards(report, {})]
    parts = [
        ("verdict", "Verdict", None, []),
        ("ledger", "Ledger", report["ledger"]["read"], []),
        ("limits", "Limits", len(report["gate"]["limits"]), []),
        ("checks", "Checks", None, worst),
        ("findings", "Findings", report["totals"]["findings"], []),
        ("clusters", "Clusters", None, []),
        ("reference", "Reference", None, []),
        ("documents", "Documents", None, []),
        ("cleaning", "Cleaning", None, []),
        ("repeats", "Repeated lines", None, []),
        ("slices", "Slices", None, []),
        ("coverage", "Coverage", None, []),
        ("provenance", "Provenance", None, []),
    ]
    there = {name for name in ("clusters", "reference", "documents", "repeats", "slices") if not report.get(name)}
    return [
        {"id": name, "title": title, "count": count, "parts": inner}
        for name, title, count, inner in parts
        if name not in there
    ]


def _limits(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Judged limits, the broken ones first, and those that wait for more documents or a base."""
    order = {"broken": 0, "unknown": 1, "holds": 2}
    rows = report["gate"]["limits"]
    judged = [row for row in rows if state(row) != "waits"]
    return {
        "judged": sorted(judged, key=lambda row: (order[state(row)], row["level"] != "error")),
        "waiting": [row for row in rows if state(row) == "waits"],
    }


def _first_clusters(clusters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of each kind, in the order of the report: the largest."""
    seen: dict[tuple[str, str], int] = {}
    chosen = []
    for row in clusters:
        kind = row["check"], row["half"]
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= CLUSTERS_SHOWN:
            chosen.append(row)
    return chosen


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


def _slices(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Slices by field, the largest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in report["slices"]:
        found.setdefault(row["by"], []).append(row)
    return found
