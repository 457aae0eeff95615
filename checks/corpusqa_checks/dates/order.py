"""Which of two small numbers is the day: decided by the document itself, else by its language, else left open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from corpusqa_checks.dates.calendars import date_of
from corpusqa_checks.dates.mentions import DateMention

SMALL = ("slash", "hyphen")
# Languages in which both orders are in use; elsewhere a numeric date begins with the day (CLDR).
BOTH_ORDERS = frozenset({"en", "tl", "sw"})


def order_of(mention: DateMention) -> str | None:
    """Say "day_first" or "month_first" where the numbers themselves say it: one of them is above 12."""
    if mention.style not in SMALL or mention.order_open or mention.day <= 12:
        return None
    return "month_first" if mention.swapped else "day_first"


def order_shown(mentions: Sequence[DateMention]) -> str | None:
    """The order that unambiguous numeric dates show, None where they show none or both."""
    shown = {order_of(mention) for mention in mentions} - {None}
    return shown.pop() if len(shown) == 1 else None


def settled(mentions: Sequence[DateMention], language: str | None) -> list[DateMention]:
    """Mentions with the order of the numeric ones decided where the document or its language decides it.

    A weekday beside a date decides for that date, an unambiguous date of the same style for the document. Documents
    that show both orders stay open.
    """
    orders = {style: {order_of(m) for m in mentions if m.style == style} - {None} for style in SMALL}
    found = []
    for mention in mentions:
        if mention.order_open:
            shown = orders[mention.style]
            by_language: set[str | None] = {"day_first"} if language and language not in BOTH_ORDERS else set()
            mention = _decided(mention, shown or by_language)
        found.append(mention)
    return found


def _decided(mention: DateMention, orders: set[str | None]) -> DateMention:
    turned = replace(mention, month=mention.day, day=mention.month, swapped=True)
    if mention.weekday is not None:
        fitting = [m for m in (mention, turned) if _weekday(m) == mention.weekday]
        if len(fitting) == 1:
            return replace(fitting[0], order_open=False)
    if orders == {"day_first"}:
        return replace(mention, order_open=False)
    if orders == {"month_first"}:
        return replace(turned, order_open=False)
    return mention


def _weekday(mention: DateMention) -> int | None:
    date: dt.date | None = date_of(mention.year, mention.month, mention.day)
    return None if date is None else date.weekday()
