"""Numbers that stand where a day would and count something else."""

from __future__ import annotations

import re

from corpusqa_checks.dates.names import Names, folded
from corpusqa_checks.dates.neighbours import ORDINARY

# Numbers behind such a word name a place, a case or a law, however they are divided.
_CITED_WORDS = (
    "ch|chap|chapter|chapitre|kapitel|kap|cap|cap[ií]tulo|capitolo|hoofdstuk|rozdział|kapitola|глава|sec|sect|section"
    "|sección|seção|sezione|abschnitt|art|article|artikel|artículo|artigo|articolo|статья|fig|figure|tab|table|page|pp"
    "|n|no|nr|núm|num|n[º°]|№|§|case|ref|invoice|ticket|number|nummer|numéro|número|numero|номер|id|sku|serial|part|model"
    "|isbn|issn|ean|gtin|doi|rfc|din|iso|tel|phone|telephone|telefon|teléfono|téléphone|telefone|telefono|тел|fax|konto"
    "|account|patent|zip|plz"
)
_CITED = re.compile(rf"(?i)(?<!\w)(?:{_CITED_WORDS})[.:]?[ \t]{{0,2}}$")
CITED_REACH = 16
# Before a month's name such a word counts issues, rooms or weeks; the name then dates them.
_COUNTED_WORDS = (
    "issue|iss|vol|volume|volumen|volumul|tome|tomo|tom|band|bd|heft|jahrgang|jg|ausgabe|folge|episode|ep|edition|edición"
    "|edição|edizione|fasc|fascicle|fascicule|выпуск|вып|том|zeszyt|sešit|číslo|č|aflevering|book|season|part|room|suite|apt"
    "|week|woche|kw|semaine|semana|lot|psalm|aged|age|day|days|round|step|level|grade|size|line|route|gate|platform|track"
    "|version|release|bed|unit|over|nearly|almost|only|another|these|those|all"
)
_COUNTED = re.compile(rf"(?i)(?<!\w)(?:{_COUNTED_WORDS})[.:]?[ \t]{{0,2}}$")
_LAST_WORD = re.compile(r"(?P<w>[^\W\d_][\w'’-]*)[ \t\u00a0]{1,2}$")
# What stands between the year, the month and a number that is no day: blanks alone.
_BLANKS = re.compile(r"\d{4}[ \t\u00a0]{1,2}[^\W\d_]+[ \t\u00a0]{1,2}\d{1,2}")
_DAY_AND_MONTH = re.compile(r"\d{1,2}[ \t\u00a0]{1,2}[^\W\d_]+\.?,?[ \t\u00a0]{1,2}\d{4}")
NAME_REACH = 32


def is_cited(text: str, start: int) -> bool:
    """Whether the number that starts there names a chapter, a case, a book or a telephone."""
    return _CITED.search(text, max(0, start - CITED_REACH), start) is not None


def counts(text: str, hit: re.Match[str], code: str, names: Names) -> bool:
    """Whether the number beside a month counts something else: "vol. 31, June 2024", "Chrome 31 November 2013".

    Args:
        text: The text.
        hit: The match of a date, with the groups d, w and y.
        code: Language of the month's name.
        names: Names of that language.
    """
    start, behind = hit.start(), text[hit.end("d") : hit.end("d") + 1]
    if hit.start("d") > start:  # the month or the year comes first
        return _BLANKS.fullmatch(hit[0]) is not None
    reach = max(0, start - CITED_REACH)
    cited = is_cited(text, start) or _COUNTED.search(text, reach, start)
    stands = behind == "," or (behind == "." and code == "en") or text[start - 1 : start] == "#"
    return bool(cited) or stands or (_DAY_AND_MONTH.fullmatch(hit[0]) is not None and _is_named(text, start, names))


def _is_named(text: str, start: int, names: Names) -> bool:
    """Whether a word with a capital stands before the number that is neither a weekday nor an everyday word."""
    hit = _LAST_WORD.search(text, max(0, start - NAME_REACH), start)
    if hit is None or not hit["w"][0].isupper():
        return False
    return folded(hit["w"]) not in names.weekdays and hit["w"].lower() not in ORDINARY
