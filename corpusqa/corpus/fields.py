"""Which column holds which field of a document: as the configuration says, else by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpusqa.corpus.names import CRAWL_DATE, CRAWL_MARK, HOST_COLUMNS, NAMES
from corpusqa.errors import SourceError, near_misses

FIELDS = ("id", "url", "source", "published", "collected", "language", "split")


@dataclass(frozen=True)
class Fields:
    """The column of each field; None where the source has none."""

    text: str
    id: str | None = None
    url: str | None = None
    source: str | None = None
    published: str | None = None
    collected: str | None = None
    language: str | None = None
    split: str | None = None

    @property
    def columns(self) -> list[str]:
        """The columns to read, each once."""
        return list(dict.fromkeys([self.text, *filter(None, (getattr(self, name) for name in FIELDS))]))

    def note(self) -> str | None:
        """One line that names every field whose column bears another name, or None."""
        other = [(getattr(self, name), name) for name in ("text", *FIELDS)]
        said = [f"{column} as {name}" for column, name in other if column and column != name]
        return f"columns: {', '.join(said)}" if said else None


def find_fields(columns: Sequence[str], options: Any, where: str) -> Fields:
    """Match the columns of a source with the fields of a document.

    Args:
        columns: The source's columns in order.
        options: Has an attribute for each field: the name of a column, or None to find it; None finds all.
        where: The source, for messages.

    Raises:
        SourceError: If a column named in the options does not exist, or none holds text.
    """
    asked = {name: getattr(options, name, None) for name in ("text", *FIELDS)}
    for name, column in asked.items():
        if column and column not in columns:
            raise SourceError(
                f"{where}: no column {column!r}, which [input] {name} names{near_misses(column, columns) or '.'}"
                f" The columns are {_listed(columns)}"
            )
    found = _by_name(columns)
    text = asked["text"] or found.pop("text", None)
    if not text:
        raise SourceError(
            f"{where}: no text column; the columns are {_listed(columns)}. Say which, for instance "
            f'[input] text = "{_guess(columns)}" in corpusqa.toml'
        )
    given = {name: asked[name] or found.get(name) for name in FIELDS}
    return Fields(text, **{name: None if column == text else column for name, column in given.items()})


def _by_name(columns: Sequence[str]) -> dict[str, str]:
    lower = {column.lower(): column for column in reversed(columns)}
    found = {
        field: next(lower[name] for name in names if name in lower)
        for field, names in NAMES.items()
        if any(name in lower for name in names)
    }
    if CRAWL_MARK in lower and found.get("published", "").lower() == CRAWL_DATE:
        found.setdefault("collected", found.pop("published"))
    host = next((lower[name] for name in HOST_COLUMNS if name in lower), None)
    if host and "source" in lower and "url" not in found:
        found |= {"url": lower["source"], "source": host}
    return found


def _guess(columns: Sequence[str]) -> str:
    """The column most likely meant, for the hint: the closest name, else the last column."""
    for name in NAMES["text"]:
        near = [column for column in columns if name in column.lower()]
        if near:
            return near[0]
    others = {name for names in NAMES.values() for name in names}
    return next((column for column in reversed(columns) if column.lower() not in others), "text")


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns[:30]) + (f" and {len(columns) - 30} more" if len(columns) > 30 else "")
