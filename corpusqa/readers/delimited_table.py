"""CSV as a table, at several times the speed of rows, where that cannot make a difference.

Rows and values are cut out of the bytes if every quote opens a value, closes one or is doubled within one, every line
ends in one of the two usual ways and every row has as many values as the header. Whatever is written otherwise, and
parsers take for different rows, is read again row by row, which says what is wrong and where.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from corpusqa.readers.marks import (
    Bytes,
    Int64s,
    Words,
    after_odd,
    count_before,
    is_marked,
    mark,
    marks,
    one_later,
    positions,
)
from corpusqa.readers.model import Block
from corpusqa.readers.records import is_utf8
from corpusqa.readers.slices import LARGEST, strings, without
from corpusqa.readers.streams import Held
from corpusqa.readers.tables import placed

PIECE = 2 << 20  # what is asked of its bytes stays in the processor's cache
HEADER = 1 << 14  # bytes of a header that its names were surely taken from
QUOTE, NEWLINE, RETURN = b'"\n\r'


class Odd(Exception):
    """Rows that have to be read one by one."""


class Piece(NamedTuple):
    """Whole rows.

    Attributes:
        raw: The memory that they lie in, SLACK bytes more than is in use.
        size: How many bytes of it they take.
        lines: Marks of all line ends.
        ends: Where those of them are that end a row, not a line of a quoted value.
        between: Where something stands that is between two values of a row.
        doubled: Marks of the second of two quotes that stand for one.
    """

    raw: Bytes
    size: int
    lines: Words
    ends: Int64s
    between: Int64s
    doubled: Words


def row_pieces(pieces: Iterable[bytes], delimiter: str) -> Iterator[Piece]:
    """The rows, about PIECE bytes at a time; each piece until the next is asked for.

    Args:
        pieces: The content of a file, or a run of its rows, as it comes.
        delimiter: What stands between values.

    Raises:
        Odd: Where quotes or line ends are used in a way that parsers take differently.
    """
    held, enough = Held(), PIECE
    for piece in pieces:
        held.add(piece)
        if held.size < enough or held.data[held.size - 1] == RETURN:
            continue
        found, _ = _proven(held, delimiter)
        stop = int(found.ends[-1]) + 1 if len(found.ends) else 0
        if stop:
            yield found._replace(size=stop)
        held.drop(stop)
        enough = max(PIECE, 2 * held.size)
    found, is_closed = _proven(held, delimiter)
    if not is_closed:
        raise Odd
    if found.size:
        yield found


def row_starts(pieces: Iterable[bytes], delimiter: str, unit_bytes: int, at: int = 0) -> list[int]:
    """Where runs of rows of about `unit_bytes` begin; the first at 0, with the `at` bytes that go before the pieces.

    Raises:
        Odd: Where only reading row by row tells.
    """
    starts = [0]
    for piece in row_pieces(pieces, delimiter):
        begins = piece.ends + at + 1
        at += piece.size
        while (first := int(np.searchsorted(begins, starts[-1] + unit_bytes))) < len(begins):
            starts.append(int(begins[first]))
    return [start for start in starts if start < at or not start]


class Files:
    """The rows of files that all have the same header, while they are read.

    Args:
        names: The columns that are wanted; None is all.
        rows: Positions of the rows that are wanted; None is all. Of others no more is seen than where their values end.
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
        if not _is_usual(header) or self._header not in ([], header):
            raise Odd
        self._header = header
        self._lines = at = 0
        numbers, kept = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for piece in row_pieces(pieces, delimiter):
            edges = _edges(piece, len(header))
            if skip and edges.shape[1]:
                if min([piece.size, *(edges[0, 1:2] + 1).tolist()]) > HEADER:
                    raise Odd
                edges, skip = edges[:, 1:], False
            chosen = self._chosen(self._count + at, edges.shape[1])
            some = edges if len(chosen) == edges.shape[1] else edges[:, chosen]
            ended = count_before(piece.lines, np.append(some[0] + 1, piece.size))
            if len(chosen):
                self._tables.append(self._cut(piece, some))
                numbers.append(ended[:-1] + self._lines + 1)
                kept.append(chosen + at)
            at += edges.shape[1]
            self._lines += int(ended[-1]) + int(piece.raw[piece.size - 1] != NEWLINE)
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

    def _cut(self, piece: Piece, edges: Int64s) -> pa.Table:
        """Rows as strings, by what is around their values."""
        if piece.size > LARGEST or not is_utf8(piece.raw.data[: piece.size]):
            raise Odd
        wanted = [i for i, name in enumerate(self._header) if self._names is None or name in self._names]
        if not wanted:
            return pa.table({"": pa.nulls(edges.shape[1])})
        raw, begins, ends = piece.raw, edges[wanted] + 1, edges[1:][wanted]
        quoted = (raw[np.minimum(begins, piece.size - 1)] == QUOTE) & (begins < ends)
        begins, ends = begins + quoted, ends - quoted
        if piece.doubled.any():
            raw = without(raw, piece.size, piece.doubled)
            begins, ends = (places - count_before(piece.doubled, places) for places in (begins, ends))
        columns = [strings(raw, *between) for between in zip(begins, ends, strict=True)]
        return pa.table(columns, [self._header[i] for i in wanted])


def _is_usual(header: list[str]) -> bool:
    """Whether each column has a name of its own, and none looks like UTF-16."""
    return "" not in header and len(set(header)) == len(header) and "\0" not in "".join(header)


def _proven(held: Held, delimiter: str) -> tuple[Piece, bool]:
    """The rows in bytes that begin with one, and whether no quote is left open behind them."""
    size, data = held.size, held.data[: held.size]
    quotes, lines, returns, between = (marks(data, byte) for byte in (QUOTE, NEWLINE, RETURN, ord(delimiter)))
    within = after_odd(quotes)  # values in quotes, without the quote that closes them
    opening, closing = quotes & within, quotes & ~within
    beside = quotes | lines | returns | between
    behind, after_quote = one_later(beside), one_later(closing)
    mark(behind, 0)
    mark(beside, size)
    if (opening & ~behind | after_quote & ~beside | one_later(returns) & ~lines).any():
        raise Odd
    ends, between_values = positions(lines & ~within), positions(between & ~within)
    return Piece(held.data, size, lines, ends, between_values, after_quote & opening), not is_marked(within, size)


def _edges(piece: Piece, columns: int) -> Int64s:
    """Of each row that is not blank the byte before it, those between its values and the one behind it, as a column.

    Raises:
        Odd: If a row has more or fewer values than there are columns.
    """
    begins = np.append(0, piece.ends + 1)
    ends = np.append(piece.ends, piece.size)
    ends -= piece.raw[ends - 1] == RETURN
    some = ends > begins
    begins, ends = begins[some], ends[some]
    between = piece.between[piece.between < piece.size]
    if len(between) != (columns - 1) * len(begins):
        raise Odd
    edges = np.vstack([begins - 1, between.reshape(len(begins), columns - 1).T, ends])
    if (edges[1] <= edges[0]).any() or (edges[-1] <= edges[-2]).any():  # some have more, others fewer
        raise Odd
    return edges
