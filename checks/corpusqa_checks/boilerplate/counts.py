"""What a line holds: counts and marks of whole batches of lines, each line by itself."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from corpusqa_checks._shared.words import UNSPACED, folded, word_count

from corpusqa.check import Frame

# A line is judged by its beginning: a paragraph of so many characters is no longer than another.
HEAD = 2000
# Marks and cues are looked for in lines of at most so many characters: longer ones are paragraphs, where a date or the
# word "comment" says nothing. This keeps most of the text away from the slow patterns.
SHORT = 160
CUES = (
    "social",
    "newsletter",
    "account",
    "nav",
    "more",
    "byline",
    "legal",
    "comments",
    "about",
    "sponsor",
    "weather",
    "calendar",
)
_W = r"(?-u:\b)"
# Marks of short lines, by the text as written.
MARKS = {
    "bullet": r"^\s*(?:[*•·▪►▶→»>#+–—-]|[0-9]{1,3}[.)])\s",
    "url": r"https?://|www\.|\.com|\.org|\.net|@",
    "time": rf"{_W}[0-9]{{1,2}}[:.h][0-9]{{2}}{_W}",
    "date": rf"{_W}[0-9]{{1,4}}[-./][0-9]{{1,2}}[-./][0-9]{{2,4}}{_W}",
    "year": rf"{_W}(?:19|20)[0-9]{{2}}{_W}|[0-9]年",
    "degrees": r"[°℃℉]|(?i-u:km/h|mph)",
    "currency": r"[$€£¥₽%]",
    "capitals": r"^[\p{Lu}\d\W]*\p{Lu}[\p{Lu}\d\W]*$",
    "code": r"[{}<>=_\\]|\(\)",
    "crumbs": r"\S\s*(?:>|»|›|→|/)\s+\S",
    "pipes": r"\s[|·•–—]\s",
    "rights": r"[©®™]|\([cC]\)",
    "brackets": r"[\[(][^\])]{1,30}[\])]\s*$",
    "pair": r"^\s*[^:：]{1,25}[:：]\s*\S",
    "digits_only": r"^[\d\s.,:/()+-]+$",
    "dashes": r"^[^\p{L}\p{N}]*$",
}


# Shapes of lines that are no prose, by which kinds.py tells what a document is.
SHAPES = {
    "heading": r"^#{1,6} \S|^\s*(?:```|~~~)|^\.\. \w|^[=~^-]{4,}$|^---$|^> \S|\]\(\S+\)|^\|.*\|\s*$|^\w+: \S+$|"
    r"^`[^`]+`$",
    "fence": r"^#{1,6} \S|^\s*(?:```|~~~)|^\.\. \w+::|^={4,}$|^-{3,}$",
    "tag": r"^\s*</?(?:p|div|ul|ol|li|br|table|tr|td|span|h[1-6]|html|body|img|a)\b[^>]*>|^<!--",
    "program": r"[{};\\]\s*$|(?-u:\w)\([^)]*\)|[=!<>]=|\s=\s|^\s*(?://|/\*|\*/|\$ |>>> |@(?-u:\w)|[)}\]])",
    "keyword": r"^\s*(?:import|from|def|class|return|if|else|elif|for|while|try|function|var|let|const|public|"
    r"private|static|void|int|package|use|fn|struct|enum|#include|#define|SELECT|INSERT|sudo|echo|cd|git|pip|npm)"
    r"(?-u:\b).*[(){}:;\]]\s*$",
    "cells": r"^[^;]*(?:;[^;]*){2,}$|^[^\t]*(?:\t[^\t]*){2,}$|^\s*\|.*\|\s*$|^[^,\s][^, ]*(?:,[^, ]+){3,}$",
    "item": r"^\s*(?:[*•·▪►–—+-]|[0-9]{1,3}[.):]|\[[ xX]?\])\s+\S|"
    r"(?:\.{3,}|\s{2,}|:)\s*[$€£]?[0-9][0-9.,]*\s*\S{0,4}\s*$",
    "turn": r"^\s*(?:\[?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[AaPp][Mm])?\]?\s*[-–]?\s*)?"
    r"<?\p{L}[\p{L}\p{N}_ .'-]{0,23}(?:>|:)\s+\S",
    "hash": r"^\s*[0-9a-f]{7,40}\s",
}


@cache
def cue_patterns(group: str) -> list[str]:
    """The cues of a group as patterns for folded text: from the beginning of a word, where the script has words."""
    table = tomllib.loads(files(__package__).joinpath("cues.toml").read_text("utf-8"))
    return sorted({as_pattern(cue) for groups in table.values() for cue in groups[group]})


# Marks that a line of nothing but letters and single spaces may bear; all others need another character.
OF_LETTERS = ("capitals", "degrees")
PLAIN = r"^[\p{L}\p{M}]+(?: [\p{L}\p{M}]+)*$"


def text_counts(texts: pl.Series) -> Frame:
    """What each text of a line holds.

    Returns:
        Float32 columns: `chars`, `runs` (runs of non-white-space), `unspaced` (Han, kana, Thai characters), `capital`
        (words that begin with a capital), `digits`, `commas`, `stops` (ends of sentences), `small` (words of one to
        three small letters, which stand for function words in any language), `separators`; 0/1 columns `ends`
        (final punctuation), `colon`, `dots`, `low_start`, `comma_end`, `quote`, the MARKS, SHAPES and CUES; and Int64
        `words` (see `word_count`).
    """
    text = pl.col("text")
    frame = pl.DataFrame({"text": texts}).select(
        text.str.slice(0, HEAD).str.strip_chars(), chars=text.str.len_chars(), wide=is_wide(text)
    )
    every = frame.select(
        pl.col("chars"),
        capital=text.str.count_matches(r"(?:^|[\s(„“\"«])\p{Lu}"),
        digits=text.str.count_matches(r"[0-9]"),
        commas=text.str.count_matches(r"[,;،、，；]"),
        stops=text.str.count_matches(r"[.!?…؟।](?:[\"'”’»“)\]]|\s|$)|[。！？]"),
        small=text.str.count_matches(r"(?:^|\s)\p{Ll}{1,3}\s"),
        separators=text.str.count_matches(r"[|»›·•→▶►★☆/>]"),
        ends=text.str.contains(r"[.!?。！？…؟।][\"'”’»“)\]」』]*$"),
        colon=text.str.contains(r"[:：]$"),
        dots=text.str.contains(r"(?:\.\.\.|…|»|>>|›)$"),
        low_start=text.str.contains(r"^\p{Ll}"),
        comma_end=text.str.contains(r"[,，،]$"),
        quote=text.str.contains(r"^[\"„“«‚‘”–—-]"),
    )
    words = _words(texts, frame)
    short = frame["chars"] <= SHORT
    return pl.concat(
        [every.cast(pl.Float32), words, _spread(_short_counts(frame.filter(short)["text"]), short)], how="horizontal"
    )


def is_wide(text: pl.Expr) -> pl.Expr:
    """Texts with a character beyond ASCII: only they need the patterns of other scripts."""
    return text.str.len_bytes() != text.str.len_chars()


def _words(texts: pl.Series, frame: Frame) -> Frame:
    """`runs` and `unspaced` of the beginnings of the texts, `words` of the whole texts."""
    text = pl.col("text")
    odd = frame.select(pl.col("wide") & text.str.contains(rf"[{UNSPACED}]")).to_series()
    unspaced = _spread(frame.filter(odd).select(unspaced=text.str.count_matches(rf"[{UNSPACED}]")), odd)
    runs = frame.select(runs=text.str.count_matches(r"\S+").cast(pl.Float32))
    special = odd | (frame["chars"] > HEAD)
    counted = _spread(texts.to_frame("text").filter(special).select(words=word_count(text)), special, pl.Int64)
    words = runs.select(words=pl.when(special).then(counted["words"]).otherwise("runs").cast(pl.Int64))
    return pl.concat([unspaced, runs, words], how="horizontal")


def _short_counts(texts: pl.Series) -> Frame:
    """MARKS, SHAPES and CUES of short texts."""
    text, patterns = pl.col("text"), MARKS | SHAPES
    frame = texts.to_frame("text")
    odd = ~texts.str.contains(PLAIN)
    looked = [pl.col("text").str.contains(patterns[name]).alias(name) for name in OF_LETTERS]
    others = [text.str.contains(pattern).alias(name) for name, pattern in patterns.items() if name not in OF_LETTERS]
    marks = [frame.select(looked).cast(pl.Float32), _spread(frame.filter(odd).select(others), odd)]
    return pl.concat([*marks, _cues(folded(texts))], how="horizontal")


def _cues(low: pl.Series) -> Frame:
    """Which groups of cues folded texts hold: one search for all cues, then the groups of what was found."""
    found = pl.DataFrame({"cue": low.str.extract_many(_every_cue(), overlapping=True)}).with_row_index("at")
    found = found.filter(pl.col("cue").list.len() > 0).explode("cue", empty_as_null=True).join(_groups(), on="cue")
    marks = np.zeros((len(low), len(CUES)), np.float32, order="F")
    marks[found["at"].to_numpy(), found["group"].to_numpy()] = 1
    return pl.DataFrame({name: marks[:, at] for at, name in enumerate(CUES)})


@cache
def _groups() -> Frame:
    """`cue` and the place of its `group` in CUES."""
    rows = [(cue, at) for at, group in enumerate(CUES) for cue in cue_patterns(group)]
    return pl.DataFrame(rows, schema={"cue": pl.String, "group": pl.Int64}, orient="row")


@cache
def _every_cue() -> list[str]:
    return sorted({pattern for group in CUES for pattern in cue_patterns(group)})


def _spread(part: Frame, where: pl.Series, dtype: type[pl.DataType] = pl.Float32) -> Frame:
    """The rows of `part` at the true places of `where`, 0 elsewhere."""
    place = pl.select(pl.when(where).then(where.cast(pl.Int64).cum_sum() - 1)).to_series()
    return part.cast(dtype).select(pl.all().gather(place).fill_null(0))


def as_pattern(cue: str) -> str:
    """The pattern of a cue in folded text: CJK, Hangul and Thai anywhere, other words from their beginning."""
    cue = unicodedata.normalize("NFKC", cue)
    anywhere = unicodedata.name(cue[0], "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI"))
    return cue if anywhere else f" {cue}"
