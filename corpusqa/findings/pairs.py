"""Two documents of a cluster side by side: what ties them together, in masked excerpts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from corpusqa.findings.excerpt import Private, from_word, stretch, to_word
from corpusqa.findings.hidden import Hidden
from corpusqa.findings.neutral import neutral
from corpusqa.scan.model import CheckInfo

PIECES = pl.List(pl.Struct({"a": pl.String, "b": pl.String, "score": pl.Float64}))
PAIRS: dict[str, Any] = {"half": pl.String, "a": pl.Int64, "b": pl.Int64, "similarity": pl.Float64, "pieces": PIECES}
PIECES_SHOWN = 5  # aligned passages of a pair, the best first
LONGEST_PIECE = 400  # code points of an aligned passage on each side
BEFORE, WINDOW = 160, 640  # code points before the first difference, and of the whole window, on each side


def compare(
    pairs: pl.DataFrame,
    documents: pl.DataFrame,
    spans: pl.DataFrame,
    checks: Mapping[str, CheckInfo],
    failures: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The pairs with passages of both documents.

    Args:
        pairs: Columns of EDGES.
        documents: Columns `doc` and `text` of every document of a pair.
        spans: Columns of SPANS, of these documents; private ones are masked.
        checks: The selected checks by name.
        failures: Columns of FAILURES.

    Returns:
        Columns of PAIRS, in the order of the pairs: the aligned passages where the evidence has some, else the place
        where the texts begin to differ; no piece where they are equal.
    """
    hidden = Hidden.of(spans, checks, failures)
    texts = dict(documents.select("doc", "text").iter_rows())
    rows = []
    for half, a, b, similarity, evidence in pairs.select("half", "a", "b", "similarity", "evidence").iter_rows():
        both = [(texts[doc], hidden.in_document(doc, texts[doc])) for doc in (a, b)]
        pieces = _aligned(both, evidence) if evidence else _difference(both)
        rows.append((half, a, b, similarity, list(pieces)))
    return pl.DataFrame(rows, schema=PAIRS, orient="row")


def _aligned(both: list[tuple[str, Private | None]], evidence: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    best = sorted(evidence, key=lambda piece: (-(piece["score"] or 0.0), piece["a_start"]))[:PIECES_SHOWN]
    for piece in sorted(best, key=lambda piece: piece["a_start"]):
        sides = {}
        for side, (text, private) in zip("ab", both, strict=True):
            start = piece[f"{side}_start"]
            sides[side] = neutral(stretch(text, start, min(piece[f"{side}_end"], start + LONGEST_PIECE), private))
        yield {**sides, "score": piece["score"]}


def _difference(both: list[tuple[str, Private | None]]) -> Iterable[dict[str, Any]]:
    (first, _), (second, _) = both
    same = common_prefix(first, second)
    if same == len(first) == len(second):
        return
    start = max(same - BEFORE, 0)
    sides = []
    for text, private in both:
        piece = stretch(text, start, min(start + WINDOW, len(text)), private)
        sides.append(neutral(to_word(from_word(piece, start > 0), start + WINDOW < len(text))))
    yield {"a": sides[0], "b": sides[1], "score": None}


def common_prefix(first: str, second: str) -> int:
    """Number of code points that two texts have in common at their beginning."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
