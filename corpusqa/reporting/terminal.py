"""The report on a terminal: the ledger, one line per check, what could not be measured, the verdict, the output."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections import Counter
from collections.abc import Collection
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corpusqa.reporting.words import (
    LEVELS,
    allowed,
    broken,
    counted,
    gate_words,
    label_counts,
    limit_words,
    not_measured,
    number,
    percent,
    sampled_labels,
    size,
    slice_name,
    state,
)

# Lines of a list that is longer in the page.
SHOWN = 6
NAMED = 3  # signals of a check that have no value
PLAIN_WIDTH = 110
_STYLES = {"passed": "bold green", "failed": "bold red"}
_LEVEL_STYLES = {"error": "red", "warn": "yellow"}
_LEDGER = (("kept", "green"), ("edited", "yellow"), ("dropped", "red"), ("unreadable", "magenta"))


def render(report: dict[str, Any], output: str = "", *, color: bool | None = None, said: Collection[str] = ()) -> str:
    """The whole summary.

    Args:
        report: report.json.
        output: Folder that the report was written to; empty when it was not.
        color: By default whether stdout is a terminal and NO_COLOR is not set.
        said: Notes that the reader has before his eyes already.
    """
    console = _console(color)
    _header(console, report, said)
    _ledger(console, report)
    console.print()
    console.print(_checks(report))
    console.print()
    _columns(console, report)
    _sample(console, report)
    _reference(console, report)
    _not_measured(console, report)
    _repeats(console, report)
    _capped(console, report)
    _unreadable(console, report)
    _gate(console, report)
    if output:
        console.print(Text.assemble(("Report  ", "bold"), f"{output.rstrip('/')}/report.html"))
    return _text(console)


def render_gate(report: dict[str, Any], *, color: bool | None = None, said: Collection[str] = ()) -> str:
    """Every limit with its value, then the verdict; notes that were `said` are not repeated."""
    console = _console(color)
    _header(console, report, said)
    table = _table(("", "left"), ("Limit", "left"), ("value", "right"), ("allowed", "left"), ("", "left"))
    waiting: dict[str, int] = {}
    for row in report["gate"]["limits"]:
        if state(row) == "waits":
            waiting[row["note"]] = waiting.get(row["note"], 0) + 1
            continue
        name = row["metric"] + (f" [{slice_name(row)}]" if row["by"] else "")
        table.add_row(_mark(row), Text(name), number(row["value"]), allowed(row), Text(row["note"] or ""))
    console.print(table)
    for why, count in sorted(waiting.items()):
        console.print(Text(f"–   {counted(count, 'limit')}: {why}", "dim"))
    _verdict(console, report)
    return _text(console)


def _mark(row: dict[str, Any]) -> Text:
    """Whether a limit holds, in a word."""
    if state(row) == "holds":
        return Text("ok", "green")
    return Text(LEVELS[row["level"]], _LEVEL_STYLES[row["level"]])


def render_ledger(report: dict[str, Any], *, color: bool | None = None) -> str:
    """The ledger, and why documents were dropped."""
    console = _console(color)
    _ledger(console, report)
    for row in report["reasons"]:
        console.print(Text(f"  dropped {row['documents']:>7,}  {row['reason']}"))
    for row in report["edits"]:
        documents, spans = counted(row["documents"], "document"), counted(row["spans"], "span")
        console.print(Text(f"  {row['action']:<7} {row['documents']:>7,}  {row['label']}: {spans} in {documents}"))
    return _text(console)


def _header(console: Console, report: dict[str, Any], said: Collection[str]) -> None:
    corpus = report["corpus"]
    about = f"  {counted(corpus['documents'], 'document')}, {size(corpus['bytes'])}, digest {corpus['digest'][:12]}"
    console.print(Text.assemble((corpus["name"] or "corpus", "bold"), about))
    for note in report["notes"]:
        if note not in said:
            console.print(Text(f"  {note}", "dim"))


def _ledger(console: Console, report: dict[str, Any]) -> None:
    ledger = report["ledger"]
    line = Text.assemble(("Ledger  ", "bold"), f"{ledger['read']:,} read = ")
    for at, (name, style) in enumerate(_LEDGER):
        line.append(" + " if at else "")
        line.append(f"{ledger[name]:,} {name}", style if ledger[name] else "dim")
    console.print(line)


def _checks(report: dict[str, Any]) -> Table:
    table = _table(("Check", "left"), ("errors", "right"), ("warnings", "right"), ("info", "right"), ("found", "left"))
    own = {name: count for name, count in report["totals"]["by_name"].items() if name.startswith("corpusqa.")}
    for name, section in report["checks"].items():
        labels = ", ".join(f"{label} {count:,}" for label, count in label_counts(section)[:SHOWN])
        failed = f"failed on {counted(section['failed'], 'document')}" if section["failed"] else ""
        found = "; ".join(words for words in (failed, labels) if words)
        table.add_row(Text(name), *_severities(section["findings"]), Text(found))
    if own:
        listed = ", ".join(f"{name.partition('.')[2]} {count:,}" for name, count in sorted(own.items()))
        table.add_row("corpusqa", *_severities(_own_severities(report)), Text(listed))
    return table


def _own_severities(report: dict[str, Any]) -> dict[str, int]:
    """Findings that belong to no check, by severity."""
    left = Counter(report["totals"]["by_severity"])
    for section in report["checks"].values():
        left.subtract(section["findings"])
    return dict(left)


def _columns(console: Console, report: dict[str, Any]) -> None:
    """Private values outside the text."""
    rows = report.get("columns") or []
    for row in rows[:SHOWN]:
        said = f"{row['column']}: {counted(row['count'], 'value')} of {row['label']} in "
        console.print(Text(f"  {said}{counted(row['documents'], 'document')}"))
    if rows:
        more = f"{len(rows) - SHOWN} more; " if len(rows) > SHOWN else ""
        console.print(Text(f"  {more}columns other than the text are published as they are\n", "dim"))


def _severities(found: dict[str, int]) -> list[Text]:
    styles = {"error": "red", "warning": "yellow", "info": ""}
    return [Text(f"{found.get(name, 0):,}", style if found.get(name) else "dim") for name, style in styles.items()]


def _not_measured(console: Console, report: dict[str, Any]) -> None:
    """One line per check: a check that says nothing of a document says so in many signals at once."""
    rows, documents = not_measured(report), report["corpus"]["documents"]
    by_check: dict[str, list[tuple[str, int]]] = {}
    for name, count in rows:
        by_check.setdefault(name.partition(".")[0], []).append((name.partition(".")[2], count))
    if rows:
        console.print(Text("No value on some documents (which is not zero)", "bold"))
    for check, signals in sorted(by_check.items()):
        usual, _ = Counter(count for _, count in signals).most_common(1)[0]
        of_them = [name for name, count in signals if count == usual]
        others = f", and {len(signals) - len(of_them)} more" if len(signals) > len(of_them) else ""
        listed = ", ".join(of_them[:NAMED]) + (f" and {len(of_them) - NAMED} more" if len(of_them) > NAMED else "")
        console.print(
            Text(f"  {check}: {listed} on {counted(usual, 'document')} ({percent(usual, documents)}){others}")
        )
    if rows:
        console.print()


def _capped(console: Console, report: dict[str, Any]) -> None:
    """What was not looked at in full, so that nobody takes it for all."""
    for what, count in report["capped"].items():
        console.print(Text.assemble(("Limited  ", "bold"), f"{what}: {count:,}"))


def _reference(console: Console, report: dict[str, Any]) -> None:
    """How many items of a reference the documents hold."""
    said = report.get("reference")
    if said is None:
        return
    line = (
        f"{number(said['held'])} of {counted(said['items'], 'item')} of {said['name']} held by "
        f"{counted(said['documents'], 'document')}; {number(said['compared'])} could be compared"
    )
    console.print(Text.assemble(("Reference  ", "bold"), line))
    console.print()


def _sample(console: Console, report: dict[str, Any]) -> None:
    """What a sample says of all documents: labels of errors and warnings, those that it does not hold included."""
    sample = report.get("sample")
    if not sample:
        return
    said = f"{sample['rows']:,} of {sample['of']:,} rows; of all documents, with {sample['confidence']:.0%} confidence:"
    console.print(Text.assemble(("Sample  ", "bold"), said))
    rows = sampled_labels(report)
    for name, low, high in rows[:SHOWN]:
        console.print(Text(f"  {name}: {f'{low:.2%} to ' if low else 'at most '}{high:.2%}"))
    _more(console, len(rows), "label")


def _repeats(console: Console, report: dict[str, Any]) -> None:
    """The line on the most pages of each of the first sites."""
    rows = report.get("repeats", [])
    if not rows:
        return
    console.print(Text("Repeated lines", "bold"))
    for row in rows[:SHOWN]:
        line = row["lines"][0]
        said = f"{counted(row['documents'], 'page')}; on {line['documents']} of {row['looked']}: {line['text']}"
        console.print(Text(f"  {row['site'] or 'no URL'}: {said}"), no_wrap=True, overflow="ellipsis")
    _more(console, len(rows), "site")
    console.print()


def _unreadable(console: Console, report: dict[str, Any]) -> None:
    lost = report["unreadable"]
    if not lost["count"]:
        return
    console.print(Text(f"Unreadable: {counted(lost['count'], 'row')}", "bold magenta"))
    for row in lost["rows"][:SHOWN]:
        line = f":{row['line']}" if row["line"] is not None else ""
        console.print(Text(f"  {row['file'] or 'row ' + str(row['number'])}{line}: {row['reason']}"))
    _more(console, lost["count"], "row")


def _gate(console: Console, report: dict[str, Any]) -> None:
    rows = broken(report)
    for row in rows[:SHOWN]:
        console.print(Text(f"  {LEVELS[row['level']]}: {limit_words(row)}", _LEVEL_STYLES[row["level"]]))
    _more(console, len(rows), "limit")
    _verdict(console, report)


def _verdict(console: Console, report: dict[str, Any]) -> None:
    style = _STYLES.get(report["gate"]["status"], "bold yellow")
    console.print(Text.assemble(("Gate    ", "bold"), (gate_words(report), style)))


def _more(console: Console, count: int, word: str) -> None:
    if count > SHOWN:
        console.print(Text(f"  and {counted(count - SHOWN, 'more ' + word)} in the report", "dim"))


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name, side in columns:
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    return table


def _console(color: bool | None) -> Console:
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    wanted = (terminal and not os.environ.get("NO_COLOR")) if color is None else color
    width = shutil.get_terminal_size().columns if terminal else PLAIN_WIDTH
    return Console(
        file=io.StringIO(), force_terminal=wanted, no_color=not wanted, width=width, highlight=False, markup=False,
        emoji=False, legacy_windows=False, color_system="standard" if wanted else None,
    )  # fmt: skip


def _text(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.StringIO)
    return "\n".join(line.rstrip() for line in file.getvalue().split("\n"))
