"""Notices that name their site in the third person: a name, its partners, and what they use cookies for.

Any report can say the same of a company; so the sentence has to begin with a name, each of whose longer words has a
capital, and go on in the present. It is no notice by itself alone: consent_lines.py asks for more (partners.toml).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import polars as pl

_WORD = r"(?:[\p{Lu}\p{N}]\S*|\S{1,3})"  # of a name; "of", "de" and "&" may be small
_NAME = rf"^\s*[\p{{Lu}}\p{{N}}]\S*(?: {_WORD}){{0,5}}"
_BETWEEN = r"(?: \S+){0,2}"  # "its 90 trusted partners"


def named_with_partners(sentence: pl.Expr) -> pl.Expr:
    """Whether a sentence begins with the name of a site, its partners, and what they do."""
    other = sentence.str.to_lowercase().str.contains(_others())
    return sentence.str.contains(_pattern()) & ~other


@cache
def _pattern() -> str:
    """The beginnings of such sentences in every language."""
    ways = [
        rf"(?:{groups['join']}){_BETWEEN} (?:{groups['partners']}),? (?:{groups['use']})\s"
        for language, groups in _table().items()
        if language != "others"
    ]
    return rf"{_NAME} (?:{'|'.join(ways)})"


@cache
def _others() -> str:
    """A name of which others write, at the beginning of a sentence."""
    return rf"^\s*(?:\S+ )?(?:{'|'.join(_table()['others']['names'])})\s"


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(files(__package__).joinpath("partners.toml").read_text("utf-8"))
