"""JSON files: an array of objects, one object, or JSON Lines under the wrong name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from corpusqa.readers import jsonl
from corpusqa.readers.files import shown, why
from corpusqa.readers.json_array import add_elements, run_starts
from corpusqa.readers.model import Block, File, Unit, kinds_of, renumbered, whole_files
from corpusqa.readers.records import COMPRESSED, UTF16, Bad, Records, is_compressed, is_utf16, parse
from corpusqa.readers.streams import BOM, EXPANSION, Broken, Lines, chunks, first_lines, packing, read_whole, span

HEAD = 1 << 16


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """The keys of the first rows of the first files, of arrays of up to 64 MB."""
    found: dict[str, str] = {}
    for file in files[: jsonl.SAMPLE_FILES]:
        if _has_lines(root / file.path):
            found = jsonl.columns(root, [file], thorough) | found
        else:
            found = kinds_of(_first_elements(root / file.path)) | found
    return found


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The first rows."""
    if _has_lines(root / file.path):
        return jsonl.glance(root, file, names, rows)
    found = Records()
    path = root / file.path
    first = _first_elements(path, jsonl.SAMPLE_BYTES) or _first_elements(path)
    for record in islice(first, rows):
        found.add(record, shown(file.path))
    return found.block()


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Large files of lines as JSON Lines, large arrays in runs of elements, others whole, many small ones to a unit."""
    units: list[Unit] = []
    small: list[File] = []
    for file in files:
        path = root / file.path
        if not file.bytes:
            continue
        packed = packing(path)
        if file.bytes <= unit_bytes or packed:
            small.append(File(file.path, file.bytes * (EXPANSION if packed else 1)))
            continue
        units.extend(whole_files(small, unit_bytes))
        small = []
        units.extend(jsonl.plan(root, [file], unit_bytes) if _has_lines(path) else _runs(path, file, unit_bytes))
    return renumbered([*units, *whole_files(small, unit_bytes)])


def _runs(path: Path, file: File, unit_bytes: int) -> list[Unit]:
    try:
        starts = run_starts(path, unit_bytes)
    except OSError:  # the reader says so
        starts = [0]
    stops = [*starts[1:], file.bytes]
    return [Unit(0, (file.path,), a, b, b - a) for a, b in zip(starts, stops, strict=True)]


def _first_elements(path: Path, limit: int = jsonl.THOROUGH_BYTES) -> Sequence[dict[str, Any]]:
    """The elements in the first bytes of an array, about `limit`; one that is cut off there is not among them."""
    parts: list[bytes] = []
    with suppress(OSError, Broken):  # the reader says so, with its place
        parts.extend(takewhile(lambda _: sum(map(len, parts)) < limit, chunks(path)))
    found = Records()
    add_elements(found, "", b"".join(parts).removeprefix(BOM).decode(errors="surrogateescape"), last=False)
    return found.block().records or ()


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The objects of a unit."""
    if all(_has_lines(root / path) for path in unit.files):
        return jsonl.read(root, unit, names, rows)
    return _read_elements(root, unit)


def ids(root: Path, unit: Unit, name: str) -> Block:
    """The objects of a unit, those of lines with the key `name` alone; see `read_ids`."""
    if all(_has_lines(root / path) for path in unit.files):
        return jsonl.ids(root, unit, name)
    return _read_elements(root, unit)


def _read_elements(root: Path, unit: Unit) -> Block:
    """Files of which some hold an array or one object; among them some may hold lines all the same."""
    rows = Records()
    lines = 0
    for path in unit.files:
        file = shown(path)
        try:
            if unit.stop == -1 and _has_lines(root / path):
                lines = jsonl.add_lines(rows, file, Lines(chunks(root / path)), 0)
            else:
                _add_file(rows, root / path, file, unit)
                lines = 0
        except OSError as error:
            rows.trouble(why(error), file, rest=True)
    return rows.block(lines)


def _add_file(rows: Records, path: Path, file: str, unit: Unit) -> None:
    data, broken = read_whole(path) if unit.stop == -1 else (b"".join(span(path, unit.start, unit.stop)), None)
    no_text = "" if unit.start else UTF16 if is_utf16(data) else COMPRESSED if is_compressed(data) else ""
    if no_text:
        rows.trouble(no_text, file, offset=0, rest=True)
        return
    text = data.removeprefix(BOM) if not unit.start else data
    before, last = unit.start + len(data) - len(text), unit.stop in (-1, path.stat().st_size)
    words = text.decode(errors="surrogateescape")
    if add_elements(rows, file, words, before, inside=unit.start > 0, last=last) and broken:
        rows.trouble(broken, file, offset=len(data), rest=True)


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
