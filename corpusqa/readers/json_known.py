"""Lines of JSON of which most are known by their bytes: only the others are parsed.

To hash a line costs a third of what it takes to parse it, to make strings of it and to digest these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpusqa.readers.files import shown
from corpusqa.readers.json_table import Int64s, as_objects_are, line_starts, parsed, pieces, schema_of
from corpusqa.readers.model import KEYS, Block, Unit
from corpusqa.readers.records import is_utf8
from corpusqa.readers.streams import Broken, chosen_bytes
from corpusqa.readers.tables import placed

KEY_BYTES = 16
Bools = npt.NDArray[np.bool_]
AreKnown = Callable[[Sequence[bytes]], Bools]


def read_unknown(root: Path, unit: Unit, salts: Mapping[str, bytes], are_known: AreKnown) -> Block | None:
    """The lines of a unit as `json_table.read_table` has them, without those that are known; None where it has none.

    Args:
        root: Of the files.
        unit: What to read.
        salts: By file what a row has from its place; lines under different salts have different keys.
        are_known: Of keys, KEY_BYTES each, which belong to lines that need not be parsed.
    """
    schema: pa.Schema | None = None
    tables: list[pa.Table] = []
    places: list[pl.DataFrame] = []
    keys: list[pl.DataFrame] = []
    lines = before = 0
    try:
        for path in unit.files:
            file, lines = shown(path), 0
            for data, offset in pieces(root / path, unit):
                starts = line_starts(data)
                schema = schema or schema_of(data)
                if starts is None or schema is None:
                    return None
                found = _keys(data, starts, salts.get(file, b""))
                known = are_known(found)
                table = _others(data, starts, np.flatnonzero(~known), schema)
                if table is None:
                    return None
                numbers = np.arange(lines + 1, lines + len(starts) + 1)
                place = placed(file, len(starts), before, numbers, starts + offset)
                tables.append(table)
                places.append(place.filter(pl.Series(~known)))
                keys.append(place.select("row", "file", "line").with_columns(key=pl.Series(found), known=known))
                lines += len(starts)
                before += len(starts)
    except (OSError, Broken):
        return None
    if not tables:
        return None
    said = pl.concat(keys).cast(KEYS)  # type: ignore[arg-type]
    whole = pa.concat_tables(tables)
    if said["known"].any():
        whole = whole.combine_chunks()  # few lines of many pieces
    return Block(before, pl.concat(places), table=as_objects_are(whole), lines=lines, is_utf8=True, keys=said)


def _keys(data: bytes, starts: Int64s, salt: bytes) -> list[bytes]:
    view, begun, keys = memoryview(data), sha256(salt), []
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(data)], strict=True):
        state = begun.copy()
        state.update(view[start:stop])
        keys.append(state.digest()[:KEY_BYTES])
    return keys


def _others(data: bytes, starts: Int64s, chosen: Int64s, schema: pa.Schema) -> pa.Table | None:
    """Some of the lines as a table."""
    if not len(chosen):
        return pa.Table.from_batches([], schema)  # empty_table would import pandas
    data = chosen_bytes(data, starts, chosen)
    return parsed(data, schema, len(chosen)) if is_utf8(data) else None
