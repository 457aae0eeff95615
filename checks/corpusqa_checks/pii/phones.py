"""Telephone numbers: phonenumbers validates, a prefix, a cue word or the national way of grouping is the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from corpusqa_checks.pii.cues import cue, cue_right_before
from corpusqa_checks.pii.documentation import is_reserved_phone
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.tables import table

_JOIN = r"(?:%20|[ .\-/]|\)[ .\-/]?|[ \-./]?\(| [\-/] )?"
# With a plus sign whatever stands around it but letters and digits; without one not what makes it an amount or a part.
# Right before an escaped plus sign another escape may stand, of which two digits are no part of a word: "%2C%2B44...".
_NUMBER = re.compile(
    rf"(?:(?<![\w+])|(?=%2[Bb])(?<=%[0-9A-Fa-f]{{2}}))"
    rf"(?:(?P<plus>\(?\+ ?\(?|%2[Bb])|(?<![\-/$€£#&])(?<!\d[.:])(?:\( ?|00)?)\d(?:{_JOIN}\d){{5,21}}"
    rf"(?:(?=x\d)|(?!\w|[.:]\d)(?(plus)|(?!%|-\w|,\d(?![\d ().\-/]{{5}}))))"
)
_ROW, _MORE, _DIGITS = (",", "="), re.compile(r",\d"), re.compile(r"\d{1,22}")
_ESCAPES = re.compile("%2[Bb]|%20")  # a plus sign and a space in links, which are pasted into prose
_NOT_DIGITS = re.compile(r"\D")
_INTERNATIONAL = re.compile(r"\(?\+|00[1-9]")
_DATE = re.compile(
    r"\d{5}-\d\d-\d\d|(?:19|20)\d\d([\-./ ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:[ .\-]?\d{1,6})*"
    # behind two digits of a year only a time of day; five pairs of digits are a number as it is printed in France
    r"|(?:0?[1-9]|[12]\d|3[01])([\-./ ])(?:0?[1-9]|[12]\d|3[01])\2"
    r"(?:(?:19|20)\d\d(?:[ .\-]\d{1,4})*|\d\d(?: \d{1,2}\.\d\d(?:\.\d\d)?| \d{4})?)"
    r"|(?:19|20)\d\d ?[\-/] ?(?:19|20)\d\d"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:([ .])\d{3})(?:\1\d{3})+")
_DECIMALS = re.compile(r"\d+\.\d+|\d{1,3}(?:\.\d{1,3}){3}|\d{1,2}\.\d{1,2}\.\d{1,2}")
_RANGE = re.compile(r"(\d{2,6}) ?[\-/] ?(\d{2,6})")
_NANP = re.compile(r"(?:1[ .\-])?(?:\(\d{3}\) ?\d{3}[ .\-]|\d{3}([.\-])\d{3}\1)\d{4}")
# A sum: "x + 14285714.286". A country code has three digits at most ("+1.4155550137").
_ADDEND = re.compile(r"\+ ?\d{4,}\.\d+|\+ \d+\.\d+")
_EXTENSION = re.compile(r"(?i) ?(?:x|ext\.?|extension|durchwahl|poste|int\.?|доб\.?) ?\d{1,6}(?!\w)")
_TRUNK = re.compile(r"\(?0\d[\d() .\-/]+")
_TRUNK_8 = re.compile(r"8[ \-(]{1,2}\d{3}[ \-)]{1,2}\d{3}[ \-]\d\d[ \-]\d\d")
_WITH_8 = ("ru", "be", "kk")  # where the trunk prefix is not a zero
# Letters and digits in one piece before groups of digits: all of it is one code, as of a parcel.
_CODE = re.compile(r"(?<!\w)(?:[A-Z]{1,4}\d{1,4}|\d{1,4}[A-Z]{1,4})[ \-]\Z")
# Behind the first extension of an office the last one: "020 7183 8750-55".
_REACH = re.compile(r"-\d{1,3}\Z")
# Between two numbers of one cue: "call 020 7946 0111 or 07700900123", each perhaps in brackets.
_JOINED = re.compile(
    r"\)?(?: ?[,;/&|] ?"
    r"| (?:or|and|und|oder|ou|et|y|o|e|of|en|lub|i|oraz|eller|og|och|ja|tai|ve|veya|atau|dan|или|и|або) )\(?"
)
_PIECES = re.compile(r" [/\-] |/")


def phones(line: Line) -> Iterator[Hit]:
    """Valid numbers with a country code; valid numbers of the document's countries after a cue, or grouped so."""
    last: Hit | None = None
    for found in _candidates(line):
        start, end = found.span()
        start += found[0].startswith("(") and ")" not in found[0]
        end = line.free_until(start, end)
        end = start + len(line.text[start:end].rstrip(" .-/("))
        if end > start and not _is_other(line, start, _unescaped(line.text[start:end])):
            joined = last is not None and "cue" in last.why and _JOINED.fullmatch(line.text, last.end, start)
            for last in _read(line, start, end, said=bool(joined)):
                yield last


