"""Which column holds which field of a document: as the configuration says, else by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import permutations
from typing import Any

from corpusqa.config import InputOptions
from corpusqa.corpus.names import CRAWL_DATE, CRAWL_MARK, HOST_COLUMNS, NAMES
from corpusqa.corpus.parts import Cell
from corpusqa.corpus.shapes import asked_shape, found_shape, json_shape, path_of
from corpusqa.errors import SourceError, near_misses
from corpusqa.readers.model import NESTED

FIELDS = ("id", "url", "source", "published", "collected", "language", "split")


@dataclass(frozen=True)
class Fields:
    """The column of each field; None where the source has none. A name with dots leads into nested columns.

    Attributes:
        text: The column of the text, or an empty string where the text is made of several pieces.
        cells: Where these pieces lie.
        python: The column whose messages are written as Python writes them, which nobody can edit exactly; else empty.
    """

    text: str
    id: str | None = None
    url: str | None = None
    source: str | None = None
    published: str | None = None
    collected: str | None = None
    language: str | None = None
    split: str | None = None
    cells: tuple[Cell, ...] = ()
    python: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns to read, each once; of a name with dots also its first part."""
        named = [self.text, *filter(None, (getattr(self, name) for name in FIELDS))]
        first = [name.partition(".")[0] for name in named]
        return list(dict.fromkeys([*filter(None, named), *filter(None, first), *(cell.path[0] for cell in self.cells)]))

    def note(self) -> str | None:
        """One line that names every field whose column bears another name, or None."""
        other = [(getattr(self, name), name) for name in ("text", *FIELDS)]
        said = [f"{column} as {name}" for column, name in other if column and column != name]
        if self.cells:
            how = (f"{'.'.join(cell.path)}{' (JSON text)' if cell.is_json else ''}" for cell in self.cells)
            said.insert(0, f"{', '.join(how)} as text in parts")
        return f"columns: {', '.join(said)}" if said else None

    def doubt(self) -> str | None:
        """One line about messages that are no parts, or None."""
        if not self.python:
            return None
        return (
            f"the messages in {self.python!r} are written as Python writes lists, and are checked as one text with "
            "quotes and keys; written with json.dumps, or as a nested column, they are parts with roles"
        )


def find_fields(
    columns: Mapping[str, str],
    options: InputOptions | None,
    where: str,
    glance: Callable[[str], Sequence[Any]] = lambda name: (),
) -> Fields:
    """Match the columns of a source with the fields of a document.

    Args:
        columns: The source's columns in order, with what they hold.
        options: What each field is to be taken from, None where it is to be found; None finds all.
        where: The source, for messages.
        glance: Gives the first values of a column; messages may be written in them as JSON text.

    Raises:
        SourceError: If a column named in the options does not exist, text is to be taken twice from one place, or no
            column holds text.
    """
    asked = {name: getattr(options, name, None) for name in ("text", *FIELDS)}
    table = options.table if options else InputOptions.table
    found = _by_name(list(columns))
    try:
        shape = asked_shape(columns, asked["text"]) if asked["text"] else found_shape(columns)
        for name in filter(None, (asked[field] for field in FIELDS)):
            path_of(columns, name)
    except KeyError as error:
        raise SourceError(_unknown(columns, asked, str(error.args[0]), where, table)) from error
    if not shape:
        raise SourceError(f"{where}: no text column; the columns are {_listed(columns)}. {_advice(columns, table)}")
    (text, cells), python = json_shape(shape, columns, glance)
    if any(a.path == b.path[: len(a.path)] for a, b in permutations(cells, 2)):
        raise SourceError(f"{where}: [{table}] text takes the text of one place twice; name each column once")
    taken = {text, *(cell.path[0] for cell in cells)}
    given = {name: asked[name] or (found.get(name) if found.get(name) not in taken else None) for name in FIELDS}
    return Fields(text, **given, cells=cells, python=python)


def _unknown(columns: Mapping[str, str], asked: Mapping[str, Any], name: str, where: str, table: str) -> str:
    field = next((field for field in FIELDS if asked[field] == name), "text")
    near = near_misses(name, columns) or "."
    return f"{where}: no column {name!r}, which [{table}] {field} names{near} The columns are {_listed(columns)}"


def _by_name(columns: Sequence[str]) -> dict[str, str]:
    lower = {column.lower(): column for column in reversed(columns)}
    found = {
        field: next(lower[name] for name in names if name in lower)
        for field, names in NAMES.items()
        if field != "text" and any(name in lower for name in names)
    }
    if CRAWL_MARK in lower and found.get("published", "").lower() == CRAWL_DATE:
        found.setdefault("collected", found.pop("published"))
    host = next((lower[name] for name in HOST_COLUMNS if name in lower), None)
    if host and "source" in lower and "url" not in found:
        found |= {"url": lower["source"], "source": host}
    return found


def _guess(columns: Sequence[str]) -> str:
    """The column most likely meant, for the hint: the closest name, else the last column that is no other field."""
    for name in NAMES["text"]:
        near = [column for column in columns if name in column.lower()]
        if near:
            return near[0]
    similar = get_close_matches("text", columns, n=1)
    if similar:
        return similar[0]
    others = {name for names in NAMES.values() for name in names}
    return next((column for column in reversed(columns) if column.lower() not in others), "text")


def _advice(columns: Mapping[str, str], table: str) -> str:
    """What to do where no column holds text; a nested column is no text as a whole."""
    guess = _guess(list(columns))
    if columns.get(guess) != NESTED:
        return f'Say which, for instance [{table}] text = "{guess}" in corpusqa.toml'
    return (
        f"If {guess!r} is the list of rows, write it without what is around it: as a JSON array or as JSON Lines. "
        f'If the text lies inside {guess!r}, name the column there, for instance [{table}] text = "{guess}.content" '
        "in corpusqa.toml"
    )


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(list(columns)[:30]) + (f" and {len(columns) - 30} more" if len(columns) > 30 else "")
