"""Text that was decoded with the wrong encoding, as ftfy's badness heuristic sees it."""

from __future__ import annotations

import re

import polars as pl
from corpusqa_checks.text.patterns import MOJIBAKE_GATE

from corpusqa.check import Batch, Frame

# White space of Python without U+0085: in text that was decoded wrongly this is what was an ellipsis.
SPACE = "".join(chr(at) for at in range(0x3001) if chr(at).isspace() and at != 0x85)
FOUND = {"row": pl.Int64, "count": pl.Int64, "start": pl.Int64, "end": pl.Int64}


def mojibake(batch: Batch) -> Frame:
    """Documents with garbled sequences.

    Returns:
        `row`, `count` (sequences that ftfy calls unlikely in any text), `start` and `end` (code points) of the first.
    """
    passing = batch.text.str.contains(MOJIBAKE_GATE).arg_true().to_list()
    if not passing:
        return pl.DataFrame(schema=FOUND)
    from ftfy.badness import BADNESS_RE

    rows = []
    for row in passing:
        # replacement characters are counted as what they are: lost, not wrongly decoded
        found = [match for match in BADNESS_RE.finditer(batch.text[row]) if "\ufffd" not in match[0]]
        if found:
            rows.append((row, len(found), *_without_space(found[0])))
    return pl.DataFrame(rows, schema=FOUND, orient="row")


def _without_space(match: re.Match[str]) -> tuple[int, int]:
    """The place of a match; the white space around it belongs to other lines or parts."""
    start, end = match.span()
    found = match[0]
    return start + len(found) - len(found.lstrip(SPACE)), end - len(found) + len(found.rstrip(SPACE))
