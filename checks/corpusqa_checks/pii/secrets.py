"""Credentials: the formats of issuers, and assignments to names that say what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from corpusqa_checks.pii.documentation import is_reserved_secret
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.placeholders import entropy, is_placeholder
from corpusqa_checks.pii.tables import table

_ENTROPY = 3.0
_ASSIGNED = r"[\w.\-]{0,24}[\"'`\]]{0,2}\s{0,3}(?:=>|:=|==?|:|,)\s{0,3}[\"'`]?"
_GENERIC = table("secrets")["generic"]
_GENERIC_NAME = r"(?<![A-Za-z])(?P<name>[\w.\-]{0,30}?(?:" + "|".join(_GENERIC["names"]) + r")[\w.\-]{0,20})"
_SIGNS = r"\w.=/+~\-$!@#%^*"
_LENGTH = f"{{{_GENERIC['shortest']},{_GENERIC['longest']}}}+"  # possessive: nothing is tried twice
_GENERIC_ASSIGNMENT = re.compile(
    rf"(?i){_GENERIC_NAME}(?:[\"'`\]]{{0,2}}\s{{0,3}}(?:=>|:=|==?|:)\s{{0,3}}(?P<quote>[\"'`])(?P<quoted>[{_SIGNS}&]{_LENGTH})(?P=quote)"
    rf"|[\"'\]]{{0,2}}\s?=\s?(?P<bare>[{_SIGNS}]{_LENGTH})(?![^\s\"'`,;&)}}\]>]))"
)
_NOT_NAMES = re.compile(
    r"(?i)public|keyboard|keyword|monkey|tokeni[sz]e|author(?!iz)|primary|foreign|partition|sort_?key"
)
# UUIDs, dates, file names, scope operators, URLs.
_NOT_RANDOM = re.compile(r"\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|\d{4}-\d\d-\d\d|\.[a-z]{2,5}\Z|::|//")
# Words of identifiers (PKEY_Contact_HomeAddress2). Of random signs few stand in such runs.
_WORDS = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{4,}")


@dataclass(frozen=True)
class Format:
    """How the credentials of an issuer look.

    Attributes:
        name: Issuer and kind.
        keywords: A line has to hold one of them; those of a format with a cue are in lower case, for any case.
        folded: Whether it is such a format.
        value: Pattern of the value.
        cue: Pattern of the name that has to stand before it; "" without one.
        entropy: Least Shannon entropy of the value in bits per sign.
    """

    name: str
    keywords: tuple[str, ...]
    folded: bool
    value: str
    cue: str
    entropy: float

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Its first group is the value; compiled when a line holds a keyword."""
        value = rf"({self.value})(?![A-Za-z0-9_])"
        if self.cue:
            return re.compile(rf"(?i:(?<![A-Za-z0-9])(?:{self.cue})){_ASSIGNED}(?<![A-Za-z0-9]){value}")
        return re.compile(rf"(?<![A-Za-z0-9]){value}")


def secrets(line: Line) -> Iterator[Hit]:
    """Credentials of known issuers."""
    low = line.text.lower()
    for number in sorted({n for word, n in _index(folded=False) if word in line.text}):
        yield from _issued(formats()[number], line.text)
    for number in sorted({n for word, n in _index(folded=True) if word in low}):
        yield from _issued(formats()[number], line.text)


def assigned_secrets(line: Line) -> Iterator[Hit]:
    """Random-looking values that are assigned to a telling name."""
    for found in _GENERIC_ASSIGNMENT.finditer(line.text):
        group = "quoted" if found["quoted"] else "bare"
        value = found[group]
        in_query = line.text[: found.start("name")].endswith(("?", "&")) and found["name"].lower().endswith("key")
        if (
            _looks_random(value)
            and not _NOT_NAMES.search(found["name"])
            and not (in_query and "api" not in found["name"].lower())
        ):
            spared = RESERVED if is_reserved_secret(value) else ""
            yield Hit(*found.span(group), "secret", 0.7, "assignment to a telling name, entropy", value, spared)


@cache
def formats() -> tuple[Format, ...]:
    """The formats of `data/secrets.toml`."""
    return tuple(
        Format(
            name,
            tuple(dict.fromkeys(word.lower() if "cue" in row else word for word in row["keywords"])),
            "cue" in row,
            row["pattern"],
            row.get("cue", ""),
            row.get("entropy", _ENTROPY),
        )
        for name, row in table("secrets")["formats"].items()
    )


@cache
def _index(*, folded: bool) -> tuple[tuple[str, int], ...]:
    """Keywords of the formats with (`folded`, in lower case) or without a cue, and the number of the format."""
    shapes = enumerate(formats())
    return tuple((word, n) for n, shape in shapes if shape.folded == folded for word in shape.keywords)


def gate_literals() -> list[str]:
    """Literals of which a text holds one if it holds a credential of a known format without a shape of the gate."""
    words: set[str] = set()
    for row in table("secrets")["formats"].values():
        if not row.get("shaped", False):
            words |= {form for word in row["keywords"] for form in (_cased(word) if "cue" in row else [word])}
    return sorted(words)


def gate_keywords(*, folded: bool) -> list[str]:
    """The keywords of all formats with (`folded`) or without a cue."""
    rows = table("secrets")["formats"].values()
    return sorted({word for row in rows if ("cue" in row) == folded for word in row["keywords"]})


def _cased(word: str) -> list[str]:
    """The ways in which names are written; a search in any case is ten times slower."""
    return [word, word.lower(), word.upper(), word.capitalize()]


def _issued(shape: Format, text: str) -> Iterator[Hit]:
    for found in shape.pattern.finditer(text):
        value = found[1]
        if entropy(value) < shape.entropy:
            continue
        reserved = is_reserved_secret(value)
        if reserved or not is_placeholder(value):
            spared = RESERVED if reserved else ""
            yield Hit(*found.span(1), "secret", 0.95, f"{shape.name}: format, entropy", value, spared)


def _looks_random(value: str) -> bool:
    """Letters and digits mixed with high entropy; no path, identifier, number, template or place-holder."""
    letters = sum(sign.isalpha() for sign in value)
    if (
        not letters
        or not any(sign.isdigit() for sign in value)
        or value.startswith(("/", ".", "$", "%", "http"))
        or _NOT_RANDOM.search(value)
    ):
        return False
    if sum(len(word[0]) for word in _WORDS.finditer(value)) * 2 > letters:
        return False
    return entropy(value) >= _GENERIC["entropy"] and not is_placeholder(value)
