"""From candidates to mentions: every hit of a skeleton is read exactly, with the names of the languages in question."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpusqa_checks.dates.beside import weekday_beside
from corpusqa_checks.dates.calendars import BIKRAM, counted_otherwise, may_exist, of_other_calendar
from corpusqa_checks.dates.counting import counts, is_cited
from corpusqa_checks.dates.forms import CAPITAL_ONLY, LINKS
from corpusqa_checks.dates.mentions import DateMention
from corpusqa_checks.dates.names import Names, folded, month_languages
from corpusqa_checks.dates.order import settled
from corpusqa_checks.dates.skeletons import OF_YEAR, skeleton

# Written-out years; numeric ones begin later, because 1403/07/12 is a Persian date and 1445 a Hijri year.
YEARS, NUMERIC_YEARS = range(1000, 2200), range(1700, 2200)
# Languages whose years may count from 543 before ours (Thai solar calendar).
BUDDHIST = {"th": 543}

_DAY_FIRST = re.compile(
    r"(?P<d>\d{1,2})(?:[^\W\d_]{1,2}|[ºª°]|\.?-?[a-z]{1,2})?[.,]{0,2}[\s-]{1,3}(?P<w>[^\d\n]{2,48}?)[\s.,-]{1,4}(?P<y>\d{4})"
)
_MONTH_FIRST = re.compile(
    r"(?P<w>[^\W\d][^\d\s]*?)\.?[\s-]{1,2}(?P<d>\d{1,2})(?:[^\W\d_]{2}|[.ºª°])?,?[\s-]{1,2}(?P<y>\d{4})"
)
_CTIME = re.compile(
    r"(?P<w>[^\W\d]+)\s{1,2}(?P<d>\d{1,2})\s{1,2}\d\d?:\d\d(?::\d\d)?\s{1,2}(?:[A-Z]{2,5}\s{1,2})?(?P<y>\d{4})"
)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})\.?\s{1,2}(?P<w>[^\d\n]{2,40}?)\.?\s{1,2}(?P<d>\d{1,2})")
_YEAR_DAY = re.compile(
    rf"(?P<y>\d{{4}})\.?\s{{1,2}}(?:{'|'.join(OF_YEAR)})\.?\s{{1,2}}(?P<d>\d{{1,2}})\.?\s{{1,2}}(?P<w>\S+)"
)
_BASQUE = re.compile(r"(?P<y>\d{4})(?:\(e\)|e)?ko\s{1,2}(?P<w>\S+)\s{1,2}(?P<d>\d{1,2})(?:\(an?\)|an?)?")
_WORDY = (
    ("ctime", _CTIME),
    ("words", _DAY_FIRST),
    ("words", _MONTH_FIRST),
    ("words", _YEAR_FIRST),
    ("words", _YEAR_DAY),
    ("words", _BASQUE),
)
_EAST = re.compile(r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]\s?")
_VIETNAMESE = re.compile(r"(?P<d>\d{1,2})\s{1,2}tháng\s{1,2}(?P<m>\d{1,2})\D{1,8}(?P<y>\d{4})")
_NUMERIC = re.compile(r"(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,4})")
_STYLES = {"-": "hyphen", "/": "slash", ".": "dot"}
_NATIVE_DIGIT = re.compile(r"[^\x00-\x7f]")


def extract_dates(text: str, language: str | None = None) -> list[DateMention]:
    """All full dates of a text, in order; their roles are "prose" until `roles.assigned` gives better ones.

    Args:
        text: Any text; time is linear in its length.
        language: ISO 639-1 code: its names are tried besides the English ones; None tries all of `forms.LANGUAGES`.
    """
    plain = with_ascii_digits(text)
    data = plain.encode("utf-8", "replace")
    found: list[DateMention] = []
    spans = [hit.span() for hit in skeleton().finditer(data)]
    otherwise = bool(spans) and counted_otherwise(text, language)
    for start, end in _points(plain, data, spans):
        mention = _numeric(plain, start, end, language, otherwise=otherwise) or _wordy(plain, start, end, language)
        if mention is not None:
            found.append(mention)
    return settled(found, language)


def with_ascii_digits(text: str) -> str:
    """Native digits (Arabic, Devanagari, Thai ...) as ASCII digits, one for one."""
    if text.isascii():
        return text
    native = {ord(c): str(int(c)) for c in set(_NATIVE_DIGIT.findall(text)) if c.isdecimal()}
    return text.translate(native) if native else text


# Numbers with dots behind such a word name a version, not a day.
_VERSION_WORDS = "v|ver|vers|version|versi[oó]n|versão|versione|versie|verze|wersja|версия|build|release|rev|revision"
_VERSION = re.compile(rf"(?i)\b(?:{_VERSION_WORDS})[.:]?[ \t]{{0,2}}v?$")
VERSION_REACH = 16


def _points(text: str, data: bytes, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Byte offsets -> code points, walking once through the bytes."""
    at = point = 0
    for start, end in spans:
        if len(text) == len(data):
            yield start, end
            continue
        point += len(data[at:start].decode("utf-8", "replace"))
        yield point, (point := point + len(data[start:end].decode("utf-8", "replace")))
        at = end


