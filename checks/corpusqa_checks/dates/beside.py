"""The weekday that stands beside a date, on the same line and touching it but for a comma or an article."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpusqa_checks.dates.names import ARTICLES, CAPITAL_ONLY, Names, folded

# How far a weekday may be from the digits, in characters.
BEFORE, AFTER = 48, 24
# Letters, and the vowel signs of Arabic, of Thai and of the scripts of India, which belong to words and are no letters.
_SIGNS = (
    r"\u064b-\u0652\u0900-\u0963\u0970-\u09e3\u09f0-\u0a65\u0a70-\u0ae5\u0af0-\u0d65\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
)
_LETTER = rf"(?:[^\W\d_]|[{_SIGNS}])"
_LAST_WORD = re.compile(rf"(?P<w>{_LETTER}+(?:['’\u200c-]{_LETTER}+)*)(?P<mark>[.,،]{{0,2}})[ \t\u00a0\u202f]{{1,3}}$")
_LAST_TWO = re.compile(rf"(?P<w>{_LETTER}+[ \u00a0]{_LETTER}+)(?P<mark>[.,،]{{0,2}})[ \t\u00a0\u202f]{{1,3}}$")
_IN_BRACKETS = re.compile(rf"[ \t]?[(\uff08](?P<w>{_LETTER}+(?: {_LETTER}+)?)\.?[)\uff09]")
# Lithuanian has its "d." (day) before the comma
_AFTER_COMMA = re.compile(rf"(?:[ \t]d)?\.?[,،][ \t]{{1,2}}(?P<w>{_LETTER}+(?:[ -]{_LETTER}+)?)(?=[\n.,;:!?)]|$)")
_ATTACHED = re.compile(r"[ \t]?(?P<w>(?:星期|礼拜|周|週)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일)")
# Persian numbers one to five: with a blank in between, "Tuesday" looks like "three Saturday".
_COUNTED = [[number] for number in ("یک", "یکم", "دو", "سه", "چهار", "پنج")]
# Names that end in a weekday: a newspaper, a football club, a servant, a detective, a restaurant.
_NAMED = {("the", "Sun"), ("sheffield", "Wednesday"), ("man", "Friday"), ("joe", "Friday"), ("ruby", "Tuesday")}
_TURKISH = re.compile(r"[ \t](?P<w>[^\W\d_]+)(?=\W|$)")


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
    at, weekday = _before(text, start, tables)
    if weekday is not None:
        return at, end, weekday
    patterns = [_IN_BRACKETS, _AFTER_COMMA, _ATTACHED, *([_TURKISH] if language == "tr" else [])]
    for pattern in patterns:
        hit = pattern.match(text, end, min(len(text), end + AFTER))
        if hit is not None:
            weekday = _weekday(hit["w"], tables)
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
        if two is not None and _weekday(two["w"], tables) is not None:
            hit = two
        word = hit["w"]
        at_word, word = _unglued(hit.start(), word, tables)
        weekday = _weekday(word, tables)
        if weekday is not None and _belongs_to_more(text[at:at_word], word):
            return start, None
        if weekday is not None:
            # a full name and a full stop end a sentence: "... until Monday. 12 March 2024 was ..."
            return (start, None) if "." in hit["mark"] and len(word) > 5 else (at_word, weekday)
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
    last = before.split()[-1:]
    named = last and (last[0].lower(), word) in _NAMED
    return bool(named) or before.endswith(("/", "–")) or (word == "شنبه" and last in _COUNTED)


def _weekday(word: str, tables: Sequence[Names]) -> int | None:
    plain = folded(word).replace("\u00a0", " ")
    if plain in CAPITAL_ONLY and not word[0].isupper():
        return None
    for names in tables:
        if plain in names.weekdays and not (names.short_capitals and len(plain) <= 3 and not word[0].isupper()):
            return names.weekdays[plain]
    return None
