"""What the script of a text says about its language, from counts of characters."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from corpusqa_checks.language.scripts import (
    CLASSES,
    EAST_ASIAN,
    EAST_ASIAN_WEIGHT,
    FOREIGN_SHARE,
    HANGUL_SHARE,
    KANA_SHARE,
    LETTER,
    MANY_LANGUAGES,
    ONE_LANGUAGE,
    SCRIPTS,
    class_of,
)
from corpusqa_checks.language.tables import Ints

Names = npt.NDArray[Any]


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


def decided(counts: Ints, letters: Ints) -> tuple[Names, Names]:
    """The script of each text, "" where no model knows it; and its language, "" where the script does not decide.

    Args:
        counts: From `class_counts`.
        letters: Letters of each text.
    """
    names = np.array([*SCRIPTS, ""], dtype=object)[main_script(counts)]
    han, hangul, hiragana, katakana, bopomofo = (counts[:, class_of(name)] for name in EAST_ASIAN)
    asian = np.maximum(han + hangul + hiragana + katakana + bopomofo, 1)
    east = np.where(hangul > HANGUL_SHARE * asian, "ko", np.where(hiragana + katakana > KANA_SHARE * asian, "ja", "zh"))
    single = np.array([ONE_LANGUAGE.get(name, "") for name in names.tolist()], dtype=object)
    single[names == "Han"] = east[names == "Han"]
    unknown = (counts[:, LETTER] > FOREIGN_SHARE * letters) | np.isin(names.astype(str), MANY_LANGUAGES)
    names[unknown] = single[unknown] = ""
    return names, single
