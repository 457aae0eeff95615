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
# Case variants, not (?i): the search then begins at the first letters.
_GENERIC_NAME = "|".join("".join(f"[{x}{x.upper()}]" for x in name) for name in _GENERIC["names"])
_NAME_BEFORE = re.compile(r"(?<![A-Za-z])[\w.\-]{0,30}\Z")
_SIGNS = r"\w.=/+~\-$!@#%^*"
_LENGTH = f"{{{_GENERIC['shortest']},{_GENERIC['longest']}}}+"  # possessive: nothing is tried twice
_AFTER = re.compile(r"[\s\"'`,;&)}\]>]|\Z")
_GENERIC_ASSIGNMENT = re.compile(
    rf"(?:{_GENERIC_NAME})[\w.\-]{{0,20}}(?P<assigned>[\"'`\]]{{0,2}}\s{{0,3}}(?:=>|:=|==?|:)\s{{0,3}}(?P<quote>[\"'`])(?P<quoted>[{_SIGNS}&,]{_LENGTH})(?P=quote)"
    rf"|[\"'\]]{{0,2}}\s?=\s?(?P<bare>[{_SIGNS}]{_LENGTH}))"
)
_HEADER = re.compile(
    r"(?i)authorization[\"'`\]]{0,2}\s{0,3}[:=,]\s{0,3}[\"'`]?(?:bearer|basic|token) "
    rf"(?P<value>[{_SIGNS}]{_LENGTH})"
)
_PIECE = 12  # signs without a comma in a quoted value with some
_NOT_NAMES = re.compile(
    r"(?i)public|keyboard|keyword|monkey|tokeni[sz]e|author(?!iz)|primary|foreign|partition|sort_?key|sha_?\d|md5|digest|fingerprint|checksum"
)
# UUIDs, dates, file names, scope operators, URLs.
_NOT_RANDOM = re.compile(r"\A[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|\d{4}-\d\d-\d\d|\.[a-z]{2,5}\Z|::|//")
# Words of identifiers (PKEY_Contact_HomeAddress2). Of random signs few stand in such runs.
_WORDS = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{4,}")
# The last class of a pattern with its repeat, and the padding of base64.
_LAST_CLASS = re.compile(r"(\[[^\]]+\])\{\d+,\d+\}((?:=\{0,\d\})?)\Z")
# Pieces of JSON web tokens; the shortest signature in use is that of HMAC-SHA256, cut ones have 16 signs.
_PIECES = re.compile(r"[\w\-.]{40,}+", re.ASCII)
_HEAD, _CLAIMS, _SIGNATURE = re.compile(r"(?<![A-Za-z0-9])eyJ[\w\-]{10,}\Z"), re.compile(r"eyJ[\w\-]{10,}"), 16


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
        open: Whether the issuer states no length, so that a value goes on as long as the signs of its last class do.
    """

    name: str
    keywords: tuple[str, ...]
    folded: bool
    value: str
    cue: str
    entropy: float
    open: bool

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Its first group is the value; compiled when a line holds a keyword."""
        value = f"({self.value})" if self.open else rf"({self.value})(?![A-Za-z0-9_])"
        if self.cue:
            return re.compile(rf"(?i:(?<![A-Za-z0-9])(?:{self.cue})){_ASSIGNED}(?<![A-Za-z0-9]){value}")
        return re.compile(rf"(?<![A-Za-z0-9]){value}")

    @cached_property
    def rest(self) -> re.Pattern[str] | None:
        """What else belongs to a value that is longer than the pattern."""
        last = _LAST_CLASS.search(self.value) if self.open else None
        return re.compile(rf"{last[1]}*{last[2]}") if last else None


def secrets(line: Line) -> Iterator[Hit]:
    """Credentials of known issuers."""
    low = line.text.lower()
    for number in sorted({n for word, n in _index(folded=False) if word in line.text}):
        yield from _issued(formats()[number], line.text)
    for number in sorted({n for word, n in _index(folded=True) if word in low}):
        yield from _issued(formats()[number], line.text)


def assigned_secrets(line: Line) -> Iterator[Hit]:
    """Random-looking values that are assigned to a telling name; longer ones than any credential are data."""
    for found in _GENERIC_ASSIGNMENT.finditer(line.text):
        group = "quoted" if found["quoted"] else "bare"
        value = found[group]
        if group == "bare" and not _AFTER.match(line.text, found.end()):
            continue
        if "," in value and not any(len(piece) >= _PIECE and _looks_random(piece) for piece in value.split(",")):
            continue  # a list
        name = _name(line.text, found.start(), found.start("assigned"))
        if name and _looks_random(value) and not _NOT_NAMES.search(name) and not _is_query(line.text, name, found):
            yield _assigned(*found.span(group), value)
    for found in _HEADER.finditer(line.text):
        if _AFTER.match(line.text, found.end()) and _looks_random(found["value"]):
            yield _assigned(*found.span("value"), found["value"])


def _assigned(start: int, end: int, value: str) -> Hit:
    spared = RESERVED if is_reserved_secret(value) else ""
    return Hit(start, end, "secret", 0.7, "assignment to a telling name, entropy", value, spared)


def _name(text: str, start: int, end: int) -> str:
    """The whole name around the telling word at `start`, "" where that is the tail of a longer word or a type."""
    before = _NAME_BEFORE.search(text, max(0, start - 31), start)
    return text[before.start() : end] if before and not text.startswith("::", before.start() - 2) else ""


def _is_query(text: str, name: str, found: re.Match[str]) -> bool:
    """Whether the name is that of a parameter in a URL, and says "key" of something other than an interface."""
    start = found.start("assigned") - len(name)
    return text[:start].endswith(("?", "&")) and name.lower().endswith("key") and "api" not in name.lower()


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
            row.get("open", False),
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
    if shape.name == "jwt":
        yield from _web_tokens(shape, text)
        return
    after = 0
    for found in shape.pattern.finditer(text):
        start, end = found.span(1)
        rest = shape.rest.match(text, end) if shape.rest and start >= after else None
        after = end = rest.end() if rest else end
        yield from _hit(shape.name, shape.entropy, start, text[start:end])


def _hit(name: str, least: float, start: int, value: str) -> Iterator[Hit]:
    """The value if it is random enough and no place-holder."""
    if entropy(value) < least:
        return
    reserved = is_reserved_secret(value)
    if reserved or not is_placeholder(value):
        spared = RESERVED if reserved else ""
        yield Hit(start, start + len(value), "secret", 0.95, f"{name}: format, entropy", value, spared)


def _web_tokens(shape: Format, text: str) -> Iterator[Hit]:
    """JSON web tokens of any length: head and claims are objects in base64, the signature follows.

    The pieces between full stops are looked at one by one: no pattern would find the end of long ones in linear time.
    """
    for run in _PIECES.finditer(text):
        pieces, at, after = run[0].split("."), run.start(), 0
        for head, claims, signature in zip(pieces, pieces[1:], pieces[2:], strict=False):
            found = _HEAD.search(head)
            if at >= after and found and _CLAIMS.fullmatch(claims) and len(signature) >= _SIGNATURE:
                start, after = at + found.start(), at + len(head) + len(claims) + len(signature) + 2
                yield from _hit(shape.name, shape.entropy, start, text[start:after])
            at += len(head) + 1


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
