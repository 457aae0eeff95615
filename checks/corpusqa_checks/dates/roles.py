"""What a date is for, as far as its place tells: a label, a dateline, the head of a page, quoted mail, or prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from corpusqa_checks.dates.labels import (
    ALONE,
    BETWEEN,
    BY,
    EVENT,
    PLACES,
    PUBLISHED,
    UPDATED,
    WEATHER,
    WITH_NAME,
    WROTE,
    listed,
)
from corpusqa_checks.dates.mentions import DateMention
from corpusqa_checks.dates.names import folded, month_languages

# The head of a page: so many characters and lines at most, and no further than the first line of prose.
HEAD, HEAD_LINES = 3_000, 15
# A line of prose: this long, or this many words and a full stop.
PROSE_LENGTH, PROSE_WORDS = 120, 14
# A header line holds little besides the date: a name, with a clock or the weather only a place (in characters).
BESIDE, BESIDE_DRAWN = 40, 25
# What `_label` says of a label such as "Date:", which may be that of an event.
EVENTUAL = "label_eventual"
# Weather counts within so many lines of the date.
NEIGHBOURS = 4
# A dateline stands in the first lines: "LONDON, March 5 (Wire) - ".
DATELINE_HEAD = 500
DATELINE_GATE = r"[0-9]{1,2}[^\n]{0,50}[-\x{2013}\x{2014}:]\s"  # Rust regex

_CLOCK = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3])[:.h][0-5]\d(?![\d.])")
_MAIL = re.compile(r"[*_> ]{0,4}(?:From|To|Cc|Subject|Message-ID|Von|An|Betreff|De|À|Objet)[*_]{0,2}:")
_WEATHER = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed(WEATHER)))})(?!\w)|\u00b0", re.IGNORECASE)
_EVENT_WORDS, _EVENT_LABELS = (
    "|".join(re.escape(made(word)) for word in listed(EVENT)) for made in (str, str.capitalize)
)
_EVENT = re.compile(
    rf"^[*_ ]*(?i:{_EVENT_WORDS})[*_]{{0,2}}(?: ?[:\uff1a]|$)|[\s|,;*](?:{_EVENT_LABELS})[*_]{{0,2}} ?[:\uff1a]"
)
# A book and who wrote it, before "Published"; further on in a line than this, a label is a piece of a sentence.
_BOOK = re.compile(rf"(?i)(?<!\S)(?!(?:{WROTE})\s)\S+\s+by\s+\S")
LEAD = 60
# "May 5 - May 7": a range of days.
_ANOTHER_DATE = re.compile(r"[ \t]{0,2}(?:(?P<day>\d)|(?P<month>[^\W\d_]{3,12})\.? \d)")
_DATELINE = re.compile(
    r"(?m)^[ \t]*(?P<place>[^\W\d_][^\n:;!?]{1,60}?),? "
    r"(?:(?P<m1>[^\W\d_]{3,12})\.? (?P<d1>\d{1,2})|(?P<d2>\d{1,2})\.? (?P<m2>[^\W\d_]{3,12})\.?)(?:,? (?P<y>\d{4}))?"
    r" {0,2}(?:\([^()\n]{1,30}\) {0,2})?(?P<end>[-\u2013\u2014]{1,2}|:)[ \n]"
)


@dataclass(frozen=True)
class Line:
    """A line of the head: offsets and text."""

    start: int
    end: int
    text: str


def assigned(text: str, mentions: Sequence[DateMention], language: str | None) -> list[DateMention]:
    """The mentions with their roles, and a dateline without year if the text begins with one.

    Args:
        text: The document.
        mentions: From `extract_dates` of the same text.
        language: As for `extract_dates`.
    """
    head = head_lines(text)
    dateline = _dateline(text, language)
    found = [replace(mention, role=_role(text, mention, head, dateline)) for mention in mentions]
    if dateline is not None and not any(m.start < dateline.end and dateline.start < m.end for m in mentions):
        found.append(dateline)
    return sorted(found, key=lambda mention: mention.start)


def head_lines(text: str) -> list[Line]:
    """The lines before the first line of prose or quotation."""
    lines: list[Line] = []
    start = 0
    for piece in text[:HEAD].splitlines(keepends=True):
        plain = piece.strip()
        if len(lines) >= HEAD_LINES or _is_prose(plain) or plain.startswith((">", "“", '"', "«", "„")):
            break
        lines.append(Line(start, start + len(piece), plain))
        start += len(piece)
    return lines


def _is_prose(line: str) -> bool:
    return len(line) >= PROSE_LENGTH or (
        line.count(" ") >= PROSE_WORDS - 1 and line.endswith((".", "!", "?", "…", "”"))
    )


def _role(text: str, mention: DateMention, head: Sequence[Line], dateline: DateMention | None) -> str:
    if dateline is not None and dateline.start < mention.end and mention.start < dateline.end:
        return "dateline"
    for number, line in enumerate(head):
        if line.start <= mention.start < line.end:
            return _header_role(text, mention, head, number)
    start = text.rfind("\n", 0, mention.start) + 1
    return "quoted" if text[start : start + 3].lstrip().startswith(">") else "prose"


def _header_role(text: str, mention: DateMention, head: Sequence[Line], number: int) -> str:
    line = head[number]
    before, after = text[line.start : mention.start], text[mention.end : line.end]
    near = head[max(0, number - NEIGHBOURS) : number + NEIGHBOURS + 1]
    if any(_MAIL.match(other.text) for other in near) or (after.strip() and line.text.endswith(":")):
        return "quoted"  # a mail, or "On Tue, 5 Mar 2024 at 10:30, Anna wrote:"
    event = any(_EVENT.search(other.text) for other in near)
    labelled = _label(before)
    if labelled is None and not before.strip() and number:
        previous = next((other.text for other in reversed(head[:number]) if other.text), "")
        labelled = _label(previous) if len(previous) < 40 else None
    if labelled is not None:
        return "prose" if labelled == EVENTUAL and event else labelled.replace(EVENTUAL, "label_published")
    clocks = len(_CLOCK.findall(before + " " + after))
    beside = len(_plain(before)) + len(_plain(_CLOCK.sub("", after)))
    drawn = clocks == 1 or any(_WEATHER.search(other.text) for other in near)
    if ":" in before or clocks > 1 or beside > (BESIDE_DRAWN if drawn else BESIDE):
        return "prose"
    return "header_render" if drawn else "header_bare"


def _plain(piece: str) -> str:
    """What is beside a date, without punctuation and the words around a clock."""
    return re.sub(r"(?i)\b[ap]\.?m\b\.?|\b(?:utc|gmt|uhr|at|um|à|h)\b|[\W_]+", " ", piece).strip()


@cache
def _labels() -> re.Pattern[str]:
    """A label at the end of what precedes a date."""
    groups = []
    for name, table in (("u", UPDATED), ("p", PUBLISHED)):
        groups.append(f"(?P<{name}>{'|'.join(map(re.escape, listed(table)))})")
    between, by = ("|".join(map(re.escape, words)) for words in (BETWEEN, BY))
    return re.compile(
        rf"(?:^|[^\w])(?:{'|'.join(groups)})(?P<by>\s(?:{by})\s[^:;!?]{{2,40}}?[\s,|])?"
        rf"[\s:*_|/\u2013\u2014.,\uff1a-]{{0,6}}(?:(?:{between})[\s:]{{1,3}}){{0,2}}$"
    )


def _label(before: str) -> str | None:
    """The role that the words before a date give it, EVENTUAL where the date may be that of an event."""
    line = before[-80:]
    hit = _labels().search(line.lower())
    if hit is None or len(line.lower()) != len(line):
        return None
    # "Published on" or "published:", but not "... will be / released on": a wrapped line of prose
    at = hit.start("u") if hit["u"] else hit.start("p")
    if hit["p"] in ALONE and line[:at].rstrip(" *_")[-1:].isalnum():
        return None
    if hit["p"] in WITH_NAME and not hit["by"]:
        return None
    lead = before[: len(before) - len(line) + at].strip()
    if hit["p"] and (len(lead) > LEAD or ("|" not in lead and _BOOK.search(lead))):
        return None
    first = line[at]
    if first.islower() and ":" not in line[hit.start() :]:
        return None
    return "label_updated" if hit["u"] else EVENTUAL if hit["p"] in ALONE else "label_published"


def _is_place(words: str, end: str) -> bool:
    """Whether a dateline may begin with these words: a place, and its country; before a colon in capitals alone."""
    if words.isupper():
        return True
    tokens = [token.strip(".,()") for token in words.split()]
    named = all(not token[:1].islower() or token in PLACES for token in tokens)
    return named and end != ":" and not any(c.isdigit() for c in words) and not _is_weekday(tokens[-1])


def _is_weekday(word: str) -> bool:
    return any(folded(word) in table.weekdays for _, table in month_languages("", None))


def _goes_on(text: str, at: int, language: str | None) -> bool:
    """Whether a day of a range stands there: "May 5 - May 7"."""
    hit = _ANOTHER_DATE.match(text, at)
    if hit is None or hit["day"]:
        return hit is not None
    return any(True for _ in month_languages(folded(hit["month"]), language or "en"))


def _dateline(text: str, language: str | None) -> DateMention | None:
    """The dateline, its year None where it states none."""
    hit = _DATELINE.search(text, 0, DATELINE_HEAD)
    if hit is None:
        return None
    word, day = (hit["m1"], hit["d1"]) if hit["m1"] else (hit["m2"], hit["d2"])
    if not _is_place(hit["place"], hit["end"]) or _goes_on(text, hit.end(), language):
        return None
    for _, table in month_languages(folded(word), language or "en"):
        if 1 <= int(day) <= 31:
            start, end = hit.start("m1" if hit["m1"] else "d2"), hit.end("d1" if hit["m1"] else "m2")
            year = int(hit["y"]) if hit["y"] else None
            end = hit.end("y") if year else end
            return DateMention(start, end, year, table.months[folded(word)], int(day), style="words", role="dateline")
    return None
