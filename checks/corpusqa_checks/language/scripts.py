"""Writing systems: which characters belong to one, and which of them decide the language by themselves."""

from __future__ import annotations

# Classes of characters that are no letters of a listed script. SIGNS are what programs, markup and tables are full of.
OTHER, BLANK, DIGIT, SIGN, LETTER = range(5)
SIGNS = "<>{}[]()|=_#$%^&*+~`\\/@\t"

# Scripts that are counted, under their Unicode names; a letter of any other script is of the class LETTER. The order
# gives the class numbers, from LETTER + 1.
_COUNTED = """
    Latin Cyrillic Arabic Devanagari Bengali Hebrew Greek Armenian Georgian Thai Lao Khmer Myanmar Sinhala Tamil Telugu
    Kannada Malayalam Gujarati Gurmukhi Oriya Hangul Hiragana Katakana Han Bopomofo Ethiopic Tibetan Thaana Cherokee
    Canadian_Aboriginal Mongolian Syriac Tifinagh
"""
SCRIPTS = _COUNTED.split()
CLASSES = LETTER + 1 + len(SCRIPTS)

# Scripts that one language of wide use is written in: the script is the answer. Scripts in which several languages are
# common (Latin, Cyrillic, Arabic, Devanagari, Bengali, Hebrew, Ethiopic, Tibetan, Myanmar) are left to the models.
ONE_LANGUAGE = {
    "Greek": "el",
    "Armenian": "hy",
    "Georgian": "ka",
    "Thai": "th",
    "Lao": "lo",
    "Khmer": "km",
    "Sinhala": "si",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Gujarati": "gu",
    "Gurmukhi": "pa",
    "Oriya": "or",
    "Thaana": "dv",
    "Cherokee": "chr",
}
# Scripts of several languages that no model here tells apart: there is no answer.
MANY_LANGUAGES = ["Canadian_Aboriginal", "Tifinagh"]
# Letters of scripts that are not counted, and letters that only smaller languages of a script use (UNCOMMON): with more
# than this share of them a text is in none of the languages that the models know in that script.
FOREIGN_SHARE = 0.02
# Ideographs beyond the basic plane (old Vietnamese writing), and the Myanmar letters of Mon, Shan and Karen.
UNCOMMON = (range(0x1FFFF, 0x20000), range(0x1050, 0x10A0), range(0xA9E0, 0xAA00), range(0xAA60, 0xAA80))
# Scripts of East Asia: Hangul is Korean; Han and kana are Chinese or Japanese, see han.py. langdetect's profiles mix up
# the three: it calls about a third of Chinese texts Korean.
EAST_ASIAN = ("Han", "Hangul", "Hiragana", "Katakana", "Bopomofo")
# A Chinese or Japanese text may quote a Korean word: up to this share of the East Asian letters it is not Korean.
HANGUL_SHARE = 0.2
# A Han or Hangul character says about as much as two letters, when scripts compete for being the main one.
EAST_ASIAN_WEIGHT = 2


def class_of(script: str) -> int:
    """The number of a script's class."""
    return LETTER + 1 + SCRIPTS.index(script)
