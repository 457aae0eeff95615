"""What a line holds: counts and marks of whole batches of lines, each line by itself."""

from __future__ import annotations

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from corpusqa_checks._shared.lines import Ints
from corpusqa_checks._shared.words import UNSPACED, folded, unspaced
from corpusqa_checks.boilerplate.context import Bools, Floats
from corpusqa_checks.boilerplate.patterns import COUNTED, ENDS, LETTERED, MARKS, NUMBERED, PLAIN, SHAPES

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
    table = tomllib.loads(files(__package__).joinpath("cues.toml").read_text("utf-8"))
    return sorted({as_pattern(cue) for groups in table.values() for cue in groups[group]})


def text_counts(texts: pl.Series, words: pl.Series) -> Counts:
    """What each text of a line holds.

    Args:
        texts: Different texts, none of them blank.
        words: Their words, from `words_of`.

    Returns:
        Float32 arrays: `chars`, `runs` (runs of non-white-space), `unspaced` (Han, kana, Thai characters), `capital`
        (words that begin with a capital), `digits`, `commas`, `stops` (ends of sentences), `small` (words of one to
        three small letters, which stand for function words in any language), `separators`; 0/1 `ends` (final
        punctuation), `colon`, `dots`, `low_start`, `comma_end`, `quote`, and the MARKS, SHAPES and CUES.
    """
    chars = texts.str.len_chars()
    head = texts.str.slice(0, HEAD).str.strip_chars()
    counted = {name: _counted(head, pattern) for name, pattern in COUNTED.items()}
    ends = {name: _matched(head, pattern) for name, pattern in ENDS.items()}
    at = (chars <= SHORT).arg_true().to_numpy()
    short = _short_counts(head.gather(at), counted["digits"][at] > 0)
    of_short = {name: _scattered(values, at, len(texts)) for name, values in short.items()}
    size = chars.cast(pl.Float32).to_numpy()
    return {"chars": size, **_runs(head, size, words), **counted, **ends, **of_short}


def _counted(texts: pl.Series, pattern: str) -> Floats:
    return texts.str.count_matches(pattern).cast(pl.Float32).to_numpy()


def _matched(texts: pl.Series, pattern: str) -> Floats:
    return texts.str.contains(pattern).cast(pl.Float32).to_numpy()


def _scattered(values: Floats, at: Ints, size: int) -> Floats:
    """The values at these places, 0 elsewhere."""
    found = np.zeros(size, np.float32)
    found[at] = values
    return found


def _runs(head: pl.Series, chars: Floats, words: pl.Series) -> Counts:
    """Runs of non-white-space and characters of scripts without spaces; most texts have as many runs as words."""
    odd = unspaced(head).to_numpy()
    runs = words.cast(pl.Float32).to_numpy().copy()
    other = np.flatnonzero(odd | (chars > HEAD))
    runs[other] = _counted(head.gather(other), r"\S+")
    at = np.flatnonzero(odd)
    return {"runs": runs, "unspaced": _scattered(_counted(head.gather(at), rf"[{UNSPACED}]"), at, len(head))}


def _short_counts(texts: pl.Series, numbered: Bools) -> Counts:
    """MARKS, SHAPES and CUES of short texts, some of which have digits."""
    odd = (~texts.str.contains(PLAIN)).arg_true().to_numpy()
    patterns = {name: pattern for name, pattern in (MARKS | SHAPES).items() if name != "fence"}
    lettered = {name: patterns.pop(name) for name in LETTERED}
    digital = {name: patterns.pop(name) for name in NUMBERED}
    found = _matches(texts, patterns, odd) | _matches(texts, digital, odd[numbered[odd]])
    found |= {name: _matched(texts, pattern) for name, pattern in lettered.items()}
    found |= _matches(texts, {"fence": SHAPES["fence"]}, np.flatnonzero(found["heading"]))
    return found | _cues(folded(texts))


def _matches(texts: pl.Series, patterns: dict[str, str], at: Ints) -> Counts:
    """Where the patterns match among the texts at these places, which are gathered once."""
    some = texts.gather(at)
    return {name: _scattered(_matched(some, pattern), at, len(texts)) for name, pattern in patterns.items()}


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
