"""Folders of text files: each file is one document, byte for byte, its id the relative path."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from corpusqa.errors import SourceError
from corpusqa.readers.files import open_file, shown, why
from corpusqa.readers.listing import METADATA, POINTER_BYTES, refuse_pointer
from corpusqa.readers.model import PLACE, TEXT, Block, File, Trouble, Unit, kinds_of, whole_files
from corpusqa.readers.records import UTF16, is_utf16

KEY = "file_name"  # the column of metadata.jsonl that names the file, as in the folders of `datasets`


def columns(root: Path, files: Sequence[File], thorough: bool) -> dict[str, str]:
    """`id` and `text`, `source` where files lie in folders, and the columns of metadata.jsonl."""
    kinds = kinds_of(_metadata_of(root)[1].values())
    own = ["id", "text", "source"] if any("/" in file.path for file in files) else ["id", "text"]
    return dict.fromkeys(own, TEXT) | {name: kind for name, kind in kinds.items() if name not in own}


def glance(root: Path, file: File, names: Sequence[str], rows: int) -> Block:
    """The file, which is one row."""
    return read(root, Unit(0, (file.path,), 0, -1, file.bytes), names)


def plan(root: Path, files: Sequence[File], unit_bytes: int) -> list[Unit]:
    """Whole files, many to a unit; an empty file is an empty document."""
    return whole_files(files, unit_bytes)


def read(root: Path, unit: Unit, names: Sequence[str] | None, rows: Collection[int] | None = None) -> Block:
    """The files of a unit as rows; files that are not wanted are not opened."""
    known, metadata = _metadata_of(root)
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
        records.append({"id": name, "text": text, **folder, **dict.fromkeys(known), **metadata.get(name, {})})
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


def _metadata_of(root: Path) -> tuple[tuple[str, ...], dict[str, dict[str, Any]]]:
    path = root / METADATA
    return _metadata(path, path.stat().st_mtime_ns) if path.is_file() else ((), {})


@lru_cache(maxsize=2)
def _metadata(path: Path, changed: int) -> tuple[tuple[str, ...], dict[str, dict[str, Any]]]:
    """The columns of metadata.jsonl, and its rows by file name.

    Raises:
        SourceError: For a line that is not an object with a `file_name` of its own. This file describes every
            document, so that one that cannot be read whole must not be used in part.
    """
    rows: dict[str, dict[str, Any]] = {}
    names: dict[str, None] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode())
            key = row.pop(KEY)
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            raise SourceError(f"{path}:{number}: not a JSON object with the key {KEY!r}") from error
        if key in rows:
            raise SourceError(f"{path}:{number}: a second line for the same {KEY!r}")
        rows[key] = row
        names.update(dict.fromkeys(row))
    return tuple(names), rows
