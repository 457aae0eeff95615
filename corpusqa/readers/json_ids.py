"""The ids of lines of JSON, where they can be seen without parsing the line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from corpusqa.readers.records import parse

# A value that needs no decoding but UTF-8: a string without escapes, or a whole number as every writer states it.
_VALUE = rb'(?:"([^"\\\x00-\x1f]*)"|(-?[1-9][0-9]{0,17}|0))'
TAIL = 256  # bytes at the end of a line that are looked through


def id_parser(name: str) -> Callable[[bytes], dict[str, Any]]:
    """A function that makes of a line the object `{name: id}` if the line begins or ends with that key, else all of it.

    In a line of JSON both places are certain: a quote inside a string is escaped, and the last brace closes the
    object. Of a line that is no JSON it may give the id that stands there all the same.

    Args:
        name: A key of the rows themselves, not one below another.
    """
    key = re.escape(json.dumps(name, ensure_ascii=False).encode())
    first = re.compile(rb"[ \t]*\{[ \t]*" + key + rb"[ \t]*:[ \t]*" + _VALUE + rb"[ \t]*[,}]")
    last = re.compile(rb"[,{][ \t]*" + key + rb"[ \t]*:[ \t]*" + _VALUE + rb"[ \t]*\}[ \t\r]*\Z")

    def id_of(line: bytes) -> dict[str, Any]:
        found = first.match(line) or last.search(line, max(len(line) - TAIL, 0))
        if found is None:
            return parse(line)
        text, number = found.groups()
        try:
            return {name: int(number) if text is None else text.decode()}
        except UnicodeDecodeError:
            return parse(line)

    return id_of
