"""Look-alike characters inside numbers: full-width and other digits, odd spaces and dashes, invisible marks.

Detectors read plain characters. Characters that stand for a plain one are replaced one by one, so that offsets stay;
invisible ones are removed, and `Positions` leads back.
"""

from __future__ import annotations

import re
from functools import cached_property
from unicodedata import normalize

import numpy as np
import polars as pl

# Zero-width and joining marks, bidirectional marks, soft hyphen, byte order mark, word joiner.
INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_SPACES = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"
_DASHES = "\u2010\u2011\u2012\u2013\u2212\ufe58\ufe63\uff0d"
_SIGNS = {
    "\uff20": "@",
    "\uff0e": ".",
    "\u2024": ".",
    "\uff0b": "+",
    "\uff1a": ":",
    "\uff0f": "/",
    "\uff08": "(",
    "\uff09": ")",
}
# First digits of the decimal digit blocks that running text uses (Arabic, Persian, Devanagari, Bengali, Gurmukhi,
# Gujarati, Tamil, Telugu, Kannada, Malayalam, Thai, full-width).
_ZEROS = "\u0660\u06f0\u0966\u09e6\u0a66\u0ae6\u0be6\u0c66\u0ce6\u0d66\u0e50\uff10"
_DIGITS = {chr(ord(zero) + n): str(n) for zero in _ZEROS for n in range(10)}
_LETTERS = {chr(c): normalize("NFKC", chr(c)) for c in [*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}

REPLACED = dict.fromkeys(_SPACES, " ") | dict.fromkeys(_DASHES, "-") | _SIGNS | _DIGITS | _LETTERS
_TABLE = str.maketrans(REPLACED)
# Combining marks, variation selectors and key caps belong to letters; on a digit they change its looks alone.
_MARKS = "\u0300-\u036f\ufe00-\ufe0f\u20dd-\u20e3"
_GONE = re.compile(rf"(?<=\d)[{INVISIBLE}{_MARKS}]{{1,64}}|[{INVISIBLE}]")
_DIGIT_WITH_MARKS = r"([0-9])[\x{300}-\x{36f}\x{fe00}-\x{fe0f}\x{20dd}-\x{20e3}]+"

# The same, as they stand in classes of Rust's patterns.
_ODD_DIGITS = "".join(f"\\x{{{ord(zero):x}}}-\\x{{{ord(zero) + 9:x}}}" for zero in _ZEROS)
_ODD_SIGNS = "".join(f"\\x{{{ord(sign):x}}}" for sign in _SPACES + _DASHES)
_UNSEEN = "".join(f"\\x{{{ord(sign):x}}}" for sign in INVISIBLE)
# Texts that need replacing before a gate can judge them. A digit beside the sign keeps typography in prose out.
ODD = rf"[{_ODD_DIGITS}\x{{ff20}}]|[0-9][{_ODD_SIGNS}]|[0-9A-Za-z@.+][{_UNSEEN}]|{_DIGIT_WITH_MARKS}"


def plain(text: pl.Expr) -> pl.Expr:
    """The text in plain characters, without invisible ones."""
    signs = [*REPLACED, *INVISIBLE]
    replaced = text.str.replace_many(signs, [*REPLACED.values(), *([""] * len(INVISIBLE))])
    return replaced.str.replace_all(_DIGIT_WITH_MARKS, "${1}")


def plainly(text: str) -> str:
    """The text in plain characters, without invisible ones."""
    return text if text.isascii() else _GONE.sub("", text).translate(_TABLE)


def folded(text: str) -> str:
    """Text whose case says nothing, nor how its accents are composed."""
    return normalize("NFC", normalize("NFC", text).casefold())


class Positions:
    """A text in plain characters with the way back to its offsets in the original.

    Attributes:
        text: The plain text.
    """

    def __init__(self, original: str) -> None:
        self._original = original
        self.text = plainly(original)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of a stretch of the plain text in the original; invisible marks at its edges stay outside."""
        if len(self.text) == len(self._original):
            return start, end
        return self._kept[start], self._kept[end - 1] + 1

    @cached_property
    def _kept(self) -> list[int]:
        """Original offset of each plain character."""
        gone = [at for found in _GONE.finditer(self._original) for at in range(*found.span())]
        kept = np.ones(len(self._original), dtype=bool)
        kept[gone] = False
        return np.flatnonzero(kept).tolist()
