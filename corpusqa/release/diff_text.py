"""A diff for people: Markdown, plain text for terminals, one HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from corpusqa.card.markdown import code, number, plain, table
from corpusqa.release.diff import Difference

SHOWN = 20  # rows of each table; the JSON has more


def summary(found: Difference) -> str:
    """A few lines for the terminal."""
    data = found.data
    lines = [f"{_name(data['a'])} -> {_name(data['b'])}"]
    if "documents" in data:
        said = data["documents"]
        lines.append(", ".join(f"{said[key]:,} {key}" for key in ("added", "removed", "changed", "moved", "common")))
        if said["reordered"]:
            lines.append("documents stand in another order")
        if said["columns"]:
            lines.append("columns or their types differ")
    if "findings" in data:
        new, fixed = len(data["findings"]["new"]), len(data["findings"]["fixed"])
        lines.append(f"findings: {new:,} new, {fixed:,} fixed; {len(data['signals']):,} statistics differ")
    back = data.get("returned", [])[:SHOWN]
    lines += [f"error: {row['id']} was removed ({row['reason']}) and is back" for row in back]
    lines += [f"note: {line}" for line in data.get("untold", [])]
    return "\n".join(lines) + "\n"


def markdown(found: Difference) -> str:
    """The diff as a Markdown document."""
    data = found.data
    parts = [f"# {plain(_name(data['a']))} → {plain(_name(data['b']))}"]
    if data.get("returned"):
        rows = [[code(row["id"]), plain(row["reason"])] for row in data["returned"]]
        parts.append("## Removed documents that are back\n\n" + _cut(["document", "removed for"], rows))
    if data.get("untold"):
        parts.append("\n".join(f"- {plain(line)}" for line in data["untold"]))
    if "documents" in data:
        parts += _documents(data)
    if "findings" in data:
        parts += _findings(data)
    return "\n\n".join(parts) + "\n"


def html(found: Difference) -> str:
    """The diff as one page without scripts."""
    from jinja2 import Environment

    page = Environment(autoescape=True).from_string(_PAGE)
    return page.render(title=f"{_name(found.data['a'])} → {_name(found.data['b'])}", tables=_tables(found.data))


def _documents(data: Mapping[str, Any]) -> list[str]:
    said = data["documents"]
    keys = ("added", "removed", "changed", "moved", "common")
    parts = ["## Documents\n\n" + table(list(keys), [[number(said[key]) for key in keys]])]
    rows = [[code(row["source"] or "–"), *(number(row[key]) for key in keys[:3])] for row in data["sources"]]
    if rows:
        parts.append("### By source\n\n" + _cut(["source", *keys[:3]], rows))
    return parts


def _findings(data: Mapping[str, Any]) -> list[str]:
    parts = []
    for title, key in (("New findings", "new"), ("Fixed findings", "fixed")):
        rows = [[code(r["name"]), r["severity"], code(r["document"] or ""), plain(r["message"] or "")]
                for r in data["findings"][key]]  # fmt: skip
        if rows:
            parts.append(f"## {title}\n\n" + _cut(["finding", "severity", "document", "message"], rows))
    rows = [[code(r["metric"]), code(r["slice"]), number(r["a"]), number(r["b"])] for r in data["signals"]]
    if rows:
        parts.append("## Statistics\n\n" + _cut(["metric", "slice", "before", "after"], rows))
    return parts


def _tables(data: Mapping[str, Any]) -> list[tuple[str, Sequence[str], list[list[Any]]]]:
    """Every table as title, head and rows."""
    found: list[tuple[str, Sequence[str], list[list[Any]]]] = []
    if data.get("returned"):
        rows = [[row["id"], row["reason"]] for row in data["returned"]]
        found.append(("Removed documents that are back", ("document", "removed for"), rows))
    found.append(("What cannot be told", ("",), [[line] for line in data.get("untold", [])]))
    if "documents" in data:
        keys = ("added", "removed", "changed", "moved", "common")
        found.append(("Documents", keys, [[data["documents"][key] for key in keys]]))
        rows = [[row["source"] or "–", *(row[key] for key in keys[:3])] for row in data["sources"]]
        found.append(("By source", ("source", *keys[:3]), rows))
    for title, key in (("New findings", "new"), ("Fixed findings", "fixed")):
        listed = data.get("findings", {}).get(key, [])
        rows = [[row["name"], row["severity"], row["document"], row["message"]] for row in listed]
        found.append((title, ("finding", "severity", "document", "message"), rows))
    rows = [[row["metric"], row["slice"], row["a"], row["b"]] for row in data.get("signals", [])]
    found.append(("Statistics", ("metric", "slice", "before", "after"), rows))
    return [(title, head, rows) for title, head, rows in found if rows]


def _cut(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    more = f"\n\n… and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    return table(head, rows[:SHOWN]) + more


def _name(side: Mapping[str, Any]) -> str:
    return f"{side['name']} {side['version']}" if side.get("version") else str(side["name"])


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;
padding:0 1rem}table{border-collapse:collapse}th,td{text-align:left;padding:.2rem .8rem;border-bottom:1px solid #8888}
</style></head><body><h1>{{ title }}</h1>
{% for heading, head, rows in tables %}<h2>{{ heading }}</h2><table><thead><tr>{% for cell in head %}<th scope="col">
{{- cell }}</th>{% endfor %}</tr></thead><tbody>{% for row in rows %}<tr>{% for cell in row %}<td>
{{- "–" if cell is none else cell }}</td>{% endfor %}</tr>{% endfor %}</tbody></table>
{% endfor %}</body></html>
"""
