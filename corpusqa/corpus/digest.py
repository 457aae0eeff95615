"""Digest of a row: the same for the same values, however they are stored.

A row is encoded as its columns in the order of their UTF-8 names, each as `<bytes>:<name><tag><bytes>:<value>`, where
a string is tagged `s` and everything else `j` and written as canonical JSON. Absent and null are the same, so that a
row keeps its digest when a file format or a union of schemas fills in nulls; so are 1 and 1.0, for the same reason.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from math import isfinite
from typing import Any

import polars as pl

from corpusqa.corpus.raw import Raw

DIGITS = 32


def digest_records(records: Sequence[dict[str, Any]]) -> list[str]:
    """One digest of 32 hexadecimal digits per record."""
    return [_record(record) for record in records]


def digest_columns(
    columns: dict[str, pl.Series], height: int, longest: tuple[str, Sequence[Raw]] | None = None
) -> list[str]:
    """One digest per row of columns.

    Args:
        columns: By name; a series is called `s` if it holds strings, else its values are canonical JSON.
        height: Number of rows.
        longest: Name and values of a further column of strings, which are hashed where they lie.
    """
    names = sorted(columns, key=str.encode)
    if longest is None:
        rows = _joined([_part(name, columns[name]) for name in names], height)
        return [sha256(row).hexdigest()[:DIGITS] for row in rows]
    text, values = longest
    before = [_part(name, columns[name]) for name in names if name.encode() < text.encode()]
    after = [_part(name, columns[name]) for name in names if name.encode() > text.encode()]
    head = pl.concat_str(pl.lit(_head(text, is_text=True).decode()), pl.col("size").cast(pl.String), pl.lit(":"))
    sizes = pl.concat([some.sizes for some in values]) if values else pl.Series("size", dtype=pl.Int64)
    sized = sizes.to_frame().select(head.fill_null("").alias(text)).to_series()
    found: list[str] = []
    firsts, lasts = _joined([*before, sized], height), _joined(after, height)
    for first, value, last in zip(firsts, chain.from_iterable(values), lasts, strict=True):
        state = sha256(first)
        state.update(value)
        if last:
            state.update(last)
        found.append(state.hexdigest()[:DIGITS])
    return found


def _joined(parts: list[pl.Series], height: int) -> list[bytes]:
    """The parts of each row, one after the other."""
    if not parts:
        return [b""] * height
    rows = pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series()
    return rows.cast(pl.Binary).to_list()


def _part(name: str, values: pl.Series) -> pl.Series:
    """Each value behind its name and length; an empty string for null."""
    size = pl.col("v").str.len_bytes().cast(pl.String)
    whole = pl.concat_str(pl.lit(_head(name, values.name == "s").decode()), size, pl.lit(":"), pl.col("v"))
    return pl.DataFrame({"v": values}).select(whole.fill_null("").alias(name)).to_series()


def _record(record: dict[str, Any]) -> str:
    parts: list[bytes] = []
    for name, text_head, value_head in _heads(tuple(record)):
        value = record[name]
        if isinstance(value, str):
            raw = value.encode()
            parts += (text_head, b"%d:" % len(raw), raw)
        elif value is not None:
            raw = canonical(value).encode()
            parts += (value_head, b"%d:" % len(raw), raw)
    return sha256(b"".join(parts)).hexdigest()[:DIGITS]


@lru_cache(maxsize=1024)
def _heads(names: tuple[str, ...]) -> list[tuple[str, bytes, bytes]]:
    """The columns of a record in their order, each with what stands before a string and before another value."""
    return [(name, _head(name, is_text=True), _head(name, is_text=False)) for name in sorted(names, key=str.encode)]


def _head(name: str, is_text: bool) -> bytes:
    return b"%d:%b%b" % (len(name.encode()), name.encode(), b"s" if is_text else b"j")


def canonical(value: Any) -> str:
    """Canonical JSON of a value: keys sorted, nulls of objects left out, whole numbers without a fraction."""
    if type(value) is int:
        return str(value)
    if type(value) is float and isfinite(value):  # as the encoder writes it, without its price
        return str(int(value)) if value.is_integer() else repr(value)
    return _encode(_plain(value))


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


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
