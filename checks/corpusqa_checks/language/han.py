"""Chinese or Japanese: what the characters themselves say, where Han is the main script.

The share of kana alone decides nothing between Chinese with Japanese words in it and Japanese full of kanji. Forms that
only one of the two languages writes do: 们 and 說 are no Japanese, 駅 and 広 are no Chinese, and 国, 会 or 学 are both.
Which is which comes from the national character sets, each of which was made for one way of writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks.language.characters import counted
from corpusqa_checks.language.tables import CODES

Floats = npt.NDArray[np.float64]

# Kinds of evidence, and how much one character of each weighs. In ordinary Japanese half of the letters are kana; in
# Chinese, simplified or traditional, 15 to 25 % are forms of its own: so a page of either weighs about the same.
NOTHING, CHINESE, PARTICLE, AFFIX, KANJI, KANA = range(6)
WEIGHT = {CHINESE: 1.0, PARTICLE: 0.5, AFFIX: 0.5, KANJI: 1.0, KANA: 0.5}
# Words of Chinese that are in every character set, but that Japanese hardly uses.
SPOKEN = "你您她它很吃吧呢啊"
# One letter in ten of Chinese. They stand in Japanese words as well, which are left out; the affixes of Japanese count
# for nothing where there are as many kana (国際的に).
PARTICLES, AFFIXES = "了是和在也", "的不"
WORDS = "令和|昭和|平和|調和|大和|和歌|現在|存在|所在|不在|在住|在籍|在留|在宅|終了|完了|修了|了解|了承|是正|是非|目的"
# Doubt before anything is read, on either side: one form that is Japanese alone gives 1.25 / 1.5, one kana 0.75.
DOUBT = 0.25
# With less than this outside quotation marks and brackets, what stands inside is read as well.
ENOUGH = 1.0
# Names, titles and readings in another language stand in these; longer pieces are speech, in the language of the text.
_PAIRS = ("“”", "‘’", "「」", "『』", "《》", "〈〉", "【】", "（）", "()", '""')
QUOTED = "|".join(rf"\x{{{ord(both[0]):x}}}[^{both}\n]{{1,60}}\x{{{ord(both[1]):x}}}" for both in _PAIRS)
# Forms of level 2 of the Japanese set that its schools teach since 2010; Taiwan writes them as well.
TAUGHT = "彙摯曖籠瞭緻"

_CELLS = range(0xA1, 0xFF)
_CELLS_BIG5 = (*range(0x40, 0x7F), *range(0xA1, 0xFF))


def likelier(texts: Sequence[str]) -> Floats:
    """The probability that each text, written in Han and kana, is Chinese and not Japanese; 0.5 where nothing speaks.

    What stands in quotation marks and brackets is left out, unless the rest says nothing.
    """
    whole = pl.Series(list(texts), dtype=pl.String).str.replace_all(WORDS, " ")
    chinese, japanese = _weighed(whole.str.replace_all(QUOTED, " "))
    silent = np.flatnonzero(chinese + japanese < ENOUGH)
    chinese[silent], japanese[silent] = _weighed(whole.gather(silent))
    return (chinese + DOUBT) / (chinese + japanese + 2 * DOUBT)


def _weighed(texts: pl.Series) -> tuple[Floats, Floats]:
    """Weight of what speaks for Chinese, and for Japanese."""
    counts = counted(texts.to_list(), kinds(), KANA + 1)
    counts[counts[:, AFFIX] <= counts[:, KANA], AFFIX] = 0
    sides = [(CHINESE, PARTICLE, AFFIX), (KANJI, KANA)]
    chinese, japanese = (np.stack([counts[:, one] * WEIGHT[one] for one in side]).sum(axis=0) for side in sides)
    return chinese, japanese


@cache
def kinds() -> npt.NDArray[np.uint8]:
    """Kind of evidence of each code point.

    Simplified forms are in GB 2312 and in no level of JIS X 0208; traditional ones are common in Big5 (level 1), but
    neither in level 1 of JIS X 0208 nor in GB 2312; Japanese ones are in that level 1 and in neither of the others.
    """
    simplified = _rows("gb2312", range(0xB0, 0xF8), _CELLS)
    common, rare = _rows("euc_jp", range(0xB0, 0xD0), _CELLS), _rows("euc_jp", range(0xD0, 0xF5), _CELLS)
    taiwan, more = _rows("big5", range(0xA4, 0xC7), _CELLS_BIG5), _rows("big5", range(0xC9, 0xFA), _CELLS_BIG5)
    of = np.zeros(CODES, np.uint8)
    of[_codes((simplified - common - rare) | (taiwan - common - simplified - set(TAUGHT)))] = CHINESE
    of[_codes(common - simplified - taiwan - more)] = KANJI
    of[_codes(SPOKEN)] = CHINESE
    of[_codes(PARTICLES)], of[_codes(AFFIXES)] = PARTICLE, AFFIX
    of[0x3041:0x3097] = of[0x30A1:0x30FB] = of[0x31F0:0x3200] = of[0xFF66:0xFF9E] = KANA
    return of


def _rows(encoding: str, leads: range, cells: Iterable[int]) -> set[str]:
    """The Han characters in rows of a character set."""
    pairs = bytes(byte for lead in leads for cell in cells for byte in (lead, cell))
    return {one for one in pairs.decode(encoding, "ignore") if "\u3400" <= one <= "\u9fff"}


def _codes(characters: Iterable[str]) -> list[int]:
    return sorted(map(ord, characters))
