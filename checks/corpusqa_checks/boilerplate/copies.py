"""Which documents of a site are near copies of one page, so that a main line that they share counts once.

A page is known by the paragraphs of its main text, each by its beginning, so that a changed figure makes no other page
of it. Small hashes of the set (MinHash) are taken in pairs: documents of one pair in common are copies; with four pairs
documents that share nine paragraphs in ten are tied all but always, with one in ten hardly ever (4 %).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.hashing import string_hashes

from corpusqa.check import Frame

PARAGRAPH = 60  # characters from which a line of the main text is a paragraph
BEGINNING = 100  # characters by which it is known
BANDS = ("band_1", "band_2", "band_3", "band_4")
# Odd multipliers, two for each band: multiples of the golden ratio in 64 bits.
_FACTORS = [np.uint64(((2 * n + 3) * 0x9E3779B97F4A7C15) % (1 << 64) | 1) for n in range(2 * len(BANDS))]
_ROUNDS = 16  # steps along a chain of copies, each of which resembles the next
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


def bands(lines: Frame, texts: pl.Series) -> Frame:
    """The hashes BANDS of each document.

    Args:
        lines: Lines of the main text: `row` (position in `texts`), ascending, and `text`.
        texts: The documents; one without a paragraph is known by its whole text.

    Returns:
        `row` and an Int32 column for each band.
    """
    text = pl.col("text").str.strip_chars()
    paragraphs = lines.filter(text.str.len_chars() >= PARAGRAPH).select("row", text.str.slice(0, BEGINNING))
    row = paragraphs["row"].to_numpy()
    bare = np.setdiff1d(np.arange(len(texts)), row)
    whole = string_hashes(texts.gather(bare)).to_numpy()
    found = {name: np.zeros(len(texts), np.int32) for name in BANDS}  # half a hash: every line of a corpus has a row
    pairs = _pairs(string_hashes(paragraphs["text"]).to_numpy().view(np.uint64), row)
    for name, hashes in zip(BANDS, pairs, strict=True):
        found[name][np.unique(row)], found[name][bare] = hashes.astype(np.int32), whole.astype(np.int32)
    return pl.DataFrame({"row": np.arange(len(texts))} | found)


def _pairs(hashes: Words, row: Ints) -> list[Words]:
    """For each band a hash of two MinHashes of the hashes of each row."""
    starts = np.flatnonzero(np.append(True, row[1:] != row[:-1])[: len(row)])
    if not len(starts):
        return [hashes] * len(BANDS)
    least = [np.minimum.reduceat((hashes * factor) ^ (hashes >> np.uint64(29)), starts) for factor in _FACTORS]
    return [one * _FACTORS[0] + other for one, other in zip(least[::2], least[1::2], strict=True)]


def near_copies(documents: Frame) -> Frame:
    """Which documents are copies of one page.

    Args:
        documents: Each document once: `site`, `doc` and BANDS.

    Returns:
        `doc`, `copy` (the smallest document of its copies).
    """
    found = documents.with_columns(copy="doc")
    for _ in range(_ROUNDS):
        before = found["copy"]
        for name in BANDS:
            found = found.with_columns(pl.col("copy").min().over("site", name))
        if found["copy"].equals(before):
            break
    return found.select("doc", "copy")
