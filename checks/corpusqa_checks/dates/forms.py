"""Forms of the names of months and weekdays beside those of CLDR, and which names are other words too."""

from __future__ import annotations

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
