"""Where a key stands in a TOML file; the parser of the standard library does not say."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import Any

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")

Path = tuple[str | int, ...]


class Places:
    """Lines of the keys of one file.

    Args:
        text: The file's content, valid TOML.
        name: The file as messages call it.
        prefix: Keys above those that are asked for: ("tool", "corpusqa") in a pyproject.toml.
    """

    def __init__(self, text: str, name: str, prefix: Path = ()) -> None:
        self._name = name
        self._prefix = prefix
        self._text = text.splitlines()
        self._lines = _lines(self._text)

    def of(self, *keys: str | int) -> str:
        """`file:line` of a key, of the table it is in where the key itself is not found, or the file."""
        path = (*self._prefix, *keys)
        while path:
            if path in self._lines:
                return f"{self._name}:{self._lines[path]}"
            path = path[:-1]
        return self._name

    def exact(self, *keys: str | int) -> str | None:
        """`file:line` of a key itself; None where the file does not have it."""
        line = self._lines.get((*self._prefix, *keys))
        return None if line is None else f"{self._name}:{line}"

    def of_item(self, value: str, *keys: str) -> str:
        """`file:line` of a string in the list under a key."""
        first = self._lines.get((*self._prefix, *keys))
        if first is None:
            return self.of(*keys)
        for number in range(first, len(self._text) + 1):
            if value in self._text[number - 1]:
                return f"{self._name}:{number}"
        return f"{self._name}:{first}"


def _lines(text: list[str]) -> dict[Path, int]:
    found: dict[Path, int] = {}
    tables: Counter[Path] = Counter()
    table: Path = ()
    for number, line in enumerate(text, 1):
        header = _HEADER.match(line)
        keys = _parsed(header[2]) if header else None
        if header and keys:
            table = keys
            if header[1] == "[[":
                table = (*keys, tables[keys])
                tables[keys] += 1
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        keys = _parsed(key[1]) if key else None
        for depth in range(1, len(keys or ()) + 1):
            found.setdefault((*table, *(keys or ())[:depth]), number)
    return found


def _parsed(key: str) -> Path | None:
    """The parts of a dotted key, or None where the line only looks like one."""
    try:
        value: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return None
    path: list[str] = []
    while isinstance(value, dict):
        name, value = next(iter(value.items()))
        path.append(name)
    return tuple(path)
