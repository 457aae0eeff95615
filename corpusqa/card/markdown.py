"""Small pieces of Markdown. Values come from corpora, so none may become markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

BEGIN, END = "<!-- corpusqa:begin {} -->", "<!-- corpusqa:end {} -->"
_MARKUP = re.compile(r"([\\`*_\[\]<>|#!~])")


def section(name: str, title: str, body: str) -> str:
    """A section that is written anew at every release; text outside the markers is never touched."""
    return f"{BEGIN.format(name)}\n\n## {title}\n\n{body}\n\n{END.format(name)}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A pipe table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("\n", " ") for cell in line) + " |" for line in lines)


def plain(text: str) -> str:
    """Text in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", text)


def code(text: str) -> str:
    """A name or rule in code type; a pipe would end the cell of a table, a backtick the code."""
    said = str(text).replace("`", "'").replace("|", "\\|")
    return f"`{said}`"


def number(value: float | int | None) -> str:
    """A count or measure for people: 42,118 or 0.0123; a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def share(statistics: Mapping[str, Any]) -> str:
    """The statistic that tells most: the share, else median and mean."""
    if statistics.get("share") is not None:
        return f"{statistics['share']:.2%} of documents"
    if statistics.get("p50") is not None:
        return f"median {number(statistics['p50'])}, mean {number(statistics['mean'])}"
    return "–"
