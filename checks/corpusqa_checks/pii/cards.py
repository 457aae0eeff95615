"""Payment card numbers: Luhn, issuer range with its lengths, and grouping or a cue word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from corpusqa_checks.pii.cues import cue
from corpusqa_checks.pii.documentation import is_reserved_card
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.tables import table
from stdnum import luhn

_NUMBER = re.compile(r"(?<!\w)(?<![.,+\-])\d(?:[ \-]?\d){11,18}(?!\w|[.,\-]\d)")
# 4-4-4-1..7 and, for the brands of 14 and 15 digits, 4-6-4 and 4-6-5; one separator throughout.
_GROUPED = re.compile(r"\d{4}([ \-])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}([ \-])\d{6}\2\d{4,5}")
# No range of an issuer looks at more digits.
_PREFIX = 4


def cards(line: Line) -> Iterator[Hit]:
    """Card numbers as they are printed, and unseparated ones after a word such as "card" or "visa"."""
    for found in _NUMBER.finditer(line.text):
        start, end = found.span()
        digits = re.sub(r"\D", "", found[0])
        brand = brand_of(digits)
        if not brand or len(set(digits)) < 2 or not luhn.is_valid(digits):
            continue
        grouped = _GROUPED.fullmatch(found[0]) is not None
        if grouped and _in_table(line.text, start, end):
            continue
        said = cue("card", line, start)
        if not (grouped or (said and digits == found[0])):
            continue
        why = f"Luhn, {brand} range" + (", grouping" if grouped else ", cue")
        spared = RESERVED if is_reserved_card(digits) else ""
        yield Hit(start, end, "card", 1.0 if grouped and said else 0.9, why, digits, spared)


def brand_of(digits: str) -> str:
    """The scheme whose issuer range and length a number fits, or ""."""
    return _brand(digits[:_PREFIX], len(digits))


@lru_cache(maxsize=8192)
def _brand(prefix: str, length: int) -> str:
    for name, scheme in table("cards").items():
        if length in scheme["lengths"]:
            for low, high in scheme["ranges"]:
                if low <= prefix[: len(low)] <= high:
                    return str(name)
    return ""


def _in_table(text: str, start: int, end: int) -> bool:
    """Groups of four digits before or after: a table of numbers, not a card."""
    around = text[max(0, start - 6) : start] + "|" + text[end : end + 6]
    return re.search(r"(?:^|\D)\d{4}[ \-]\||\|[ \-]\d{4}(?:\D|$)", around) is not None
