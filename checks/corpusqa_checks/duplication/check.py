"""The check `duplication`: its options and what it declares."""

from __future__ import annotations

import polars as pl
from corpusqa_checks.duplication.exact import exact
from corpusqa_checks.duplication.near import near
from corpusqa_checks.duplication.rewrite import REWRITE, SHARED_MATERIAL, rewrite

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

    `rewrite`: one text tells the story of the other in other words. Sentences of the shorter one, its quotations left
    out, are aligned with sentences of the longer one by the weight of the content stems that they share. The share of
    the weight that is aligned, times the share of neighbouring content stems that both have, is at least 0.30, and two
    or more sentences are aligned: they are the evidence. `shared_material` is the looser notion, from 0.15 on:
    background that stories repeat, notices made of one source. Sentences that stand word for word in more than five of
    the documents compared count for nothing. Both halves are meant to be looked at, not to drop by: they suggest no
    rule. They know ar, de, el, en, es, fr, hu, id, it, nl, pl, pt, ru, sv and uk, tell the language by its function
    words, and say nothing of other texts, of texts below 20 or above 20,000 words, and of translations. Near copies
    tell the same story too, if they are prose.

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
            "rewrite": Signal(pl.String, "cluster of documents that tell one story in other words"),
            "shared_material": Signal(pl.String, "cluster of documents that share parts of a story"),
        },
        labels={
            "exact": Label("the document has an exact copy", severity="warning"),
            "near": Label("the document has a near copy", severity="warning"),
            "rewrite": Label("another document tells the same in other words", severity="info"),
        },
        corpus={
            "exact": exact(),
            "near": near(threshold),
            "rewrite": rewrite(REWRITE),
            "shared_material": rewrite(SHARED_MATERIAL),
        },
        suggest={"one_of": ["duplication.exact", "duplication.near"]},
    )
