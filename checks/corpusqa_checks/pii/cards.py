"""Payment card numbers: Luhn, issuer range with its lengths, and grouping or a cue word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from corpusqa_checks.pii.cues import cue
from corpusqa_checks.pii.documentation import is_reserved_card
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.tables import table
from stdnum import luhn

_NOT_DIGITS = re.compile(r"\D")
_BARE = re.compile(r"(?<!\w)(?<![.,+\-])\d{12,19}(?!\w|[.,\-]\d)")
# 4-4-4-1..7 and, for the brands of 14 and 15 digits, 4-6-4 and 4-6-5; one separator throughout. What stands before or
# behind may be digits too, of another number: each group is a place to begin.
_END = r"(?!\w|[.,\-]\d)"
_GROUPED = re.compile(
    r"(?<!\w)(?<![.,+\-])(?=(\d{4}([ \-])(?:\d{4}\2\d{4}\2\d{1,4}|\d{6}\2\d{4,5}))"
    rf"(?:(\2\d{{1,3}}{_END})|{_END}))"
)
# A telephone number with a country code right before, whose last group may look like one of a table.
_PHONE_BEFORE = re.compile(r"(?:\+|\b00)[1-9][\d() \-]{5,22}[ \-]\Z")
_NUMBER_BEFORE = re.compile(r"(?<!\w)\d[\d() \-]{5,22}[ \-]\Z")
_DIGIT_BEFORE, _DIGIT_BEHIND = re.compile(r"\d[ \-]\Z"), re.compile(r"[ \-]\d")
# What a row of cards ends with that is no number of a table: an expiry date, the security code, or both.
_SECURED = re.compile(r" (?:(?:0?[1-9]|1[0-2]) ?[/\-] ?(?:20)?\d\d(?: \d{3,4})?|\d{3})(?!\w|[ .,/\-]\d)")
_FOUR_BEFORE, _FOUR_BEHIND = re.compile(r"(?:^|\D)\d{4}[ \-]\Z"), re.compile(r"[ \-]\d{4}(?:\D|$)")
# No range of an issuer looks at more digits.
_PREFIX = 4


def cards(line: Line) -> Iterator[Hit]:
    """Card numbers as they are printed, and unseparated ones after a word such as "card" or "visa"."""
    valid = {found.start(): several for found in _GROUPED.finditer(line.text) if (several := _values(found))}
    rows = _in_row(line.text, {start: start + len(several[0][0]) for start, several in valid.items()})
    after = 0
    for start, several in valid.items():
        for value, brand in several:
            end = start + len(value)
            if start >= after and (start in rows or not _in_table(line, start, end)):
                yield _hit(line, start, end, brand, grouped=True)
                after = end
    for found in _BARE.finditer(line.text):
        brand = _valid(found[0])
        if brand and cue("card", line, found.start()):
            yield _hit(line, *found.span(), brand, grouped=False)


def _values(found: re.Match[str]) -> list[tuple[str, str]]:
    """The numbers that the groups may be, with those that stand behind them and without, and their schemes."""
    more = found[3] or ""
    several = [found[1] + more, *([found[1]] if more.startswith(" ") else [])]
    return [(value, brand) for value in several if (brand := _valid(value))]


def _in_row(text: str, ends: Mapping[int, int]) -> set[int]:
    """Where cards begin that stand right behind one another with no other digits around: a table would hold others.

    `ends` are those of the valid numbers by their beginnings, in order.
    """
    rows: set[int] = set()
    seen: set[int] = set()
    for first in ends:
        row = [first]
        while (behind := ends[row[-1]] + 1) in ends and behind not in seen:
            row.append(behind)
        seen.update(row)
        if len(row) > 1 and not _DIGIT_BEFORE.search(text[max(0, first - 2) : first]):
            end = ends[row[-1]]
            if _SECURED.match(text, end) or not _DIGIT_BEHIND.match(text, end):
                rows.update(row)
    return rows


@lru_cache(maxsize=8192)
def _valid(value: str) -> str:
    """The scheme of a number whose check digit holds, or ""."""
    digits = _NOT_DIGITS.sub("", value)
    brand = brand_of(digits)
    return brand if brand and len(set(digits)) > 1 and luhn.is_valid(digits) else ""


def _hit(line: Line, start: int, end: int, brand: str, *, grouped: bool) -> Hit:
    digits = _NOT_DIGITS.sub("", line.text[start:end])
    why = f"Luhn, {brand} range" + (", grouping" if grouped else ", cue")
    spared = RESERVED if is_reserved_card(digits) else ""
    return Hit(start, end, "card", 1.0 if grouped and cue("card", line, start) else 0.9, why, digits, spared)


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


def _in_table(line: Line, start: int, end: int) -> bool:
    """Groups of four digits before or after, which are no telephone number: a table of numbers, not a card."""
    before, after = line.text[max(0, start - 30) : start], line.text[end : end + 6]
    if _FOUR_BEHIND.match(after):
        return True
    return _FOUR_BEFORE.search(before) is not None and not _is_phone(line, before, start)


def _is_phone(line: Line, before: str, start: int) -> bool:
    if _PHONE_BEFORE.search(before):
        return True
    number = _NUMBER_BEFORE.search(before)
    return number is not None and cue("phone", line, start - len(before) + number.start())
