"""Folders of text files: each file is one document, byte for byte, its id the relative path."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from posixpath import normpath
from typing import Any

import polars as pl

from corpusqa.errors import SourceError
from corpusqa.readers.files import open_file, shown, why
from corpusqa.readers.listing import METADATA, POINTER_BYTES, refuse_pointer
from corpusqa.readers.model import PLACE, TEXT, Block, File, Trouble, Unit, kinds_of, whole_files
from corpusqa.readers.records import UTF16, Bad, is_utf16, parse
from corpusqa.readers.streams import BOM

KEY = "file_name"  # the column of metadata.jsonl that names the file, as in the folders of `datasets`
OWN_TEXT = "metadata_text"  # what a column `text` of metadata.jsonl is called; `datasets` leaves such a column out


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """`id` and `text`, `source` where files lie in folders, and the columns of metadata.jsonl."""
    kinds = kinds_of(_metadata_of(root).rows.values())
    own = ["id", "text", "source"] if any("/" in file.path for file in files) else ["id", "text"]
    return dict.fromkeys(own, TEXT) | {name: kind for name, kind in kinds.items() if name not in own}


def metadata_note(root: Path, files: Sequence[File]) -> str | None:
    """Which documents metadata.jsonl describes and what of it is called otherwise; None where there is none."""
    metadata = _metadata_of(root)
    if not metadata.rows:
        return None
    matched = sum(shown(file.path) in metadata.rows for file in files)
    stray = len(metadata.rows) - matched
    said = f"{METADATA} describes {matched:,} of {len(files):,} documents"
    if stray:
        said += (
            f"; {stray:,} of its {len(metadata.rows):,} lines name no document (a {KEY!r} is a path from this folder)"
        )
    if metadata.renamed:
        said += f"; its column 'text' is {metadata.renamed!r} here, the text of a document being that of its file"
    return said


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The file, which is one row."""
    return read(root, Unit(0, (file.path,), 0, -1, file.bytes), names)


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Whole files, many to a unit; an empty file is an empty document."""
    return whole_files(files, unit_bytes)


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The files of a unit as rows; files that are not wanted are not opened."""
    metadata = _metadata_of(root)
    records: list[dict[str, Any]] = []
    place: list[tuple[int, str, None, None]] = []
    troubles: list[Trouble] = []
    for row, path in enumerate(unit.files):
        if rows is not None and row not in rows:
            continue
        name = shown(path)
        text = _text(root, path, row)
        if isinstance(text, Trouble):
            troubles.append(text)
            continue
        folder = {"source": path.split("/")[0]} if "/" in path else {}
        own = {"id": name, "text": text, **folder}  # hold where metadata say nothing else
        said = {key: value for key, value in metadata.rows.get(name, {}).items() if value is not None}
        records.append({**dict.fromkeys(("id", "text", *folder, *metadata.columns)), **own, **said})
        place.append((row, name, None, None))
    return Block(len(unit.files), pl.DataFrame(place, schema=PLACE, orient="row"), records, troubles=troubles)


def _text(root: Path, path: str, row: int) -> str | Trouble:
    try:
        with open_file(root / path) as stream:
            data = stream.read()
    except OSError as error:
        return Trouble(row, shown(path), None, None, why(error))
    if len(data) < POINTER_BYTES:
        refuse_pointer(data, str(root / path))
    if is_utf16(data):
        return Trouble(row, shown(path), None, 0, UTF16)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return Trouble(row, shown(path), None, error.start, "not valid UTF-8")


@dataclass(frozen=True)
class _Metadata:
    """What metadata.jsonl says: its columns, its rows by file name, and what its column `text` is called here."""

    columns: tuple[str, ...] = ()
    rows: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    renamed: str = ""


def _metadata_of(root: Path) -> _Metadata:
    path = root / METADATA
    return _metadata(path, path.stat().st_mtime_ns) if path.is_file() else _Metadata()


@lru_cache(maxsize=2)
def _metadata(path: Path, changed: int) -> _Metadata:
    """The content of metadata.jsonl.

    Raises:
        SourceError: For a line that is not an object with a `file_name` of its own. This file describes every
            document, so that one that cannot be read whole must not be used in part.
    """
    lines = [(number, line) for number, line in enumerate(path.read_bytes().split(b"\n"), 1) if line.strip()]
    rows: dict[str, dict[str, Any]] = {}
    for number, line in lines:
        try:
            row = parse(line.removeprefix(BOM))
        except Bad as bad:
            raise SourceError(f"{path}:{number}: {bad}") from bad
        key = row.pop(KEY, None)
        if not isinstance(key, str):
            raise SourceError(f"{path}:{number}: not a JSON object with the key {KEY!r}, the path of a file")
        key = normpath(key)
        if key in rows:
            raise SourceError(f"{path}:{number}: a second line for the same {KEY!r}")
        rows[key] = row
    names = dict.fromkeys(name for row in rows.values() for name in row)
    if "text" not in names:
        return _Metadata(tuple(names), rows)
    free = next(name for name in (OWN_TEXT + "_" * i for i in count()) if name not in names)
    renamed = {key: {free if name == "text" else name: row[name] for name in row} for key, row in rows.items()}
    return _Metadata(tuple(free if name == "text" else name for name in names), renamed, free)
