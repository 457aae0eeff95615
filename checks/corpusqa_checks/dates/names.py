"""Month and weekday names by language, from the CLDR data that babel brings, with the forms that CLDR lacks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

# Languages that are tried where the language of a document is not known, besides English.
_TRIED = "de fr es it pt nl sv da nb fi pl cs sk sl hr hu ro bg ru uk el tr lt lv et ca id vi ar fa he hi ja zh ko th"
LANGUAGES = tuple(_TRIED.split())
# Names of the same language in CLDR.
CLDR = {"no": "nb", "tl": "fil", "sh": "hr", "iw": "he"}
# English forms beside CLDR's.
ENGLISH = {
    "months": {"sept": 9},
    "weekdays": {"tues": 1, "weds": 2, "thur": 3, "thurs": 3},
}
# How weekdays are written after prepositions ("on Friday") where that changes their form; CLDR gives the nominative.
INFLECTED = {
    "ru": "понедельник вторник среду четверг пятницу субботу воскресенье",
    "uk": "понеділок вівторок середу четвер п'ятницу суботу неділю",
    "pl": "poniedziałek wtorek środę czwartek piątek sobotę niedzielę",
    "cs": "pondělí úterý středu čtvrtek pátek sobotu neděli",
    "sk": "pondelok utorok stredu štvrtok piatok sobotu nedeľu",
    "hr": "ponedjeljak utorak srijedu četvrtak petak subotu nedjelju",
    "hu": "hétfőn kedden szerdán csütörtökön pénteken szombaton vasárnap",
    "et": "esmaspäeval teisipäeval kolmapäeval neljapäeval reedel laupäeval pühapäeval",
    "sv": "måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen",
    "da": "mandagen tirsdagen onsdagen torsdagen fredagen lørdagen søndagen",
    "lt": "pirmadienį antradienį trečiadienį ketvirtadienį penktadienį šeštadienį sekmadienį",
    "lv": "pirmdien otrdien trešdien ceturtdien piektdien sestdien svētdien",
}
# Months in the case that a date takes, where CLDR has another.
MONTHS_INFLECTED = {
    "lv": "janvārī februārī martā aprīlī maijā jūnijā jūlijā augustā septembrī oktobrī novembrī decembrī",
    "eu": "urtarrilaren otsailaren martxoaren apirilaren maiatzaren ekainaren uztailaren abuztuaren irailaren urriaren "
    "azaroaren abenduaren",
}
# Months of the Levant and Iraq, beside CLDR's Arabic ones.
LEVANTINE = {
    "كانون الثاني": 1,
    "شباط": 2,
    "آذار": 3,
    "نيسان": 4,
    "أيار": 5,
    "حزيران": 6,
    "تموز": 7,
    "آب": 8,
    "أيلول": 9,
    "تشرين الأول": 10,
    "تشرين الثاني": 11,
    "كانون الأول": 12,
}
# What a language writes onto the name ("on Friday", "in January"), and behind the weekday of a date ("Friday the").
PREFIX, SUFFIX = {"he": "ב"}, {"th": "ที่"}
# Words that are a month or a weekday only with a capital: "may 12 people", "sat 3 hours", "mar" (sea).
CAPITAL_ONLY = frozenset(["may", "mar", "march", "sun", "sat", "wed", "mon", "jan", "dec", "sep"])
# Languages that write short weekdays with a capital only: "Do" is Donnerstag, "do" a word of other languages.
SHORT_CAPITALS = frozenset(["de", "lb"])
# Abbreviations that are everyday words in their language.
NEVER = {"fr": {"mar"}, "es": {"sab"}, "it": {"mar", "sab"}, "pt": {"set"}, "ro": {"mar"}}
# Languages whose short weekdays count at all; elsewhere they are words as often ("Llun": picture, "गुरु": teacher).
_SHORT = "en de fr es it pt nl sv da nb fi pl cs sk sl hr bs sr hu ro bg ru uk el tr lt lv et ca id ms ja zh ko"
SHORT = frozenset(_SHORT.split())
# Short weekdays that are words ("po": after) or other abbreviations ("pt.": entitled) of the language.
WORDS = {
    "cs": "po ne so st",
    "sk": "po ne so st pi ut",
    "de": "so",
    "nl": "ma zo",
    "es": "mar dom",
    "it": "dom gio",
    "fi": "to",
    "pl": "pt",
    "sl": "pet sob",
    "hr": "pet",
    "bs": "pet",
    "sr": "пет",
    "ru": "ср",
    "el": "παρ κυρ",
    "tr": "sal çar per cum paz",
    "id": "sen sel rab kam min",
    "ms": "sel rab",
}
# Such words where the abbreviation has a full stop: they count with it, "mer." beside "la mer" (the sea).
WITH_STOP = {
    "fr": "jeu mer sam",
    "pt": "ter qua qui sex dom",
    "ro": "vin mie",
    "da": "man søn tors",
    "nb": "man søn tor",
}
# Full names that are other words too ("среду": the environment): they count where a phrase begins, and behind "в".
AMBIGUOUS = {"ru": "среда среду", "uk": "середа середу", "sr": "среда среду"}
# Languages that write weekdays with a capital, always: "minggu" is a week, "τρίτη" a third one.
CAPITALS = frozenset(["el", "id", "ms"])
# Languages that write them small: with a capital in the middle of a phrase they are a piece of a name.
_SMALL = "fr es it pt nl sv da nb fi pl cs sk sl hr bs hu ro bg ru uk lt lv et ca gl"
SMALL = frozenset(_SMALL.split())


# Words between the parts of a date ("12th day of March", "12 de mayo"), and between weekday and date ("Montag, den").
LINKS = frozenset(["of", "day", "de", "del", "di", "av", "en", "og", "m", "gada", "г", "р", "թ", "ค.ศ", "พ.ศ"])
ARTICLES = frozenset(["the", "den", "dem", "der", "le", "la", "il", "el", "dia", "ngày", "am"])


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
    from corpusqa_checks.dates.cldr import calendar

    found = calendar(CLDR.get(language, language))
    if found is None:
        return None
    months = {_bare(folded(name)): number for number, name in found.months}
    cldr = CLDR.get(language, language)
    full = {folded(name): number for number, name in found.full}
    weekdays = {folded(name): number for number, name in found.weekdays} if cldr in SHORT else dict(full)
    if language == "en":
        months |= ENGLISH["months"]
        weekdays |= ENGLISH["weekdays"]
    full |= {folded(name): number for number, name in enumerate(INFLECTED.get(cldr, "").split())}
    weekdays |= full
    months |= {folded(name): number for number, name in enumerate(MONTHS_INFLECTED.get(language, "").split(), 1)}
    if language == "ar":
        months |= {folded(name): number for name, number in LEVANTINE.items()}
    before, behind = PREFIX.get(language, ""), SUFFIX.get(language, "")
    months |= {before + name: number for name, number in months.items()}
    weekdays |= {before + name + behind: number for name, number in weekdays.items()}
    unwanted = NEVER.get(language, set())
    return Names(
        _words(months, unwanted),
        _words(weekdays, unwanted | set(WORDS.get(cldr, "").split())),
        language in SHORT_CAPITALS,
        frozenset(full) | {before + name + behind for name in full},
        frozenset(WITH_STOP.get(cldr, "").split()),
        frozenset(AMBIGUOUS.get(cldr, "").split()),
        cldr in CAPITALS,
        cldr in SMALL,
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
        language: ISO 639-1 code of the document; None tries all of LANGUAGES.
    """
    candidates = [language, "en"] if language is not None else ["en", *LANGUAGES]
    for code in dict.fromkeys(candidates):
        table = names(code) if code in (language, "en") else _full_names(code)
        if table is not None and (not word or word in table.months):
            yield code, table
