"""Where the text of a row lies: one column, the messages of a chat, or several columns that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpusqa.corpus.names import CHATS, GROUPS, NAMES, PREFERENCES
from corpusqa.corpus.parts import Cell
from corpusqa.readers.model import NESTED, TEXT

Shape = tuple[str, tuple[Cell, ...]]  # the column of the text, or "" and the cells that it is made of


def asked_shape(columns: Mapping[str, str], asked: Any) -> Shape:
    """The shape that the configuration states: a column, a path, a list of columns, or roles and columns.

    Raises:
        KeyError: With the name of a column that does not exist.
    """
    if isinstance(asked, str):
        path = path_of(columns, asked)
        plain = path == (asked,) and columns[asked] != NESTED and asked.lower() not in CHATS
        return (asked, ()) if plain else ("", (Cell("", path),))
    if isinstance(asked, Mapping):
        return "", tuple(Cell(role, path_of(columns, name)) for role, name in asked.items())
    if len(asked) == 1:
        return asked_shape(columns, asked[0])
    return "", tuple(Cell(name, path_of(columns, name)) for name in asked)


def found_shape(columns: Mapping[str, str]) -> Shape | None:
    """The shape that the names of the columns speak for, or None."""
    lower = {name.lower(): name for name in reversed(list(columns))}
    texts = [lower[name] for name in NAMES["text"] if name in lower]
    plain = [name for name in texts if columns[name] == TEXT]
    if plain:
        return plain[0], ()
    chats = [(lower[name],) for name in CHATS if name in lower and columns[lower[name]] in (NESTED, TEXT)]
    groups = [_group(lower, group) for group in PREFERENCES], chats, [_group(lower, group) for group in GROUPS]
    for names in (name for group in groups for name in group if name):
        return "", tuple(Cell(name if len(names) > 1 else "", (name,)) for name in names)
    nested = [name for name in texts if columns[name] == NESTED]
    if nested:
        return "", (Cell("", (nested[0],)),)
    # a column of this very name without any text is still meant: its rows are unreadable, each with the reason
    return (lower["text"], ()) if "text" in lower else None


def path_of(columns: Mapping[str, str], name: str) -> tuple[str, ...]:
    """A column, or a column and keys below it, from a name in which dots may lead downwards.

    Raises:
        KeyError: If there is no such column.
    """
    if name in columns:
        return (name,)
    first, *rest = name.split(".")
    if not rest or columns.get(first) != NESTED:
        raise KeyError(name)
    return (first, *rest)


def _group(lower: Mapping[str, str], group: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a group in its order, or none if one is missing."""
    needed = [name for name in group if not name.endswith("?")]
    if any(name not in lower for name in needed):
        return ()
    return tuple(lower[name.rstrip("?")] for name in group if name.rstrip("?") in lower)
