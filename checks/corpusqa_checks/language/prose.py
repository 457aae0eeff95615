r"""What of a text is language at all: code, markup, tables, addresses and lists of names are taken out first.

Everything here is a pattern of Rust's regex engine over whole columns: linear time, no Python per text. One after the
other they cost a tenth of what they cost as alternatives of one pattern, which outgrows the engine's automaton; and
they are fewer than the thirty-two that polars keeps compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks.language.characters import class_counts
from corpusqa_checks.language.scripts import BLANK, CLASSES, DIGIT, EAST_ASIAN, SIGN, class_of

# Texts up to LONG characters are read whole; of longer ones a window at the head, in the middle and at the tail.
LONG, WINDOW = 3_000, 1_000
# The models read as much of the head, the middle and the tail of the prose: nine hundred characters decide as surely
# as ten thousand.
READ = 300
# Texts with fewer signs and digits than this among the visible characters are prose as they stand: most of them.
SIGN_SHARE, DIGIT_SHARE = 0.04, 0.1
# Longer tokens than this on average are no words but addresses or names of files, in scripts with blanks.
LONG_TOKENS = 12
# Capitals per blank from which a text may be a list of names.
CAPITAL_SHARE = 0.7
# So many words, nearly all written like names, are a list; but for headlines, where every word may have a capital: a
# fifth of their words have up to three letters (of, und, les), and at most a fourth as many signs divide them.
LISTED, LISTED_SHARE = 4, 0.9
SHORT_SHARE, APART_SHARE = 0.2, 0.25

# UTF-8 that was read as a single-byte encoding: repaired, because models take it for another language.
BROKEN = r"[\x{c2}\x{c3}\x{d0}\x{d1}][\x{80}-\x{bf}]|\x{e2}\x{20ac}|\x{c3}[\x{2018}-\x{203a}\x{152}-\x{17e}]"
# CLD2 refuses texts that hold one of these: controls, the upper ones Windows-1252 read as Latin-1, and code points that
# are no characters. And marks apart from their letters, which models know as one character.
_CONTROLS = r"\x{00}-\x{08}\x{0b}\x{0c}\x{0e}-\x{1f}\x{7f}-\x{9f}\x{fdd0}-\x{fdef}\x{fffe}\x{ffff}"
CONTROL, UNUSUAL = rf"[{_CONTROLS}]", rf"[{_CONTROLS}\x{{300}}-\x{{36f}}]"
FENCED = r"(?ms)^[ \t]*(?:```|~~~).*?(?:^[ \t]*(?:```|~~~)[ \t]*$|\z)"
TAG = r"(?s)<(?:script|style)\b.*?</(?:script|style)>|</?[A-Za-z!][^<>]{0,500}>|&(?:[a-zA-Z]{2,8}|#x?[0-9a-fA-F]{1,6});"
ADDRESS = (
    r"\b[A-Za-z][A-Za-z0-9+]{1,9}:/{0,3}[^\s/,;]*[./@:][^\s]*",
    r"(?-u:\b)(?:[Ww]{3}\.|[A-Za-z0-9.-]+\.[A-Za-z]+/)\S+",
    r"\S+@\S+\.\S+",
    r"(?:^|\s)[~.]?/[\w.+-]+/\S*",
)
MARKUP = (CONTROL, FENCED, TAG, *ADDRESS)
# A line of a program: it ends like a statement, begins with a keyword in its place, calls, assigns or indexes.
_KEYWORD = (
    "def|class|import|from|return|if|elif|else|for|while|try|except|with|assert|raise|print|local|end|fn|let|const|var|function"
    "|public|private|static|void|int|char|struct|enum|package|using|namespace|#include|#define"
)
_CODE = (
    (
        r"[^\n]*[(){}=<>\[\]_\"][^\n]*[;{}]"
        r"|[^\n]*\w\([^()\n]*\)[^\n]*[:;{]"
        r"|[ \t]*\w[\w.]*\([^\n]*\),?"
        r"|[^\n]*\)\s?\{"
    ),
    (
        r"[^\n]*(?:=>|->|::|&&|\|\||!=|==|:=|\+=|<<|>>|\\\w+\{)[^\n]*"
        r"|[ \t]*[\w.,\[\]'\" ]{1,40} = [^\n]*"
    ),
    (
        r"[ \t]*[\w-]+:|[ \t]*- [\w-]+:[^\n]*"  # YAML
        rf"|[ \t]*(?:{_KEYWORD})\b[^\n]*[:({{;=>]"
    ),
    (
        r"[ \t]*(?:import|from|return) [\w., *]+"
        r"|[$>%#] \S[^\n]*"  # prompts
        r"|(?:mov|add|cmp|push|pop|jmp|jne|je|call|ret|lea|sub|xor)(?: [^\n]*)?"
        r"|(?:SELECT|INSERT INTO|UPDATE|DELETE FROM) [^\n]*"
    ),
    (
        r"select [^\n]*(?: from [^\n]*[=<>*]|[a-z]\.[a-z]|\(\*\))[^\n]*"
        r"|(?:from|(?:(?:inner|left|right) )?join|where|having|order by|group by) [^\n]*(?:[a-z]\.[a-z]|[=<>*_])[^\n]*"
    ),
)
# A statement of SQL has few signs, but keywords in capitals.
STATEMENT = r"\b(?:SELECT|INSERT|UPDATE|DELETE)\b[^;]*\b(?:FROM|INTO|SET)\b"
# A row of a table: at least three delimiters of one kind, or cells of numbers; rulers; lines of a log.
_TABLE = (
    r"[^|\n]*(?:\|[^|\n]{0,80}){3,}",
    r"[^\t\n]*(?:\t[^\t\n]{0,60}){3,}",
    r"[^;\n]*(?:;[^;\s\n][^;\n]{0,40}){2,}",
    r"[ -+\--~]{0,40}(?:,[!-+\--~][ -+\--~]{0,40}){2,}",
    (
        r"[-=+| \t:]{4,}"
        r"|\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^\n]*"
        r"|>\w+"  # FASTA
    ),
)
LINES = tuple(rf"(?m)^(?:{lines})[ \t]*$" for lines in (*_CODE, *_TABLE))
# A token that is no word: digits or signs of programs and formulas within it, or far longer than words are.
NO_WORD = (
    r"\S*(?:[0-9_=<>{}|@#$%^&*+~`\\/\[\]]|\p{L}[(.]\p{L}|[a-z][A-Z])\S*",
    r"[A-Za-z']{31,}\S*",
    r"\b[A-Z]{12,}\S*",
)
# Scripts without blanks between words: their tokens are clauses, and only signs of programs are taken out.
UNSPACED = (*EAST_ASIAN, "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")
_UNSPACED = "[" + "".join(rf"\p{{{script}}}" for script in UNSPACED) + "]"
# A word as names are written: a capital, then small letters.
NAME = r"\b\p{Lu}[\p{Ll}\p{M}]*\b"
WORD = r"[\p{L}\p{M}]+"
SHORT_WORD = r"\b[\p{L}\p{M}]{1,3}\b"
APART = ",;\n"


@dataclass(frozen=True)
class Prose:
    """The running text in texts, as the models read it.

    Attributes:
        texts: What is read of each.
        counts: Its characters by class, from `class_counts`.
        visible: Characters that are not white space in what it was taken from, for the share that is language.
        listed: Whether its words are written like names, all of them or nearly.
    """

    texts: list[str]
    counts: Ints
    visible: npt.NDArray[np.float64]
    listed: Bools


def prose(text: pl.Series) -> Prose:
    """The running text in each text; most texts stay as they are and are counted once."""
    raw, first = _windows(text)
    texts = raw.to_list()
    counts = class_counts(texts)
    raw, controls = _repaired(raw, texts, counts)
    visible = (counts[:, :CLASSES].sum(axis=1) - counts[:, BLANK]).astype(np.float64)
    odd = (counts[:, SIGN] > visible * SIGN_SHARE) | (counts[:, DIGIT] > visible * DIGIT_SHARE)
    unspaced = counts[:, [class_of(script) for script in UNSPACED]].any(axis=1)
    odd |= (visible > (counts[:, BLANK] + 1) * LONG_TOKENS) & ~unspaced
    odd[controls] = True
    # capitals at nearly every blank: a list of names, or shouting
    tall = counts[:, CLASSES] >= (counts[:, BLANK] + 1) * CAPITAL_SHARE
    odd[tall] |= raw.filter(pl.Series(tall)).str.contains(STATEMENT).to_numpy()
    tall |= odd
    for place, cleaned in _changed(raw, odd, _cleaned):
        texts[place] = cleaned
    if len(first) < len(texts):
        ends = [*first[1:].tolist(), len(texts)]
        texts = ["\n".join(texts[at:end]) for at, end in zip(first.tolist(), ends, strict=True)]
        counts, visible = (np.add.reduceat(values, first) for values in (counts, visible))
        odd, tall = (np.logical_or.reduceat(flags, first) for flags in (odd, tall))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    cut = lengths > 3 * READ
    for place in np.flatnonzero(cut).tolist():
        texts[place] = three_windows(texts[place], READ)
    shares = np.minimum(1.0, 3 * READ / np.maximum(lengths, 1))
    return _judged(texts, counts, visible * shares, tall, odd | cut)


def _judged(texts: list[str], counts: Ints, visible: npt.NDArray[np.float64], tall: Bools, changed: Bools) -> Prose:
    """Marks lists of names; capitals alone become small, because langdetect skips n-grams of capitals."""
    at = np.flatnonzero(tall)
    some = pl.Series([texts[place] for place in at.tolist()], dtype=pl.String)
    listed = np.zeros(len(texts), np.bool_)
    listed[at] = _listed(some)
    shouted = (~some.str.contains(r"\p{Ll}") & some.str.contains(r"\p{Lu}{2}")).to_numpy()
    for place, small in _changed(some, shouted, lambda loud: loud.str.to_lowercase()):
        texts[at[place]] = small
    again = np.flatnonzero(changed)
    counts[again] = class_counts([texts[place] for place in again.tolist()])
    return Prose(texts, counts, visible, listed)


def _listed(texts: pl.Series) -> Bools:
    words, names, short = (texts.str.count_matches(pattern).to_numpy() for pattern in (WORD, NAME, SHORT_WORD))
    apart = np.array([sum(map(one.count, APART)) for one in texts.to_list()], np.int64)
    headlines = (short >= words * SHORT_SHARE) & (apart <= words * APART_SHARE)
    return np.asarray((words >= LISTED) & (names >= words * LISTED_SHARE) & ~headlines)


def _changed(texts: pl.Series, which: Bools, change: Callable[[pl.Series], pl.Series]) -> Iterator[tuple[int, str]]:
    """Places and new forms of the texts to be changed."""
    if which.any():
        yield from zip(np.flatnonzero(which).tolist(), change(texts.filter(pl.Series(which))), strict=True)


def three_windows(text: str, width: int) -> str:
    """Head, middle and tail of a long text, as lines."""
    return text if len(text) <= 3 * width else "\n".join(_cut(text, width))


def _cut(text: str, width: int) -> list[str]:
    middle = len(text) // 2 - width // 2
    return [text[:width], text[middle : middle + width], text[-width:]]


def _windows(text: pl.Series) -> tuple[pl.Series, Ints]:
    """A short text whole, of a long one three windows; and the place of the first for each text."""
    long = text.str.len_bytes() > LONG  # cheap gate: no fewer bytes than characters
    if long.any():
        long &= text.str.len_chars() > LONG
    if not long.any():
        return text, np.arange(len(text))
    pieces: list[str] = []
    first: list[int] = []
    for one, cut in zip(text.to_list(), long.to_list(), strict=True):
        first.append(len(pieces))
        pieces += _cut(one, WINDOW) if cut else [one]
    return pl.Series(pieces, dtype=pl.String), np.array(first, np.int64)


def _repaired(raw: pl.Series, texts: list[str], counts: Ints) -> tuple[pl.Series, list[int]]:
    """Texts as they were meant, and the places of those that hold controls all the same.

    `texts`, the same as a list, and `counts` are changed in place.
    """
    at = np.flatnonzero(counts[:, CLASSES + 1])
    if not len(at):
        return raw, []
    fixed = _fixed(raw.gather(at))
    controls = at[fixed.str.contains(CONTROL).to_numpy()].tolist()
    for place, text in zip(at.tolist(), fixed, strict=True):
        texts[place] = text
    counts[at] = class_counts(fixed.to_list())
    return raw.clone().scatter(at, fixed), controls


def _fixed(raw: pl.Series) -> pl.Series:
    """Broken sequences and controls as they were meant; marks are composed with their letters."""
    from ftfy import fix_encoding
    from ftfy.fixes import fix_c1_controls

    broken = raw.str.contains(BROKEN).arg_true()
    raw = raw.scatter(broken, [fix_encoding(text) for text in raw.gather(broken).to_list()])
    unusual = raw.str.contains(UNUSUAL).arg_true()
    fixed = [fix_c1_controls(text) for text in raw.gather(unusual).to_list()]
    return raw.scatter(unusual, pl.Series(fixed, dtype=pl.String).str.normalize("NFC"))


def _cleaned(raw: pl.Series) -> pl.Series:
    """Without what is no language, one pattern after the other."""
    text = raw
    for pattern in MARKUP:
        text = text.str.replace_all(pattern, " ")
    for pattern in LINES:
        text = text.str.replace_all(pattern, "")
    words = text
    for pattern in NO_WORD:
        words = words.str.replace_all(pattern, " ")
    return words.zip_with(~text.str.contains(_UNSPACED), text)
