"""From text to language: what is none is set aside, the script decides where it can, two models answer the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks.language import deciding
from corpusqa_checks.language.cache import tables
from corpusqa_checks.language.confidence import Evidence, confidence
from corpusqa_checks.language.names import differ, mixed_up
from corpusqa_checks.language.profile_nb import Scores, score
from corpusqa_checks.language.prose import Prose, prose
from corpusqa_checks.language.scripts import CLASSES, EAST_ASIAN, LETTER, SCRIPTS, class_of
from corpusqa_checks.language.votes import Vote, canonical

RESULT = {
    "label": pl.String,
    "confidence": pl.Float64,
    "status": pl.String,
    "candidates": pl.String,
    "script": pl.String,
    "letters": pl.Int64,
    "main": pl.String,
    "main_confidence": pl.Float64,
}
# Fewer letters than this say too little, whatever the models answer; East Asian letters count double.
FEW_LETTERS = 12
# Running text is mostly letters of words: below this share of the visible characters a text is no language.
LETTER_SHARE = 0.3

# An answer that rests on one model alone may keep only so much of the doubt that two that agree may.
ONE_MODEL = 0.5
# Of Chinese and Japanese the likelier one has to have this share of the evidence, whatever threshold is asked for.
ONE_SIDED = 0.75
# Letters of formulas stand alone or in pairs: at least this share of the letters of a language are in longer words.
WORDS_SHARE = 0.5
LONGER = re.compile(r"[^\W\d_]{3,}")
# Text that fills a layout until the real one comes; it reads as Latin.
FILLER = re.compile(r"(?i)lorem\s+ipsum|ipsum\s+dolor|dolor\s+sit\s+amet")

Voter = Callable[[Sequence[str]], list[Vote]]


@dataclass
class _Found:
    """The answers so far, one slot for each text."""

    label: list[str | None]
    confidence: list[float | None]
    status: list[str]
    candidates: list[str | None]
    main: list[str | None]
    main_confidence: list[float | None]


def detect(text: pl.Series, voter: Voter | None, threshold: float) -> pl.DataFrame:
    """The language of each text.

    Args:
        text: String, no nulls.
        voter: The second detector; None leaves every answer of the profiles with the status `single_model`.
        threshold: Answers with less confidence are withheld (`disputed`); those of one model alone need more.

    Returns:
        Columns of RESULT, one row per text. `status` is one of confident, single_model, disputed,
        unsupported_script, too_short, no_language; `label` is null but for the first two. Where the second detector
        finds another language in a large part of the text, that is disputed, too; `main` is then the label that the
        text has if only paragraphs of it are in that language, and `main_confidence` its confidence.
    """
    said = prose(text)
    read, counts = said.texts, said.counts
    letters = counts[:, LETTER:CLASSES].sum(axis=1)
    script = deciding.main_script(counts)
    count = len(read)
    nothing: list[None] = [None] * count
    found = _Found([*nothing], [*nothing], ["no_language"] * count, [*nothing], [*nothing], [*nothing])
    left = _gated(said, letters, found)
    left = _by_script(left, said, letters, threshold, found)
    _by_models(left, read, letters, voter, threshold, found)
    names = [SCRIPTS[number] if number >= 0 else None for number in script.tolist()]
    columns = {**vars(found), "script": names, "letters": letters}
    return pl.DataFrame(columns, schema=RESULT)


def _gated(said: Prose, letters: Ints, found: _Found) -> Ints:
    """The texts that go on; the others are no language, or too short to tell."""
    visible, listed = said.visible, said.listed
    asian = said.counts[:, [class_of(name) for name in EAST_ASIAN]].sum(axis=1)
    spoken = letters >= np.maximum(visible * LETTER_SHARE, 1)
    short = spoken & ~listed & (letters + asian < FEW_LETTERS)
    for place in np.flatnonzero(short).tolist():
        found.status[place] = "too_short"
    return np.flatnonzero(spoken & ~listed & ~short)


def _by_script(left: Ints, said: Prose, letters: Ints, threshold: float, found: _Found) -> Ints:
    """Answers where the script is the language; returns the texts that the models have to judge."""
    read = said.texts
    names, single, share = deciding.decided([read[place] for place in left.tolist()], said.counts[left], letters[left])
    formulas = [at for at in np.flatnonzero(names == "Greek").tolist() if _is_formula(read[left[at]])]
    names, single, share, left = (np.delete(values, formulas) for values in (names, single, share, left))
    decided = single != ""
    labels = single[decided].tolist()
    sure = confidence("script", labels, scripted(letters[left[decided]]).columns())
    bar = max(threshold, ONE_SIDED)
    for place, label, alone, part in zip(
        left[decided].tolist(), labels, sure.tolist(), share[decided].tolist(), strict=True
    ):
        found.candidates[place], found.confidence[place] = label, alone * part
        if part == 1 or alone * part >= bar:
            found.label[place], found.status[place] = label, "confident"
        else:
            _contest(place, label, alone, part, found)
    for place in left[names == ""].tolist():
        found.status[place] = "unsupported_script"
    return np.asarray(left[~decided & (names != "")], np.int64)


def _contest(place: int, label: str, alone: float, part: float, found: _Found) -> None:
    """No label for a text that may be Chinese or Japanese; its paragraphs may show which is that of the whole."""
    found.status[place], found.candidates[place] = "disputed", "zh ja" if label == "zh" else "ja zh"
    if part > 0.5:
        found.main[place], found.main_confidence[place] = label, alone


def _by_models(
    left: Ints, read: Sequence[str], letters: Ints, voter: Voter | None, threshold: float, found: _Found
) -> None:
    """Answers of naive Bayes, checked against the second detector."""
    texts = [read[place] for place in left.tolist()]
    if not texts:
        return
    votes = voter(texts) if voter else [Vote(None)] * len(texts)
    best, evidence = ranked(score(texts), votes, letters[left])
    firsts = [names[0] for names in best]
    pairs = zip(firsts, votes, strict=True)
    ways = ["agree" if vote.language == first else way(first, vote) for first, vote in pairs]  # most agree: no call
    labels = [
        first if how == "agree" else answer(first, vote, how)
        for first, vote, how in zip(firsts, votes, ways, strict=True)
    ]
    sure = confidences(ways, labels, evidence)
    one_model = threshold + (1 - threshold) * ONE_MODEL
    for place, value, how, label, vote, names in zip(left.tolist(), sure, ways, labels, votes, best, strict=True):
        if label == "la" and FILLER.search(read[place]):
            continue  # the status stays "no_language"
        found.candidates[place] = " ".join(names if how == "agree" else _candidates(label, vote, names))
        found.confidence[place] = value
        if how == "split" or value < (threshold if how == "agree" else one_model):
            found.status[place] = "disputed"
        elif vote.second is not None and not mixed_up(label, vote.second):
            _halve(place, vote, label, names, found)
        else:
            found.label[place] = label
            found.status[place] = "single_model" if how == "alone" else "confident"


def _halve(place: int, vote: Vote, label: str, names: Sequence[str], found: _Found) -> None:
    """No label for a text of two languages: which of them is that of the whole is a toss-up."""
    found.main[place], found.main_confidence[place] = label, found.confidence[place]
    found.confidence[place] = (found.main_confidence[place] or 0.0) / 2
    found.candidates[place] = " ".join(_candidates(label, Vote(vote.second), names))
    found.status[place] = "disputed"


def _is_formula(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return sum(map(len, LONGER.findall(text))) < WORDS_SHARE * letters


def _candidates(label: str, vote: Vote, best: Sequence[str]) -> list[str]:
    """At most three languages, likeliest first."""
    return list(dict.fromkeys(name for name in (label, vote.language, *best) if name))[:3]


def ranked(scores: Scores, votes: Sequence[Vote], letters: Ints) -> tuple[list[list[str]], Evidence]:
    """The three best languages of the profiles for each text, and the evidence for the first."""
    rows, left = np.arange(len(votes)), scores.nats.copy()
    order, top = [], []
    for _ in range(3):
        order.append(left.argmax(axis=1))
        top.append(left[rows, order[-1]])
        left[rows, order[-1]] = -np.inf
    names = _languages()[np.stack(order, axis=1)].tolist()
    evidence = Evidence(
        best=[row[0] for row in names],
        named=[vote.language or "" for vote in votes],
        margin=top[0] - top[1],
        typical=top[0] / np.maximum(scores.grams, 1),
        letters=letters.astype(np.float64),
        reliable=np.array([vote.reliable for vote in votes], np.float64),
        score=np.array([0.0 if vote.language is None else vote.score for vote in votes], np.float64),
    )
    return names, evidence


def scripted(letters: Ints) -> Evidence:
    """The evidence where the script decides: only the number of letters."""
    nothing = np.zeros(len(letters))
    none = [""] * len(letters)
    return Evidence(none, none, nothing, nothing, letters.astype(np.float64), nothing, nothing)


def way(best: str, vote: Vote) -> str:
    """How an answer comes about: see WAYS of confidence.py.

    A vote for a relative of the best profile's language (Bosnian for Croatian, Malay for Indonesian) decides nothing:
    no model tells them apart in a few lines.
    """
    if vote.language is None:
        return "alone"
    if vote.language == best:
        return "agree"
    return "split" if vote.language in _covered() or not differ(vote.language, best) else "outside"


def answer(best: str, vote: Vote, how: str) -> str:
    """The label that an answer found in this way has."""
    return vote.language if how == "outside" and vote.language else best


def confidences(ways: Sequence[str], labels: Sequence[str], evidence: Evidence) -> list[float]:
    """The calibrated confidence of each answer; that of a split vote is its way's own, mostly low."""
    values, columns = np.zeros(len(ways)), evidence.columns()
    kinds, named = np.array(ways), np.array(labels, dtype=object)
    for kind in set(ways):
        mine = kinds == kind
        values[mine] = confidence(kind, named[mine].tolist(), columns[mine])
    return list(values.tolist())


@cache
def _languages() -> deciding.Names:
    return np.array([canonical(name) or name for name in tables().languages], dtype=object)


@cache
def _covered() -> frozenset[str]:
    return frozenset(_languages().tolist())
