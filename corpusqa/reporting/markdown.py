"""The report as Markdown: a comment on a pull request, a job summary. Capped, and nothing from the corpus is markup."""

from __future__ import annotations

import re
from typing import Any

from corpusqa.reporting.words import (
    LEVELS,
    allowed,
    broken,
    counted,
    gate_words,
    label_counts,
    not_measured,
    number,
    percent,
    size,
    slice_name,
)

# GitHub refuses comments above 65,536 characters.
LONGEST = 60_000
FINDINGS_SHOWN = 20
ROWS_SHOWN = 20
_MARKS = {"passed": "✅", "failed": "❌"}
_TICKS = re.compile(r"`+")


def render(report: dict[str, Any], longest: int = LONGEST) -> str:
    """The report in at most `longest` characters."""
    sections = (_head, _limits, _checks, _findings, _judged, _repeats, _lost)
    parts = [section(report) for section in sections]
    lines = [line for part in parts if part for line in [*part, ""]]
    return _capped(lines, longest)


def code(text: str | None) -> str:
    """Any text as a code span, also inside a table: no markup, no mention, no link."""
    shown = (text or "").replace("\n", " ").replace("|", "\\|")
    if not shown.strip():
        return ""
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _head(report: dict[str, Any]) -> list[str]:
    corpus, ledger = report["corpus"], report["ledger"]
    mark = _MARKS.get(report["gate"]["status"], "⚠️")
    parts = " + ".join(f"{ledger[name]:,} {name}" for name in ("kept", "edited", "dropped", "unreadable"))
    sizes = f"{counted(corpus['documents'], 'document')}, {size(corpus['bytes'])}"
    return [
        f"## {mark} corpusqa: {gate_words(report)}",
        "",
        f"{code(corpus['name'])} {sizes}. {ledger['read']:,} read = {parts}.",
    ]


def _limits(report: dict[str, Any]) -> list[str]:
    rows = broken(report)
    if not rows:
        return []
    table = [
        [
            LEVELS[row["level"]],
            code(row["metric"]),
            code(slice_name(row)) if row["by"] else "all",
            number(row["value"]),
            allowed(row),
            code(row["note"]),
        ]
        for row in rows[:ROWS_SHOWN]
    ]
    title = f"### Limits that do not hold: {len(rows)} of {len(report['gate']['limits'])}"
    return [title, "", *_table(["", "limit", "slice", ">value", "allowed", "note"], table), *_more(rows)]


def _checks(report: dict[str, Any]) -> list[str]:
    table = []
    for name, section in report["checks"].items():
        found = section["findings"]
        labels = ", ".join(f"{label} {count:,}" for label, count in label_counts(section)[:6])
        failed = f"**failed on {counted(section['failed'], 'document')}** " if section["failed"] else ""
        table.append([code(name), *(f"{found[level]:,}" for level in ("error", "warning", "info")), failed + labels])
    lines = ["### Checks", "", *_table(["check", ">errors", ">warnings", ">info", "found"], table)]
    missing, documents = not_measured(report), report["corpus"]["documents"]
    if missing:
        said = ", ".join(f"{code(name)} on {percent(count, documents)}" for name, count in missing[:6])
        lines += ["", f"Not measurable on some documents: {said}" + (" and others." if len(missing) > 6 else ".")]
    if report["capped"]:
        lines += ["", "Limited: " + "; ".join(f"{what}: {count:,}" for what, count in report["capped"].items()) + "."]
    return lines


def _findings(report: dict[str, Any]) -> list[str]:
    rows, totals = report["findings"], report["totals"]
    if not rows:
        return []
    table = [
        [
            row["severity"] + (", accepted" if row["accepted"] else ""),
            code(row["name"]),
            code(_place(row)),
            code(row["excerpt"] or row["message"]),
        ]
        for row in rows[:FINDINGS_SHOWN]
    ]
    shown = min(len(rows), FINDINGS_SHOWN)
    return [
        "<details>",
        f"<summary>{counted(totals['findings'], 'finding')}, the first {shown} of them, errors first</summary>",
        "",
        *_table(["", "finding", "document", "excerpt"], table),
        "",
        "</details>",
    ]


def _judged(report: dict[str, Any]) -> list[str]:
    table = [[code(row["reason"]), f"{row['documents']:,}"] for row in report["reasons"][:ROWS_SHOWN]]
    if not table:
        return []
    return ["### Dropped", "", *_table(["reason", ">documents"], table), *_more(report["reasons"])]


def _repeats(report: dict[str, Any]) -> list[str]:
    """The line on the most pages of each site."""
    rows = report.get("repeats", [])
    table = [
        [
            code(row["site"] or "no URL"),
            f"{row['documents']:,}",
            code(row["lines"][0]["text"]),
            f"{row['lines'][0]['documents']} of {row['looked']}",
        ]
        for row in rows[:ROWS_SHOWN]
    ]
    return ["### Repeated lines", "", *_table(["site", ">pages", "line", ">on"], table)] if table else []


def _lost(report: dict[str, Any]) -> list[str]:
    rows = report["unreadable"]["rows"]
    if not rows:
        return []
    table = [[code(_row_place(row)), code(row["reason"])] for row in rows[:ROWS_SHOWN]]
    title = f"### Unreadable: {counted(report['unreadable']['count'], 'row')}"
    return [title, "", *_table(["where", "why"], table)]


def _place(row: dict[str, Any]) -> str:
    if row["file"] and row["line"] is not None:
        return f"{row['file']}:{row['line']}"
    return row["document"] or ""


def _row_place(row: dict[str, Any]) -> str:
    line = f":{row['line']}" if row["line"] is not None else ""
    return f"{row['file']}{line}" if row["file"] else f"row {row['number']}"


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """A table; a head that begins with `>` is that of a column of numbers."""
    names = [head.lstrip(">") or " " for head in heads]
    lines = [names, ["--:" if head.startswith(">") else "---" for head in heads], *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _more(rows: list[Any]) -> list[str]:
    return ["", f"and {len(rows) - ROWS_SHOWN:,} more in the report"] if len(rows) > ROWS_SHOWN else []


def _capped(lines: list[str], longest: int) -> str:
    """Whole lines up to the limit, with a last one that says what is missing."""
    note, closing = "\n_The rest is in report.html: this comment is at its limit._\n", "\n</details>\n"
    held, kept = len(note) + len(closing), list[str]()
    for line in lines:
        held += len(line) + 1
        if held > longest:
            closing = closing if "<details>" in kept and "</details>" not in kept else ""
            return "\n".join(kept) + closing + note
        kept.append(line)
    return "\n".join(lines).rstrip() + "\n"
