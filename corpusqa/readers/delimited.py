"""Comma- and tab-separated values: a header line, then rows; every value is the string that the file states."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from corpusqa.errors import SourceError
from corpusqa.readers.delimited_table import Files, Odd, row_starts
from corpusqa.readers.files import open_file, shown, why
from corpusqa.readers.listing import endings
from corpusqa.readers.model import TEXT, Block, File, Unit, renumbered, whole_files
from corpusqa.readers.records import Bad, Records
from corpusqa.readers.streams import BOM, EXPANSION, Broken, chunks, packing, read_whole, span
from corpusqa.readers.tables import together

DELIMITERS = ",;\t|"  # of a .csv file the one that its header has most of
LONGEST_FIELD = (1 << 31) - 1
LOSSLESS = "surrogateescape"  # a byte that is not UTF-8 becomes a lone surrogate, which is found in its row
HEAD_CHUNKS = 4
ENDS_EARLY = "unexpected end of data"  # what csv says of a quote that nothing closes: all that follows is one value


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """The names in the headers of all files that have one, in order of appearance.

    Raises:
        SourceError: no header is one.
    """
    found: dict[str, str] = {}
    wrong: list[SourceError] = []
    for file in files:
        try:
            found |= dict.fromkeys(_checked(_layout(root / file.path)[1] or [], str(root / file.path)), TEXT)
        except SourceError as error:  # its rows are unreadable
            wrong.append(error)
    if wrong and not found:
        raise wrong[0]
    return found


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The first rows that have as many values as the header."""
    delimiter, header = _layout(root / file.path)
    found = Records()
    whole = islice(_rows(_head(root / file.path), delimiter), 1, None)
    for row in islice((row for row in whole if len(row) == len(header or ()) and _is_text(row)), rows):
        found.add(dict(zip(header or (), row, strict=True)), shown(file.path))
    return found.block()


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Runs of rows of large files, many small files to a unit; compressed files are read whole."""
    units: list[Unit] = []
    small: list[File] = []
    for file in files:
        packed = packing(root / file.path)
        if file.bytes <= unit_bytes or packed:
            small += [File(file.path, file.bytes * (EXPANSION if packed else 1))] if file.bytes else []
            continue
        units.extend(whole_files(small, unit_bytes))
        small = []
        if _is_headless(root / file.path):  # its row stands for all, since nobody can tell what the others hold
            units.append(Unit(0, (file.path,), 0, unit_bytes, file.bytes))
            continue
        starts = _starts(root / file.path, unit_bytes)
        stops = [*starts[1:], file.bytes]
        units.extend(Unit(0, (file.path,), a, b, b - a) for a, b in zip(starts, stops, strict=True))
    return renumbered([*units, *whole_files(small, unit_bytes)])


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The rows of a unit, as a table where that says the same, else as objects.

    A row with more or fewer values than the header is unreadable.
    """
    return read_table(root, unit, names, rows) or read_rows(root, unit)


def read_table(
    root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None
) -> Block | None:
    """The rows of a unit as a table, or None if they have to be read one by one."""
    files = Files(names, rows)
    try:
        for path in unit.files:
            delimiter, header = _layout(root / path)
            if not _is_text(header or []):  # of one file among others
                return None
            files.add(shown(path), _pieces(root / path, unit), delimiter, header or [""], skip=not unit.start)
    except (OSError, Broken, Odd):
        return None
    block = files.block()
    return replace(block, table=together(block.table))


def read_rows(root: Path, unit: Unit) -> Block:
    """The rows of a unit as objects, each by itself."""
    rows = Records()
    lines = 0
    for path in unit.files:
        try:
            data, broken = read_whole(root / path) if unit.stop == -1 else (b"".join(_pieces(root / path, unit)), None)
        except OSError as error:
            rows.trouble(why(error), shown(path), rest=True)
            continue
        delimiter, header = _layout(root / path)
        text = io.StringIO(data.removeprefix(BOM).decode(errors=LOSSLESS), newline="")
        lines = _add(rows, shown(path), _reader(text, delimiter), header if unit.start else None)
        if broken:
            rows.trouble(broken, shown(path), lines, len(data), rest=True)
    return rows.block(lines)


