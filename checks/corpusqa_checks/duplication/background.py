"""How rare a stem is in its language: the weights of background.toml, looked up for whole batches."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Ints, looked_up, spread
from corpusqa_checks._shared.characters import classify
from corpusqa_checks.duplication.mixing import Hashes
from corpusqa_checks.duplication.words import hashes

# Weight of a stem that its language's table does not list.
TOP = 5.0
# A text is in the language of which it holds the most function words, if they are this share of its first words:
# running text has 25 to 50 %, lists and code have fewer.
FUNCTION_SHARE = 0.2
FIRST_WORDS = 200

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Weights of one language: `hashes` sorted, `weights` beside them."""

    hashes: Hashes
    weights: Floats


@dataclass(frozen=True)
class Background:
    """All languages.

    Attributes:
        tables: One per language.
        function: Sorted hashes of the function words of any language.
        spoken: Bits: bit i is set where table i has the function word.
    """

    tables: tuple[Table, ...]
    function: Hashes
    spoken: Ints


@cache
def background() -> Background:
    """The tables, read on first use."""
    raw = tomllib.loads(Path(__file__).with_name("background.toml").read_text("utf-8"))
    heads = [_hashed(levels.pop("function").split()) for _, levels in sorted(raw.items())]
    function = np.unique(np.concatenate(heads))
    spoken = np.zeros(len(function), np.int64)
    for bit, head in enumerate(heads):
        spoken |= np.isin(function, head).astype(np.int64) << bit
    return Background(tuple(_table(levels) for _, levels in sorted(raw.items())), function, spoken)


def languages(stems: Hashes, offsets: Ints) -> Ints:
    """For each document the number of the table of its language, -1 for a language without one, or no language.

    Args:
        stems: Hashes of the words of all documents.
        offsets: Document i has the words offsets[i]:offsets[i + 1].
    """
    known = background()
    count = np.minimum(np.diff(offsets), FIRST_WORDS)
    found = looked_up(known.function, stems[spread(offsets[:-1], count)])
    bits = np.where(found >= 0, known.spoken[found], 0)
    votes = np.empty((len(count), len(known.tables)), np.int64)
    bounds = np.append(0, np.cumsum(count))
    for bit in range(len(known.tables)):
        total = np.append(0, np.cumsum(bits >> bit & 1))
        votes[:, bit] = total[bounds[1:]] - total[bounds[:-1]]
    best = votes.argmax(axis=1)
    most = votes[np.arange(len(best)), best]
    return np.where(most >= np.maximum(1, FUNCTION_SHARE * count), best, -1)


def weights(stems: Hashes, offsets: Ints, language: Ints) -> Floats:
    """Weight of every word, 0 to TOP; 0 throughout documents without a language."""
    found = np.zeros(len(stems))
    owner = np.repeat(language, np.diff(offsets))
    for number, table in enumerate(background().tables):
        mine = np.flatnonzero(owner == number)
        if len(mine):
            place = looked_up(table.hashes, stems[mine])
            found[mine] = np.where(place >= 0, table.weights[place], TOP)
    return found


def _table(levels: dict[str, str]) -> Table:
    listed = [(stem, float(weight)) for weight, stems in levels.items() for stem in stems.split()]
    hashed = _hashed([stem for stem, _ in listed])
    distinct, order = np.unique(hashed, return_index=True)  # of two forms with σ and ς the commoner one counts
    return Table(distinct, np.array([weight for _, weight in listed])[order])


def _hashed(stems: list[str]) -> Hashes:
    encoded = [stem.encode() for stem in stems]
    ends = np.cumsum([len(stem) for stem in encoded])
    lower = classify(np.frombuffer(b"".join(encoded), np.uint8)).lower  # folded as words of texts are
    return hashes(lower, np.append(0, ends[:-1]), ends)
