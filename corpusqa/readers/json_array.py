"""JSON text that is one array of objects, or one object: its elements, all of them or those of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpusqa.readers.records import Bad, Records, after_blanks, decoder, refuse_depth, refuse_surrogates
from corpusqa.readers.streams import BOM, chunks

REST = "the rest of the file cannot be read"
LONGEST = 4  # times the size of a run: an element that is longer ends the search for more runs


def add_elements(
    rows: Records, file: str, text: str, before: int = 0, *, inside: bool = False, last: bool = True
) -> bool:
    """Add every element of an array, or the one object; what follows a broken element is one unreadable row.

    Args:
        rows: Where they are added.
        file: Its name.
        text: The text, or a run of elements.
        before: Bytes of the file before the text.
        inside: Whether the text begins with an element, and not with the bracket.
        last: Whether the text ends where the file does, and not before an element.

    Returns:
        Whether the text was read to its end.
    """
    at = after_blanks(text, 0)
    is_array = inside or text[at : at + 1] == "["
    at = after_blanks(text, at + 1) if is_array and not inside else at
    while at < len(text) and not (is_array and text[at] == "]"):
        try:
            value, end = decoder.raw_decode(text, at)
            end = after_blanks(text, end)
            if is_array and text[end : end + 1] not in (",", "]"):
                raise Bad(f"not JSON: no comma or bracket after an element; {REST}")
            if not is_array and end < len(text):
                raise Bad("not JSON: text after the object")
        except (ValueError, RecursionError, Bad) as error:
            rows.trouble(_reason(error), file, offset=before + _bytes(text, getattr(error, "pos", at)), rest=True)
            return False
        _add_value(rows, file, value, text, at, end, before)
        at = after_blanks(text, end + 1) if is_array and text[end] == "," else end
    reason = ""
    if is_array and last and at >= len(text):
        reason = "the array is not closed: the file ends early"
    elif is_array and last and after_blanks(text, at + 1) < len(text):
        reason, at = "not JSON: text after the array", at + 1
    if reason:
        rows.trouble(reason, file, offset=before + _bytes(text, at), rest=True)
    return not reason


def _add_value(rows: Records, file: str, value: Any, text: str, at: int, end: int, before: int) -> None:
    """Add an element, which stands in the text from `at` to `end`, as a row or with what is wrong with it."""
    try:
        if not isinstance(value, dict):
            raise Bad("not a JSON object")
        refuse_depth(value, text, at, end)
        refuse_surrogates(value, "not valid UTF-8, or a lone surrogate")
    except Bad as bad:
        rows.trouble(str(bad), file, offset=before + _bytes(text, at))
    else:
        rows.add(value, file)


def _reason(error: Exception) -> str:
    if isinstance(error, Bad):
        return str(error)
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg}; {REST}"
    return f"nested too deeply, or a number is too long; {REST}"


def _bytes(text: str, to: int) -> int:
    return len(text[:to].encode(errors="surrogateescape"))


def run_starts(path: Path, run_bytes: int) -> list[int]:
    """The bytes of an uncompressed file at which runs of elements start; 0 first, and alone where it is no array.

    The last run holds what cannot be parsed and all that follows it, of which the reader tells.

    Args:
        path: The file.
        run_bytes: Size of a run; elements are parsed to find them, at most LONGEST runs at a time.

    Raises:
        OSError: If the file cannot be read.
    """
    starts = [0]
    window = _Window(path, run_bytes)
    at = window.skip(len(BOM) if window.text.startswith(BOM.decode("latin-1")) else 0)
    if window.text[at : at + 1] != "[":
        return starts
    at = window.skip(at + 1)
    while (end := window.element(at)) and window.text[end] == ",":
        at = window.skip(end + 1)
        if at == len(window.text):  # cut off behind a comma: a run without an element would be a row too many
            break
        if window.before + at - starts[-1] >= run_bytes:
            starts.append(window.before + at)
        if at > run_bytes // 2:
            at = window.forget(at)
    return starts


class _Window:
    """A part of a file, a character a byte: what makes JSON an element is ASCII."""

    def __init__(self, path: Path, size: int) -> None:
        self._pieces, self._size = chunks(path), size
        self.text, self.before = "", 0
        self._more(size)

    def _more(self, count: int) -> bool:
        """Read on; False at the end of the file."""
        parts = []
        while count > 0 and (piece := next(self._pieces, b"")):
            parts.append(piece.decode("latin-1"))
            count -= len(piece)
        self.text += "".join(parts)
        return bool(parts)

    def forget(self, to: int) -> int:
        """Let go of what is before a place; return where that place is then."""
        self.text, self.before = self.text[to:], self.before + to
        self._more(self._size - len(self.text))
        return 0

    def skip(self, at: int) -> int:
        """The place of what follows the blanks, read if it has to be."""
        at = after_blanks(self.text, at)
        while at >= len(self.text) and self._more(self._size):
            at = after_blanks(self.text, at)
        return at

    def element(self, at: int) -> int:
        """The place of what follows an element, 0 where there is none that can be parsed, or nothing follows."""
        while True:
            try:
                end = after_blanks(self.text, decoder.raw_decode(self.text, at)[1])
                if end < len(self.text):
                    return end
            except (Bad, RecursionError):
                return 0
            except ValueError:  # wrong, or cut off
                pass
            if len(self.text) - at > LONGEST * self._size or not self._more(max(len(self.text), self._size)):
                return 0