def _add(rows: Records, file: str, reader: Any, header: list[str] | None) -> int:
    """Add the rows of a file, or those of a run of its rows after the header; return the number of lines."""
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
            rows.trouble(str(error), file, line, rest=True)
            return int(reader.line_num)
        except csv.Error as error:
            lost = header is None  # without a header no row has names
            rows.trouble(
                f"not a {'header' if lost else 'row'}: {error}", file, line, rest=lost or str(error) == ENDS_EARLY
            )
            if lost:
                return int(reader.line_num)
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
    if "\0" in "".join(header):  # every second byte of an ASCII character in UTF-16
        raise SourceError(f"{where}: the header holds zero bytes; if the file is UTF-16, convert it to UTF-8")
    if not _is_text(header):
        raise SourceError(f"{where}: the header is not valid UTF-8")
    return header


def _is_headless(path: Path) -> bool:
    """Whether the first row of a file is no header; where the row goes on behind the beginning, that is not known."""
    text = _head(path)
    stream = io.StringIO(text, newline="")
    try:
        _checked(next(filter(None, _reader(stream, _layout(path)[0])), []), "")
    except SourceError:
        return text[: stream.tell()].endswith(("\r", "\n"))
    except csv.Error as error:  # the reader says so, with its place
        return str(error) != ENDS_EARLY
    return False


def _layout(path: Path) -> tuple[str, list[str] | None]:
    """The delimiter of a file, and its first row that is not blank."""
    text = _head(path)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "\t" if endings(path.name)[0] == ".tsv" else max(DELIMITERS, key=first.count)
    return delimiter, next(_rows(text, delimiter), None)


def _head(path: Path) -> str:
    """The beginning of a file; nothing where it cannot be read, of which the reader tells with its place."""
    try:
        head = b"".join(islice(chunks(path), HEAD_CHUNKS))
    except (OSError, Broken):
        return ""
    return head.removeprefix(BOM).decode(errors=LOSSLESS)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of the beginning of a file that are not blank, up to one that is torn or broken."""
    with suppress(csv.Error):
        yield from filter(None, _reader(io.StringIO(text, newline=""), delimiter))


def _reader(lines: Iterable[str], delimiter: str) -> Any:
    csv.field_size_limit(LONGEST_FIELD)
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _pieces(path: Path, unit: Unit) -> Iterator[bytes]:
    """The bytes of a unit in one file, without a mark at the beginning."""
    pieces = chunks(path) if unit.stop == -1 else span(path, unit.start, unit.stop)
    if not unit.start:
        yield next(pieces, b"").removeprefix(BOM)
    yield from pieces


def _starts(path: Path, unit_bytes: int) -> list[int]:
    """Where the runs of rows of a file start: only reading all that is before tells, for a line end may be quoted."""
    pieces = chunks(path)
    head = next(pieces, b"")
    first = head.removeprefix(BOM)
    try:
        return row_starts(chain([first], pieces), _layout(path)[0], unit_bytes, len(head) - len(first))
    except Odd:
        return starts_by_rows(path, unit_bytes)


def starts_by_rows(path: Path, unit_bytes: int) -> list[int]:
    """The same, read row by row."""
    starts, read = [0], 0

    def counted(lines: Iterable[str]) -> Iterator[str]:
        nonlocal read
        for line in lines:
            read += len(line.encode(errors=LOSSLESS))
            yield line

    with open_file(path) as stream, io.TextIOWrapper(stream, "utf-8", LOSSLESS, newline="") as text:
        reader = _reader(counted(text), _layout(path)[0])
        while True:
            try:
                next(reader)
            except StopIteration:
                return [start for start in starts if start < read or not start]
            except csv.Error:  # the reader says so, with its place
                pass
            if read - starts[-1] >= unit_bytes:
                starts.append(read)
