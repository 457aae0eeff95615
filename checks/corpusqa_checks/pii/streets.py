"""Street addresses: a house number beside a word for a street, or a name that ends in one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpusqa_checks.pii.hits import Hit, Line
from corpusqa_checks.pii.tables import table

_WORDS = table("opt_in")
_NAME = r"[\w'’.\-]{2,24}"
_CAPITAL = r"(?=[^\W\d_a-zß-öø-ÿ])[\w'’.\-]{2,24}"


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_HEAD = rf"(?i:{_any(_WORDS['street_heads'])}) (?:{_NAME} ){{0,3}}"
# A number with another one behind it is that of the house, or of a telephone, and no part of the name.
_NAMED = rf"(?!\d{{1,24}} \d){_NAME}"
_HEAD_LAST = rf"(?i:{_any(_WORDS['street_heads'])}) (?:{_NAMED} ){{0,3}}"
_NOT_MORE = r"(?![\w.,:/%\-]\d|[\w%°])"
# 12 Mole Street; 221B Upper Mole St. Flat and postcode are left to the reader.
_ENGLISH = re.compile(
    rf"(?<![\w.,\-])\d{{1,5}}[A-Za-z]? (?:{_CAPITAL} ){{1,3}}(?:{_any(_WORDS['street_words'])})\b\.?(?! \d{{4}})"
)
# 12, rue de la Mer
_NUMBER_FIRST = re.compile(rf"(?<![\w.,\-])\d{{1,4}}(?: ?bis| ?ter|[a-z])?,? {_HEAD}{_CAPITAL}")
# Calle Mayor 12; ul. Morska 12
_NUMBER_LAST = re.compile(rf"(?<!\w){_HEAD_LAST}{_NAMED},? (?:n[.º°]? ?|nº |д\. ?)?\d{{1,4}}[A-Za-z]?{_NOT_MORE}")
# Molenstraße 12; Lange Gasse 4a; Dorpsstraat 7
_STEM = r"(?=[^\W\d_a-zß-öø-ÿ])[\w'’.\-]{1,24}?"
_SUFFIX = f"(?:{_any(_WORDS['street_suffixes'])})"
_APART = f"(?:{_any([word.capitalize() for word in _WORDS['street_suffixes']])})"
_SUFFIXED = re.compile(
    rf"(?<!\w)(?:(?:{_CAPITAL}[ \-])?{_STEM}{_SUFFIX}|{_CAPITAL}[ \-]{_APART}) \d{{1,4}} ?[a-zA-Z]?{_NOT_MORE}"
)


def streets(line: Line) -> Iterator[Hit]:
    """Streets with a house number."""
    for shape in (_ENGLISH, _NUMBER_FIRST, _NUMBER_LAST, _SUFFIXED):
        for found in shape.finditer(line.text):
            value = found[0].rstrip(" .,")
            yield Hit(
                found.start(),
                found.start() + len(value),
                "street_address",
                0.6,
                "street word, number",
                value.casefold(),
            )
