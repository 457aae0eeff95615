"""What a reader can check on a calendar: lengths of months, weekdays, and how both are said."""

from __future__ import annotations

import calendar
import datetime as dt

# Since 1753 the Gregorian calendar held wherever English was written; older weekdays may follow the Julian one.
GREGORIAN = 1753
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


def length(year: int | None, month: int) -> int:
    """Days of a month; of February 29 where the year is not known."""
    return 29 if year is None and month == 2 else calendar.monthrange(year or 2000, month)[1]


def date_of(year: int | None, month: int, day: int) -> dt.date | None:
    """The day, None if there is none."""
    if year is None or not 1 <= year <= 9999 or not 1 <= month <= 12 or not 1 <= day <= length(year, month):
        return None
    return dt.date(year, month, day)


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
