"""Month and weekday names by language, from the CLDR data that babel brings, with the forms that forms.py adds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

from corpusqa_checks.dates import forms
from corpusqa_checks.dates.cldr import calendar


@dataclass(frozen=True)
class Names:
    """Names of one language, folded: word -> month 1..12, word -> weekday 0 (Monday)..6; and how weekdays are written.

    Attributes:
        months: Names of months.
        weekdays: Names of weekdays.
        short_capitals: Short weekdays begin with a capital.
        full: The weekdays that are no abbreviations.
        with_stop: The weekdays that count with their full stop only.
        ambiguous: The full names that are other words too.
        capitals: Weekdays begin with a capital.
        small: Weekdays begin with a small letter.
    """

    months: dict[str, int]
    weekdays: dict[str, int]
    short_capitals: bool = False
    full: frozenset[str] = frozenset()
    with_stop: frozenset[str] = frozenset()
    ambiguous: frozenset[str] = frozenset()
    capitals: bool = False
    small: bool = False

    @cached_property
    def in_two_words(self) -> bool:
        """Whether weekdays of this language are written in two words ("thứ hai")."""
        return any(" " in word for word in self.weekdays)


# Arabic is written with and without the sign on an alef.
ALEFS = str.maketrans("أإآ", "ااا")


def folded(word: str) -> str:
    """The form in which names are compared: composed, small, no full stop or soft hyphen, one kind of apostrophe."""
    plain = (
        unicodedata.normalize("NFC", word)
        .replace("\u00ad", "")
        .replace("i̇", "i")
        .lower()
        .replace("i̇", "i")
        .translate(ALEFS)
    )
    return plain.strip(".,،").replace("’", "'")


@cache
def names(language: str) -> Names | None:
    """Names of a language; None if CLDR has none.

    Args:
        language: ISO 639-1 code.
    """
    cldr = forms.CLDR.get(language, language)
    found = calendar(cldr)
    if found is None:
        return None
    months = {_bare(folded(name)): number for number, name in found.months}
    full = {folded(name): number for number, name in found.full}
    weekdays = {folded(name): number for number, name in found.weekdays} if cldr in forms.SHORT else dict(full)
    if language == "en":
        months |= forms.ENGLISH["months"]
        weekdays |= forms.ENGLISH["weekdays"]
    full |= {folded(name): number for number, name in enumerate(forms.INFLECTED.get(cldr, "").split())}
    weekdays |= full
    months |= {folded(name): number for number, name in enumerate(forms.MONTHS_INFLECTED.get(language, "").split(), 1)}
    if language == "ar":
        months |= {folded(name): number for name, number in forms.LEVANTINE.items()}
    before, behind = forms.PREFIX.get(language, ""), forms.SUFFIX.get(language, "")
    months |= {before + name: number for name, number in months.items()}
    weekdays |= {before + name + behind: number for name, number in weekdays.items()}
    unwanted = forms.NEVER.get(language, set())
    return Names(
        months=_words(months, unwanted),
        weekdays=_words(weekdays, unwanted | set(forms.WORDS.get(cldr, "").split())),
        short_capitals=language in forms.SHORT_CAPITALS,
        full=frozenset(full) | {before + name + behind for name in full},
        with_stop=frozenset(forms.WITH_STOP.get(cldr, "").split()),
        ambiguous=frozenset(forms.AMBIGUOUS.get(cldr, "").split()),
        capitals=cldr in forms.CAPITALS,
        small=cldr in forms.SMALL,
    )


@cache
def _full_names(language: str) -> Names | None:
    """Names for texts of unknown language: without short forms, which are words of other languages ("to", "set")."""
    table = names(language)
    if table is None:
        return None
    months, weekdays = ({w: n for w, n in kind.items() if _is_full(w)} for kind in (table.months, table.weekdays))
    return replace(table, months=months, weekdays=weekdays)


def _is_full(word: str) -> bool:
    return len(word) > 4 or not word.isascii()


def _bare(month: str) -> str:
    """Catalan and others write the preposition into the format: "de gener", "d'agost"."""
    return month.removeprefix("de ").removeprefix("d'")


def _words(table: dict[str, int], unwanted: set[str]) -> dict[str, int]:
    return {word: number for word, number in table.items() if _usable(word) and word not in unwanted}


def _usable(word: str) -> bool:
    """Single letters say nothing, single Han or Hangul signs in brackets do."""
    return len(word) > 1 or word > "\u2e7f"


def month_languages(word: str, language: str | None) -> Iterator[tuple[str, Names]]:
    """Languages in which a folded word is a month; with an empty word those whose weekdays count.

    Args:
        word: From `folded`, or "".
        language: ISO 639-1 code of the document; None tries all of forms.LANGUAGES.
    """
    candidates = [language, "en"] if language is not None else ["en", *forms.LANGUAGES]
    for code in dict.fromkeys(candidates):
        table = names(code) if code in (language, "en") else _full_names(code)
        if table is not None and (not word or word in table.months):
            yield code, table
