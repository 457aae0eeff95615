"""Where the text of a row lies: one column, the messages of a chat, or several columns that belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from corpusqa.corpus.json_text import decoded, is_python
from corpusqa.corpus.names import CHATS, GROUPS, NAMES, PREFERENCES
from corpusqa.corpus.parts import ROLE_KEYS, Cell
from corpusqa.readers.model import NESTED, TEXT
from corpusqa.readers.records import Bad

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


def json_shape(shape: Shape, columns: Mapping[str, str], glance: Callable[[str], Sequence[Any]]) -> tuple[Shape, str]:
    """The same shape, where columns of strings hold messages as JSON text in cells that say so.

    Args:
        shape: From `found_shape` or `asked_shape`.
        columns: What they hold.
        glance: Gives the first values of a column.

    Returns:
        The shape, and the name of a column whose messages are written as Python writes them, or an empty string.
    """
    text, cells = shape
    if text.lower() in NAMES["text"]:  # what is called a text is one
        return shape, ""
    cells = cells or (Cell("", (text,)),)
    python, found = "", []
    for cell in cells:
        flat = len(cell.path) == 1 and columns[cell.path[0]] == TEXT
        values = [value for value in glance(cell.path[0]) if isinstance(value, str)] if flat else []
        python = python or (cell.path[0] if any(map(_is_python_chat, values)) else "")
        found.append(replace(cell, is_json=any(map(_is_chat, values))))
    return (("", tuple(found)), "") if any(cell.is_json for cell in found) else (shape, python)


def _is_chat(text: str) -> bool:
    """Whether a text is a message with a role, or a list of such, in JSON."""
    try:
        value = decoded(text)
    except Bad:
        return False
    messages = value if isinstance(value, list) else [value]
    return bool(messages) and all(isinstance(one, dict) and not one.keys().isdisjoint(ROLE_KEYS) for one in messages)


def _is_python_chat(text: str) -> bool:
    return is_python(text) and any(f"'{key}'" in text for key in ROLE_KEYS)


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
