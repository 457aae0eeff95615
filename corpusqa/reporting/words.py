"""Numbers and verdicts in words, the same in every format."""

from __future__ import annotations

from typing import Any

OPERATORS = {"max": "at most", "min": "at least", "max_increase": "may rise by", "max_drop": "may fall by"}
CHANGES = ("max_increase", "max_drop")
LEVELS = {"error": "error", "warn": "warning"}


def number(value: float | None) -> str:
    """`12,345`, `0.0312`, or a dash for what has no value."""
    if value is None:
        return "–"
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"


def size(count: int) -> str:
    """Bytes with a decimal prefix: `154 kB`."""
    value, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"


def percent(part: float, whole: float) -> str:
    """A share in percent; never `0 %` for something, never `100 %` for less than all."""
    if not whole:
        return "–"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "< 0.1 %"
    if 99.9 < share < 100:
        return "> 99.9 %"
    return f"{share:.0f} %" if share in (0, 100) else f"{share:.1f} %"


def counted(count: int, word: str, words: str = "") -> str:
    """`1 document`, `2 documents`."""
    return f"{count:,} {word if count == 1 else words or word + 's'}"


def state(row: dict[str, Any]) -> str:
    """What became of a limit: `holds`, `broken`, `waits` (a small slice, or no base: not judged) or `unknown`."""
    if row["ok"] is None:
        return "waits" if (row["note"] or "").endswith("not judged") else "unknown"
    return "holds" if row["ok"] else "broken"


def broken(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The limits that do not hold or could not be judged, errors first."""
    rows = [row for row in report["gate"]["limits"] if state(row) in ("broken", "unknown")]
    return sorted(rows, key=lambda row: row["level"] != "error")


def slice_name(row: dict[str, Any]) -> str:
    """`source=harbour` for a limit on a slice, else nothing."""
    return f"{row['by']}={row['slice'] if row['slice'] is not None else '(none)'}" if row["by"] else ""


def allowed(row: dict[str, Any]) -> str:
    """What a limit allows: `at most 0`."""
    return f"{OPERATORS[row['op']]} {number(row['limit'])}"


def limit_words(row: dict[str, Any]) -> str:
    """One limit: `pii.secret.count [source=a] is 3, at most 0`."""
    where = f" [{slice_name(row)}]" if row["by"] else ""
    said = f"{row['metric']}{where} is {number(row['value'])}"
    if row["op"] in CHANGES:
        said = f"{row['metric']}{where} went from {number(row['base'])} to {number(row['compared'])}"
    said += f", {allowed(row)}"
    return f"{said} ({row['note']})" if row["note"] else said


def gate_words(report: dict[str, Any]) -> str:
    """The verdict of the gate in one line."""
    status, rows = report["gate"]["status"], broken(report)
    errors = [row for row in rows if row["level"] == "error"]
    limits = counted(len(report["gate"]["limits"]), "limit")
    if status == "failed":
        return f"failed: {sum(state(row) == 'broken' for row in errors)} of {limits} broken"
    if status == "passed":
        warned = len(rows) - len(errors)
        return f"passed with {counted(warned, 'warning')}: {limits}" if warned else f"passed: {limits}"
    unknown = sum(state(row) == "unknown" for row in errors)
    return f"not evaluated: {unknown} of {limits} could not be judged, so nothing passes"


def not_measured(report: dict[str, Any]) -> list[tuple[str, int]]:
    """Signals that could not be measured on every document, with the documents without a value, most first.

    Optional signals and those of corpus halves are left out: there, no value means that the signal does not apply, or
    that a document is tied to no other.
    """
    documents = report["corpus"]["documents"]
    rows = [
        (f"{check}.{name}", documents - signal["measured"])
        for check, section in report["checks"].items()
        for name, signal in section["signals"].items()
        if name not in section["halves"] and not signal["optional"] and signal["measured"] < documents
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def label_counts(section: dict[str, Any]) -> list[tuple[str, int]]:
    """Labels of a check with their number of spans, errors first, then the most frequent; zeros left out."""
    rank = {"error": 0, "warning": 1, "info": 2, None: 3}
    labels = section["labels"]
    counts = [(name, int(label["statistics"].get("count") or 0)) for name, label in labels.items()]
    return sorted(
        [row for row in counts if row[1]], key=lambda row: (rank[labels[row[0]]["severity"]], -row[1], row[0])
    )


def sampled_labels(report: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Labels of errors, then of warnings, with the interval of their share where the report is of a sample."""
    found = report["sample"]["intervals"] if report.get("sample") else {}
    rows = [
        (label["severity"], f"{check}.{name}", found[f"{check}.{name}.share"])
        for check, section in report["checks"].items()
        for name, label in section["labels"].items()
        if label["severity"] in ("error", "warning") and f"{check}.{name}.share" in found
    ]
    rows.sort(key=lambda row: (row[0], -row[2]["low"], row[1]))
    return [(name, both["low"], both["high"]) for _, name, both in rows]
