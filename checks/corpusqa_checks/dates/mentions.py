"""What a text says of a date, before anything is judged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from corpusqa_checks.dates.calendars import date_of


@dataclass(frozen=True)
class DateMention:
    """A full date as a text states it.

    Attributes:
        start: First code point.
        end: Code point after the last.
        year: Gregorian year; None where the text gives none.
        month: 1 to 12.
        day: As stated, 1 to 31; it may not exist in that month.
        weekday: The weekday named beside it, 0 = Monday; None where there is none.
        style: How it is written: "words", "ctime", "east", "iso", "hyphen", "slash" or "dot", and "year slash" or
            "year dot" with the year first.
        order_open: Numeric, and day and month could be swapped.
        swapped: Numeric, read with the month first.
        role: What it is for: label_published, label_updated, dateline, header_bare, header_render, quoted or prose.
    """

    start: int
    end: int
    year: int | None
    month: int
    day: int
    weekday: int | None = None
    style: str = "words"
    order_open: bool = False
    swapped: bool = False
    role: str = "prose"

    @property
    def date(self) -> dt.date | None:
        """The day it names, None where there is none or the order is open."""
        return None if self.order_open else date_of(self.year, self.month, self.day)