def _wordy(text: str, start: int, end: int, language: str | None) -> DateMention | None:
    """A date with the month as a word."""
    if _glued(text, start, end, "/-"):
        return None
    for style, pattern in _WORDY:
        hit = pattern.fullmatch(text, start, end)
        if hit is None:
            continue
        day = int(hit["d"])
        if not 1 <= day <= 31:  # "issue 33, September 2002" is no date
            return None
        readings = list(_months(hit["w"], language))
        if language is None and len({month for _, _, month in readings}) > 1:  # "listopad": October or November
            return None
        for code, names, month in readings:
            year = _year(int(hit["y"]), code, YEARS)
            if year is not None:
                if not may_exist(year, month, day) and counts(text, hit, code, names):
                    return None
                if of_other_calendar(text, start, end):
                    return None
                return _with_weekday(text, DateMention(start, end, year, month, day, style=style), [names], code)
        return None
    return None


def _months(words: str, language: str | None) -> Iterator[tuple[str, Names, int]]:
    """Readings of the words around a month's name: all but one have to be links such as "of"."""
    tokens = [folded(token) for token in re.split(r"[\s-]+", words.strip(" .,،-"))]
    kept = [token.removeprefix("d'") for token in tokens if token not in LINKS]
    if len(kept) == 2:
        kept = [" ".join(kept)]
    if len(kept) != 1:
        return
    capital = any(c.isupper() for c in words)
    for code, names in month_languages(kept[0], language):
        if code != "en" or capital or kept[0] not in CAPITAL_ONLY:
            yield code, names, names.months[kept[0]]


def _year(stated: int, code: str | None, years: range) -> int | None:
    shifted = stated - BUDDHIST[code] if code in BUDDHIST and stated > 2400 else stated
    return shifted if shifted in years else None


def _numeric(text: str, start: int, end: int, language: str | None, *, otherwise: bool) -> DateMention | None:
    """A date of digits alone, or with the signs for year, month and day; `otherwise` from `counted_otherwise`."""
    named = _EAST.fullmatch(text, start, end) or _VIETNAMESE.fullmatch(text, start, end)
    if named is not None:
        parts = int(named["y"]), int(named["m"]), int(named["d"])
        end = start + len(named[0].rstrip())
        return _checked(text, DateMention(start, end, *parts, style="east"), language)
    hit = _NUMERIC.fullmatch(text, start, end)
    if hit is None or _glued(text, start, end, "/-.:", dates=True):
        return None
    a, b, c = hit["a"], hit["b"], hit["c"]
    if hit["sep"] == "." and _VERSION.search(text, max(0, start - VERSION_REACH), start):
        return None
    if is_cited(text, start) or text[start - 1 : start] in ("+", "#"):
        return None
    if otherwise or of_other_calendar(text, start, end):
        return None
    if len(a) == 4 and len(b) == 2 and len(c) == 2:
        style = "iso" if hit["sep"] == "-" else "year " + _STYLES[hit["sep"]]
        return _checked(text, DateMention(start, end, int(a), int(b), int(c), style=style), language)
    if len(c) == 4 and len(a) <= 2:
        return _little(text, hit, language)
    return None


def _little(text: str, hit: re.Match[str], language: str | None) -> DateMention | None:
    """D/M/Y or M/D/Y; with dots there is no month-first reading, and 1.2.2024 may be a version."""
    first, second, year, style = int(hit["a"]), int(hit["b"]), int(hit["c"]), _STYLES[hit["sep"]]
    swapped = second > 12 and style != "dot"
    month, day = (first, second) if swapped else (second, first)
    open_ = style != "dot" and first <= 12 and second <= 12 and first != second
    mention = DateMention(*hit.span(), year, month, day, style=style, order_open=open_, swapped=swapped)
    return _checked(text, mention, language)


def _checked(text: str, mention: DateMention, language: str | None) -> DateMention | None:
    stated = mention.year
    assert stated is not None
    year = _year(stated, language, NUMERIC_YEARS)
    if year is None or not 1 <= mention.month <= 12 or not 1 <= mention.day <= 31:
        return None
    with_year = replace(mention, year=year)
    if year >= BIKRAM and stated == year:
        return with_year if may_exist(year, mention.month, mention.day) else None
    tables = [names for _, names in month_languages("", language)]
    return _with_weekday(text, with_year, tables, language)


def _with_weekday(text: str, mention: DateMention, tables: Sequence[Names], code: str | None) -> DateMention:
    start, end, weekday = weekday_beside(text, mention.start, mention.end, tables, code)
    return replace(mention, start=start, end=end, weekday=weekday)


def _glued(text: str, start: int, end: int, signs: str, dates: bool = False) -> bool:
    """Whether the place is a piece of a longer number, path, version or word."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and (before.isalnum() or before in "_" + signs) and not (before > "\u2e7f"):
        return True
    if not after:
        return False
    if dates and after == "T" and text[end + 1 : end + 2].isdigit():
        return False
    if after in signs + "." and text[end + 1 : end + 2].isalnum():
        return True
    return after.isdigit() or after == "_" or (after.isalnum() and after < "\u0250")
