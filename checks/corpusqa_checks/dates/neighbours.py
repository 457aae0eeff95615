"""Words that stand before a weekday, and which of them make it part of something else; written for corpusqa."""

from __future__ import annotations

import re

from corpusqa_checks.dates.forms import ARTICLES
from corpusqa_checks.dates.labels import BETWEEN, PUBLISHED, UPDATED, listed

# Persian numbers one to five: with a blank in between, "Tuesday" looks like "three Saturday".
PERSIAN_NUMBERS = frozenset(["یک", "یکم", "دو", "سه", "چهار", "پنج"])
# Names that end in a weekday: a newspaper, a football club, a servant, a detective, a restaurant.
NAMED = {("the", "Sun"), ("sheffield", "Wednesday"), ("man", "Friday"), ("joe", "Friday"), ("ruby", "Tuesday")}
# Names that end in "on Sunday" or "am Sonntag", and a German weekly.
SUNDAYS = re.compile(
    r"(?:[A-Z][\w'’]* on Sunday|(?:Welt|Bild|NZZ|Presse|Krone|Kurier|Express|Zeitung|Morgenpost|Tagesspiegel|KURIER)"
    r" am Sonntag|[Dd](?:er|es|em|en) Freitag)"
)
# Words that may begin with a capital before a weekday without making it a name; others do.
_EVERYDAY = """
on by sent born died until since before after for last next this dated opens opening closes closed deadline due updated
good easter ash palm op på den am vom bis ab seit nach vor ab w we во в у від від до с к την τη τις το στις il di nel a
from received created stand beginn start termin abgabe redaktionsschluss einsendeschluss anmeldeschluss ende
al à du au dès od do v ve dne dnia na pe de în din até desde em no hasta para i um os as hari pada
"""
ORDINARY = frozenset(
    [*_EVERYDAY.split(), *BETWEEN, *ARTICLES, *(entry.split()[-1] for entry in listed(PUBLISHED) + listed(UPDATED))]
)
# What joins a weekday to a name: "Robinson Crusoe and Friday".
AND = frozenset(["and", "&", "und", "et", "y", "e", "ed", "en", "og", "och", "i"])
# German nouns of what takes place, by their ends: no first name, and no title, has one of them before "Montag".
EVENTS = (
    *("ung", "heit", "keit", "schaft", "tion", "fahrt", "kunft", "beginn", "schluss", "start", "termin", "frist"),
    *("feier", "fest", "konzert", "messe", "markt", "kurs", "treffen", "probe", "reise", "spiel", "premiere"),
)
# Languages that write a date in brackets behind its weekday: "Senin (11/3/2024)".
BRACKETED = frozenset(["id", "ms"])
# Before a capital weekday in a language that writes them small: "Le Lundi 12 mars", but "Journal du Dimanche".
ARTICLES_OF_SMALL = frozenset(["le", "el", "op", "på"])
# "from Monday through Friday", where only the last is in a form that `names` has: Russian, Ukrainian.
THROUGH = frozenset(["по"])
IN = frozenset(["в", "во", "у"])
# Every Monday is no Monday of a date.
_REPEATED = "every each jeden jeder chaque cada ogni setiap elke varje hver каждый каждую каждое każdy każdą każda her"
EVERY = frozenset(_REPEATED.split())
