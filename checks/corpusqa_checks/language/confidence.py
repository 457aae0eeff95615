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
# The script alone; both models agree; the vote names a language that the profiles lack; the profiles alone.
WAYS = ("script", "agree", "outside", "alone", "split")


@dataclass(frozen=True)
class Evidence:
    """What the curves look at, one value per text.

    Attributes:
        best: The best profile, "" where the script decided.
        margin: Nats by which it leads the second.
        typical: Nats per n-gram under it; text of that language has 4 to 5, gibberish less.
        letters: Letters that the models read.
        reliable: Whether the second detector calls itself reliable.
        score: The second detector's own score.
    """

    best: Sequence[str]
    margin: Floats
    typical: Floats
    letters: Floats
    reliable: Floats
    score: Floats

    def columns(self) -> Floats:
        """Features, texts x 8: constant, margin, letters, margin per letter, vote (2), and how typical (2).

        The last two compare `typical` with what texts of the best profile's language have on average: in nats, and in
        standard deviations for a text of that length.
        """
        known = [typical().get(name, (0.0, 0.0)) for name in self.best]
        mean, spread = (np.array([pair[side] for pair in known]) for side in (0, 1))
        letters = np.maximum(self.letters, 1)
        has = spread > 0
        below = np.where(has, self.typical - mean, 0.0)
        deviations = np.where(has, below * np.sqrt(letters) / np.where(has, spread, 1.0), 0.0)
        return np.stack(
            [
                np.ones(len(letters)),
                np.log1p(self.margin),
                np.log(letters),
                np.sqrt(self.margin / letters),
                self.reliable,
                np.log1p(self.score),
                np.clip(below, -1.5, 0.5),
                np.clip(deviations, -3.0, 3.0),
            ],
            axis=1,
        )


@cache
def fitted() -> dict[str, Any]:
    """The fitted numbers: `curves` and `bias` by way, `typical` and `plain` by language, the `record` of the fit."""
    table: dict[str, Any] = json.loads(files(__package__).joinpath("confidence.json").read_text("utf-8"))
    return table


def typical() -> dict[str, tuple[float, float]]:
    """Mean of nats per n-gram of texts in each language, and their deviation times the root of the letters."""
    table: dict[str, tuple[float, float]] = fitted()["typical"]
    return table


def plain() -> dict[str, float]:
    """By language: the mean lead (see glance) that paragraphs of other languages hardly ever reach."""
    table: dict[str, float] = fitted()["plain"]
    return table


def confidence(way: str, labels: Sequence[str], evidence: Evidence) -> Floats:
    """Probability that answers found in this way are right, in 0..1."""
    bias = fitted()["bias"].get(way, {})
    sums = evidence.columns() @ np.array(fitted()["curves"][way])
    sums += np.array([bias.get(label, 0.0) for label in labels])
    return np.asarray(1 / (1 + np.exp(-np.clip(sums, -30, 30))), np.float64)
