"""How often an answer is right: a logistic curve for each way in which the answer came about.

P(right) = 1 / (1 + exp(-(b0 + b1 log(1 + margin) + b2 typical + b3 log(letters) + b4 reliable + b5 log(1 + score)))).
The numbers are fitted by benchmarks/fit_language.py on the train split of the development data and recorded in
confidence.json with the fit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WAYS = ("script", "agree", "outside", "alone", "split")


@dataclass(frozen=True)
class Evidence:
    """What the curves look at, one value per text.

    Attributes:
        margin: Nats by which the best profile leads the second.
        typical: Nats per n-gram under the best profile; text of that language has 4 to 5, gibberish less.
        letters: Letters that the models read.
        reliable: Whether the second detector calls itself reliable.
        score: The second detector's own score.
    """

    margin: Floats
    typical: Floats
    letters: Floats
    reliable: Floats
    score: Floats

    def columns(self) -> Floats:
        """Rows of (1, log(1 + margin), typical, log(letters), reliable, log(1 + score))."""
        ones = np.ones(len(self.margin))
        logs = np.log1p(self.margin), np.log(np.maximum(self.letters, 1)), np.log1p(self.score)
        return np.stack([ones, logs[0], self.typical, logs[1], self.reliable, logs[2]], axis=1)


@cache
def curves() -> dict[str, Any]:
    """The fitted numbers by way, and the record of the fit."""
    table: dict[str, Any] = json.loads(files(__package__).joinpath("confidence.json").read_text("utf-8"))
    return table


def confidence(way: str, evidence: Evidence) -> Floats:
    """Probability that an answer found in this way is right, in 0..1."""
    curve = np.array(curves()["curves"][way])
    return np.asarray(1 / (1 + np.exp(-np.clip(evidence.columns() @ curve, -30, 30))), np.float64)
