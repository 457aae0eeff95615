"""Half `exact`: the same text but for white space and case."""

from __future__ import annotations

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks._shared.characters import slices
from corpusqa_checks.duplication.evidence import PAIRS
from corpusqa_checks.duplication.mixing import GOLDEN, Hashes, as_keys, mix
from corpusqa_checks.duplication.words import Words, runs

from corpusqa.check import Batch, Buffers, Frame, Links


def exact() -> Links:
    """Documents with one key have equal sequences of runs of other than white space; the texts are then compared."""
    return Links(keys, verify)


def keys(batch: Batch) -> Frame:
    """One key per document that holds anything but white space."""
    rows, found = digests(batch.buffers)
    return pl.DataFrame({"row": rows, "key": as_keys(found)})


def digests(buffers: Buffers) -> tuple[Ints, Hashes]:
    """Texts that hold anything but white space, and a digest of each with white space and case folded."""
    rows, found = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for first, last in slices(buffers):
        said = runs(buffers, first, last)
        filled = np.flatnonzero(np.diff(said.offsets))
        rows.append(filled + first)
        found.append(_digests(said, filled))
    return np.concatenate(rows), np.concatenate(found)


def verify(batch: Batch, pairs: Frame) -> Frame:
    """The pairs whose folded texts are equal, compared character by character."""
    text = batch.text.to_frame("text").select(folded("text"))["text"]
    equal = text.gather(pairs["a"]) == text.gather(pairs["b"])
    return pairs.filter(equal).select("a", "b", similarity=pl.lit(1.0)).cast(PAIRS)


def folded(column: str) -> pl.Expr:
    """Strings in lower case, ς as σ, each run of white space one space, none at the ends."""
    low = pl.col(column).str.to_lowercase().str.replace_all("ς", "σ", literal=True)
    return low.str.replace_all(r"\s+", " ").str.strip_chars(" ")


def _digests(said: Words, filled: Ints) -> Hashes:
    """A digest of the sequence of runs of each document in `filled`: each run is mixed with its place and summed."""
    if not len(filled):
        return np.zeros(0, np.uint64)
    count = np.diff(said.offsets)
    place = np.arange(len(said.hashes)) - np.repeat(said.offsets[:-1], count)
    placed = mix(said.hashes ^ (place.view(np.uint64) * GOLDEN))
    digests = np.add.reduceat(placed, said.offsets[filled])
    return mix(digests + count[filled].view(np.uint64) * GOLDEN)
