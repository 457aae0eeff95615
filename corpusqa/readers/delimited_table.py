"""CSV as a table, at several times the speed of rows, where that cannot make a difference.

pyarrow's parser is used if every quote opens a value, closes one or is doubled within one, every line ends in one of
the two usual ways and every row has as many values as the header. Whatever is written otherwise, and parsers take for
different rows, is read again row by row, which says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from corpusqa.readers.model import Block
from corpusqa.readers.records import is_utf8
from corpusqa.readers.streams import BOM, chosen_bytes, positions
from corpusqa.readers.tables import placed

Int64s = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
PIECE = 2 << 20  # read again in memory that is already there: fresh memory costs more than parsing
LARGEST = (1 << 31) - 2  # bytes that pyarrow takes as one block
HEADER = 1 << 14  # bytes of a header that its names were surely taken from
QUOTE, NEWLINE, RETURN = b'"\n\r'


class Odd(Exception):
    """Rows that have to be read one by one."""


class Ends(NamedTuple):
    """Positions of the line ends of a piece, and of those of them that end a row, not a line of a quoted value."""

    lines: Int64s
    rows: Int64s


def row_pieces(pieces: Iterable[bytes], delimiter: str) -> Iterator[tuple[bytes, Ends]]:
    """Whole rows, about PIECE bytes at a time, and where they end.

    Args:
        pieces: The content of a file, or a run of its rows, as it comes.
        delimiter: What stands between values.

    Raises:
        Odd: Where quotes or line ends are used in a way that parsers take differently.
    """
    held: list[bytes] = []
    size, enough = 0, PIECE
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size < enough or piece.endswith(b"\r"):
            continue
        data = b"".join(held)
        ends, _ = _ends(data, delimiter)
        stop = int(ends.rows[-1]) + 1 if len(ends.rows) else 0
        if stop:
            yield data[:stop], Ends(ends.lines[ends.lines < stop], ends.rows)
        held = [data[stop:]]
        size = len(held[0])
        enough = max(PIECE, 2 * size)
    data = b"".join(held)
    ends, is_closed = _ends(data, delimiter)
    if not is_closed:
        raise Odd
    if data:
        yield data, ends


def row_starts(pieces: Iterable[bytes], delimiter: str, unit_bytes: int, at: int = 0) -> list[int]:
    """Where runs of rows of about `unit_bytes` begin; the first at 0, with the `at` bytes that go before the pieces.

    Raises:
        Odd: Where only reading row by row tells.
    """
    starts = [0]
    for data, ends in row_pieces(pieces, delimiter):
        begins = ends.rows + at + 1
        at += len(data)
        while (first := int(np.searchsorted(begins, starts[-1] + unit_bytes))) < len(begins):
            starts.append(int(begins[first]))
    return [start for start in starts if start < at or not start]


class Files:
    """The rows of files that all have the same header, while they are read.

    Args:
        names: The columns that are wanted; None is all.
        rows: Positions of the rows that are wanted; None is all. Of others no more is seen than where they end.
    """

    def __init__(self, names: Sequence[str] | None, rows: Collection[int] | None = None) -> None:
        self._names = names
        self._wanted = None if rows is None else np.sort(np.fromiter(rows, np.int64))
        self._header: list[str] = []
        self._tables: list[pa.Table] = []
        self._places: list[pl.DataFrame] = []
        self._count = self._lines = 0

    def add(self, file: str, pieces: Iterable[bytes], delimiter: str, header: list[str], skip: bool) -> None:
        """Add the rows of a file, or of a run of its rows.

        Args:
            file: Its name.
            pieces: The rows, without a mark at the beginning.
            delimiter: What stands between values.
            header: Names of the columns.
            skip: Whether the data begin with the header.

        Raises:
            Odd: If they have to be read one by one.
        """
        if "" in header or self._header not in ([], header):
            raise Odd
        self._header = header
        self._lines = at = 0
        numbers, kept = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for data, ends in row_pieces(pieces, delimiter):
            starts = _starts(data, ends)
            if skip and len(starts):
                starts, skip = self._without_header(starts, len(data)), False
            chosen = self._chosen(self._count + at, len(starts))
            if len(chosen):
                self._tables.append(self._parsed(chosen_bytes(data, starts, chosen), delimiter, len(chosen)))
                numbers.append(np.searchsorted(ends.lines, starts[chosen]) + self._lines + 1)
                kept.append(chosen + at)
            at += len(starts)
            self._lines += len(ends.lines) + (not data.endswith(b"\n"))
        lines = np.concatenate(numbers)
        rows = np.concatenate(kept) + self._count
        self._places.append(placed(file, len(lines), 0, lines).with_columns(row=pl.Series(rows)))
        self._count += at

    def block(self) -> Block:
        """Everything that was added."""
        table = pa.concat_tables(self._tables) if self._tables else pa.table({})
        place = pl.concat(self._places) if self._places else placed("", 0, 0)
        return Block(self._count, place, table=table, lines=self._lines, is_utf8=True)

    def _chosen(self, before: int, rows: int) -> Int64s:
        """Which of the rows that come next are wanted, by their positions among them."""
        if self._wanted is None:
            return np.arange(rows)
        first, last = np.searchsorted(self._wanted, [before, before + rows])
        return self._wanted[first:last] - before

    def _without_header(self, starts: Int64s, stop: int) -> Int64s:
        if min([stop, *starts[1:2].tolist()]) > HEADER:
            raise Odd
        return starts[1:]

    def _parsed(self, data: bytes, delimiter: str, rows: int) -> pa.Table:
        """Rows as strings."""
        if len(data) > LARGEST or data.startswith(BOM) or not is_utf8(data):  # the parser would leave the mark out
            raise Odd
        wanted = [name for name in self._header if self._names is None or name in self._names]
        reading = pc.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=self._header)
        parsing = pc.ParseOptions(delimiter=delimiter, newlines_in_values=True)
        kinds = dict.fromkeys(self._header, pa.string())
        converting = pc.ConvertOptions(check_utf8=False, column_types=kinds, include_columns=wanted or self._header[:1])
        try:
            table = pc.read_csv(pa.BufferReader(data), reading, parsing, converting)
        except pa.ArrowException as error:  # a row with more or fewer values than the header
            raise Odd from error
        if table.num_rows != rows:
            raise Odd
        return table if wanted else pa.table({"": pa.nulls(rows)})


def _ends(data: bytes, delimiter: str) -> tuple[Ends, bool]:
    """The line ends of data that begin with a row, and whether no quote is left open behind them."""
    raw = np.frombuffer(data, np.uint8)
    quotes = positions(data, QUOTE)
    lines = positions(data, NEWLINE)
    if b"\0" in data or not _around_values(raw, quotes, delimiter.encode()) or not _end_alike(data, raw, lines):
        raise Odd
    outside = _before(quotes, lines) % 2 == 0
    return Ends(lines, lines[outside]), len(quotes) % 2 == 0


def _before(quotes: Int64s, lines: Int64s) -> Int64s:
    """How many quotes are before each line end; the fewer of both are looked up among the others."""
    if len(lines) < len(quotes):
        return np.searchsorted(quotes, lines)
    ends_before = np.searchsorted(lines, quotes)
    return np.cumsum(np.bincount(ends_before, minlength=len(lines) + 1)[: len(lines)])


def _around_values(raw: Bytes, quotes: Int64s, delimiter: bytes) -> bool:
    """Whether each quote that opens follows the end of a value, and each that closes goes before one."""
    beside = np.zeros(256, np.bool_)
    beside[np.frombuffer(b'"\r\n' + delimiter, np.uint8)] = True
    opening, closing = quotes[::2], quotes[1::2]
    before = raw[opening[opening > 0] - 1]
    after = raw[closing[closing < len(raw) - 1] + 1]
    return bool(beside[before].all() and beside[after].all())


def _end_alike(data: bytes, raw: Bytes, lines: Int64s) -> bool:
    """Whether each carriage return is followed by a line feed."""
    if b"\r" not in data:
        return True
    before = raw[lines[lines > 0] - 1]
    return int(np.count_nonzero(before == RETURN)) == int(np.count_nonzero(raw == RETURN))


def _starts(data: bytes, ends: Ends) -> Int64s:
    """Where the rows begin that are not blank."""
    raw = np.frombuffer(data, np.uint8)
    begins = np.concatenate([np.zeros(1, np.int64), ends.rows + 1])
    sizes = np.append(ends.rows, len(data)) - begins
    is_return = raw[np.minimum(begins, len(data) - 1)] == RETURN
    blank = (sizes == 0) | ((sizes == 1) & is_return)
    return np.delete(begins, np.flatnonzero(blank))
