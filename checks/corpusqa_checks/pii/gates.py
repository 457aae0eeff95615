r"""Cheap gates over all text: linear patterns that let through every text, then every line, that could hold a value.

Rust regex, linear by construction. What keeps them fast: ASCII classes ([0-9], never \d), literals or a digit in front,
case variants instead of (?i), no union of unlike patterns (one union of all runs at 6 MB/s), all in one select.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl
from corpusqa_checks.pii import plain
from corpusqa_checks.pii.cues import gate_pattern
from corpusqa_checks.pii.secrets import gate_keywords, gate_literals
from corpusqa_checks.pii.tables import table

from corpusqa.check import Frame

TOGETHER = 24  # literals in one pattern: few enough for the vectorised searcher of the regex crate
_TEXT = pl.col("text")
_NINE = r"(?:[0-9][ ().\-/]{0,2}){8}[0-9]"
_SIX = r"(?:[0-9][ ().\-/]{0,2}){5}[0-9]"
_PLUS = r"(?:\+ ?\(?|%2[Bb])[0-9]"
# Seven and eight digits in the groups of telephone numbers and identifiers. Dates, which have eight digits too and
# stand in most texts, are grouped otherwise.
_DIGITS = (
    _NINE,
    r"[0-9]{4}[ \-][0-9]{4}",
    r"[0-9]{2}[ .][0-9]{2}[ .][0-9]{2}[ .][0-9]{2}",
    r"[0-9]{3}[ .\-/)]{1,2}[0-9]{2,3}[ .\-][0-9]{2}",
    r"(?-u:\b)[0-9]{7}",
    _PLUS,
)
# Identifiers with letters, by their digits; the first three need no cue.
_FREE_IDS = (
    r"[0-9]{2}[A-EHLMPRST][0-9]{2} ?[A-Z][0-9]{3}[A-Z]",
    r"[0-9]{6}[HMX][A-Z]{5}",
    r"[0-9]{6}[+\-A-FU-Y][0-9]{3}[0-9A-Ya-y]",
)
_LETTERED_IDS = (*_FREE_IDS, r"[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D](?-u:\b)", r"[0-9]{4}[A-Z](?-u:\b)")
_SSN = r"[0-9]{3}-[0-9]{2}-[0-9]{4}"
_PHONE_SHAPES = (
    r"[0-9]{3}\)?[ .\-]{1,2}[0-9]{3}[ .\-][0-9]{4}",
    r"(?:^|[^0-9])\(?0[0-9]{0,5}[ ./\-)]{1,2}[0-9(]",
    r"8[ \-(]{1,2}[0-9]{3}[ \-)]{1,2}[0-9]{3}[ \-][0-9]{2}[ \-][0-9]",
    _PLUS,
)
_CARDS = (r"[0-9]{4}[ \-][0-9]{4}[ \-][0-9]{4}[ \-][0-9]", r"[0-9]{4}[ \-][0-9]{6}[ \-][0-9]{4}", r"[0-9]{12}")
# What holds such a pattern holds the other one as well, which is searched anyway: a line is asked for it first.
BEHIND = dict.fromkeys([*_CARDS, _SSN], _SIX)
_IBAN = r"(?:[A-Z]{2}|[a-z]{2})[0-9]{2}[ \-]?[A-Za-z0-9]{4}[ \-]?[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{3}"
_ADDRESSES = (r"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", r"[23][0-9a-fA-F]{3}:[0-9a-fA-F:]{2}")
_NAMES = (
    "[Kk]ey|KEY|[Tt]oken|TOKEN|[Ss]ecret|SECRET|[Pp]assw|PASSW|[Pp]wd|PWD|"
    "[Cc]redential|CREDENTIAL|[Aa]uth|AUTH|[Bb]earer|BEARER"
)
_ASSIGNMENT = (
    rf"(?:{_NAMES})[A-Za-z0-9_.\-]{{0,20}}[\"'`\]]{{0,2}}\s{{0,3}}(?:=>|:=|==?|:)\s{{0,3}}[\"'`]?"
    r"(?:(?:[Bb]earer|[Bb]asic|[Tt]oken) )?"
    r"[A-Za-z0-9_/+=~.\-$!@#%^&*,]{16}"
)


def _countries() -> str:
    """The first four signs of an account, at the beginning of a word."""
    codes = "|".join(table("ibans")["structures"])
    return rf"(?-u:\b)(?:{codes}|{codes.lower()})[0-9][0-9]"


@dataclass(frozen=True)
class Gate:
    """The gate of a detector.

    Attributes:
        texts: Patterns of which a whole text holds one.
        lines: Patterns of which a line of such a text holds one; without them those of the text.
        rest: What else has to be true of such a line, over the columns `text` and `above`.
    """

    texts: Sequence[str]
    lines: Sequence[str] = ()
    rest: pl.Expr | None = None


@cache
def gates() -> dict[str, Gate]:
    """The gates by detector."""
    cues = table("cues")
    names = [word for row in table("national_ids")["id"] for word in row["cues"]]
    keywords = _TEXT.str.contains_any(gate_keywords(folded=False)) | _TEXT.str.contains_any(
        gate_keywords(folded=True), ascii_case_insensitive=True
    )
    phone_cue = _said(gate_pattern(cues["phone"] + cues["phone_weak"]))
    return {
        "private_keys": Gate(["-----BEGIN"]),
        "url_credentials": Gate([r"://[^\s/@:]*:[^\s@]+@"]),
        "emails": Gate([r"@[^\s@]+\.", r"%40[A-Za-z0-9\-]+\."]),
        "secrets": Gate([*table("secrets")["gate"]["shapes"], *_alternatives(gate_literals())], rest=keywords),
        "assigned_secrets": Gate([_ASSIGNMENT]),
        "ibans": Gate([_NINE], [_IBAN], _TEXT.str.contains(_countries())),
        # nine digits are in all of these, and other gates have looked for them anyway
        "cards": Gate([_NINE], _CARDS),
        "addresses": Gate(_ADDRESSES),
        "national_ids": Gate([*_DIGITS, *_LETTERED_IDS], [_SIX, _LETTERED_IDS[-1]], _said(gate_pattern(names))),
        "lettered_ids": Gate([*_FREE_IDS, _NINE], [*_FREE_IDS, _SSN]),
        "phones": Gate(_DIGITS, [_SIX], any_of(_PHONE_SHAPES) | phone_cue),
        **_opt_in_gates(cues),
    }


def _opt_in_gates(cues: Mapping[str, Sequence[str]]) -> dict[str, Gate]:
    """The gates of the types on request."""
    medical = [word for name in ("nhs", "npi", "mbi", "kvnr", "mrn") for word in cues[name]]
    words = table("opt_in")
    streets = [*words["street_words"], *words["street_heads"], *words["street_suffixes"]]
    return {
        "macs": Gate([r"[0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-][0-9A-Fa-f]{2}[:\-]"]),
        "wallets": Gate([r"0x[0-9a-fA-F]{40}", r"bc1[a-z0-9]{25}", r"(?-u:\b)[13][1-9A-HJ-NP-Za-km-z]{25}"]),
        "positions": Gate([r"\.[0-9]{4,}°? ?[NS]?[,;] ?-?[0-9]{1,3}\.[0-9]{4}"]),
        "handles": Gate([r"@[A-Za-z][A-Za-z0-9_]{2}"]),
        "births": Gate(["(?:19|20)[0-9][0-9]"], rest=_said(gate_pattern(cues["birth"]))),
        "passports": Gate(["[0-9]{2}"], rest=_said(gate_pattern(cues["passport"]))),
        "medical_ids": Gate(["[0-9]{2}"], rest=_said(gate_pattern(medical))),
        "streets": Gate([r"[0-9] ?[A-Za-z]?,? \p{L}|\p{L}\.?,? (?:n[.º°]? ?)?[0-9]"], rest=_said(_literals(streets))),
        "obfuscated_emails": Gate([r"(?i)[\[({<] ?(?:at|ät|@) ?[\])}>]", "(?i) dot "]),
    }


def _literals(words: Sequence[str]) -> str:
    return "(?i)(?:" + "|".join(sorted({_escaped(word) for word in words})) + ")"


def holding(texts: Frame, wanted: Sequence[str]) -> Frame:
    """Which texts hold each pattern of gates.

    Args:
        texts: Column `text`.
        wanted: Names of gates.

    Returns:
        One Boolean column per pattern, and `odd`: texts with look-alike characters in numbers, which gates can judge
        only in plain characters, line by line.
    """
    patterns = dict.fromkeys(pattern for name in wanted for pattern in gates()[name].texts)
    wide = _TEXT.str.len_bytes() != _TEXT.str.len_chars()
    found = texts.select(wide.alias("odd"), *(_TEXT.str.contains(pattern).alias(pattern) for pattern in patterns))
    at = found["odd"].arg_true()
    odd = texts["text"].gather(at).str.contains(plain.ODD)
    return found.with_columns(found["odd"].scatter(at, odd)) if len(at) else found


def let_through(held: Frame, wanted: Sequence[str]) -> Frame:
    """Which texts each gate lets through, by what `holding` found: one Boolean column per gate, and `odd`."""
    of = {name: [pl.nth(held.get_column_index(p)) for p in gates()[name].texts] for name in wanted}
    return held.select("odd", *(pl.any_horizontal(columns).alias(name) for name, columns in of.items()))


def any_of(patterns: Sequence[str]) -> pl.Expr:
    """Whether one of the patterns is in the text."""
    return pl.any_horizontal(_TEXT.str.contains(pattern) for pattern in patterns)


def _alternatives(literals: Sequence[str]) -> list[str]:
    """The literals in patterns of TOGETHER each."""
    escaped = [_escaped(literal) for literal in literals]
    return ["|".join(escaped[at : at + TOGETHER]) for at in range(0, len(escaped), TOGETHER)]


def _escaped(literal: str) -> str:
    """Rust refuses an escape before a letter."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", literal)


def _said(words: str) -> pl.Expr:
    """A cue word in the line or at the end of the line above."""
    return _TEXT.str.contains(words) | pl.col("above").str.contains(words)
