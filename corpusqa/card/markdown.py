"""Small pieces of Markdown. Values come from corpora, so none may become markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

BEGIN, END = "<!-- corpusqa:begin {} -->", "<!-- corpusqa:end {} -->"
_SECTION = re.compile(r"<!-- corpusqa:begin (?P<name>[a-z_]+) -->\n.*?<!-- corpusqa:end (?P=name) -->", re.DOTALL)
_MARKUP = re.compile(r"([\\`*_\[\]<>|#!~&])")


def section(name: str, title: str, body: str) -> str:
    """A section that is written anew at every release; text outside the markers is never touched."""
    body = body.replace("<!-- corpusqa:", "<!-- corpusqa\\:")
    return f"{BEGIN.format(name)}\n\n## {title}\n\n{body}\n\n{END.format(name)}"


def sections(text: str) -> dict[str, str]:
    """Every section of ours in a text, markers included."""
    return {found["name"]: found[0] for found in _SECTION.finditer(text)}


def with_sections(text: str, new: Mapping[str, str]) -> str:
    """A text with its sections replaced; those that it lacks are added at the end."""
    there = sections(text)
    text = _SECTION.sub(lambda found: new.get(found["name"], found[0]), text)
    missing = [said for name, said in new.items() if name not in there]
    return "\n\n".join([text.rstrip("\n"), *missing]) + "\n" if missing else text


def replaced_section(text: str, name: str, title: str, body: str) -> str:
    """A text with one section replaced or added."""
    return with_sections(text, {name: section(name, title, body)})


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A pipe table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("\n", " ") for cell in line) + " |" for line in lines)


def plain(text: str) -> str:
    """Text in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """A name or rule in code type; a pipe would end the cell of a table, a backtick the code."""
    said = " ".join(str(text).split()).replace("`", "'").replace("|", "\\|")
    return f"`{said}`" if said else ""


def number(value: float | int | None) -> str:
    """A count or measure for people: 42,118 or 0.0123; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def percent(part: float, whole: float) -> str:
    """A share for people."""
    return f"{part / whole:.2%}" if whole else "–"


def statistic(statistics: Mapping[str, Any]) -> str:
    """The statistic that tells most: the share, else median and mean."""
    if statistics.get("share") is not None:
        return f"{statistics['share']:.2%} of documents"
    if statistics.get("p50") is not None:
        return f"median {number(statistics['p50'])}, mean {number(statistics['mean'])}"
    return "–"
