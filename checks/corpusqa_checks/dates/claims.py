"""When a document says it was published: from metadata, URL and text, in the order in which they can be trusted.

On ordinary web pages the URL's date is the article's in 98 % of the cases, a labelled date in 93 %, a bare date in the
header in 84 %. A date that stands beside a clock or the weather is when the page was drawn: only an upper bound.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from corpusqa_checks.dates.calendars import date_of
from corpusqa_checks.dates.mentions import DateMention
from corpusqa_checks.dates.parsing import extract_dates

# Values that programs write where they know nothing: zero of Unix, Excel, Windows and Mac clocks, first and last days.
SENTINELS = frozenset(
    dt.date(*day)
    for day in (
        (1970, 1, 1), (1969, 12, 31), (1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1904, 1, 1), (1601, 1, 1),
        (1, 1, 1), (9999, 12, 31), (1980, 1, 1), (2038, 1, 19),
    )
)  # fmt: skip
# What programs write for a date that they do not have.
MISSING = frozenset(["", "-", "--", "n/a", "na", "nan", "nat", "nil", "none", "null", "undefined", "unknown"])
# Later years are of another calendar, or errors.
LAST_YEAR = 2199
_ISO = re.compile(r"(\d{4})(?:-?(\d{2})-?(\d{2})|[-/](\d{1,2})[-/](\d{1,2}))(?:$|[T ]\d{2}:?\d{2}.{0,30}$)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d{1,9})?")
_URL = re.compile(
    r"[/=_-]((?:19|20)\d\d)(?:[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))(?=$|[^\d])"
)


@dataclass(frozen=True)
class Stated:
    """A date of the metadata: `status` is ok, missing, sentinel or malformed; `date` is None without one."""

    date: dt.date | None
    status: str

    @property
    def sure(self) -> dt.date | None:
        """The date, None where it is a placeholder."""
        return self.date if self.status == "ok" else None


@dataclass(frozen=True)
class Claim:
    """When a document was published, as far as it says: the date, where from, and the interval that is certain."""

    date: dt.date | None = None
    role: str | None = None
    lower: dt.date | None = None
    upper: dt.date | None = None


@lru_cache(maxsize=4096)
def stated(value: str | None) -> Stated:
    """A metadata value: ISO forms, mail forms, seconds of Unix; what names no day for certain is malformed."""
    text = (value or "").strip()
    if text.lower() in MISSING:
        return Stated(None, "missing")
    date = _read(text)
    if date is None or (date.year > LAST_YEAR and date not in SENTINELS):
        return Stated(None, "malformed")
    return Stated(date, "sentinel" if date in SENTINELS else "ok")


def _read(text: str) -> dt.date | None:
    iso = _ISO.match(text)
    if iso:
        return date_of(int(iso[1]), int(iso[2] or iso[4]), int(iso[3] or iso[5]))
    if _EPOCH.fullmatch(text):
        return dt.datetime.fromtimestamp(int(text[:10]), dt.UTC).date()
    dates = {mention.date for mention in extract_dates(text[:200], "en")}
    return dates.pop() if len(dates) == 1 else None


@lru_cache(maxsize=4096)
def url_date(url: str | None) -> dt.date | None:
    """The full date in the path of a URL, such as /2024/03/13/, None where there is none or an impossible one."""
    hit = _URL.search(url) if url else None
    if hit is None:
        return None
    return date_of(int(hit[1]), int(hit[2] or hit[4]), int(hit[3] or hit[5]))


def claim(published: Stated, url: dt.date | None, mentions: Sequence[DateMention], collected: Stated) -> Claim:
    """The most trusted claim, and the bounds of the publication."""
    candidates = [("metadata", published.sure), ("url", url)]
    candidates += [(role, first(mentions, role)) for role in ("label_published", "dateline", "header_bare")]
    for role, date in candidates:
        if date is not None:
            return Claim(date, role, date, date)
    drawn = [m.date for m in mentions if m.role == "header_render" and m.date is not None]
    bounds = [*drawn, *([collected.sure] if collected.sure else [])]
    return Claim(upper=min(bounds)) if bounds else Claim()


def first(mentions: Sequence[DateMention], role: str) -> dt.date | None:
    """The first date of a role that names a day and is no placeholder."""
    return next((day for mention in mentions if mention.role == role and (day := day_of(mention))), None)


def day_of(mention: DateMention) -> dt.date | None:
    """The day that a mention names, None for a placeholder."""
    return None if mention.date in SENTINELS else mention.date
