"""Credentials: the formats of issuers, and assignments to names that say what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from corpusqa_checks.pii.documentation import is_reserved_secret
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.placeholders import entropy, is_placeholder
from corpusqa_checks.pii.tables import table

_ENTROPY = 3.0
_ASSIGNED = r"[\w.\-]{0,24}[\"'`\]]{0,2}\s{0,3}(?:=>|:=|==?|:|,)\s{0,3}[\"'`]?"
_GENERIC = table("secrets")["generic"]
_GENERIC_NAME = r"(?<![A-Za-z])[\w.\-]{0,30}?(?:" + "|".join(_GENERIC["names"]) + r")[\w.\-]{0,20}"
_GENERIC_ASSIGNMENT = re.compile(
    rf"(?i){_GENERIC_NAME}(?:[\"'`\]]{{0,2}}\s{{0,3}}(?:=>|:=|==?|:)\s{{0,3}}(?P<quote>[\"'`])|[\"'\]]{{0,2}}\s?=\s?)"
    rf"(?P<value>[\w.=/+~\-$!@#%^&*]{{{_GENERIC['shortest']},{_GENERIC['longest']}}})(?P<end>[\"'`]?)(?![^\s\"'`,;)}}\]>])"
)
# Dates, file names, scope operators, URLs.
_NOT_RANDOM = re.compile(r"\d{4}-\d\d-\d\d|\.[a-z]{2,5}\Z|::|//")
# Words of identifiers (PKEY_Contact_HomeAddress2). Of random signs few stand in such runs.
_WORDS = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{4,}")


@dataclass(frozen=True)
class Format:
    """How the credentials of an issuer look.

    Attributes:
        name: Issuer and kind.
        keywords: A line has to hold one of them; those of a format with a cue are in lower case, for any case.
        folded: Whether it is such a format.
        pattern: Its last group, or else the whole match, is the value.
        entropy: Least Shannon entropy of the value in bits per sign.
    """

    name: str
    keywords: tuple[str, ...]
    folded: bool
    pattern: re.Pattern[str]
    entropy: float


def secrets(line: Line) -> Iterator[Hit]:
    """Credentials of known issuers, and random-looking values assigned to a telling name."""
    low = line.text.lower()
    found = False
    for shape in formats():
        text = low if shape.folded else line.text
        if any(word in text for word in shape.keywords):
            for hit in _issued(shape, line.text):
                found = True
                yield hit
    if not found and any(name in low for name in _GENERIC["names"]):
        yield from _assigned(line.text)


@cache
def formats() -> tuple[Format, ...]:
    """The formats of `data/secrets.toml`."""
    return tuple(
        Format(
            name,
            tuple(row["keywords"]),
            "cue" in row,
            _compiled(row["pattern"], row.get("cue", "")),
            row.get("entropy", _ENTROPY),
        )
        for name, row in table("secrets")["formats"].items()
    )


def _compiled(pattern: str, cue: str) -> re.Pattern[str]:
    value = rf"({pattern})(?![A-Za-z0-9_])"
    if cue:
        return re.compile(rf"(?i:(?<![A-Za-z0-9])(?:{cue})){_ASSIGNED}(?<![A-Za-z0-9]){value}")
    return re.compile(rf"(?<![A-Za-z0-9]){value}")


def _issued(shape: Format, text: str) -> Iterator[Hit]:
    for found in shape.pattern.finditer(text):
        value = found[1]
        if entropy(value) < shape.entropy:
            continue
        reserved = is_reserved_secret(value)
        if reserved or not is_placeholder(value):
            spared = RESERVED if reserved else ""
            yield Hit(*found.span(1), "secret", 0.95, f"{shape.name}: format, entropy", value, spared)


def _assigned(text: str) -> Iterator[Hit]:
    for found in _GENERIC_ASSIGNMENT.finditer(text):
        value = found["value"]
        if found["quote"] != (found["end"] or None) and found["quote"]:
            continue
        if _looks_random(value):
            yield Hit(
                *found.span("value"), "secret", 0.7, "assignment to a telling name, entropy", value, _spared(value)
            )


def _looks_random(value: str) -> bool:
    """Letters and digits mixed with high entropy; no path, identifier, number, template or place-holder."""
    letters = sum(sign.isalpha() for sign in value)
    if letters in (0, len(value)) or value.startswith(("/", ".", "$", "%", "http")) or _NOT_RANDOM.search(value):
        return False
    if sum(len(word[0]) for word in _WORDS.finditer(value)) * 2 > letters:
        return False
    return entropy(value) >= _GENERIC["entropy"] and not is_placeholder(value)


def _spared(value: str) -> str:
    return RESERVED if is_reserved_secret(value) else ""
