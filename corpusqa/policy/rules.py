"""Rules: from a line of the configuration to an expression over a scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from corpusqa.errors import RuleError
from corpusqa.policy.names import FIELDS, Name, column, resolve
from corpusqa.policy.tokens import Token, refuse_neighbours, tokens
from corpusqa.scan.model import CheckInfo

_EXAMPLE = "a rule reads like boilerplate.ratio > 0.6 AND source = 'x'"


@dataclass(frozen=True)
class Rule:
    """A rule that can be evaluated.

    Attributes:
        text: As it was written.
        names: What it names, in the order of the stand-ins c0, c1, ... in `expr`.
        expr: Boolean expression over the stand-ins.
    """

    text: str
    names: tuple[Name, ...]
    expr: pl.Expr = field(compare=False, repr=False)

    @property
    def checks(self) -> frozenset[str]:
        """The checks whose signals it names."""
        return frozenset(name.check for name in self.names if name.check)

    @property
    def signals_named(self) -> str:
        """The signals in it, in brackets: what a reader may know of a rule whose text is not shown."""
        signals = sorted({name.text for name in self.names if name.check})
        return f" ({', '.join(signals)})" if signals else ""

    def fired(self, frame: pl.DataFrame) -> pl.Series:
        """Boolean series: true where the rule drops the document, null where it cannot be said.

        Args:
            frame: Fields and signals of documents, and the row's own columns under the prefix OWN.

        Raises:
            RuleError: it names a column that the source does not have, or compares values of different types.
        """
        schema = dict(frame.schema)
        try:
            stand_ins = [column(name, schema).alias(f"c{n}") for n, name in enumerate(self.names)]
        except RuleError as error:
            raise RuleError(f"`{self.text}`: {error}") from None
        inputs = frame.select(stand_ins)
        return _evaluated(self, inputs)


def compile_rule(text: str, checks: Mapping[str, CheckInfo]) -> Rule:
    """A rule, checked token by token and against what the checks declare.

    Rules that name columns of the source (`doc.score`) are checked for types once these are known, by `Rule.fired`.

    Raises:
        RuleError: with the rule, what is wrong with it, and what to write instead.
    """
    try:
        found = tokens(text)
        named = {token.text: resolve(token.text, checks) for token in found if token.kind == "name"}
        refuse_neighbours(found)
        if not named:
            raise RuleError(f"it names no signal, so it would drop every document or none; {_EXAMPLE}")
    except RuleError as error:
        raise RuleError(f"`{text}`: {error}") from None
    rule = Rule(text.strip(), tuple(named.values()), _parsed(text, _sql(found, list(named))))
    if not any(name.path for name in rule.names):
        types = {f"c{n}": dtype(name, checks) for n, name in enumerate(rule.names)}
        _evaluated(rule, pl.DataFrame(schema=types))
    return rule


def dtype(name: Name, checks: Mapping[str, CheckInfo]) -> type[pl.DataType]:
    """The type of a field or signal as declared."""
    if not name.check:
        return FIELDS[name.text]
    declared: type[pl.DataType] = getattr(pl, checks[name.check].signals[name.text.partition(".")[2]].dtype)
    return declared


def _parsed(text: str, sql: str) -> pl.Expr:
    try:
        return pl.sql_expr(sql)
    except (Exception, pl.exceptions.PanicException):  # messages of the parser speak of stand-ins, not of the rule
        raise RuleError(f"`{text}`: cannot be understood; {_EXAMPLE}") from None


def _evaluated(rule: Rule, inputs: pl.DataFrame) -> pl.Series:
    try:
        result = inputs.select(fired=rule.expr)["fired"]
    except (Exception, pl.exceptions.PanicException):
        raise RuleError(f"`{rule.text}`: {_mixed(rule, inputs)}") from None
    if result.dtype != pl.Boolean:
        raise RuleError(f"`{rule.text}`: its value is {result.dtype}, not true or false; {_EXAMPLE}")
    return result


def _mixed(rule: Rule, inputs: pl.DataFrame) -> str:
    types = inputs.schema.dtypes()
    said = ", ".join(f"{name.text} is {kind}" for name, kind in zip(rule.names, types, strict=True))
    hint = "; a date is written DATE '2020-01-31'" if pl.Date in types and "'" in rule.text else ""
    if pl.String in types and "DATE" in rule.text.upper():
        hint = "; dates that are text compare as text, '2020-01-31'"
    return f"compares or computes with values of different types ({said}){hint}"


def _sql(found: Sequence[Token], names: list[str]) -> str:
    """The rule for the SQL parser: stand-ins for names, and divisors that are null instead of zero.

    0 / 0 is NaN in polars, and NaN > 0.6 is true: the document would be dropped for what nobody measured.
    """
    out, at = [], 0
    while at < len(found):
        token = found[at]
        out.append(f"c{names.index(token.text)}" if token.kind == "name" else token.text)
        at += 1
        if token.text in ("/", "%"):
            end = _end_of_operand(found, at)
            out.append(f"NULLIF({_sql(found[at:end], names)}, 0)")
            at = end
    return " ".join(out)


def _end_of_operand(found: Sequence[Token], at: int) -> int:
    """Where the operand that begins at `at` ends: signs, then a value or a parenthesis."""
    while at < len(found) and found[at].text in ("+", "-"):
        at += 1
    depth = 0
    while at < len(found):
        depth += {"(": 1, ")": -1}.get(found[at].text, 0)
        at += 1
        if depth <= 0:
            break
    return at
