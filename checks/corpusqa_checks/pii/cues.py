"""Cue words: what a text says about the value that follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from corpusqa_checks.pii.hits import Line
from corpusqa_checks.pii.tables import table
from corpusqa_checks.pii.terms import Terms


def cue(name: str, line: Line, at: int, reach: int = 60) -> bool:
    """Whether a word of the list `name` of `data/cues.toml` stands in the context before `at`."""
    return _within(name, line.before(at, reach))


def cue_right_before(name: str, line: Line, at: int, reach: int = 40) -> bool:
    """Whether the context before `at` ends with a word of the list, signs and digits after it left aside."""
    return _at_end(name, line.before(at, reach))


@lru_cache(maxsize=8192)  # footers and tables repeat themselves
def _within(name: str, context: str) -> bool:
    return bool(_terms(name).within(context))


@lru_cache(maxsize=8192)
def _at_end(name: str, context: str) -> bool:
    return bool(_terms(name).at_end(context))


@cache
def _terms(name: str) -> Terms:
    return Terms((word, 0) for word in table("cues")[name])


def gate_pattern(words: Sequence[str]) -> str:
    """One small Rust pattern that finds at least what `Terms` finds: the words by their beginnings."""
    needed: list[str] = []
    for head in sorted({_head(word.removesuffix("*")) for word in words}):
        if not (needed and head.startswith(needed[-1])):  # a longer beginning sorts right after the shorter one
            needed.append(head)
    return "(?i)(?:" + "|".join(sorted(map(_bordered, needed))) + ")"


def _head(word: str) -> str:
    """The first word of a name, or two where it is short."""
    pieces = [piece for piece in re.split(r"[^\w\u0300-\u036f\u0900-\u0e4f]+", word) if piece]
    return pieces[0] if len(pieces) == 1 or len(pieces[0]) > 2 else f"{pieces[0]}[^a-z0-9]{{1,3}}{pieces[1]}"


def _bordered(head: str) -> str:
    return rf"(?-u:\b){head}" if head[0].isascii() else head
