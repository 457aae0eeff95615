r"""Cheap gates over all text: linear patterns that let through every text, then every line, that could hold a value.

Rust regex, linear by construction. What keeps them fast: ASCII classes ([0-9], never \d), a literal or a small byte
class in front, no union of unlike patterns, all in one select (research: one union runs at 6 MB/s, these at hundreds).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl
from corpusqa_checks.pii import plain
from corpusqa_checks.pii.cues import gate_pattern
from corpusqa_checks.pii.tables import table

_TEXT = pl.col("text")
# Nine digits with at most two separators between them, or seven and eight in the groups of telephone numbers and
# identifiers; dates have eight and are kept out by their groups.
_DIGITS = (
    r"(?:[0-9][ ().\-/]{0,2}){8}[0-9]",
    r"[0-9]{4}[ \-][0-9]{4}",
    r"[0-9]{2}[ .][0-9]{2}[ .][0-9]{2}[ .][0-9]{2}",
    r"[0-9]{3}[ .\-/)]{1,2}[0-9]{2,3}[ .\-][0-9]{2}",
    r"[0-9]{7}",
    r"\+ ?\(?[0-9]",
)
_LETTERED_IDS = (
    r"[A-Z]{6} ?[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}",
    r"[A-Z]{4}[0-9]{6}[HMX][A-Z]{5}",
    r"[0-9]{6}[+\-A-FU-Y][0-9]{3}[0-9A-Z]",
    r"[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
    r"[A-Z]{5}[0-9]{4}[A-Z]",
)
_PHONE_SHAPES = (
    r"[0-9]{3}\)?[ .\-]{1,2}[0-9]{3}[ .\-][0-9]{4}",
    r"(?:^|[^0-9])\(?0[0-9]{0,5}[ ./\-)]{1,2}[0-9(]",
    r"\+ ?\(?[0-9]",
)
_ASSIGNMENT = (
    r"(?i)(?:key|token|secret|passw|pwd|credential|auth|bearer)[a-z0-9_.\-]{0,20}[\"'`\]]{0,2}\s{0,3}(?:=>|:=|==?|:)\s{0,3}"
    r"[\"'`]?[A-Za-z0-9_/+=~.\-$!@#%^&*]{16}"
)


@dataclass(frozen=True)
class Gate:
    """The gate of a detector.

    Attributes:
        texts: Over the column `text` of whole documents.
        lines: Over the columns `text` and `above` of the lines of those documents.
    """

    texts: pl.Expr
    lines: pl.Expr


@cache
def gates() -> dict[str, Gate]:
    """The gates by detector."""
    digits, ids = _any(_DIGITS), _any(_LETTERED_IDS)
    shapes = table("secrets")["gate"]
    secret = _any(
        (
            *shapes["shapes"],
            *_alternatives(shapes["literals"]),
            f"(?i){_alternatives(shapes['words'])[0]}",
            _ASSIGNMENT,
        )
    )
    cards = _any((r"[0-9]{4}[ \-][0-9]{4}[ \-][0-9]{4}[ \-][0-9]", r"[0-9]{4}[ \-][0-9]{6}[ \-][0-9]{4}", r"[0-9]{12}"))
    names = [word for row in table("national_ids")["id"] for word in row["cues"]]
    free = _any((*_LETTERED_IDS[:3], r"[0-9]{3}-[0-9]{2}-[0-9]{4}"))
    return {
        "private_keys": _same(_TEXT.str.contains("-----BEGIN", literal=True)),
        "url_credentials": _same(_any((r"://[^\s/@:]*:[^\s/@]+@",))),
        "emails": _same(_any((r"@[^\s@]+\.",))),
        "secrets": _same(secret),
        "ibans": _same(
            _any((r"(?:[A-Z]{2}|[a-z]{2})[0-9]{2}[ \-]?[A-Za-z0-9]{4}[ \-]?[0-9A-Za-z]{4}[ \-]?[0-9A-Za-z]{3}",))
        ),
        "cards": _same(cards),
        "addresses": _same(_any((r"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]", r"[23][0-9a-fA-F]{3}:[0-9a-fA-F:]{2}"))),
        "national_ids": Gate(digits | ids, (digits | ids) & (free | _said(gate_pattern(names)))),
        "phones": Gate(
            digits,
            digits & (_any(_PHONE_SHAPES) | _said(gate_pattern(table("cues")["phone"] + table("cues")["phone_weak"]))),
        ),
    }


def is_odd() -> pl.Expr:
    """Texts with look-alike characters in numbers, which gates judge only in plain characters."""
    return _TEXT.str.contains(plain.ODD)


def _same(expr: pl.Expr) -> Gate:
    return Gate(expr, expr)


def _any(patterns: Sequence[str]) -> pl.Expr:
    return pl.any_horizontal(_TEXT.str.contains(pattern) for pattern in patterns)


def _alternatives(literals: Sequence[str], size: int = 30) -> list[str]:
    """Literals in groups that a vectorised searcher takes at once (the regex crate has one for up to some 60)."""
    escaped = [re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", literal) for literal in literals]
    return ["|".join(escaped[at : at + size]) for at in range(0, len(escaped), size)]


def _said(words: str) -> pl.Expr:
    """A cue word in the line or at the end of the line above."""
    return _TEXT.str.contains(words) | pl.col("above").str.contains(words)
