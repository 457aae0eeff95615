"""Words of a text, counted the same way wherever a share is measured by words."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
import pyarrow as pa
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks._shared.signs import Signs, runs_of, with_any

from corpusqa.check import Batch

# Scripts written without spaces: each character counts as one word.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}"
_WORD = rf"[{UNSPACED}]|[^\s{UNSPACED}]+"
# A character for each first byte of theirs in UTF-8.
_LEADING = "".join(chr(start) for start in (0x0E01, 0x2E80, *range(0x3001, 0xA000, 0x1000), 0xF900, 0x20000))


def word_count(text: pl.Expr) -> pl.Expr:
    """Words of each string: runs of non-white-space; Han, kana and Thai characters one each. Int64."""
    # the plain run is four times as fast, and most lines hold no such character
    odd = text.str.contains(rf"[{UNSPACED}]")
    return pl.when(odd).then(text.str.count_matches(_WORD)).otherwise(text.str.count_matches(r"\S+")).cast(pl.Int64)


def unspaced(texts: pl.Series, signs: Signs) -> Bools:
    """Which texts, not empty and with these signs, have characters that are words of their own."""
    odd = with_any(signs, _LEADING)
    odd[odd] = texts.filter(odd).str.contains(rf"[{UNSPACED}]")
    return odd


def words_of(texts: pl.Series, signs: Signs, odd: Bools) -> Ints:
    """Words of each text, as in `word_count`, when it is known which are `unspaced`."""
    words = runs_of(texts, signs)
    words[odd] = texts.filter(odd).str.count_matches(_WORD)
    return words


def written_forms(words: Iterable[str]) -> set[str]:
    """The words in the cases in which they are written, for patterns that are searched in unfolded text."""
    return {form for word in words for form in (word, word.capitalize(), word.upper())}


# What a byte of ASCII is folded to: capitals are small, signs are spaces; other bytes stay.
_ASCII = bytes(ord(chr(b).lower()) if chr(b).isalnum() else 32 for b in range(128)) + bytes(range(128, 256))
# Letters that NFKC leaves alone, and that are one in lower case; texts of nothing else are spared what follows.
_STABLE = (
    r"^[\x00-\xff\u0100-\u012f\u0131-\u017e\u0391-\u03ce\u0400-\u04ff\u05d0-\u05ea\u0621-\u064a\u2010-\u205e"
    r"\u3001-\u3011\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*$"
)
# Marks without width that part no words: soft hyphens, joiners, marks of direction and of the byte order.
_HIDDEN = r"[\u00ad\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
# Everything but letters, marks and digits, single spaces left out: those are what it becomes.
_SIGNS = r"[^\p{L}\p{M}\p{N} ][^\p{L}\p{M}\p{N}]*| [^\p{L}\p{M}\p{N}]+"


def folded(text: pl.Series) -> pl.Series:
    """NFKC, lower case, everything but letters, marks and digits one space, a space before and after.

    So " by " means the whole word, and a stem with a leading space the beginning of one.
    """
    low = _ascii_folded(" " + text + " ")
    wide = (low.str.len_bytes() != low.str.len_chars()).arg_true()
    return low.scatter(wide, _wide_folded(low.gather(wide))) if len(wide) else low


def _ascii_folded(text: pl.Series) -> pl.Series:
    """ASCII capitals made small, runs of ASCII signs and spaces one space: on the bytes of all texts at once."""
    buffers = Batch(pl.DataFrame({"text": text})).buffers
    data = np.frombuffer(buffers.data.tobytes().translate(_ASCII), np.uint8)
    kept = data != 32
    kept[1:] |= data[:-1] != 32
    kept[buffers.offsets[:-1]] = True
    widths = np.add.reduceat(kept, buffers.offsets[:-1], dtype=np.int64) if len(text) else kept.astype(np.int64)
    offsets = np.append(0, np.cumsum(widths))
    parts = [None, pa.py_buffer(offsets), pa.py_buffer(data[kept])]
    return pl.Series(pa.Array.from_buffers(pa.large_string(), len(text), parts), dtype=pl.String)


def _wide_folded(low: pl.Series) -> pl.Series:
    """The rest of the folding, for texts with characters beyond ASCII."""
    hidden = low.str.contains(_HIDDEN).arg_true()
    if len(hidden):
        low = low.scatter(hidden, low.gather(hidden).str.replace_all(_HIDDEN, ""))
    low = low.str.to_lowercase()
    odd = (~low.str.contains(_STABLE)).arg_true()
    if len(odd):
        # the dot that lower case adds to a Turkish capital
        other = low.gather(odd).str.normalize("NFKC").str.to_lowercase().str.replace_all("\u0307", "", literal=True)
        low = low.scatter(odd, other)
    signs = low.str.contains(_SIGNS).arg_true()
    return low.scatter(signs, low.gather(signs).str.replace_all(_SIGNS, " "))
