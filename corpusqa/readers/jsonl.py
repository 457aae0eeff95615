"""JSON Lines: one object a line, each parsed by itself, so that a broken line is one unreadable row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.readers.files import shown, why
from corpusqa.readers.listing import endings
from corpusqa.readers.model import PLACE, Block, File, Trouble, Unit, renumbered, whole_files
from corpusqa.readers.streams import Broken, chunks, read_lines, read_whole

BOM = b"\xef\xbb\xbf"
EXPANSION = 4  # text bytes per compressed byte, for planning only
SAMPLE_FILES, SAMPLE_BYTES, THOROUGH_BYTES = 8, 1 << 20, 64 << 20
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
MIDDLE = "the file ends in the middle of a row"


class Bad(Exception):
    """A line that is not a row: the reason, and the number of its bytes that could be read."""

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.at = at


def columns(root: Path, files: Sequence[File], thorough: bool) -> list[str]:
    """The keys of the first rows of the first files, in order of appearance."""
    names: dict[str, None] = {}
    for file in files[:SAMPLE_FILES]:
        for line in _head(root / file.path, THOROUGH_BYTES if thorough else SAMPLE_BYTES):
            try:
                names.update(dict.fromkeys(parse(line)))
            except Bad:  # the reader says so later, with its place
                continue
    return list(names)


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Byte ranges of large files, many small files to a unit; compressed files are read whole."""
    units: list[Unit] = []
    small: list[File] = []
    for file in files:
        if not file.bytes:
            continue
        compressed = endings(file.path)[1]
        if compressed or file.bytes <= unit_bytes:
            small.append(File(file.path, file.bytes * (EXPANSION if compressed else 1)))
            continue
        units.extend(whole_files(small, unit_bytes))
        small = []
        starts = range(0, file.bytes, unit_bytes)
        stops = [*starts[1:], file.bytes]
        units.extend(Unit(0, (file.path,), a, b, b - a) for a, b in zip(starts, stops, strict=True))
    units.extend(whole_files(small, unit_bytes))
    return renumbered(units)


def read(root: Path, unit: Unit, names: Sequence[str] | None) -> Block:
    """The lines of a unit as objects; blank lines are no rows."""
    rows = _Rows()
    for path in unit.files:
        rows.lines = 0
        file = shown(path)
        try:
            if unit.stop == -1:
                data, broken = read_whole(root / path)
                rows.add(file, data, 0, broken)
            else:
                rows.add(file, *read_lines(root / path, unit.start, unit.stop), None)
        except OSError as error:
            rows.trouble(file, None, None, why(error))
    place = pl.DataFrame(rows.place, schema=PLACE, orient="row")
    return Block(rows.count, place, rows.records, troubles=rows.troubles, lines=rows.lines)


class _Rows:
    """The rows of a unit while it is read."""

    def __init__(self) -> None:
        self.count = 0
        self.lines = 0
        self.records: list[dict[str, Any]] = []
        self.place: list[tuple[int, str, int, int]] = []
        self.troubles: list[Trouble] = []

    def add(self, file: str, data: bytes, offset: int, broken: str | None) -> None:
        """Add the lines of `data`, which starts at `offset` of the file and ends for the reason `broken`."""
        lines = data.split(b"\n")
        rest = lines.pop()
        if broken:
            self._lines(file, lines, offset)
            self.lines += 1
            self.trouble(file, self.lines, offset + len(data), broken)
        else:
            self._lines(file, [*lines, rest] if rest else lines, offset, ends=bool(rest))

    def _lines(self, file: str, lines: list[bytes], offset: int, ends: bool = False) -> None:
        for number, line in enumerate(lines, 1):
            self.lines += 1
            if line and not line.isspace():
                try:
                    record = parse(line if offset else line.removeprefix(BOM))
                except Bad as bad:
                    reason = MIDDLE if ends and number == len(lines) else str(bad)
                    self.trouble(file, self.lines, offset + bad.at, reason)
                else:
                    self.records.append(record)
                    self.place.append((self.count, file, self.lines, offset))
                    self.count += 1
            offset += len(line) + 1

    def trouble(self, file: str, line: int | None, offset: int | None, reason: str) -> None:
        """Count a row that cannot be read."""
        self.troubles.append(Trouble(self.count, file, line, offset, reason))
        self.count += 1


def parse(line: bytes) -> dict[str, Any]:
    """One line -> its object.

    Raises:
        Bad: If the line is not UTF-8, not JSON, not an object, or holds what no text can hold: a lone surrogate.
    """
    try:
        value = _decode(line.decode())
    except UnicodeDecodeError as error:
        raise Bad("not valid UTF-8", error.start) from error
    except json.JSONDecodeError as error:
        raise Bad(f"not JSON: {error.msg}", len(error.doc[: error.pos].encode())) from error
    except RecursionError as error:
        raise Bad("not readable: nested too deeply") from error
    except ValueError as error:  # a number of more than 4300 digits
        raise Bad("not readable: a number is too long") from error
    if not isinstance(value, dict):
        raise Bad("not a JSON object")
    if SURROGATE.search(line):
        _refuse_surrogates(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Bad("a key occurs twice in one object")
    return found


_decode = json.JSONDecoder(object_pairs_hook=_object).decode


def _refuse_surrogates(value: dict[str, Any]) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Bad("a lone surrogate, which is no character") from error


def _head(path: Path, limit: int) -> Iterator[bytes]:
    """The lines that start in the first `limit` bytes of a file."""
    data = b""
    try:
        for chunk in chunks(path):
            data += chunk
            if len(data) >= limit and b"\n" in data:
                break
    except (OSError, Broken):  # the reader says so later, with its place
        pass
    lines = data.removeprefix(BOM).split(b"\n")
    return islice(lines, max(len(lines) - 1, 1))
