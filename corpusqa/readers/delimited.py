"""Comma- and tab-separated values: a header line, then rows; every value is the string that the file states."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpusqa.errors import SourceError
from corpusqa.readers.files import shown, why
from corpusqa.readers.listing import endings
from corpusqa.readers.model import TEXT, Block, File, Unit, whole_files
from corpusqa.readers.records import BOM, Bad, Records
from corpusqa.readers.streams import read_whole

DELIMITERS = ",;\t|"  # of a .csv file the one that its header has most of
LONGEST_FIELD = (1 << 31) - 1


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """The header of the first file that can be read."""
    for file in files:
        try:
            data, _ = read_whole(root / file.path)
        except OSError:  # the reader says so later, with its place
            continue
        header = next(_rows(file.path, data), None)
        if header:
            return dict.fromkeys(_checked(header, str(root / file.path)), TEXT)
    return {}


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Whole files: where a row ends depends on all quotes before it."""
    return whole_files([file for file in files if file.bytes], unit_bytes)


def read(root: Path, unit: Unit, names: Sequence[str] | None) -> Block:
    """The rows of a unit; a row with more or fewer values than the header is unreadable."""
    rows = Records()
    lines = 0
    for path in unit.files:
        try:
            data, broken = read_whole(root / path)
        except OSError as error:
            rows.trouble(why(error), shown(path))
            continue
        lines = _add(rows, path, data)
        if broken:
            rows.trouble(broken, shown(path), lines, len(data))
    return rows.block(lines)


def _add(rows: Records, path: str, data: bytes) -> int:
    """Add the rows of a file and return its number of lines."""
    file = shown(path)
    reader = _reader(path, data)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
            if header is None and values:
                header = _checked(values, file)
            elif header and values:
                rows.add(_record(header, values), file, line)
        except StopIteration:
            return int(reader.line_num)
        except SourceError as error:
            rows.trouble(str(error), file, line)
            return data.count(b"\n")
        except csv.Error as error:
            rows.trouble(f"not a row: {error}", file, line)
        except Bad as error:
            rows.trouble(str(error), file, line)


def _record(header: list[str], values: list[str]) -> dict[str, str]:
    if len(values) != len(header):
        raise Bad(f"{len(values)} values, but the header has {len(header)}")
    if not _is_text(values):
        raise Bad("not valid UTF-8")
    return dict(zip(header, values, strict=True))


def _is_text(values: list[str]) -> bool:
    """Whether every byte of the values was UTF-8; decoding left a lone surrogate for each that was not."""
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return False
    return True


def _checked(header: list[str], where: str) -> list[str]:
    """The header, which must name every column once."""
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise SourceError(f"{where}: the header names {len(twice)} columns more than once")
    if not _is_text(header):
        raise SourceError(f"{where}: the header is not valid UTF-8")
    return header


def _rows(path: str, data: bytes) -> Iterator[list[str]]:
    reader = _reader(path, data)
    try:
        yield from (row for row in reader if row)
    except csv.Error:
        return


def _reader(path: str, data: bytes) -> Any:
    csv.field_size_limit(LONGEST_FIELD)
    text = data.removeprefix(BOM).decode(errors="surrogateescape")
    head = text.partition("\n")[0]
    delimiter = "\t" if endings(path)[0] == ".tsv" else max(DELIMITERS, key=head.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
