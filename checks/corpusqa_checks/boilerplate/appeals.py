"""Appeals: long lines that ask for something, or say who writes here, told by two different cues of one segment.

Forms of a word are one cue: "commenters comment" says one thing, "comments" and "required fields" say two. The cues
stand in appeals.toml.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from corpusqa_checks._shared.arrays import Ints
from corpusqa_checks._shared.lanes import own_lane
from corpusqa_checks._shared.words import folded, written_forms
from corpusqa_checks.boilerplate.counts import as_pattern

from corpusqa.check import Frame

APPEALS = ("about", "newsletter", "sponsor", "legal", "comments", "social")
NAMES = "names"
LONGEST = 1500  # where an appeal has its cues
LEAST = 2  # cues that make an appeal
STEM = 5  # words of one beginning of so many letters are forms of one word


@own_lane(lambda texts: texts)
def most_cues(texts: pl.Series) -> tuple[Ints, Ints]:
    """The place in APPEALS of which each text has the most cues, and how many different ones; 0 and 0 below LEAST."""
    head = texts.str.slice(0, LONGEST)
    asked = (head.str.count_matches(appeal_words()) >= LEAST).arg_true()
    cues = folded(head.gather(asked)).str.extract_many(_every_cue(), overlapping=True)
    found = pl.DataFrame({"at": asked, "cue": cues}).filter(pl.col("cue").list.len() > 0)
    found = found.explode("cue", empty_as_null=True).join(_roots(), on="cue")
    counted = found.group_by("at", "label").agg(pl.col("root").n_unique())
    counts = np.zeros((len(texts), len(APPEALS)), np.int64)
    counts[counted["at"].to_numpy(), counted["label"].to_numpy()] = counted["root"].to_numpy()
    return counts.argmax(1), counts.max(1)


@cache
def appeal_words() -> str:
    """Pattern of the longest word of each cue, as words are written: most text has fewer than LEAST, and is spared."""
    words = {max(cue.split(), key=len) for cue in _every_cue()}
    return "|".join(sorted(written_forms(words)))


@cache
def appeal_patterns(label: str) -> list[str]:
    """The cues of a label, in all languages, as patterns for folded text."""
    return sorted({as_pattern(cue) for cues in _table()[label].values() for cue in cues})


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    """The cues of each label by language; those called NAMES are one cue together."""
    return tomllib.loads(files(__package__).joinpath("appeals.toml").read_text("utf-8"))


@cache
def _every_cue() -> list[str]:
    return sorted({cue for label in APPEALS for cue in appeal_patterns(label)})


@cache
def _roots() -> Frame:
    """`cue`, `label` (place in APPEALS) and `root`: cues of one root are forms of one word."""
    rows = [(cue, at, root) for at, label in enumerate(APPEALS) for cue, root in _roots_of(label).items()]
    return pl.DataFrame(rows, schema={"cue": pl.String, "label": pl.Int64, "root": pl.String}, orient="row")


def _roots_of(label: str) -> dict[str, str]:
    names = {as_pattern(cue): NAMES for cue in _table()[label].get(NAMES, [])}
    return roots(appeal_patterns(label)) | names


def roots(cues: list[str]) -> dict[str, str]:
    """What each cue is a form of: words of one beginning are one, and so are a cue and one that it holds."""
    found: dict[str, str] = {}
    for cue in sorted(cues, key=lambda cue: (len(cue), cue)):
        word = cue.startswith(" ") and len(cue.split()) == 1
        stem = cue.rstrip()[: 1 + STEM] if word else cue
        bare = cue.replace(" ال", " ").replace(" ה", " ")  # the article is written with its noun
        found[cue] = next((root for root in found.values() if root in cue or root in bare), stem)
    return found
