"""Cue words: what a text says about the value that follows."""

from __future__ import annotations

import re
from functools import cache

from corpusqa_checks.pii.hits import Line
from corpusqa_checks.pii.tables import table


def cue(name: str, line: Line, at: int, reach: int = 60) -> bool:
    """Whether a word of the list `name` stands in the context before `at`."""
    return pattern(name).search(line.before(at, reach)) is not None


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The words of a list of `data/cues.toml` as one pattern, whole words, any case."""
    return words_pattern(table("cues")[name])


def words_pattern(words: list[str]) -> re.Pattern[str]:
    r"""Words as one pattern; where a script has no spaces between words, no border is asked for.

    A word may be followed by letters only where it ends with an asterisk; a space stands for any white space, hyphen or
    underscore.
    """
    return re.compile("|".join(_spelled(word) for word in sorted(words, key=len, reverse=True)), re.IGNORECASE)


def _spelled(word: str) -> str:
    stem = word.removesuffix("*")
    body = re.sub(r"\\? ", r"[\\s_\\-]{1,2}", re.escape(stem))
    free = not _spaced(stem[0])
    left = "" if free else r"(?<![^\W_])"
    right = "" if free or stem != word else r"(?![^\W\d_])"
    return f"{left}{body}{right}"


def _spaced(sign: str) -> bool:
    """Whether the script of a letter separates words by spaces (Chinese, Japanese, Korean particles, Thai do not)."""
    return not ("\u0e00" <= sign <= "\u0eff" or "\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3")


def gate_pattern(words: list[str]) -> str:
    """The words as one Rust pattern that finds at least what `words_pattern` finds."""
    stems = sorted({word.removesuffix("*") for word in words})
    return "(?i)(?:" + "|".join(_loose(stem) for stem in stems) + ")"


def _loose(stem: str) -> str:
    body = r"[\s_\-]{1,2}".join(_escaped(piece) for piece in stem.split(" "))
    return rf"\b{body}" if stem[0].isascii() and stem[0].isalnum() else body


def _escaped(piece: str) -> str:
    """Rust refuses an escape before a letter or a combining sign."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", piece)
