"""What the readers of records share: collecting rows, and what no row may hold."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from corpusqa.readers.model import PLACE, Block, Trouble
from corpusqa.readers.streams import MAGIC

UTF16 = "looks like UTF-16; convert it to UTF-8"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
DEEPEST = 200  # lists and objects in each other; what people write has a tenth of that
TOO_DEEP = "not readable: nested too deeply"
COMPRESSED = "looks like compressed data; a name that ends in .gz or .zst says so"
ESCAPE = b"\\u"  # looked for first: a pattern is ten times as slow
ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class Bad(Exception):
    """Something that is not a row: the reason, and the number of its bytes that could be read."""

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.at = at


class Records:
    """The rows of a unit while it is read.

    Args:
        wanted: Positions of the rows that are asked for; None is all.
    """

    def __init__(self, wanted: Collection[int] | None = None) -> None:
        self._wanted = None if wanted is None else frozenset(wanted)
        self._last = max(wanted, default=-1) if wanted is not None else None
        self._count = 0
        self._records: list[dict[str, Any]] = []
        self._place: dict[str, list[Any]] = {name: [] for name in PLACE}
        self._troubles: list[Trouble] = []

    def passed(self) -> bool:
        """Whether nobody wants the row that comes next, which is counted then."""
        passed = self._wanted is not None and self._count not in self._wanted
        self._count += passed
        return passed

    @property
    def done(self) -> bool:
        """Whether nobody wants any row that comes now."""
        return self._last is not None and self._count > self._last

    def add(self, record: dict[str, Any], file: str, line: int | None = None, offset: int | None = None) -> None:
        """Add a row."""
        self._records.append(record)
        for values, value in zip(self._place.values(), (self._count, file, line, offset), strict=True):
            values.append(value)
        self._count += 1

    def trouble(
        self, reason: str, file: str, line: int | None = None, offset: int | None = None, rest: bool = False
    ) -> None:
        """Count a row that cannot be read, or all that follows in the file as one."""
        self._troubles.append(Trouble(self._count, file, line, offset, reason, rest))
        self._count += 1

    def block(self, lines: int = 0) -> Block:
        """Everything that was added."""
        place = pl.DataFrame(self._place, schema=PLACE)
        return Block(self._count, place, self._records, troubles=self._troubles, lines=lines)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; a key that occurs twice would lose a value.

    Raises:
        Bad: If a key occurs twice.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Bad("a key occurs twice in one object")
    return found


def refuse_surrogates(value: Any, reason: str = "a lone surrogate, which is no character") -> None:
    """Raise Bad if a string anywhere in a value of JSON cannot be written as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Bad(reason) from error


def refuse_depth(value: Any, written: str | bytes, start: int = 0, end: int | None = None) -> None:
    """Raise Bad if lists and objects lie deeper in each other than DEEPEST.

    How deep Python can go depends on who calls, and a row must not be readable here and unreadable there.

    Args:
        value: A value of JSON.
        written: The JSON in which it stands, from `start` to `end`: with few brackets nothing in it lies deep.
        start: Where it begins there.
        end: Where it ends there.
    """
    level = [value] if _brackets(written, start, end) > DEEPEST else []
    for _ in range(DEEPEST + 1):
        below = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [item for items in below for item in items]
        if not level:
            return
    raise Bad(TOO_DEEP)


def _brackets(written: str | bytes, start: int, end: int | None) -> int:
    if isinstance(written, bytes):
        return written.count(b"[", start, end) + written.count(b"{", start, end)
    return written.count("[", start, end) + written.count("{", start, end)


def is_utf8(data: bytes | memoryview) -> bool:
    """Asked of polars, which is ten times as fast as decoding; the bytes are looked at where they lie."""
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    whole = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, pa.py_buffer(data)])
    try:
        pl.Series(whole).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def is_utf16(data: bytes) -> bool:
    """Whether what should be JSON begins as UTF-16 does: with its mark, or a zero as every second byte."""
    zeros = [not byte for byte in data[:4]]
    return data.startswith(UTF16_MARKS) or zeros in ([True, False] * 2, [False, True] * 2)


def is_compressed(data: bytes) -> bool:
    """Whether data begin as gzip or zstd does."""
    return data.startswith(tuple(MAGIC.values()))


decoder = json.JSONDecoder(object_pairs_hook=unique_keys)
_BLANK = re.compile(r"[ \t\n\r]*")


def after_blanks(text: str, at: int) -> int:
    """The place behind the white space of JSON that stands at a place."""
    found = _BLANK.match(text, at)
    return found.end() if found else at


def parse(line: bytes) -> dict[str, Any]:
    """One line -> its object.

    Raises:
        Bad: If the line is not UTF-8, not JSON, not an object, or holds what no text can hold: a lone surrogate.
    """
    try:
        value = decoder.decode(line.decode())
    except UnicodeDecodeError as error:
        known = UTF16 if is_utf16(line) else COMPRESSED if is_compressed(line) else ""
        raise Bad(known or "not valid UTF-8", 0 if known else error.start) from error
    except json.JSONDecodeError as error:
        if is_utf16(line):
            raise Bad(UTF16) from error
        raise Bad(f"not JSON: {error.msg}", len(error.doc[: error.pos].encode())) from error
    except RecursionError as error:
        raise Bad(TOO_DEEP) from error
    except ValueError as error:  # a number of more than 4300 digits
        raise Bad("not readable: a number is too long") from error
    if not isinstance(value, dict):
        raise Bad("not a JSON object")
    refuse_depth(value, line)
    if ESCAPE in line and ESCAPED_SURROGATE.search(line):
        refuse_surrogates(value)
    return value
