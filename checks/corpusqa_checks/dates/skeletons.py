r"""Where dates may stand: skeletons of digits and words, found in one linear pass of re2 over the bytes of a text.

A skeleton knows no names: "12 <word> 2024" is a candidate in every language, and `parsing` decides. Bytes above 0x7f
count as letters (re2's Latin-1 mode), which keeps the automaton tiny; a few spaces of UTF-8 are named.
"""

from __future__ import annotations

from functools import cache
from typing import Any

# "of the year", between the year and the day: Latvian, Kazakh.
OF_YEAR = ("gada", "ж", "жылғы", "жылы")
_SPACE = r"(?:[ \t]|\xc2\xa0|\xe2\x80\xaf|\xe2\x80\x89)"
_GAP = _SPACE + "{1,2}"
_JOIN = rf"(?:{_GAP}|-)"
_WORD = r"[A-Za-z\x80-\xff][A-Za-z\x80-\xff'-]*"
_ENDING = r"(?:[A-Za-z]{2}|\xc2\xba|\xc2\xaa|\xc2\xb0|[.]?-?[a-z]{1,2})?"  # 1st, 2nd, 1er, 1º, 1°, 3-a
_LINK = rf"(?:(?:{_WORD}{_GAP}){{1,2}})?"  # of, de, "day of"
_MARK = r"[.,]{0,2}"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"

_DAY_MONTH_YEAR = (
    rf"\d{{1,2}}{_ENDING}{_MARK}{_JOIN}{_LINK}{_WORD}{_MARK}{_JOIN}(?:{_WORD}(?:[.]{_WORD}[.])?{_GAP})?\d{{4}}"
)
_MONTH_DAY_YEAR = rf"{_WORD}\.?{_JOIN}\d{{1,2}}{_ENDING},?{_JOIN}\d{{4}}"
_CTIME = rf"{_WORD}{_GAP}\d{{1,2}}{_GAP}{_CLOCK}{_GAP}(?:[A-Z]{{2,5}}{_GAP})?\d{{4}}"
_YEAR_MONTH_DAY = rf"\d{{4}}\.?{_GAP}(?:{_WORD}\.?{_GAP})?{_WORD}\.?{_GAP}\d{{1,2}}"
_OF_YEAR = "|".join("".join(f"\\x{byte:02x}" for byte in word.encode()) for word in OF_YEAR)
_YEAR_DAY_MONTH = rf"\d{{4}}\.?{_GAP}(?:{_OF_YEAR})\.?{_GAP}\d{{1,2}}\.?{_GAP}{_WORD}"
_BASQUE = rf"\d{{4}}(?:\(e\)|e)?ko{_GAP}{_WORD}{_GAP}\d{{1,2}}(?:\(an?\)|an?)?"
_NUMERIC = r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}"
# 年月日, 년월일; and Vietnamese "ngày 12 tháng 9 năm 2025"
_EAST = "".join(
    rf"\d{{{n}}}{_SPACE}?(?:{a}|{b}){_SPACE}?"
    for n, a, b in (
        ("4", r"\xe5\xb9\xb4", r"\xeb\x85\x84"),
        ("1,2", r"\xe6\x9c\x88", r"\xec\x9b\x94"),
        ("1,2", r"\xe6\x97\xa5", r"\xec\x9d\xbc"),
    )
)
_VIETNAMESE = rf"\d{{1,2}}{_GAP}th\xc3\xa1ng{_GAP}\d{{1,2}}(?:{_GAP}n\xc4\x83m{_GAP}|,?{_GAP})\d{{4}}"

SKELETON = "|".join(
    (_EAST, _VIETNAMESE, _CTIME, _DAY_MONTH_YEAR, _MONTH_DAY_YEAR, _NUMERIC, _BASQUE, _YEAR_DAY_MONTH, _YEAR_MONTH_DAY)
)
# A text without such digits has no full date; the test costs next to nothing over a whole column (Rust regex).
GATE = r"[12][0-9]{3}|[0-9][-/.][0-9]{1,2}[-/.][0-9]|\p{Nd}\p{Nd}[^\x00-\x7f]"


@cache
def skeleton() -> Any:
    """The compiled pattern over bytes."""
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(SKELETON.encode("ascii"), options)
