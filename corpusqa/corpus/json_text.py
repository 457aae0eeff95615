"""Messages that a column of strings holds as JSON text, as exports to CSV and Parquet write them.

They are read as messages are; an edit changes the characters of the text that it is about, where they stand in the
JSON text, and no other character of it: white space, the order of keys, the way numbers and other strings are written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]  # the scanner of the standard library, undeclared
from typing import Any

from corpusqa.readers.records import ESCAPED_SURROGATE, Bad, after_blanks, decoder, refuse_depth, refuse_surrogates

Place = tuple[int | str, ...]
Edit = tuple[int, int, str | None]

# What begins like this is meant as JSON, not as a text such as `[INST] ...` or `{name}, hello`.
_LOOKS_LIKE_JSON = re.compile(r"\s*(?:\[\s*(?:\{|\]\s*\Z)|\{\s*[\"'}])")
# Lists of objects as `str` and `repr` write them in Python, which is what tables often are exported with.
_PYTHON = re.compile(r"\s*\[?\s*\{\s*'")
# One character of a string of JSON as it is written; two escapes of a pair of surrogates are one character.
_CHARACTER = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u....|\\.|.", re.DOTALL)
PYTHON = "the messages are written as Python writes lists, not as JSON"


def decoded(text: str) -> Any:
    """The value that a JSON text stands for, or the text itself where it does not look like JSON.

    Raises:
        Bad: If it looks like JSON and is none, or states a key twice or a lone surrogate.
    """
    if not _LOOKS_LIKE_JSON.match(text):
        return text
    try:
        value = decoder.decode(text)
        refuse_depth(value, text)
    except json.JSONDecodeError as error:
        reason = PYTHON if is_python(text) else f"the messages are not JSON: {error.msg} (character {error.pos + 1})"
        raise Bad(reason) from error
    except RecursionError as error:
        raise Bad("the messages are nested too deeply") from error
    except ValueError as error:  # a number of more than 4300 digits
        raise Bad("a number in the messages is too long") from error
    if "\\u" in text and ESCAPED_SURROGATE.search(text.encode()):
        refuse_surrogates(value)
    return value


def is_python(text: str) -> bool:
    """Whether messages are written as Python writes them: with single quotes."""
    return bool(_PYTHON.match(text))


def edited(text: str, edits: Iterable[tuple[Place, Sequence[Edit]]]) -> str:
    """A JSON text with edits of strings in it.

    Args:
        text: For which `decoded` gave a list or an object.
        edits: By the place of a string in the value, disjoint edits in code points of that string.
    """
    new_text_is_ascii = text.isascii()
    pieces: list[tuple[int, int, str]] = []
    for place, found in edits:
        first, last = _string_at(text, place)
        starts = [first, *(match.end() for match in _CHARACTER.finditer(text, first, last))]
        for start, end, replacement in found:
            written = json.dumps(replacement or "", ensure_ascii=new_text_is_ascii)[1:-1]
            pieces.append((starts[start], starts[end], written))
    for start, end, written in sorted(pieces, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _string_at(text: str, place: Place) -> tuple[int, int]:
    """Where the characters of the string at a place stand, without its quotes."""
    at = after_blanks(text, 0)
    for step in place:
        at = next(start for key, start in _items(text, at) if key == step)
    _, end = scanstring(text, at + 1)
    return at + 1, end - 1


def _items(text: str, at: int) -> Iterator[tuple[int | str, int]]:
    """Index or key and beginning of each value in the array or object that begins at a place."""
    is_object, number = text[at] == "{", 0
    at = after_blanks(text, at + 1)
    while text[at] not in "]}":
        key: int | str = number
        if is_object:
            key, at = scanstring(text, at + 1)
            at = after_blanks(text, after_blanks(text, at) + 1)  # over the colon
        yield key, at
        _, at = decoder.raw_decode(text, at)
        at = after_blanks(text, at)
        at, number = after_blanks(text, at + 1) if text[at] == "," else at, number + 1
