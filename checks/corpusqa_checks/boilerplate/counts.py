"""What a line holds: counts and marks of whole batches of lines, each line by itself."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.arrays import Bools, Ints
from corpusqa_checks._shared.lanes import own_lane
from corpusqa_checks._shared.lines import Written
from corpusqa_checks._shared.signs import Signs, with_any
from corpusqa_checks._shared.words import UNSPACED, folded
from corpusqa_checks.boilerplate.context import Floats
from corpusqa_checks.boilerplate.patterns import BARRED, COUNTED, ENDS, MARKS, NEEDED, SHAPES

from corpusqa.check import Frame

# A line is judged by its beginning: a paragraph of so many characters is no longer than another.
HEAD = 2000
# Marks and cues are looked for in lines of at most so many characters: longer ones are paragraphs, where a date or the
# word "comment" says nothing. This keeps most of the text away from the slow patterns.
SHORT = 160
Counts = dict[str, Floats]
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


@cache
def cue_patterns(group: str) -> list[str]:
    """The cues of a group as patterns for folded text: from the beginning of a word, where the script has words."""
    return sorted({as_pattern(cue) for groups in _table().values() for cue in groups[group]})


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """The cues by language and group."""
    return tomllib.loads(files(__package__).joinpath("cues.toml").read_text("utf-8"))


def text_counts(written: Written) -> Counts:
    """What each text of a line holds.

    Args:
        written: The lines; each of its texts, none of them blank, is looked at once.

    Returns:
        Float32 arrays: `chars`, `runs` (runs of non-white-space), `unspaced` (Han, kana, Thai characters), `capital`
        (words that begin with a capital), `digits`, `commas`, `stops` (ends of sentences), `small` (words of one to
        three small letters, which stand for function words in any language), `separators`; 0/1 `ends` (final
        punctuation), `colon`, `dots`, `low_start`, `comma_end`, `quote`, and the MARKS, SHAPES and CUES.
    """
    chars = written.texts.str.len_chars()
    head, signs = written.texts.str.slice(0, HEAD).str.strip_chars(), written.signs
    counted = {name: _counted(head, pattern, may_match(name, signs)) for name, pattern in COUNTED.items()}
    ends = {name: _matched(head, pattern, may_match(name, signs)) for name, pattern in ENDS.items()}
    at = (chars <= SHORT).arg_true().to_numpy()
    of_short = {name: scattered(found, at, len(chars)) for name, found in _short(head.gather(at), signs[at]).items()}
    size = chars.cast(pl.Float32).to_numpy()
    return {"chars": size, **_runs(head, size, written), **counted, **ends, **of_short}


def may_match(name: str, signs: Signs) -> Bools:
    """Which texts have the signs with which this pattern can match."""
    may = np.ones(len(signs), np.bool_)
    if name in NEEDED:
        may &= with_any(signs, NEEDED[name])
    if name in BARRED:
        may &= ~with_any(signs, BARRED[name])
    return may


def _counted(texts: pl.Series, pattern: str, where: Bools) -> Floats:
    at = np.flatnonzero(where)
    if not len(at):  # a pattern costs its compilation, even over nothing
        return np.zeros(len(texts), np.float32)
    return scattered(texts[at].str.count_matches(pattern).to_numpy(), at, len(texts))


def _matched(texts: pl.Series, pattern: str, where: Bools) -> Floats:
    at = np.flatnonzero(where)
    if not len(at):
        return np.zeros(len(texts), np.float32)
    return scattered(texts[at].str.contains(pattern).to_numpy(), at, len(texts))


def scattered(values: npt.NDArray[Any], at: Ints, size: int) -> Floats:
    """The values at these places, 0 elsewhere."""
    found = np.zeros(size, np.float32)
    found[at] = values
    return found


def _runs(head: pl.Series, chars: Floats, written: Written) -> Counts:
    """Runs of non-white-space and characters of scripts without spaces; most texts have as many runs as words."""
    odd = written.unspaced
    runs = written.words.cast(pl.Float32).to_numpy().copy()
    other = np.flatnonzero(odd | (chars > HEAD))
    runs[other] = head.gather(other).str.count_matches(r"\S+").to_numpy()
    return {"runs": runs, "unspaced": _counted(head, rf"[{UNSPACED}]", odd)}


@own_lane(lambda texts, _signs: texts)
def _short(texts: pl.Series, signs: Signs) -> Counts:
    """MARKS, SHAPES and CUES of short texts."""
    found = {name: _matched(texts, pattern, may_match(name, signs)) for name, pattern in (MARKS | SHAPES).items()}
    return found | _cues(folded(texts))


def _cues(low: pl.Series) -> Counts:
    """Which groups of cues folded texts hold: one search for all cues, then the groups of what was found."""
    found = pl.DataFrame({"cue": low.str.extract_many(_every_cue(), overlapping=True)}).with_row_index("at")
    found = found.filter(pl.col("cue").list.len() > 0).explode("cue", empty_as_null=True).join(_groups(), on="cue")
    marks = np.zeros((len(CUES), len(low)), np.float32)
    marks[found["group"].to_numpy(), found["at"].to_numpy()] = 1
    return dict(zip(CUES, marks, strict=True))


@cache
def _groups() -> Frame:
    """`cue` and the place of its `group` in CUES."""
    rows = [(cue, at) for at, group in enumerate(CUES) for cue in cue_patterns(group)]
    return pl.DataFrame(rows, schema={"cue": pl.String, "group": pl.Int64}, orient="row")


@cache
def _every_cue() -> list[str]:
    return sorted({pattern for group in CUES for pattern in cue_patterns(group)})


def as_pattern(cue: str) -> str:
    """The pattern of a cue in folded text: CJK, Hangul and Thai anywhere, other words from their beginning."""
    cue = unicodedata.normalize("NFKC", cue)
    anywhere = unicodedata.name(cue[0], "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI"))
    return cue if anywhere else f" {cue}"
