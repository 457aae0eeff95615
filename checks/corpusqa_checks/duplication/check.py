"""The check `duplication`: its options and what it declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import polars as pl
from corpusqa_checks.duplication.contained import CONTAINMENT, MOST_DOCUMENTS, contained, passage
from corpusqa_checks.duplication.exact import exact
from corpusqa_checks.duplication.long import long
from corpusqa_checks.duplication.near import near
from corpusqa_checks.duplication.prompts import same_prompt
from corpusqa_checks.duplication.reference import reference
from corpusqa_checks.duplication.rewrite import REWRITE, SHARED_MATERIAL, shared_material
from corpusqa_checks.duplication.roles import View, compared, nothing_compared, on
from corpusqa_checks.duplication.splits import splits
from corpusqa_checks.duplication.template import template
from corpusqa_checks.duplication.winnow import RUN

from corpusqa.check import Among, Check, Label, Signal

# Jaccard similarity of 5-word shingles from which two texts count as copies: about one changed word in forty.
THRESHOLD = 0.8
# Halves that run only when asked for: on corpora of templated pages it costs more than all the others together.
ON_REQUEST = ("passage",)


def duplication(
    *,
    threshold: float = THRESHOLD,
    passage_words: int = RUN,
    parts: Sequence[str] = (),
    also: Sequence[str] = (),
) -> Check:
    r"""Documents that repeat other documents.

    `exact`: equal texts once white space and case are folded; white space only is never a copy.

    Case is folded character by character, where the small letter takes as many bytes in UTF-8 as the capital. That
    leaves out 25 capitals, among them İ, ẞ, Ⱥ, Ⱦ and the signs for kelvin, ohm and angstrom: words with them are
    other words than those in small letters. Accents stay (ΟΔΟΣ is οδος, not οδός), final ς is σ, ß is not ss. Marks
    that combine with a letter end a word, as in Python's `\w`, and so does NUL.

    `near`: the sets of 5-word shingles of the main texts have a Jaccard similarity of at least `threshold` (a number
    from 0.5 to 1). Words are `\w+` of the lower-cased text, each Han, kana and Thai character a word of its own. The
    main text leaves out what other selected checks call boilerplate, so that shared page furniture neither makes nor
    hides a copy; below 20 words of it nothing is said. Candidates come from MinHash sketches (128 bins, bands that find
    a pair at the threshold with a probability of at least .999), and every pair is then compared by all its shingles:
    none is reported on an estimate. Exact copies are near copies too (similarity 1), therefore a cluster of `near`
    holds the whole family.

    `contained`: one main text holds at least 0.8 of the other's 8-word shingles, wherever they stand. `passage` (with
    `also = ["passage"]`): two main texts have a verbatim run of `passage_words` words or more in common (at least 23:
    all of these are found); the evidence is the runs, the similarity the share of the shorter text that they cover; a
    run that goes on behind text that is left out is shown in pieces. Text that more than 24 documents share makes
    neither: the 0.8 are to be reached without it and the 15 words on either side, too, and so many neighbouring words
    of a run are to lie outside of it. `template` marks such text, as lines of five words and more that stand in more
    than 24 different documents (exact copies count once), with the number of documents. `cut =
    ["duplication.template"]` takes it out.

    `split_leakage`: the document's cluster in `exact`, `near` or `contained` has members in another split;
    it is said where no pair of its own ties the document to it, but others between.

    `rewrite`: one text tells the story of the other in other words. Sentences of the shorter one, its quotations
    left out, are aligned with sentences of the longer one by the weight of the content stems that they share. The
    share of the weight that is aligned, times the share of neighbouring content stems that both have, is at least
    0.27, and two or more sentences are aligned: they are the evidence. `shared_material` is the looser notion, from
    0.15 on: background that stories repeat, notices made of one source.

    Pages of manuals and catalogues are forms that agree in their sentences and differ in what was filled in. So only
    told text is compared: documents of which two thirds are sentences, without tables, code and markup. A sentence
    whose frame, without names and figures, stands in more than five different told documents counts for nothing
    between two of them; half of the text has to be left. Where two sentences differ in little but names, things and
    figures in each other's place, what was replaced counts eight times against the pair. And both texts have to name
    what the aligned sentences speak of, and not give other figures throughout. Equal texts are `exact` and no
    retelling.

    Both halves are meant to be looked at, not to drop by: they suggest no rule. They know ar, de, el, en, es, fr,
    hu, id, it, nl, pl, pt, ru, sv and uk, tell the language by its function words, and say nothing of other texts,
    of texts below 20 or above 20,000 words (`long` counts these), and of translations. Near copies tell the same
    story too, if they are told and no more than five; of more than 24 near copies of one story no retelling is found,
    since what they share is a template's.

    `reference` (with `--against REFERENCE`, an evaluation set or private test items): the document holds half or more
    of the 8-word shingles of an item, or of one part of it such as question or answer. Shingles that more than three
    different items share are instructions of the set and do not count; items below 8 words cannot be compared. The
    evidence is the passages. It judges the whole text.

    Chats: `near`, `contained`, `passage`, `rewrite` and `shared_material` leave out the system prompt, which repeats in
    every row. With `parts = ["user"]` they compare the named roles alone, as the source names them; text without a role
    is always compared, and `not_compared` marks rows with roles but none of the named ones: is a name misspelt?
    `same_prompt`: the prompts of two rows are equal once white space and case are folded, and the answers differ.

    A signal is the name of the document's cluster, null outside one. Members of a cluster are tied by verified pairs;
    two of them may lie further apart than the threshold.

    Why it matters: what is repeated is learned by heart and weighs more than anybody meant; a copy in the test split
    turns an evaluation into a test of memory.

    Example: the story of an agency, word for word in two papers, under another headline in the second.

    False alarms: documents made from one form that were filled in nearly alike. Look at the pairs side by side.

    How to act: `one_of = ["duplication.exact", "duplication.near"]` keeps one document of each cluster.

    Options:
        threshold: Jaccard similarity from which texts are near copies, 0.5 to 1.
        passage_words: Words of the shortest run of `passage`, at least 23.
        parts: Roles that are compared, as the source names them; without any, all but the system prompt.
        also: Halves that run only when they are named: "passage".
    """
    if not 0.5 <= threshold <= 1:
        raise ValueError(f"threshold is a Jaccard similarity from 0.5 to 1, not {threshold}")
    if passage_words < RUN:
        raise ValueError(f"passage_words is at least {RUN}: shorter runs are not always found; not {passage_words}")
    if not set(also) <= set(ON_REQUEST):
        raise ValueError(f"also takes {' and '.join(ON_REQUEST)}, not {', '.join(sorted(set(also) - set(ON_REQUEST)))}")
    every = _every(threshold, passage_words, compared(tuple(parts)))
    off = set(ON_REQUEST) - set(also)
    signals = {name: signal for name, signal in every.signals.items() if name not in off}
    corpus = {name: half for name, half in every.corpus.items() if name not in off}
    measure = partial(nothing_compared, parts=tuple(parts)) if parts else None
    return replace(every, signals=signals, corpus=corpus, measure=measure)


def _every(threshold: float, passage_words: int, view: View) -> Check:
    """The check with all its halves."""
    return Check(
        signals={
            "exact": Signal(pl.String, "cluster of documents that are equal but for white space and case"),
            "near": Signal(pl.String, "cluster of documents that are nearly equal"),
            "contained": Signal(pl.String, "cluster of documents of which one holds another"),
            "passage": Signal(pl.String, "cluster of documents with verbatim passages in common"),
            "rewrite": Signal(pl.String, "cluster of documents that tell one story in other words"),
            "shared_material": Signal(pl.String, "cluster of documents that share parts of a story"),
            "reference": Signal(pl.Int64, "items of the reference that the document holds"),
            "same_prompt": Signal(pl.String, "cluster of chat rows that answer one prompt in different ways"),
        },
        labels={
            "exact": Label("the document has an exact copy", severity="warning"),
            "near": Label("the document has a near copy", severity="warning"),
            "contained": Label("the document holds another, or is held by one", severity="info"),
            "template": Label("a line that many documents hold", line=True),
            "not_compared": Label(
                "no part of the document bears a role that the option parts names", severity="warning"
            ),
            "long": Label("the document is too long to be compared sentence by sentence"),
            "split_leakage": Label("the document has a copy in another split", severity="error"),
            "rewrite": Label("another document tells the same in other words", severity="info"),
            "reference": Label("a passage of an item of the reference", severity="error"),
            "same_prompt": Label("another row has the same prompt and a different answer", severity="info"),
        },
        corpus={
            "exact": exact(),
            "near": on(view, near(threshold)),
            "contained": on(view, contained(CONTAINMENT)),
            "passage": on(view, passage(passage_words)),
            "template": template(MOST_DOCUMENTS),
            "long": long(),
            "shared_material": on(view, shared_material(SHARED_MATERIAL)),
            "rewrite": Among("shared_material", REWRITE),
            "same_prompt": same_prompt(),
            "reference": reference(),
            "splits": splits("duplication.exact", ("duplication.near", "duplication.contained")),
        },
        suggest={"one_of": ["duplication.exact", "duplication.near"], "cut": ["duplication.template"]},
    )