def _candidates(line: Line) -> Iterator[re.Match[str]]:
    """What could be a number; in a row or assigned (`tel,0...`, `tel=0...`) only right after a cue or with a plus."""
    at = 0
    while found := _NUMBER.search(line.text, at):
        start, at = found.span()
        if found["plus"]:
            refused = found["plus"].endswith(" ") and _MORE.match(line.text, at) is not None  # "x + 1428571,286"
        else:
            refused = line.text[start - 1 : start] in _ROW and not _is_named(line, start)
            if refused and (first := _DIGITS.search(line.text, start)):
                at = first.end()  # a number may begin behind these digits
        if not refused:
            yield found


def _is_named(line: Line, start: int) -> bool:
    """Whether a cue, or the name of a field (`mobile=`), stands right before."""
    return cue_right_before("phone", line, start) or _is_field(line, start)


def _is_field(line: Line, start: int) -> bool:
    return line.text[start - 1 : start] == "=" and cue_right_before("phone_field", line, start)


def _read(line: Line, start: int, end: int, *, said: bool) -> Iterator[Hit]:
    """The candidate as one number, or as several with a slash between them; `said` without a cue of its own."""
    whole = _one(line, start, end, said=said)
    if whole:
        yield whole
        return
    reach = _REACH.search(line.text, start, end)
    if reach and (piece := _one(line, start, reach.start(), said=said)):
        yield piece._replace(end=end)
        return
    cuts = [m.span() for m in _PIECES.finditer(line.text, start, end)]
    for a, b in zip([start, *(c[1] for c in cuts)], [*(c[0] for c in cuts), end], strict=True):
        if cuts and (piece := _one(line, a, b, said=said)):
            yield piece


def _one(line: Line, start: int, end: int, *, said: bool) -> Hit | None:
    value = _unescaped(line.text[start:end])
    digits = _digits(value)
    if not digits:
        return None
    found = _judged(line, start, value, digits, said=said)
    if found is None or not found[0]:
        return None
    e164, why, score = found
    stretch = _EXTENSION.match(line.text, end)
    spared = RESERVED if is_reserved_phone(e164) else ""
    return Hit(start, stretch.end() if stretch else end, "phone", score, f"phonenumbers: valid, {why}", e164, spared)


@lru_cache(maxsize=8192)
def _digits(value: str) -> str:
    """The digits of a candidate, or "" where they are too few, too many or all the same."""
    digits = _NOT_DIGITS.sub("", value)
    return digits if 6 <= len(digits) <= 17 and len(set(digits)) >= 3 else ""


def _unescaped(value: str) -> str:
    return _ESCAPES.sub(lambda found: " " if found[0] == "%20" else "+", value) if "%" in value else value


def _judged(line: Line, start: int, value: str, digits: str, *, said: bool) -> tuple[str, str, float] | None:
    """E.164 form, evidence and confidence of a candidate with enough evidence; the form is "" when it is not valid."""
    if value.lstrip("(").startswith("+"):
        return _international(value), "country code", 0.95
    said = said or _is_said(line, start, grouped=digits != value)
    if _INTERNATIONAL.match(value):
        return (_international(value), "country code", 0.95) if said or value != digits else None
    if said and _is_after_cue(line, start, value):
        return _national(value, regions_of(line.language)), "national, cue", 0.9
    if _NANP.fullmatch(value):
        return (_e164(value, "US"), "national, grouping", 0.75) if line.language in (None, "en", "es", "fr") else None
    if not _CODE.search(line.text[max(0, start - 9) : start]) and _is_printed(value, line.language):
        return _national(value, regions_of(line.language)), "national, grouping", 0.75
    return None


