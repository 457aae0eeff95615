"""What a rule may name: signals, fields of a document, and the row's other columns as `doc.column`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from corpusqa.errors import RuleError, near_misses
from corpusqa.scan.model import CheckInfo

# Fields of a document with the types that rules see. Dates are the days that begin the ISO form a source gives.
FIELDS: Mapping[str, type[pl.DataType]] = {
    "id": pl.String,
    "url": pl.String,
    "source": pl.String,
    "published": pl.Date,
    "collected": pl.Date,
    "language": pl.String,
    "split": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "chars": pl.Int64,
    "bytes": pl.Int64,
}
DOC = "doc"
# The row's own columns stand under this prefix, so that none of them hides a field or a signal.
OWN = "doc:"

_PART = re.compile(r'"((?:[^"]|"")+)"|([^."]+)')


@dataclass(frozen=True)
class Name:
    """A name in a rule.

    Attributes:
        text: As it was written.
        check: The check whose signal it is; "" for fields and columns.
        path: For `doc.meta.score` the column and the fields inside it; empty for others.
    """

    text: str
    check: str = ""
    path: tuple[str, ...] = ()


def resolve(text: str, checks: Mapping[str, CheckInfo]) -> Name:
    """The meaning of a name.

    Raises:
        RuleError: nothing bears it, with the closest names.
    """
    first, *rest = [quoted.replace('""', '"') or plain for quoted, plain in _PART.findall(text)]
    if first == DOC:
        if not rest:
            raise RuleError("doc is followed by the name of a column: doc.score")
        return Name(text, path=tuple(rest))
    if text in FIELDS:
        return Name(text)
    if len(rest) == 1 and first in checks and rest[0] in checks[first].signals:
        return Name(text, check=first)
    raise RuleError(_unknown(text, first, rest, checks))


def column(name: Name, schema: Mapping[str, pl.DataType]) -> pl.Expr:
    """The values of a name as rules see them.

    Args:
        name: From `resolve`.
        schema: Columns of the frame: fields, signals, and the row's own columns under the prefix OWN.

    Raises:
        RuleError: the source has no such column, or one whose values no rule can compare.
    """
    if not name.path:
        dated = FIELDS.get(name.text) == pl.Date
        return pl.col(name.text).str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) if dated else pl.col(name.text)
    dotted = OWN + ".".join(name.path)
    if schema.get(dotted, pl.Null) != pl.Null:
        return _comparable(pl.col(dotted), schema[dotted], name.text)
    column, *inner = name.path
    if OWN + column not in schema or schema[OWN + column] == pl.Null:
        known = [name.removeprefix(OWN) for name, kind in schema.items() if name.startswith(OWN) and kind != pl.Null]
        raise RuleError(
            f"{name.text}: no row of the source has a value in a column {column!r}{near_misses(column, known)}"
        )
    values: pl.Expr = pl.col(OWN + column)
    dtype: Any = schema[OWN + column]
    for field in inner:
        fields = dict(dtype.to_schema()) if isinstance(dtype, pl.Struct) else {}
        if field not in fields:
            raise RuleError(f"{name.text}: there is no {field!r} in it{near_misses(field, fields)}")
        values, dtype = values.struct.field(field), fields[field]
    return _comparable(values, dtype, name.text)


def _comparable(values: pl.Expr, dtype: Any, text: str) -> pl.Expr:
    if dtype.is_float():
        return values.fill_nan(None)  # polars orders NaN above every number
    if dtype.is_integer() or dtype in (pl.String, pl.Boolean, pl.Date, pl.Null):
        return values
    if isinstance(dtype, pl.Datetime):
        return values.dt.date()
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return values.cast(pl.String)
    if dtype.is_decimal():
        return values.cast(pl.Float64)
    raise RuleError(f"{text} holds {dtype}, which no rule compares; name a field inside it")


def _unknown(text: str, first: str, rest: list[str], checks: Mapping[str, CheckInfo]) -> str:
    signals = [f"{check.name}.{signal}" for check in checks.values() for signal in check.signals]
    if text == "text":
        return "rules never read the text; a check measures it, a rule compares what was measured"
    if first in checks and ".".join(rest) in checks[first].labels:
        given = ", ".join(f"{first}.{signal}" for signal in checks[first].signals)
        return (
            f"{text} is a label, which can be cut, masked and limited; rules compare signals: {given or 'it has none'}"
        )
    if rest and first not in checks:
        near, chosen = near_misses(first, checks), ", ".join(checks) or "none"
        return f"no selected check is called {first!r}{near} (selected: {chosen}; the row's own columns are doc.{text})"
    near = near_misses(text, [*signals, *FIELDS])
    if rest:
        return f"{first} has no signal {'.'.join(rest)!r}{near} (it has {', '.join(checks[first].signals) or 'none'})"
    return f"nothing is called {text!r}{near}; a column of the source is written doc.{text}, text in quotes '{text}'"
