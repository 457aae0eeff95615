"""Bytes of files, compressed or not, up to the point where they can be read."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from corpusqa.readers.files import open_file
from corpusqa.readers.listing import endings

CHUNK = 1 << 18
ENDS_EARLY, DAMAGED = "the compressed data end early", "the compressed data are damaged"


class Broken(Exception):
    """Compressed data that cannot be read further; its text is the reason."""


def chunks(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces, after decompression.

    Raises:
        OSError: If the file cannot be opened or read.
        Broken: After the last piece of compressed data that could be read.
    """
    start = _DECODERS.get(endings(path.name)[1])
    with open_file(path) as stream:
        pieces = iter(lambda: stream.read(CHUNK), b"")
        yield from pieces if start is None else _decompressed(pieces, start)


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


def read_whole(path: Path) -> tuple[bytes, str | None]:
    """The content of a file after decompression, and why it ends where it does if that is not its end."""
    parts: list[bytes] = []
    try:
        parts.extend(chunks(path))
    except Broken as error:
        return b"".join(parts), str(error)
    return b"".join(parts), None


def read_lines(path: Path, start: int, stop: int) -> tuple[list[bytes], int]:
    """The lines of an uncompressed file that start in a byte range, and the offset of the first of them.

    The lines are without their ends; the last is what follows the last line end, as of `bytes.split`.
    """
    with open_file(path) as stream:
        stream.seek(max(start - 1, 0))
        lines = stream.read(stop - max(start - 1, 0)).split(b"\n")
        if start:  # the byte before the range decides whether a line starts with the range
            start += len(lines.pop(0))
        if not lines:
            return [b""], stop
        if lines[-1]:
            lines[-1:] = (lines[-1] + stream.readline()).split(b"\n")
    return lines, start


def _gzip() -> Any:
    return zlib.decompressobj(wbits=31)


def _zstd() -> Any:
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


_DECODERS: dict[str, Callable[[], Any]] = {".gz": _gzip, ".zst": _zstd}
