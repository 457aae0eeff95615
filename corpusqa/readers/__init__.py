"""Readers: one module per format, loaded when a source has it."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from corpusqa.readers.model import UNIT_BYTES, Block, File, Reader, Trouble, Unit

__all__ = ["MODULES", "UNIT_BYTES", "Block", "File", "Reader", "Trouble", "Unit", "reader"]

MODULES = {
    "jsonl": "corpusqa.readers.jsonl",
    "text": "corpusqa.readers.plain",
    "parquet": "corpusqa.readers.parquet",
}


def reader(name: str) -> Reader:
    """The reader of a format."""
    return cast("Reader", import_module(MODULES[name]))
