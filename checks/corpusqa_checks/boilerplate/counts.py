"""What a line holds: counts and marks of whole batches of lines, each line by itself."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

import polars as pl
from corpusqa_checks._shared.words import UNSPACED, folded

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


@cache
def cue_patterns(group: str) -> list[str]:
    """The cues of a group as patterns for folded text: from the beginning of a word, where the script has words."""
    table = tomllib.loads(files(__package__).joinpath("cues.toml").read_text("utf-8"))
    return sorted({as_pattern(cue) for groups in table.values() for cue in groups[group]})


def line_counts(lines: Frame) -> Frame:
    """Counts of each line.

    Args:
        lines: Column `text`.

    Returns:
        Float32 columns: `chars`, `runs` (runs of non-white-space), `unspaced` (Han, kana, Thai characters), `capital`
        (words that begin with a capital), `digits`, `commas`, `stops` (ends of sentences), `small` (words of one to
        three small letters, which stand for function words in any language), `separators`; and 0/1 columns `ends`
        (final punctuation), `colon`, `dots`, `low_start`, `quote`, `short`, `unspaced_any`, the MARKS and CUES.
    """
    text = pl.col("text")
    frame = lines.select(text.str.slice(0, HEAD), chars=text.str.len_chars())
    frame = frame.with_columns(text.str.strip_chars())
    every = frame.select(
        pl.col("chars"),
        runs=text.str.count_matches(r"\S+"),
        odd=text.str.contains(rf"[{UNSPACED}]"),
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
        short=pl.col("chars") <= SHORT,
    ).cast(pl.Float32)
    odd = every["odd"].cast(pl.Boolean)
    unspaced = _scattered(frame, odd, text.str.count_matches(rf"[{UNSPACED}]").alias("unspaced"))
    return pl.concat([every.drop("odd"), unspaced, _short_counts(frame)], how="horizontal")


def _short_counts(frame: Frame) -> Frame:
    """MARKS and CUES of the short lines, 0 elsewhere. Lines of menus repeat, so each text is looked at once."""
    short = frame["chars"] <= SHORT
    few = frame.filter(short).select("text")
    texts = few.unique("text", maintain_order=True).with_row_index("place")
    looked = texts.select(pl.col("text").str.contains(pattern).alias(name) for name, pattern in MARKS.items())
    low = texts.select(low=folded(pl.col("text")))
    cued = low["low"].str.contains_any(_every_cue())
    cues = _scattered(low, cued, *(pl.col("low").str.contains_any(cue_patterns(group)).alias(group) for group in CUES))
    place = few.join(texts, on="text", how="left", maintain_order="left")["place"]
    return _spread(pl.concat([looked.cast(pl.Float32), cues], how="horizontal").select(pl.all().gather(place)), short)


@cache
def _every_cue() -> list[str]:
    return sorted({pattern for group in CUES for pattern in cue_patterns(group)})


def _scattered(frame: Frame, where: pl.Series, *exprs: pl.Expr) -> Frame:
    """The expressions on the rows that are true in `where`, 0 elsewhere."""
    return _spread(frame.filter(where).select(*exprs), where)


def _spread(part: Frame, where: pl.Series) -> Frame:
    """The rows of `part` at the true places of `where`, 0 elsewhere; Float32."""
    place = pl.select(pl.when(where).then(where.cast(pl.Int64).cum_sum() - 1)).to_series()
    return part.cast(pl.Float32).select(pl.all().gather(place).fill_null(0.0))


def as_pattern(cue: str) -> str:
    """The pattern of a cue in folded text: CJK, Hangul and Thai anywhere, other words from their beginning."""
    cue = unicodedata.normalize("NFKC", cue)
    anywhere = unicodedata.name(cue[0], "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI"))
    return cue if anywhere else f" {cue}"
