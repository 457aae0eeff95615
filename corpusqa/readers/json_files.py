"""JSON files: an array of objects, one object, or JSON Lines under the wrong name."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from corpusqa.readers import jsonl
from corpusqa.readers.files import shown, why
from corpusqa.readers.model import Block, File, Unit, first_rows, kinds_of, renumbered, whole_files
from corpusqa.readers.records import (
    BOM,
    COMPRESSED,
    UTF16,
    Bad,
    Records,
    decoder,
    is_compressed,
    is_utf16,
    parse,
    refuse_surrogates,
)
from corpusqa.readers.streams import first_lines, read_whole

BLANK = re.compile(r"[ \t\n\r]*")
HEAD = 1 << 16
REST = "the rest of the file cannot be read"


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """The keys of all rows of the first files."""
    found: dict[str, str] = {}
    for file in files[: jsonl.SAMPLE_FILES]:
        if _has_lines(root / file.path):
            found = jsonl.columns(root, [file], thorough) | found
        else:
            records = read(root, Unit(0, (file.path,), 0, -1, file.bytes), None).records or ()
            found = kinds_of(records) | found
    return found


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The first rows; an array can only be read whole."""
    if _has_lines(root / file.path):
        return jsonl.glance(root, file, names, rows)
    return first_rows(read(root, Unit(0, (file.path,), 0, -1, file.bytes), None), rows)


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Files of lines as JSON Lines, others whole."""
    units: list[Unit] = []
    for file in files:
        if file.bytes:
            ranges = file.bytes > unit_bytes and _has_lines(root / file.path)
            units.extend(jsonl.plan(root, [file], unit_bytes) if ranges else whole_files([file], unit_bytes))
    return renumbered(units)


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The objects of a unit."""
    if unit.stop != -1 or all(_has_lines(root / path) for path in unit.files):
        return jsonl.read(root, unit, names, rows)
    return _read_whole(root, unit)


def ids(root: Path, unit: Unit, name: str) -> Block:
    """The objects of a unit, those of lines with the key `name` alone; see `read_ids`."""
    if unit.stop != -1 or all(_has_lines(root / path) for path in unit.files):
        return jsonl.ids(root, unit, name)
    return _read_whole(root, unit)


def _read_whole(root: Path, unit: Unit) -> Block:
    rows = Records()
    for path in unit.files:
        try:
            data, broken = read_whole(root / path)
        except OSError as error:
            rows.trouble(why(error), shown(path), rest=True)
            continue
        no_text = UTF16 if is_utf16(data) else COMPRESSED if is_compressed(data) else ""
        if no_text:
            rows.trouble(no_text, shown(path), offset=0, rest=True)
        elif _added(rows, shown(path), data.removeprefix(BOM).decode(errors="surrogateescape")) and broken:
            rows.trouble(broken, shown(path), offset=len(data), rest=True)
    return rows.block()


def _added(rows: Records, file: str, text: str) -> bool:
    """Add every element of an array, or the one object; what follows a broken element is one unreadable row.

    Returns:
        Whether the text was read to its end.
    """
    at = _skip(text, 0)
    is_array = text[at : at + 1] == "["
    at = _skip(text, at + 1) if is_array else at
    while at < len(text) and not (is_array and text[at] == "]"):
        try:
            value, end = decoder.raw_decode(text, at)
            end = _skip(text, end)
            if is_array and text[end : end + 1] not in (",", "]"):
                raise Bad(f"not JSON: no comma or bracket after an element; {REST}")
            if not is_array and end < len(text):
                raise Bad("not JSON: text after the object")
        except (ValueError, RecursionError, Bad) as error:
            rows.trouble(_reason(error), file, offset=_bytes_before(text, getattr(error, "pos", at)), rest=True)
            return False
        _add_value(rows, file, value, lambda start=at: _bytes_before(text, start))
        at = _skip(text, end + 1) if is_array and text[end] == "," else end
    if is_array and at >= len(text):
        rows.trouble("the array is not closed: the file ends early", file, offset=_bytes_before(text, at), rest=True)
        return False
    if is_array and _skip(text, at + 1) < len(text):
        rows.trouble("not JSON: text after the array", file, offset=_bytes_before(text, at + 1), rest=True)
        return False
    return True


def _add_value(rows: Records, file: str, value: Any, offset: Any) -> None:
    try:
        if not isinstance(value, dict):
            raise Bad("not a JSON object")
        refuse_surrogates(value, "not valid UTF-8, or a lone surrogate")
    except Bad as bad:
        rows.trouble(str(bad), file, offset=offset())
    else:
        rows.add(value, file)


def _reason(error: Exception) -> str:
    if isinstance(error, Bad):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg}; {REST}"
    return f"nested too deeply, or a number is too long; {REST}"


def _skip(text: str, at: int) -> int:
    found = BLANK.match(text, at)
    return found.end() if found else at


def _bytes_before(text: str, at: int) -> int:
    return len(text[:at].encode(errors="surrogateescape"))


def _has_lines(path: Path) -> bool:
    """Whether a file is JSON Lines: its first line is an object, and more than blanks follow."""
    head = first_lines(path, HEAD, b"{").removeprefix(BOM)
    first, _, rest = head.lstrip().partition(b"\n")
    if not rest.strip() or not first.startswith(b"{"):
        return False
    try:
        parse(first)
    except Bad:
        return False
    return True
