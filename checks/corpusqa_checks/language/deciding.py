"""What the script of a text says about its language, from counts of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks.language.han import likelier
from corpusqa_checks.language.scripts import (
    CLASSES,
    EAST_ASIAN,
    EAST_ASIAN_WEIGHT,
    FOREIGN_SHARE,
    HANGUL_SHARE,
    LETTER,
    MANY_LANGUAGES,
    ONE_LANGUAGE,
    SCRIPTS,
    class_of,
)

Names = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

# By the number of a script in SCRIPTS, -1 for none: its name, its language, and whether it has many.
_NAMES: Names = np.array([*SCRIPTS, ""], dtype=object)
_LANGUAGES: Names = np.array([*(ONE_LANGUAGE.get(name, "") for name in SCRIPTS), ""], dtype=object)
_MANY = np.isin([*SCRIPTS, ""], MANY_LANGUAGES)


def main_script(counts: Ints) -> Ints:
    """Index in SCRIPTS of the script with most letters, -1 where there are none; East Asian scripts count as Han.

    Args:
        counts: From `class_counts`.
    """
    scripts = counts[:, LETTER + 1 : CLASSES].copy()
    asian = [SCRIPTS.index(name) for name in EAST_ASIAN]
    together = scripts[:, asian].sum(axis=1) * EAST_ASIAN_WEIGHT
    scripts[:, asian] = 0
    scripts[:, SCRIPTS.index("Han")] = together
    best = np.asarray(scripts.argmax(axis=1), np.int64)
    best[scripts.max(axis=1) * 2 <= counts[:, LETTER]] = -1
    return best


def decided(texts: Sequence[str], counts: Ints, letters: Ints) -> tuple[Names, Names, Floats]:
    """The script, "" where no model knows it; the language, "" where the script does not decide; and how surely.

    The last is 1 for a script of one language; for Chinese and Japanese it is the share of the evidence that speaks for
    the likelier of the two, 0.5 where there is none.

    Args:
        texts: What was counted.
        counts: From `class_counts`.
        letters: Letters of each text.
    """
    script = main_script(counts)
    names, single = _NAMES[script], _LANGUAGES[script]
    han, hangul, hiragana, katakana, bopomofo = (counts[:, class_of(name)] for name in EAST_ASIAN)
    asian = np.maximum(han + hangul + hiragana + katakana + bopomofo, 1)
    sure = np.ones(len(names))
    korean = (names == "Han") & (hangul > HANGUL_SHARE * asian)
    single[korean] = "ko"
    open_ = np.flatnonzero((names == "Han") & ~korean)
    chinese = likelier([texts[place] for place in open_.tolist()])
    single[open_] = np.where(chinese >= 0.5, "zh", "ja")
    sure[open_] = np.maximum(chinese, 1 - chinese)
    unknown = (counts[:, LETTER] > FOREIGN_SHARE * letters) | _MANY[script]
    names[unknown] = single[unknown] = ""
    return names, single, sure
