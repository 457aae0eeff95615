"""What can be wrong with the dates of a document: one small function for each rule.

Certain faults (a day that does not exist, a weekday that does not fit) are looked for in every date; disagreement only
among dates that claim to be the publication: metadata, URL, labels in the head of the page, dateline. That several
dates in a text differ is no fault, nor is a date in the future.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpusqa_checks.dates.calendars import (
    GREGORIAN,
    date_of,
    may_exist,
    old_weekday,
    said_impossible,
    said_weekday,
)
from corpusqa_checks.dates.claims import SENTINELS, Stated, day_of
from corpusqa_checks.dates.mentions import DateMention
from corpusqa_checks.dates.order import SMALL, order_of

# A dateline names the day of writing, often the day before publication; errors in them are typing errors.
DATELINE_DAYS = 3
# Slugs often keep the day on which a draft was begun: against the metadata a URL says little below a month.
SLUG_DAYS = 31
# The collecting machine may be a time zone behind.
ZONE_DAYS = 1
# The first web page is of 6 August 1991.
FIRST_PAGE = dt.date(1991, 8, 6)


@dataclass(frozen=True)
class Facts:
    """All that is known of a document's dates.

    Attributes:
        published: The metadata value.
        collected: When the document was collected.
        url: The date in the URL.
        web: Whether there is a web address at all.
        mentions: The dates of the text.
        tolerance: Days by which two claims may differ.
    """

    published: Stated
    collected: Stated
    url: dt.date | None
    web: bool
    mentions: Sequence[DateMention]
    tolerance: int


@dataclass(frozen=True)
class Fault:
    """A finding: `start` and `end` are None where the document itself is meant."""

    label: str
    why: str
    start: int | None = None
    end: int | None = None


def impossible_date(facts: Facts) -> Iterator[Fault]:
    """A day that its month does not have."""
    for m in facts.mentions:
        if m.order_open or may_exist(m.year, m.month, m.day):
            continue
        if m.style == "year dot" or (m.style == "dot" and m.end - m.start < 10):  # 2024.02.31, 30.2.2024: versions
            continue
        yield Fault("impossible_date", said_impossible(m.year, m.month, m.day), m.start, m.end)


def wrong_weekday(facts: Facts) -> Iterator[Fault]:
    """A weekday beside a full date that was another one, in both calendars of the time."""
    for m in facts.mentions:
        if m.weekday is None or m.date is None or m.date.year < GREGORIAN:
            continue
        if m.weekday not in (m.date.weekday(), old_weekday(m.date)):
            yield Fault("wrong_weekday", said_weekday(m.date, m.weekday), m.start, m.end)


def sentinel(facts: Facts) -> Iterator[Fault]:
    """A placeholder in the metadata or behind a label; in prose such days are days like others."""
    if facts.published.status == "sentinel":
        yield Fault("sentinel", f"the metadata say {facts.published.date}, a value that programs write for 'unknown'")
    for m in _labelled(facts):
        if m.date in SENTINELS:
            yield Fault("sentinel", f"labelled {m.date}, a value that programs write for 'unknown'", m.start, m.end)


def metadata_malformed(facts: Facts) -> Iterator[Fault]:
    """A metadata value that names no day."""
    if facts.published.status == "malformed":
        yield Fault("metadata_malformed", "the metadata's publication date names no day for certain")


def metadata_mismatch(facts: Facts) -> Iterator[Fault]:
    """The first labelled date, or the dateline, against the metadata."""
    said = facts.published.sure
    if said is None:
        return
    for m in _labelled(facts)[:1]:
        day = day_of(m)
        if day is not None and _apart(day, said) > facts.tolerance:
            why = f"labelled {day}, the metadata say {said}: {_apart(day, said)} days apart"
            yield Fault("metadata_mismatch", why, m.start, m.end)
    for m in facts.mentions:
        if m.role == "dateline":
            near = _dateline_near(m, said)
            if near is not None and _apart(near, said) > DATELINE_DAYS:
                why = f"dateline {near}, the metadata say {said}: {_apart(near, said)} days apart"
                yield Fault("metadata_mismatch", why, m.start, m.end)


def url_mismatch(facts: Facts) -> Iterator[Fault]:
    """The date in the URL against the first labelled one, else against the metadata."""
    if facts.url is None:
        return
    for m in _labelled(facts)[:1]:
        day = day_of(m)
        if day is not None:
            if _apart(day, facts.url) > facts.tolerance:
                why = f"labelled {day}, the URL says {facts.url}: {_apart(day, facts.url)} days apart"
                yield Fault("url_mismatch", why, m.start, m.end)
            return
    said = facts.published.sure
    if said is not None and _apart(said, facts.url) > max(SLUG_DAYS, facts.tolerance):
        why = f"the metadata say {said}, the URL says {facts.url}: {_apart(said, facts.url)} days apart"
        yield Fault("url_mismatch", why)


def after_crawl(facts: Facts) -> Iterator[Fault]:
    """A publication that is later than the collection."""
    crawl = facts.collected.sure
    if crawl is None:
        return
    latest = crawl + dt.timedelta(days=ZONE_DAYS)
    said = facts.published.sure
    if said is not None and said > latest:
        yield Fault("after_crawl", f"the metadata say {said}, collected on {crawl}")
    for m in _labelled(facts):
        day = day_of(m)
        if day is not None and day > latest:
            yield Fault("after_crawl", f"labelled {day}, collected on {crawl}", m.start, m.end)
    if facts.url is not None and facts.url > latest:
        yield Fault("after_crawl", f"the URL says {facts.url}, collected on {crawl}")


def label_conflict(facts: Facts) -> Iterator[Fault]:
    """Two labels of publication in the head of the page that name different days."""
    labelled = [(m, day) for m in _labelled(facts) if (day := day_of(m))]
    for m, day in labelled[1:]:
        earlier = labelled[0][1]
        if _apart(day, earlier) > facts.tolerance:
            yield Fault("label_conflict", f"labelled {earlier} and {day}", m.start, m.end)


def before_web(facts: Facts) -> Iterator[Fault]:
    """A web page that claims to be older than the web; digitised archives may."""
    said = facts.published.sure
    if facts.web and said is not None and said < FIRST_PAGE:
        yield Fault("before_web", f"the metadata say {said}; the first web page is of {FIRST_PAGE}")


def render_header(facts: Facts) -> Iterator[Fault]:
    """A date beside a clock or the weather: when the page was drawn, an upper bound for the text."""
    for m in facts.mentions:
        if m.role == "header_render" and m.date is not None:
            why = f"{m.date} stands beside a clock or the weather: when the page was drawn, not when it was written"
            yield Fault("render_header", why, m.start, m.end)


def order_contradiction(facts: Facts) -> Iterator[Fault]:
    """Numeric dates of one document that show both orders, day first and month first."""
    for style in SMALL:
        shown = {order_of(m): m for m in reversed(facts.mentions) if m.style == style and order_of(m)}
        if len(shown) == 2:
            one = max(shown.values(), key=lambda m: m.start)
            why = "one numeric date of this document puts the day first, another the month"
            yield Fault("order_contradiction", why, one.start, one.end)


RULES: tuple[Callable[[Facts], Iterator[Fault]], ...] = (
    impossible_date,
    wrong_weekday,
    sentinel,
    metadata_malformed,
    metadata_mismatch,
    url_mismatch,
    after_crawl,
    label_conflict,
    before_web,
    render_header,
    order_contradiction,
)


def faults(facts: Facts) -> list[Fault]:
    """What all rules find."""
    return [fault for rule in RULES for fault in rule(facts)]


def _labelled(facts: Facts) -> list[DateMention]:
    return [m for m in facts.mentions if m.role == "label_published"]


def _apart(one: dt.date, other: dt.date) -> int:
    return abs((one - other).days)


def _dateline_near(mention: DateMention, said: dt.date) -> dt.date | None:
    """A dateline states no year: the day of that name nearest to the metadata."""
    years = [mention.year] if mention.year else [said.year - 1, said.year, said.year + 1]
    days = [date for date in (date_of(year, mention.month, mention.day) for year in years) if date is not None]
    return min(days, key=lambda date: _apart(date, said), default=None)
