"""The check `duplication`: its options and what it declares."""

from __future__ import annotations

import polars as pl
from corpusqa_checks.duplication.exact import exact
from corpusqa_checks.duplication.near import near

from corpusqa.check import Check, Label, Signal

# Jaccard similarity of 5-word shingles from which two texts count as copies: about one changed word in forty.
THRESHOLD = 0.8


def duplication(*, threshold: float = THRESHOLD) -> Check:
    r"""Documents that repeat other documents.

    `exact`: equal texts once white space and case are folded; white space only is never a copy.

    `near`: the sets of 5-word shingles of the main texts have a Jaccard similarity of at least `threshold` (a number
    from 0.5 to 1). Words are `\w+` of the lower-cased text, each Han, kana and Thai character a word of its own. The
    main text leaves out what other selected checks call boilerplate, so that shared page furniture neither makes nor
    hides a copy; below 20 words of it nothing is said. Candidates come from MinHash sketches (128 bins, bands that find
    a pair at the threshold with a probability of at least .999), and every pair is then compared by all its shingles:
    none is reported on an estimate. Exact copies are near copies too (similarity 1), therefore a cluster of `near`
    holds the whole family.

    A signal is the name of the document's cluster, null outside one. Members of a cluster are tied by verified pairs;
    two of them may lie further apart than the threshold. To keep one document of each cluster:
    `one_of = ["duplication.exact", "duplication.near"]`.
    """
    if not 0.5 <= threshold <= 1:
        raise ValueError(f"duplication: threshold is a Jaccard similarity from 0.5 to 1, not {threshold}")
    return Check(
        signals={
            "exact": Signal(pl.String, "cluster of documents that are equal but for white space and case"),
            "near": Signal(pl.String, "cluster of documents that are nearly equal"),
        },
        labels={
            "exact": Label("the document has an exact copy", severity="warning"),
            "near": Label("the document has a near copy", severity="warning"),
        },
        corpus={"exact": exact(), "near": near(threshold)},
        suggest={"one_of": ["duplication.exact", "duplication.near"]},
    )
