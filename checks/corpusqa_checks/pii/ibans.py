"""International bank account numbers: country, its length and structure, and the check digits (ISO 13616)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpusqa_checks.pii.documentation import is_reserved_iban
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.tables import table

_START = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]{2}|[a-z]{2})\d{2}(?=[ \-]?[A-Za-z0-9])")
# The shortest IBAN has 15 signs, the longest 33; groups of any size, one space or hyphen between them.
_BODY = re.compile(r"(?:[ \-]?[A-Za-z0-9]){11,30}")
_KINDS = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


def _structures() -> dict[str, re.Pattern[str]]:
    """One pattern of the compact form per country, from the registry's notation ("4!a6!n" is written "4a6n")."""
    spelled = {
        country: re.sub(r"(\d+)([nac])", lambda m: f"{_KINDS[m[2]]}{{{m[1]}}}", structure)
        for country, structure in table("ibans")["structures"].items()
    }
    return {country: re.compile(rf"{country}\d\d{body}") for country, body in spelled.items()}


_STRUCTURES = _structures()
_LENGTHS = {
    country: 4 + sum(int(n) for n in re.findall(r"\d+", structure))
    for country, structure in table("ibans")["structures"].items()
}


def ibans(line: Line) -> Iterator[Hit]:
    """Accounts whose check digits hold; the number of signs follows from the country."""
    for found in _START.finditer(line.text):
        length = _LENGTHS.get(found[0][:2].upper())
        body = _BODY.match(line.text, found.end()) if length else None
        if not body or not length:
            continue
        end = _end(line.text, found.start(), body.end(), length)
        compact = re.sub(r"[ \-]", "", line.text[found.start() : end]).upper()
        if end and _STRUCTURES[compact[:2]].fullmatch(compact) and check_digits_hold(compact):
            spared = RESERVED if is_reserved_iban(compact) else ""
            yield Hit(found.start(), end, "iban", 1.0, "country structure, check digits", compact, spared)


def check_digits_hold(compact: str) -> bool:
    """ISO 7064 MOD 97-10 over the rearranged account, letters as two digits."""
    turned = compact[4:] + compact[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1


def _end(text: str, start: int, stop: int, length: int) -> int:
    """Where `length` letters and digits end, 0 when the run is shorter or goes on without a separator."""
    seen = 0
    for at in range(start, stop):
        seen += text[at] not in " -"
        if seen == length:
            after = text[at + 1 : at + 2]
            return 0 if after.isalnum() else at + 1
    return 0
