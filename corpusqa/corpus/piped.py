"""Standard input: what it is, by how it begins, and a copy of it that can be read like a file."""

from __future__ import annotations

import csv
import shutil
import sys
from pathlib import Path

from corpusqa.corpus.names import NAMES
from corpusqa.corpus.splits import Copied
from corpusqa.errors import EmptyCorpus
from corpusqa.readers.listing import refuse_pointer
from corpusqa.readers.streams import BOM, beginning

SNIFF = 1 << 16  # bytes that are looked at
KINDS = (  # how streams begin -> the ending of a file of that kind
    (b"PAR1", ".parquet"),
    (b"ARROW1", ".arrow"),
    (b"\xff\xff\xff\xff", ".arrow"),
    (b"{", ".jsonl"),
    (b"[", ".json"),
)
GOES_ON = (b"{", b"[", b",")  # ends of the first line of an object that takes several
ROWS_IN_TEXT = (".jsonl", ".json", ".csv", ".tsv")  # what is read packed
DELIMITERS = {",": ".csv", "\t": ".tsv", ";": ".csv"}


def spool_stdin(folder: Path) -> Copied:
    """Copy standard input into a file whose ending says what it is: rows where it begins like rows, else one text.

    Raises:
        EmptyCorpus: If there is nothing in it: what a program sends that failed is not an empty text.
        CannotEvaluate: If it stands for data that was not downloaded.
    """
    stream = sys.stdin.buffer
    head = stream.read(SNIFF)
    if len(head) < SNIFF and not head.removeprefix(BOM).strip():
        raise EmptyCorpus("standard input is empty; did the program before it in the pipe fail?")
    refuse_pointer(head[:64], "standard input")
    with (folder / f"stdin{ending(head)}").open("wb") as copy:
        copy.write(head)
        shutil.copyfileobj(stream, copy)
    return Copied()


def ending(head: bytes) -> str:
    """The ending of a file that begins like this; of a packed one by what is packed, rows in text if nothing tells."""
    packed, first = beginning(head)
    found = _kind(first)
    if not packed:
        return found or ".txt"
    return f"{found if found in ROWS_IN_TEXT else '.jsonl'}{packed}"


def _kind(head: bytes) -> str:
    begins = head.removeprefix(BOM).lstrip()
    found = (ending for mark, ending in KINDS if head.startswith(mark) or begins.startswith(mark))
    kind = next(found, "") or _delimited(begins)
    return ".json" if kind == ".jsonl" and begins.partition(b"\n")[0].rstrip().endswith(GOES_ON) else kind


def _delimited(begins: bytes) -> str:
    """`.csv` or `.tsv` where the first line names columns, one of texts among them; a comma in prose has a space."""
    first = begins.decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    for delimiter, ending in DELIMITERS.items():
        cells = next(csv.reader([first], delimiter=delimiter), [])
        named = len(cells) > 1 and all(cell and cell == cell.strip() for cell in cells)
        if named and not {cell.lower() for cell in cells}.isdisjoint(NAMES["text"]):
            return ending
    return ""
