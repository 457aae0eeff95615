"""JSON Lines: one object a line, each parsed by itself, so that a broken line is one unreadable row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from corpusqa.readers.files import shown, why
from corpusqa.readers.json_ids import id_parser
from corpusqa.readers.json_table import read_table
from corpusqa.readers.model import Block, File, Unit, kinds_of, renumbered, whole_files
from corpusqa.readers.records import COMPRESSED, UTF16, Bad, Records, parse
from corpusqa.readers.streams import BOM, EXPANSION, Broken, Lines, chunks, first_lines, packing, range_pieces, span

SAMPLE_FILES, SAMPLE_BYTES, THOROUGH_BYTES = 8, 1 << 20, 64 << 20
SHORT = 1000  # bytes of a line
MIDDLE = "the file ends in the middle of a row"


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """The keys of the first rows of the first files, in order of appearance."""
    limit = THOROUGH_BYTES if thorough else SAMPLE_BYTES
    return kinds_of(record for file in files[:SAMPLE_FILES] for record in _sample(root / file.path, limit))


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The first rows, of no more than SAMPLE_BYTES."""
    found = Records()
    for record in islice(_sample(root / file.path, SAMPLE_BYTES), rows):
        found.add(record, shown(file.path))
    return found.block()


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Byte ranges of large files, many small files to a unit; compressed files are read whole."""
    units: list[Unit] = []
    small: list[File] = []
    for file in files:
        if not file.bytes:
            continue
        compressed = packing(root / file.path)
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


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The lines of a unit, as a table where that says the same, else as objects; blank lines are no rows."""
    return (read_table(root, unit, names) if rows is None else None) or read_lines(root, unit, rows)


def ids(root: Path, unit: Unit, name: str) -> Block:
    """The lines of a unit with the key `name` alone where it can be seen without parsing the line; see `read_ids`."""
    table = read_table(root, unit, [name]) if _lines_are_short(root, unit) else None
    return table or read_lines(root, unit, parsed=id_parser(name))


def _lines_are_short(root: Path, unit: Unit) -> bool:
    """Whether parsing the lines as a table takes less than looking at each of them."""
    try:
        pieces = chunks(root / unit.files[0]) if unit.stop == -1 else span(root / unit.files[0], unit.start, unit.stop)
        piece = next(pieces, b"")
    except (OSError, Broken):
        return False
    return piece.count(b"\n") * SHORT > len(piece)


def read_lines(
    root: Path, unit: Unit, wanted: Collection[int] | None = None, parsed: Callable[[bytes], dict[str, Any]] = parse
) -> Block:
    """The lines of a unit as objects, each parsed by itself; of all but the wanted rows nothing is parsed."""
    rows = Records(wanted)
    lines = 0
    for path in unit.files:
        file = shown(path)
        pieces = chunks(root / path) if unit.stop == -1 else range_pieces(root / path, unit.start, unit.stop)
        try:
            lines = add_lines(rows, file, Lines(pieces), unit.start, parsed)
        except OSError as error:
            rows.trouble(why(error), file, rest=True)
    return rows.block(lines)


def add_lines(
    rows: Records, file: str, lines: Lines, start: int, parsed: Callable[[bytes], dict[str, Any]] = parse
) -> int:
    """Add the lines of a file, or of a range of it that starts at byte `start`; return their number."""
    offset, number, ours = max(start - 1, 0), 0, not start
    for line in lines:
        if rows.done:
            return number
        if ours:
            number += 1
            _add(rows, file, number, line, offset, parsed)
        ours = True  # the first of a range is the end of another range's line, see range_pieces
        offset += len(line) + 1
    if lines.broken:
        rows.trouble(lines.broken, file, number + 1, offset + len(lines.rest), rest=True)
    elif lines.rest and ours:
        _add(rows, file, number + 1, lines.rest, offset, parse, MIDDLE)
    return number + bool(lines.broken or (lines.rest and ours))


def _add(
    rows: Records,
    file: str,
    number: int,
    line: bytes,
    offset: int,
    parsed: Callable[[bytes], dict[str, Any]],
    torn: str = "",
) -> None:
    if not line or line.isspace() or rows.passed():
        return
    try:
        rows.add(parsed(line if offset else line.removeprefix(BOM)), file, number, offset)
    except Bad as bad:
        reason = str(bad) if str(bad) in (UTF16, COMPRESSED) else torn or str(bad)
        rows.trouble(reason, file, number, offset + bad.at, rest=reason == MIDDLE)


def _sample(path: Path, limit: int) -> Iterator[dict[str, Any]]:
    """The rows that start in the first `limit` bytes of a file."""
    lines = first_lines(path, limit).removeprefix(BOM).split(b"\n")
    for line in islice(lines, max(len(lines) - 1, 1)):
        try:
            yield parse(line)
        except Bad:
            continue
