"""Names of months and weekdays as CLDR has them, read from babel's files without its cache.

babel keeps what it resolves for one language in tables that other languages share: once the names "stand-alone" of
Azeri were asked for, Welsh has them too, which has none of its own. What a document's dates are must not depend on
which languages were met before.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KINDS = ("months", "days")  # a twentieth of what the files say; no name elsewhere stands for one of these
CONTEXTS, WIDTHS = ("format", "stand-alone"), ("wide", "abbreviated")


@dataclass(frozen=True)
class Calendar:
    """Names with their numbers, in every context and width: months from 1, weekdays from 0 (Monday); `full` ones."""

    months: list[tuple[int, str]]
    weekdays: list[tuple[int, str]]
    full: list[tuple[int, str]]


def calendar(name: str) -> Calendar | None:
    """The names of a language; None if CLDR does not have it.

    Args:
        name: As CLDR calls it, such as "nb".
    """
    from babel import localedata

    if not name.isalpha() or not localedata.exists(name):
        return None
    data = localedata.LocaleDataDict(_merged(name))
    months, weekdays = (
        [pair for context in CONTEXTS for width in WIDTHS for pair in data[kind][context][width].items()]
        for kind in KINDS
    )
    full = [pair for context in CONTEXTS for pair in data["days"][context]["wide"].items()]
    return Calendar(months, weekdays, full)


def _merged(name: str) -> dict[Any, Any]:
    """What the files say of a language in KINDS, over what those it inherits from say."""
    from babel import localedata
    from babel.core import get_global

    own: dict[Any, Any] = pickle.loads(_own(name))  # noqa: S301
    if name == "root":
        return own
    data = _merged(str(get_global("parent_exceptions").get(name) or "root"))
    localedata.merge(data, own)
    return data


@cache
def _own(name: str) -> bytes:
    """What the file of a language says in KINDS, packed: what is made of it is changed while it is read."""
    from babel import localedata

    whole: dict[Any, Any] = pickle.loads(Path(localedata.resolve_locale_filename(name)).read_bytes())  # noqa: S301
    return pickle.dumps({kind: whole[kind] for kind in KINDS if kind in whole})