def _is_other(line: Line, start: int, said: str) -> bool:
    """Dates, amounts, ranges, decimals, and what a word before it names as some other number."""
    value = said.strip("() ")
    if value.startswith("+"):
        return _ADDEND.fullmatch(value) is not None
    if _DATE.fullmatch(value) or _DECIMALS.fullmatch(value) or _is_counting(value):
        return True
    if (_THOUSANDS.fullmatch(value) or _is_range(value)) and not cue("phone", line, start, 15):
        return True
    glued = line.text[max(0, start - 2) : start]
    if glued.endswith(".") and glued[0].isalpha() and not cue_right_before("phone", line, start, 15):
        return True  # the tail of a name: "release.091218-1251"
    return cue_right_before("not_phone", line, start)


def _is_counting(value: str) -> bool:
    """Small numbers that go up by one or two, as models do: "12 13 14 15 16"."""
    groups = value.split(" ")
    if len(groups) < 3 or not all(group.isdigit() and len(group) <= 2 for group in groups):
        return False
    return all(1 <= int(b) - int(a) <= 2 for a, b in pairwise(groups))


def _is_range(value: str) -> bool:
    span = _RANGE.fullmatch(value)
    return span is not None and len(span[1]) == len(span[2]) and int(span[1]) < int(span[2])


def _is_said(line: Line, start: int, *, grouped: bool) -> bool:
    """Whether a cue stands before the number; a weak one ("home", "call") only counts for groups or with a colon."""
    if cue("phone", line, start) or (grouped and cue("phone_weak", line, start)) or _is_field(line, start):
        return True
    before = line.before(start, 24).rstrip()
    return before.endswith((":", "：")) and cue_right_before("phone_weak", line, start, 24)


def _is_after_cue(line: Line, start: int, value: str) -> bool:
    """A run of digits without a separator is too common: its cue has to stand close."""
    return not value.isdigit() or len(value) >= 9 or cue("phone", line, start, 25)


def _is_printed(value: str, language: str | None) -> bool:
    """Grouped as numbers with a trunk prefix are printed where the language is spoken."""
    trunk = _TRUNK_8 if language in _WITH_8 else _TRUNK
    if not trunk.fullmatch(value) or language is None or value.isdigit():
        return False
    return any(_as_printed(value, region) for region in regions_of(language))


@lru_cache(maxsize=8192)
def _international(value: str) -> str:
    """The number after a plus sign or 00."""
    bare = value.lstrip("(+ ").strip()
    return _e164("+" + (bare if value.lstrip("(").startswith("+") else bare.removeprefix("00")), None)


def _national(value: str, regions: Sequence[str]) -> str:
    return next((e164 for region in regions if (e164 := _e164(value, region))), "")


def _as_printed(value: str, region: str) -> bool:
    """Whether the groups of digits are those in which the numbering plan prints the number."""
    import phonenumbers as pn

    e164 = _e164(value, region)
    if not e164:
        return False
    printed = pn.format_number(pn.parse(e164), pn.PhoneNumberFormat.NATIONAL)
    return re.findall(r"\d+", printed) == re.findall(r"\d+", value) and len(re.findall(r"\d+", value)) > 1


@lru_cache(maxsize=8192)
def _e164(value: str, region: str | None) -> str:
    """The number in E.164 form, or "" when it is neither valid nor kept for fiction; footers repeat themselves."""
    import phonenumbers as pn

    try:
        number = pn.parse(value, region)
    except pn.NumberParseException:
        return ""
    e164 = str(pn.format_number(number, pn.PhoneNumberFormat.E164))
    return e164 if pn.is_valid_number(number) or is_reserved_phone(e164) else ""


@cache
def regions_of(language: str | None) -> tuple[str, ...]:
    """Regions whose national numbers a document in a language may hold; several large ones where it is not known."""
    regions = table("regions")
    return tuple(regions["languages"].get(language or "", regions["unknown"]))


def canonical_phone(value: str) -> str:
    """The digits of a number with its plus sign; E.164 where it is written with a country code."""
    bare = re.sub(r"(?i)(?:x|ext|доб).*\Z", "", _unescaped(value))
    if _INTERNATIONAL.match(bare.strip()):
        e164 = _international(bare.strip())
        if e164:
            return e164
    return re.sub(r"\D", "", bare)
