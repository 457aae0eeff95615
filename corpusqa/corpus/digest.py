"""Digest of a row: the same for the same values, however they are stored.

A row is encoded as its columns in the order of their UTF-8 names, each as `<bytes>:<name><tag><bytes>:<value>`, where
a string is tagged `s` and everything else `j` and written as canonical JSON. Absent and null are the same, so that a
row keeps its digest when a file format or a union of schemas fills in nulls; so are 1 and 1.0, for the same reason.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import polars as pl

DIGITS = 32


def digest_records(records: Sequence[dict[str, Any]]) -> list[str]:
    """One digest of 32 hexadecimal digits per record."""
    return [_record(record) for record in records]


def digest_columns(columns: dict[str, pl.Series], height: int) -> list[str]:
    """One digest per row of columns that are strings, or `values` already written as canonical JSON (see `encoded`)."""
    names = sorted(columns, key=str.encode)
    if not names:
        return [sha256(b"").hexdigest()[:DIGITS]] * height
    parts = [_part(name, columns[name]) for name in names]
    rows = pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series()
    return [sha256(row.encode()).hexdigest()[:DIGITS] for row in rows]


def _part(name: str, values: pl.Series) -> pl.Series:
    """Each value behind its name and length; an empty string for null."""
    tag = "s" if values.name == "s" else "j"
    head = f"{len(name.encode())}:{name}{tag}"
    size = pl.col("v").str.len_bytes().cast(pl.String)
    whole = pl.concat_str(pl.lit(head), size, pl.lit(":"), pl.col("v"))
    return pl.DataFrame({"v": values}).select(whole.fill_null("").alias(name)).to_series()


def _record(record: dict[str, Any]) -> str:
    state = sha256()
    for name in sorted((name for name, value in record.items() if value is not None), key=str.encode):
        value = record[name]
        text = value if isinstance(value, str) else canonical(value)
        raw, key = text.encode(), name.encode()
        state.update(b"%d:%b%b%d:" % (len(key), key, b"s" if isinstance(value, str) else b"j", len(raw)))
        state.update(raw)
    return state.hexdigest()[:DIGITS]


def canonical(value: Any) -> str:
    """Canonical JSON of a value: keys sorted, nulls of objects left out, whole numbers without a fraction."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    plain = _PLAIN.get(type(value))
    if plain:
        return plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


_PLAIN: dict[type, Callable[[Any], Any]] = {
    float: lambda value: int(value) if value.is_integer() else value,
    dict: lambda value: {key: _plain(item) for key, item in value.items() if item is not None},
    list: lambda value: [_plain(item) for item in value],
    tuple: lambda value: [_plain(item) for item in value],
    bytes: lambda value: base64.b64encode(value).decode(),
}
