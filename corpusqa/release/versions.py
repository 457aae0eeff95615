"""Version numbers that follow from what changed, by the rule of Croissant 1.1 for data.

PATCH: the same rows. MINOR: rows were only added. MAJOR: a row was removed, edited, moved to another split or put in
another order, or the columns changed. (Croissant format specification 1.1, "Dataset versioning".)
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Collection
from typing import Literal

from corpusqa.errors import UsageError

FIRST = "1.0.0"
BY_DATE = "date"
Change = Literal["patch", "minor", "major"]
_SEMVER = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\Z")
_DATE = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})(?:\.([1-9]\d{0,5}))?\Z")


def next_version(previous: str | None, change: Change, asked: str | None = None, taken: Collection[str] = ()) -> str:
    """The version of a release.

    Args:
        previous: Version of its parent; None for the first.
        change: What the difference from the parent amounts to.
        asked: None for the version that follows, "date" for one by date, or a version that is at least as high.
        taken: Versions that exist already.

    Raises:
        UsageError: the version that was asked for is malformed, too low or taken.
    """
    if asked == BY_DATE or (asked is None and previous and _DATE.match(previous)):
        return _by_date(taken)
    follows = _follows(previous, change)
    while follows in taken:
        follows = _follows(follows, change)
    if asked is None:
        return follows
    found = _SEMVER.match(asked)
    if not found:
        raise UsageError(f"version {asked!r}: write three numbers such as 2.0.0, or {BY_DATE!r}")
    if asked in taken:
        raise UsageError(f"version {asked} exists already; the next one is {follows}")
    if _numbers(asked) < _numbers(follows):
        raise UsageError(f"version {asked} is too low: this is a {change} change, so at least {follows}")
    return asked


def answers(version: str, asked: str | None) -> bool:
    """Whether a version that is there is the one that was asked for: for `asked` as of `next_version`."""
    return asked in (None, version) or (asked == BY_DATE and _DATE.match(version) is not None)


def today() -> dt.date:
    """The date in UTC, or that of SOURCE_DATE_EPOCH where builds have to be repeatable."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = dt.datetime.fromtimestamp(int(epoch), dt.UTC) if epoch else dt.datetime.now(dt.UTC)
    return now.date()


def _by_date(taken: Collection[str]) -> str:
    day = today().strftime("%Y.%m.%d")
    number = 0
    while (name := f"{day}.{number}" if number else day) in taken:
        number += 1
    return name


def _follows(previous: str | None, change: Change) -> str:
    if previous is None or not _SEMVER.match(previous):
        return FIRST
    major, minor, patch = _numbers(previous)
    return {
        "major": f"{major + 1}.0.0",
        "minor": f"{major}.{minor + 1}.0",
        "patch": f"{major}.{minor}.{patch + 1}",
    }[change]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
