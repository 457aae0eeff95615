"""Readers: one module per format, loaded when a source has it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import cast

from corpusqa.readers.model import UNIT_BYTES, Block, File, Reader, Trouble, Unit

__all__ = ["MODULES", "UNIT_BYTES", "Block", "File", "Reader", "Trouble", "Unit", "read_ids", "reader"]

MODULES = {
    "text": "corpusqa.readers.plain",
    "jsonl": "corpusqa.readers.jsonl",
    "json": "corpusqa.readers.json_files",
    "csv": "corpusqa.readers.delimited",
    "parquet": "corpusqa.readers.parquet",
    "arrow": "corpusqa.readers.arrow",
}


def reader(name: str) -> Reader:
    """The reader of a format."""
    return cast("Reader", import_module(MODULES[name]))


def read_ids(name: str, root: Path, unit: Unit, column: str) -> Block:
    """The rows of a unit with one column, by which they are told apart, at as little cost as the format allows.

    A row that cannot be read may be among them with the value that stands in that column, which follows from the row
    alone: where a unit begins, and what else is in it, decides nothing.
    """
    find = getattr(import_module(MODULES[name]), "ids", None)
    if find is None or "." in column:  # which may lead into a nested column
        return reader(name).read(root, unit, [column, column.partition(".")[0]])
    return cast("Block", find(root, unit, column))
