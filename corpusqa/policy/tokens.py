"""The words of the rule language: a rule is taken apart here, and anything else in it is refused.

Polars' SQL parser takes aggregates and windows in silence, panics on subqueries, and lets `--` swallow the rest of a
rule. So a rule only reaches it as tokens of this list, with every name replaced.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from corpusqa.errors import RuleError

KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "IN", "IS", "NULL", "BETWEEN", "LIKE", "TRUE", "FALSE", "DATE"},
)
# Far above any rule that a person can read; keeps recursion bounded.
LONGEST_RULE, DEEPEST_RULE = 2_000, 30

_WORD = r"[^\W\d]\w*"
_VALUES = ("name", "number", "string")
_QUOTED = r'"(?:[^"]|"")+"'
_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<comment>--|/\*)
    |(?P<string>'(?:[^']|'')*')
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<name>{_WORD}(?:\.(?:{_WORD}|{_QUOTED}))*)
    |(?P<quoted>{_QUOTED})
    |(?P<operator><=|>=|<>|!=|==|[=<>+\-*/%(),])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """A piece of a rule: `kind` is string, number, name, keyword or operator; `at` its place, from 1."""

    kind: str
    text: str
    at: int


def tokens(rule: str) -> list[Token]:
    """The tokens of a rule.

    Raises:
        RuleError: something in it does not belong to the rule language; says where, and what to write instead.
    """
    if len(rule) > LONGEST_RULE:
        raise RuleError(f"longer than {LONGEST_RULE:,} characters; write several rules, each of which drops on its own")
    found, at = [], 0
    while at < len(rule):
        match = _TOKEN.match(rule, at)
        if match is None:
            raise RuleError(_unknown(rule, at))
        at = match.end()
        kind = str(match.lastgroup)
        if kind == "comment":
            raise RuleError(f"{match[0]} at character {match.start() + 1}: a rule holds no comments; use # in the file")
        if kind == "quoted":
            raise RuleError(_double_quotes(match[0], match.start()))
        if kind != "space":
            keyword = kind == "name" and match[0].upper() in KEYWORDS
            text = match[0].upper() if keyword else match[0]
            found.append(Token("keyword" if keyword else kind, text, match.start() + 1))
    _check(found)
    return found


def refuse_neighbours(found: Sequence[Token]) -> None:
    """Refuse two values in a row, of which the parser would silently take the second for an alias.

    Raises:
        RuleError: says where something is missing.
    """
    for before, token in pairwise(found):
        ends = before.kind in _VALUES or before.text in (")", "TRUE", "FALSE", "NULL")
        begins = token.kind in _VALUES or token.text in ("(", "TRUE", "FALSE", "DATE")
        if ends and begins:
            raise RuleError(f"{token.text} at character {token.at}: something is missing before it, such as AND or =")


def _check(found: Sequence[Token]) -> None:
    """What the list of tokens alone cannot say."""
    if not found:
        raise RuleError("the rule is empty")
    depth = 0
    nothing = Token("end", "", 0)
    padded = [nothing, nothing, *found, nothing]
    for earlier, before, token, after in zip(padded, padded[1:], found, padded[3:], strict=False):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth < 0 or depth > DEEPEST_RULE:
            problem = "closes nothing" if depth < 0 else f"is nested deeper than {DEEPEST_RULE}"
            raise RuleError(f"the parenthesis at character {token.at} {problem}")
        if token.kind == "name" and after.text == "(":
            raise RuleError(f"{token.text}( at character {token.at}: a rule calls no functions")
        if token.text == "NULL" and not (before.text == "IS" or (before.text, earlier.text) == ("NOT", "IS")):
            raise RuleError(f"NULL at character {token.at}: write IS NULL or IS NOT NULL")
        if token.text == "DATE":
            _check_date(token, after)
    if depth:
        raise RuleError(f"{depth} opened with ( and never closed")


def _check_date(token: Token, after: Token) -> None:
    try:
        date.fromisoformat(after.text.strip("'") if after.kind == "string" else "")
    except ValueError:
        raise RuleError(f"DATE at character {token.at}: a date is written DATE '2020-01-31'") from None


def _unknown(rule: str, at: int) -> str:
    if rule[at] == "'":
        return f"the quote at character {at + 1} is never closed; a quote inside text is doubled: 'it''s'"
    word = re.match(r"\S+", rule[at:])
    return (
        f"{word[0][:20] if word else rule[at]!r} at character {at + 1} is not in the rule language, which has "
        "comparisons, arithmetic, parentheses, 'text', numbers, AND OR NOT IN IS NULL BETWEEN LIKE TRUE FALSE DATE"
    )


def _double_quotes(text: str, at: int) -> str:
    inner = text[1:-1].replace('""', '"').replace("'", "''")
    return (
        f"{text} at character {at + 1}: text stands in single quotes, '{inner}'; "
        f"double quotes are for odd names of columns, doc.{text}"
    )
