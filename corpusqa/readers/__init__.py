"""Readers: one module per format, loaded when a source has it."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from corpusqa.readers.model import UNIT_BYTES, Block, File, Reader, Trouble, Unit

__all__ = ["MODULES", "UNIT_BYTES", "Block", "File", "Reader", "Trouble", "Unit", "reader"]

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
