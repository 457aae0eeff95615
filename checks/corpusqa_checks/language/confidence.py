"""How often an answer is right: a logistic curve for each way in which the answer came about.

P(right) = 1 / (1 + exp(-(curve . features + bias[label]))). The features are those of `Evidence.columns`; the bias says
how often an answer of this label is really a smaller relative that no model knows (Somali for the languages around it).
All numbers are fitted by benchmarks/fit_language.py on the train split of the development data; confidence.json records
the fit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# The script alone; both models agree; the vote names a language that the profiles lack; the profiles alone; the vote
# names another one that they have, or a relative.
WAYS = ("script", "agree", "outside", "alone", "split")

# log(1 + score) of CLD2 for most languages, for those of which too few texts are known.
USUAL_VOTE = 6.5


@dataclass(frozen=True)
class Evidence:
    """What the curves look at, one value per text.

    Attributes:
        best: The best profile, "" where the script decided.
        named: What the second detector says, "" for nothing.
        margin: Nats by which it leads the second.
        typical: Nats per n-gram under it; text of that language has 4 to 5, gibberish less.
        letters: Letters that the models read.
        reliable: Whether the second detector calls itself reliable.
        score: CLD2's score, 0 without a vote, NaN for a vote of another detector.
    """

    best: Sequence[str]
    named: Sequence[str]
    margin: Floats
    typical: Floats
    letters: Floats
    reliable: Floats
    score: Floats

    def columns(self) -> Floats:
        """Features, texts x 10: constant, margin, letters, margin per letter, vote (2), and how typical both are (4).

        The last four compare `typical`, and the logarithm of the vote's score, with what texts of the named language
        have on average: in nats, and in standard deviations for a text of that length. That is what tells a language
        from its smaller relatives.
        """
        letters, voted = np.maximum(self.letters, 1), self._voted()
        return np.stack(
            [
                np.ones(len(letters)),
                np.log1p(self.margin),
                np.log(letters),
                np.sqrt(self.margin / letters),
                self.reliable,
                voted,
                *_compared(self.typical, self.best, "typical", letters),
                *_compared(voted, self.named, "typical_vote", letters),
            ],
            axis=1,
        )

    def _voted(self) -> Floats:
        """The logarithm of the vote's score, the usual one where the detector has none of CLD2's kind."""
        voted = np.log1p(self.score)
        if np.isnan(voted).any():
            usual = [typical_vote().get(name, (USUAL_VOTE, 1.0))[0] for name in self.named]
            return np.where(np.isnan(self.score), usual, voted)
        return voted


def _compared(values: Floats, names: Sequence[str], table: str, letters: Floats) -> tuple[Floats, Floats]:
    """How far values are from the usual ones of their languages, and that in deviations; 0 where none is known."""
    places, mean, spread = _usual(table)
    at = np.fromiter((places.get(name, 0) for name in names), np.int64, len(names))
    apart = np.nan_to_num(values - mean[at])
    return np.clip(apart, -1.5, 0.5), np.clip(apart * np.sqrt(letters) / spread[at], -6.0, 3.0)


@cache
def _usual(table: str) -> tuple[dict[str, int], Floats, Floats]:
    """The places of languages in the arrays of means and of deviations; place 0 is that of the others."""
    known: dict[str, tuple[float, float]] = fitted()[table]
    mean, spread = np.array([(np.nan, 1.0), *known.values()]).T
    return {name: place for place, name in enumerate(known, 1)}, mean, spread


@cache
def fitted() -> dict[str, Any]:
    """The fitted numbers: `curves` and `bias` by way, tables by language, and the `record` of the fit."""
    table: dict[str, Any] = json.loads(files(__package__).joinpath("confidence.json").read_text("utf-8"))
    return table


def typical_vote() -> dict[str, tuple[float, float]]:
    """By language: mean of log(1 + score) of the second detector, and the deviation times the root of the letters."""
    table: dict[str, tuple[float, float]] = fitted()["typical_vote"]
    return table


def plain() -> dict[str, float]:
    """By language: the mean lead (see glance) that paragraphs of other languages hardly ever reach."""
    table: dict[str, float] = fitted()["plain"]
    return table


def confidence(way: str, labels: Sequence[str], columns: Floats) -> Floats:
    """Probability that answers found in this way are right, in 0..1; `columns` are those of their evidence."""
    bias = fitted()["bias"].get(way, {})
    # a matrix product would round differently in batches of other sizes
    sums = np.multiply(columns, fitted()["curves"][way]).sum(axis=1)
    sums += np.array([bias.get(label, 0.0) for label in labels])
    return np.asarray(1 / (1 + np.exp(-np.clip(sums, -30, 30))), np.float64)
