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

from corpusqa.readers.json_table import Piece, as_objects_are, grouped, parsed, placed_together, schema_of
from corpusqa.readers.marks import Int64s
from corpusqa.readers.model import KEYS, Block, Unit
from corpusqa.readers.records import is_utf8
from corpusqa.readers.streams import Broken, chosen_bytes

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
    before = 0
    try:
        for group in grouped(root, unit):
            found: list[bytes] = []
            for piece in group:
                if piece.starts is None:
                    return None
                found += _keys(piece.data, piece.starts, salts.get(piece.file, b""))
            known = are_known(found)
            place = placed_together(group, before)
            places.append(place.filter(pl.Series(~known)))
            keys.append(place.select("row", "file", "line").with_columns(key=pl.Series(found), known=known))
            before += len(found)
            schema = schema or schema_of(b"".join(piece.data for piece in group))
            table = schema and _parsed(_others(group, known), int((~known).sum()), schema)
            if table is None:
                return None
            tables.append(table)
    except (OSError, Broken):
        return None
    if not tables:
        return None
    said = pl.concat(keys).cast(KEYS)  # type: ignore[arg-type]
    whole = pa.concat_tables(tables)
    if said["known"].any():
        whole = whole.combine_chunks()  # few lines of many pieces
    return Block(
        before, pl.concat(places), table=as_objects_are(whole), lines=said["line"][-1], is_utf8=True, keys=said
    )


def _keys(data: bytes, starts: Int64s, salt: bytes) -> list[bytes]:
    view, begun, keys = memoryview(data), sha256(salt), []
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(data)], strict=True):
        state = begun.copy()
        state.update(view[start:stop])
        keys.append(state.digest()[:KEY_BYTES])
    return keys


def _others(group: Sequence[Piece], known: Bools) -> bytes:
    """The lines that are not known."""
    found, at = [], 0
    for piece in group:
        assert piece.starts is not None
        others = np.flatnonzero(~known[at : at + len(piece.starts)])
        found += [chosen_bytes(piece.data, piece.starts, others)] if len(others) else []
        at += len(piece.starts)
    return b"".join(found)


def _parsed(data: bytes, rows: int, schema: pa.Schema) -> pa.Table | None:
    """Some of the lines as a table."""
    if not rows:
        return pa.Table.from_batches([], schema)  # empty_table would import pandas
    return parsed(data, schema, rows) if is_utf8(data) else None
