"""Bytes of files, compressed or not, up to the point where they can be read."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from corpusqa.readers.files import open_file
from corpusqa.readers.listing import endings

CHUNK = 1 << 18
PACKED_CHUNK = 1 << 14  # what is lost before damaged data, since a decoder gives all or nothing
PIECE = 4 << 20  # small enough that its memory is used again for the next one
SLACK = 16  # bytes behind others, so that whatever looks at several from one of them on need not look where it is
BOM = b"\xef\xbb\xbf"
EXPANSION = 4  # text bytes per compressed byte, for planning only
WINDOW = 1 << 31  # the longest of zstd: large dumps are packed with `--long=31`, which decoders refuse unless told
MAGIC = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd"}
ENDS_EARLY, DAMAGED = "the compressed data end early", "the compressed data are damaged"


class Broken(Exception):
    """Compressed data that cannot be read further; its text is the reason."""


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces, after decompression.

    Raises:
        OSError: If the file cannot be opened or read.
        Broken: After the last piece of compressed data that could be read.
    """
    with open_file(path) as stream:
        start = _DECODERS.get(_packing(path, stream))
        size = PACKED_CHUNK if start else CHUNK
        pieces = iter(lambda: stream.read(size), b"")
        yield from pieces if start is None else _decompressed(pieces, start)


def packing(path: Path) -> str:
    """How a file is compressed: `.gz` or `.zst` if its name and its first bytes say so, else an empty string."""
    if not endings(path.name)[1]:  # a name with another ending need not be opened
        return ""
    try:
        with open_file(path) as stream:
            return _packing(path, stream)
    except OSError:  # whoever reads it says so
        return ""


def _packing(path: Path, stream: BinaryIO) -> str:
    ending = endings(path.name)[1]
    if not ending:
        return ""
    head = stream.read(len(MAGIC[ending]))
    stream.seek(0)
    return ending if head == MAGIC[ending] else ""


def _decompressed(pieces: Iterator[bytes], start: Callable[[], Any]) -> Iterator[bytes]:
    """Members one after the other, as gzip and zstd allow; zero bytes after the last are padding."""
    decoder = None
    for piece in pieces:
        rest = piece
        while rest:
            if decoder is None or decoder.eof:
                rest = rest.lstrip(b"\0") if decoder is not None else rest
                decoder = start() if rest else decoder
                continue
            try:
                yield decoder.decompress(rest)
            except Exception as error:  # zlib.error or ZstdError, which is imported only where it is needed
                raise Broken(DAMAGED) from error
            rest = decoder.unused_data
    if decoder is not None and not decoder.eof:
        raise Broken(ENDS_EARLY)


def beginning(head: bytes) -> tuple[str, bytes]:
    """The ending of a packed file that begins with these bytes, or "", and what they unpack to as far as they go."""
    ending = next((ending for ending, mark in MAGIC.items() if head.startswith(mark)), "")
    if not ending:
        return "", head
    parts: list[bytes] = []
    with suppress(Broken):
        parts.extend(_decompressed(iter([head]), _DECODERS[ending]))
    return ending, b"".join(parts)


def first_lines(path: Path, limit: int, opening: bytes = b"") -> bytes:
    """The beginning of a file after decompression: `limit` bytes or more, and at least one line with what follows it.

    What cannot be read is left out; the reader says so, with its place.

    Args:
        path: The file.
        limit: Bytes.
        opening: How the first line has to begin for anything but the first piece to be read.
    """
    parts: list[bytes] = []
    size, begun, ended, followed = 0, False, False, False
    with suppress(OSError, Broken):
        for piece in chunks(path):
            parts.append(piece)
            size += len(piece)
            text = piece if begun else piece.removeprefix(BOM).lstrip()
            if text and not begun and not text.startswith(opening):
                break
            begun = begun or bool(text)
            followed = followed or b"\n" in text.rstrip() or (ended and not text.isspace())
            ended = ended or b"\n" in text
            if size >= limit and followed:
                break
    return b"".join(parts)


def read_whole(path: Path) -> tuple[bytes, str | None]:
    """The content of a file after decompression, and why it ends where it does if that is not its end."""
    parts: list[bytes] = []
    try:
        parts.extend(chunks(path))
    except Broken as error:
        return b"".join(parts), str(error)
    return b"".join(parts), None


def span(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """A byte range of an uncompressed file, in pieces.

    Raises:
        OSError: If the file cannot be opened or read.
    """
    with open_file(path) as stream:
        stream.seek(start)
        while start < stop and (piece := stream.read(min(CHUNK, stop - start))):
            start += len(piece)
            yield piece


def range_pieces(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """The lines of an uncompressed file that start in a byte range, in pieces.

    If the range does not begin the file, it begins a byte early and the first line is to be left out: that byte decides
    whether a line starts with the range. A range in which no line starts is cut short.

    Raises:
        OSError: If the file cannot be opened or read.
    """
    first = max(start - 1, 0)
    piece = b""
    found = not start
    with open_file(path) as stream:
        stream.seek(first)
        while first < stop and (piece := stream.read(min(PIECE, stop - first))):
            first += len(piece)
            found = found or b"\n" in piece
            yield piece
        if found and piece and not piece.endswith(b"\n"):
            yield stream.readline()


class Lines:
    """The lines of a stream of bytes, without their ends.

    Attributes:
        rest: After the iteration, what follows the last line end.
        broken: After the iteration, why the stream ends there if that is not its end.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self.rest = b""
        self.broken: str | None = None

    def __iter__(self) -> Iterator[bytes]:
        held: list[bytes] = []  # of a line longer than a piece
        try:
            for piece in self._pieces:
                first, *lines = piece.split(b"\n")
                held.append(first)
                if lines:
                    yield b"".join(held)
                    held = [lines.pop()]
                    yield from lines
        except Broken as error:
            self.broken = str(error)
        self.rest = b"".join(held)


class Held:
    """The bytes of a file that were read and not yet passed on, in memory that is used again.

    Fresh memory costs more than parsing what is written into it.

    Attributes:
        data: They come first in it; at least SLACK bytes of any kind come after them.
        size: How many there are.
    """

    def __init__(self) -> None:
        self.data: npt.NDArray[np.uint8] = np.empty(SLACK, np.uint8)
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Read on."""
        size = self.size + len(piece)
        if size + SLACK > len(self.data):
            self.data, old = np.empty(2 * size + SLACK, np.uint8), self.data
            self.data[: self.size] = old[: self.size]
        self.data.data[self.size : size] = piece
        self.size = size

    def drop(self, size: int) -> None:
        """Forget so many of the bytes."""
        self.data[: self.size - size] = self.data[size : self.size]
        self.size -= size


def chosen_bytes(data: bytes, starts: npt.NDArray[np.int64], chosen: npt.NDArray[np.int64]) -> bytes:
    """Some of the rows that begin at some places, by their positions among these."""
    if len(chosen) == len(starts):
        return data[int(starts[0]) :]
    stops = np.append(starts[1:], len(data))
    return b"".join(data[a:b] for a, b in zip(starts[chosen].tolist(), stops[chosen].tolist(), strict=True))


def _gzip() -> Any:
    return zlib.decompressobj(wbits=31)


def _zstd() -> Any:
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()


_DECODERS: dict[str, Callable[[], Any]] = {".gz": _gzip, ".zst": _zstd}
