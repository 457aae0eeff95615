"""What a reader can check on a calendar: lengths of months, weekdays, and how both are said."""

from __future__ import annotations

import calendar
import datetime as dt
import re

# Since 1753 the Gregorian calendar held wherever English was written; older weekdays may follow the Julian one.
GREGORIAN = 1753
# Russia and the Balkans counted by the Julian calendar up to 1923, and texts of any language tell of it.
OLD_STYLE = 1924
# Languages whose dates in digits mostly count by another calendar: Nepali (Bikram Sambat), Amharic, Tigrinya and Oromo.
OTHER_CALENDARS = frozenset(["ne", "am", "ti", "om"])
# A letter of Ethiopia, with which Amharic and Tigrinya are written.
_ETHIOPIC = re.compile("[\u1200-\u137f]")
# From this year on a date in digits is as likely of the Bikram calendar, 57 years ahead of ours.
BIKRAM = 2050
_MARK_BEFORE = re.compile(r"(?:\bB\.?S\.?|वि\.? ?सं\.?|संवत्|मिति|[\u1200-\u137f]{1,8})[ :,፡፣]{0,3}$")
_MARK_BEHIND = re.compile(r"[ ,]{0,2}[(\[]?[ ]?(?:B\.?S\b|E\.?C\b|A\.?H\b|वि\.? ?सं|[\u1200-\u137f])")
# How far such marks may be from a date, in characters.
MARK_REACH = 12
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def of_other_calendar(text: str, start: int, end: int) -> bool:
    """Whether a mark beside the date names a calendar that is not ours: "2081-04-31 (BS)", "30/02/2016 ዓ.ም."."""
    before, behind = text[max(0, start - MARK_REACH) : start], text[end : end + MARK_REACH]
    return bool(_MARK_BEFORE.search(before) or _MARK_BEHIND.match(behind))


def counted_otherwise(text: str, language: str | None) -> bool:
    """Whether dates in digits say nothing: the language, or the script of an unknown one, has years of its own."""
    return language in OTHER_CALENDARS or (language is None and not text.isascii() and bool(_ETHIOPIC.search(text)))


def length(year: int | None, month: int) -> int:
    """Days of a month; of February 29 where the year is not known."""
    return 29 if year is None and month == 2 else calendar.monthrange(year or 2000, month)[1]


def date_of(year: int | None, month: int, day: int) -> dt.date | None:
    """The day, None if there is none."""
    if year is None or not 1 <= year <= 9999 or not 1 <= month <= 12 or not 1 <= day <= length(year, month):
        return None
    return dt.date(year, month, day)


def may_exist(year: int | None, month: int, day: int) -> bool:
    """Whether any calendar of the time had the day: the Julian one had a leap day in 1900, Sweden 30 February 1712."""
    old = year is not None and year < OLD_STYLE and year % 4 == 0
    last = 29 if old and month == 2 else length(year, month)
    return day <= last or (year, month, day) == (1712, 2, 30)


def old_weekday(date: dt.date) -> int | None:
    """The weekday of the day that the Julian calendar named so; None once no country kept it."""
    if date.year >= OLD_STYLE:
        return None
    # Gregorian century years without a leap day put the calendars one more day apart, from March on
    year = date.year - (date.month < 3)
    return (date.weekday() + year // 100 - year // 400 - 2) % 7


def nearest(date: dt.date, weekday: int) -> dt.date:
    """The date nearest to `date` that falls on `weekday` (0 = Monday)."""
    ahead = (weekday - date.weekday()) % 7
    return date + dt.timedelta(days=ahead if ahead <= 3 else ahead - 7)


def said_impossible(year: int | None, month: int, day: int) -> str:
    """Say that "2024-02-31: February 2024 has 29 days"."""
    when = f"{MONTHS[month - 1]} {year}" if year is not None else MONTHS[month - 1]
    stated = f"{year:04d}-{month:02d}-{day:02d}" if year is not None else f"{day} {MONTHS[month - 1]}"
    return f"{stated}: {when} has {length(year, month)} days"


def said_weekday(date: dt.date, weekday: int) -> str:
    """Say that "2024-03-12 is a Tuesday, not a Monday; the nearest Monday is 2024-03-11"."""
    stated = WEEKDAYS[weekday]
    return f"{date} is a {WEEKDAYS[date.weekday()]}, not a {stated}; the nearest {stated} is {nearest(date, weekday)}"
