"""Text that lies in several places of a row: messages of a chat, columns that belong together, nested cells.

A cell is a column, or a key below one, that holds a string or a list of messages. Its pieces of text are joined by an
empty line, which belongs to none of them; an edit inside a piece is written back to the place that it came from, and
every other value of the cell stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from corpusqa.corpus.json_text import Edit, Place, decoded, edited
from corpusqa.readers.records import Bad

PARTS = {"row": pl.Int64, "part": pl.Int64, "start": pl.Int64, "end": pl.Int64, "role": pl.String}
SEPARATOR = "\n\n"
ROLE_KEYS = ("role", "from", "speaker", "author")
CONTENT_KEYS = ("content", "value", "text", "message")
NULL = "the text is null or missing"


@dataclass(frozen=True)
class Cell:
    """Where text lies in a row: a column and keys below it, and the role that its text has there.

    Attributes:
        is_json: Whether the strings there are lists of messages, written as JSON text.
    """

    role: str
    path: tuple[str, ...]
    is_json: bool = False

    def value(self, record: dict[str, Any]) -> Any:
        """The value of the cell in a row; None where a key on the way is absent."""
        value: Any = record
        for key in self.path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def opened(self, value: Any) -> Any:
        """A value of the cell with JSON text decoded.

        Raises:
            NoText: If it is broken.
        """
        try:
            return decoded(value) if self.is_json and isinstance(value, str) else value
        except Bad as error:
            raise NoText(str(error)) from error

    def edited(self, record: dict[str, Any], edits: Sequence[tuple[Place, str, Sequence[Edit]]]) -> dict[str, Any]:
        """A copy of a row with edits in the texts of the cell; what is not on the way is shared, not copied.

        Args:
            record: The row.
            edits: Of each edited piece its place in the cell, its text and its edits.
        """
        old = self.value(record)
        if isinstance(self.opened(old), list | dict) and isinstance(old, str):
            return dict(replaced(record, self.path, edited(old, ((place, found) for place, _, found in edits))))
        for place, text, found in edits:
            record = replaced(record, (*self.path, *place), applied(text, found))
        return record


@dataclass(frozen=True)
class Piece:
    """One text of a row: the cell and the place in it, the role, the text."""

    cell: int
    place: Place
    role: str
    text: str


class NoText(Exception):
    """A row whose cells hold something else than text; its text is the reason."""


def pieces(cells: Sequence[Cell], values: Sequence[Any]) -> list[Piece]:
    """The pieces of text of a row in order, given the value of each cell; empty ones are left out.

    Raises:
        NoText: If every cell is null or without messages, or one holds what is neither text nor messages.
    """
    values = [cell.opened(value) for cell, value in zip(cells, values, strict=True)]
    if all(value is None for value in values):
        raise NoText(NULL)
    if all(value is None or value == [] for value in values):
        raise NoText("the list of messages is empty")
    found = [
        Piece(number, place, role, text)
        for number, (cell, value) in enumerate(zip(cells, values, strict=True))
        for place, role, text in _texts(value, cell.role, ())
    ]
    if not found:
        raise NoText("no message holds text")
    return [piece for piece in found if piece.text]


def joined(found: Sequence[Piece]) -> tuple[str, list[tuple[int, int]]]:
    """The text of a row, and start and end of each piece in code points."""
    bounds = []
    at = 0
    for piece in found:
        bounds.append((at, at + len(piece.text)))
        at += len(piece.text) + len(SEPARATOR)
    return SEPARATOR.join(piece.text for piece in found), bounds


def applied(text: str, edits: Sequence[Edit]) -> str:
    """A text with disjoint edits carried out, sorted by their start."""
    for start, end, replacement in reversed(edits):
        text = text[:start] + (replacement or "") + text[end:]
    return text


def replaced(value: Any, place: Place, text: str) -> Any:
    """A copy of a cell's value with another text at one place; what is not on the way is shared, not copied."""
    if not place:
        return text
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = replaced(value[place[0]], place[1:], text)
    return copy


def _texts(value: Any, role: str, place: Place) -> Iterator[tuple[Place, str, str]]:
    """Every text of a cell: of a string itself, of a list each message's, of a message its content."""
    if isinstance(value, str):
        yield place, role, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, role, (*place, number))
    elif isinstance(value, dict):
        yield from _message(value, role, place)
    elif value is not None:
        raise NoText(f"the text is {'a truth value' if isinstance(value, bool) else 'a number'}, not a string")


def _message(message: dict[str, Any], role: str, place: Place) -> Iterator[tuple[Place, str, str]]:
    """The content of a message; what has none (tool calls, pictures) holds no text."""
    key = next((key for key in CONTENT_KEYS if message.get(key) is not None), None)
    if key is None:
        if not any(name in message for name in (*ROLE_KEYS, *CONTENT_KEYS, "type")):
            raise NoText("the text is an object, not a string or a message")
        return
    content, own = message[key], next((message[name] for name in ROLE_KEYS if message.get(name)), "")
    if isinstance(own, list) and isinstance(content, list) and len(own) == len(content):  # of a `Sequence` of messages
        for number, (one, item) in enumerate(zip(own, content, strict=True)):
            yield from _texts(item, _below(role, one), (*place, key, number))
        return
    yield from _texts(content, _below(role, own), (*place, key))


def _below(role: str, own: Any) -> str:
    return ".".join(filter(None, (role, own if isinstance(own, str) else "")))
