"""The weekday that stands beside a date, on the same line and touching it but for a comma or an article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpusqa_checks.dates.forms import ARTICLES, CAPITAL_ONLY
from corpusqa_checks.dates.names import Names, folded
from corpusqa_checks.dates.neighbours import (
    AND,
    ARTICLES_OF_SMALL,
    BRACKETED,
    EVENTS,
    EVERY,
    IN,
    NAMED,
    ORDINARY,
    PERSIAN_NUMBERS,
    SUNDAYS,
    THROUGH,
)

# How far a weekday may be from the digits, in characters.
BEFORE, AFTER = 48, 24
# Letters, and the vowel signs of Arabic, of Thai and of the scripts of India, which belong to words and are no letters.
_SIGNS = (
    r"\u064b-\u0652\u0900-\u0963\u0970-\u09e3\u09f0-\u0a65\u0a70-\u0ae5\u0af0-\u0d65\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_LETTER = rf"(?:[^\W\d_]|[\u00ad{_SIGNS}])"
_LAST_WORD = re.compile(rf"(?P<w>{_LETTER}+(?:['’\u200c-]{_LETTER}+)*)(?P<mark>[.,،]{{0,2}})[ \t\u00a0\u202f]{{1,3}}$")
_LAST_TWO = re.compile(rf"(?P<w>{_LETTER}+[ \u00a0]{_LETTER}+)(?P<mark>[.,،]{{0,2}})[ \t\u00a0\u202f]{{1,3}}$")
_IN_BRACKETS = re.compile(rf"[ \t]?[(\uff08](?P<w>{_LETTER}+(?: {_LETTER}+)?)\.?[)\uff09]")
# Lithuanian has its "d." (day) before the comma
_AFTER_COMMA = re.compile(rf"(?:[ \t]d)?\.?[,،][ \t]{{1,2}}(?P<w>{_LETTER}+(?:[ -]{_LETTER}+)?)(?=[\n.,;!?)]|$)")
_ATTACHED = re.compile(r"[ \t]?(?P<w>(?:星期|礼拜|周|週)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일)")
_TURKISH = re.compile(r"[ \t](?P<w>[^\W\d_]+)(?=[ \t]+(?:\d|günü|saat|sabah|akşam)|[ \t]*(?:[\n.,;!?)]|$))")
_WORD_AND_BLANK = re.compile(rf"(?P<w>{_LETTER}+(?:['’\u200c-]{_LETTER}+)*)[ \t\u00a0\u202f]{{1,3}}$")
_WORDS, _LAST_PIECE = re.compile(rf"{_LETTER}+"), re.compile(r"[\d;.!?]")
# A range or a list of weekdays: so many words back there is another.
_PAIR, _JOINED = 3, 24


def weekday_beside(
    text: str, start: int, end: int, tables: Sequence[Names], language: str | None
) -> tuple[int, int, int | None]:
    """The span grown by the weekday, and the weekday (0 = Monday) or None.

    Args:
        text: The text.
        start: First code point of the date.
        end: Code point after it.
        tables: Names of the languages in which the month may be read; a weekday of another language does not count.
        language: The language of the date; Turkish writes the weekday behind the year.
    """
    opened = language in BRACKETED and text[start - 1 : start] in ("(", "\uff08")
    at, weekday = _before(text, start - opened, tables)
    if weekday is not None:
        return at, end + (opened and text[end : end + 1] in (")", "\uff09")), weekday
    patterns = [_IN_BRACKETS, _AFTER_COMMA, _ATTACHED, *([_TURKISH] if language == "tr" else [])]
    for pattern in patterns:
        hit = pattern.match(text, end, min(len(text), end + AFTER))
        if hit is not None:
            weekday, _ = _weekday(hit["w"], tables)
            if weekday is not None:
                return start, hit.end(), weekday
    return start, end, None


def _before(text: str, start: int, tables: Sequence[Names]) -> tuple[int, int | None]:
    at = max(0, start - BEFORE)
    at = max(at, text.rfind("\n", at, start) + 1)
    for _ in range(3):
        hit = _LAST_WORD.search(text, at, start)
        if hit is None:
            return start, None
        two = _LAST_TWO.search(text, at, start) if any(names.in_two_words for names in tables) else None
        if two is not None and _weekday(two["w"], tables)[0] is not None:
            hit = two
        word = hit["w"]
        at_word, word = _unglued(hit.start(), word, tables)
        weekday, table = _weekday(word, tables, "." in hit["mark"])
        if weekday is not None and table is not None:
            before = text[at:at_word]
            # a full name and a full stop end a sentence: "... until Monday. 12 March 2024 was ..."
            ends = "." in hit["mark"] and folded(word) in table.full
            other = (
                ends or _belongs_to_more(before, word) or _is_name(before, word, table) or _is_one_of(before, tables)
            )
            return (start, None) if other else (at_word, weekday)
        if word.lower() not in ARTICLES or "." in hit["mark"]:
            return start, None
        start = hit.start()
    return start, None


def _unglued(start: int, word: str, tables: Sequence[Names]) -> tuple[int, str]:
    """Thai writes no blank before a weekday: the place and the weekday at the end of the word, else the word."""
    if "\u0e00" <= word[0] <= "\u0e7f":
        ends = [name for names in tables for name in names.weekdays if word.endswith(name)]
        longest = max(ends, key=len, default=word)
        return start + len(word) - len(longest), longest
    return start, word


def _belongs_to_more(before: str, word: str) -> bool:
    """Whether the word ends a name, a choice of days ("Fri/Sat"), or a Persian day that counts from Saturday."""
    last = (before.split() or [""])[-1]
    named = (last.lower(), word) in NAMED or (word == "شنبه" and last in PERSIAN_NUMBERS)
    return named or before.endswith(("/", "–"))


def _is_name(before: str, word: str, table: Names) -> bool:
    """Whether the weekday ends a name ("Baltimore Sun", "Plácido Domingo"), or is another word of the language."""
    if SUNDAYS.search(before[-24:] + word):
        return True
    hit = _WORD_AND_BLANK.search(before)
    if hit is None:  # a phrase begins here
        return False
    last = hit["w"]
    if last.lower() in EVERY or (folded(word) in table.ambiguous and last.lower() not in IN):
        return True
    if last.lower() in THROUGH or (last.lower() in AND and _follows_a_name(before[: hit.start()])):
        return True
    if not word[0].isupper():
        return False
    if table.small:
        return last.lower() not in ARTICLES_OF_SMALL
    if word.lower().endswith(("tag", "woch")) and last.lower().endswith(EVENTS):
        return False
    return last[0].isupper() and last.lower() not in ORDINARY


def _follows_a_name(before: str) -> bool:
    hit = _WORD_AND_BLANK.search(before)
    return hit is not None and hit["w"][0].isupper()


def _is_one_of(before: str, tables: Sequence[Names]) -> bool:
    """Whether another weekday stands a word or two before: "Monday to Friday", "Saturday and Sunday"."""
    piece = _LAST_PIECE.split(before)[-1]
    if any(_weekday(word, tables)[0] is not None for word in _WORDS.findall(piece)[-_PAIR:]):
        return True
    near = folded(piece[-_JOINED:])  # names in two words, and in Thai, which writes no blanks
    return any(
        name in near for names in tables for name in names.weekdays if " " in name or "\u0e00" < name[0] < "\u0e80"
    )


def _weekday(word: str, tables: Sequence[Names], stop: bool = False) -> tuple[int | None, Names | None]:
    """The weekday, and the names in which it was found; `stop` where a full stop follows."""
    plain = folded(word).replace("\u00a0", " ")
    capital = word[0].isupper()
    if plain in CAPITAL_ONLY and not capital:
        return None, None
    for names in tables:
        if plain not in names.weekdays or (plain in names.with_stop and not stop):
            continue
        if not capital and (names.capitals or (names.short_capitals and len(plain) <= 3)):
            continue
        return names.weekdays[plain], names
    return None, None
