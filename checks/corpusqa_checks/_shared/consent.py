"""How much a line reads like consent text: stems in many languages, counted, and a linear score of the counts.

The score never rests on the word "cookie" alone: it weighs who speaks (we use, this site, your consent), what the
reader may do (accept, refuse, settings), what it is for and where more is said, against the voices of technical
articles, recipes and news. Stems: consent.toml. Weights: consent_model.json, which records how they were fitted.
"""

from __future__ import annotations

import json
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.words import UNSPACED, folded, written_forms

from corpusqa.check import Frame

Floats = npt.NDArray[np.float64]

GROUPS = ("cookie", "voice", "act", "purpose", "policy", "use", "trail")
AGAINST = ("tech", "bake", "news")
SCORED = {"score": pl.Float64, "cookies": pl.Float64, "policy_only": pl.Boolean}
# The score of a line that has no cue at all; below every threshold.
FLOOR = -20.0
# Longer lines are no consent text: no consent paragraph is that long, and an article without line breaks must not go
# because a notice stands at its beginning.
HEAD = 2500
# For the same reason the cues of a line of more than DENSE words have to fill it: each cookie word stands for so many
# words of a notice, each other cue for so many.
DENSE, PER_COOKIE, PER_CUE = 80, 50, 8
BUTTON_WORDS = 8  # a line of at most so many words is a head or a button


# Languages whose stems may stand inside a word: compounds, prefixes written together, scripts without spaces. In all
# others a stem begins a word.
COMPOUNDING = ("de", "nl", "af", "sv", "da", "nb", "fi", "et", "is", "lb", "hu", "cs", "sk", "pl")
INSIDE = frozenset((*COMPOUNDING, "ar", "he", "fa", "ur", "th", "ja", "zh", "ko"))


@cache
def table() -> dict[str, dict[str, list[str]]]:
    """The stems by language and group, folded."""
    raw = tomllib.loads(files(__package__).joinpath("consent.toml").read_text("utf-8"))
    return {
        language: {
            group: [_bounded(unicodedata.normalize("NFKC", stem).lower(), language, group) for stem in stems]
            for group, stems in groups.items()
        }
        for language, groups in raw.items()
    }


def _bounded(stem: str, language: str, group: str) -> str:
    """The stem with the space that ties it to the beginning of a word, where its language is written so."""
    inside = language in INSIDE or group in ("cookie", "words") or language == "against"
    return stem if inside or stem.startswith(" ") else f" {stem}"


@cache
def stems(group: str) -> list[str]:
    """All stems of a group, longest first, so that a leftmost search finds the longest."""
    found = {stem for groups in table().values() for stem in groups.get(group, [])}
    return sorted(found, key=lambda stem: (-len(stem), stem))


@cache
def gate() -> str:
    """Pattern of the words without which no line is consent text by itself, in the cases in which they are written.

    One pattern of all words is searched at twice the speed of the words as a list: its automaton is built as it is
    needed, and most text needs little of it.
    """
    words = {stem.strip() for stem in [*stems("cookie"), *stems("words")]}
    return "|".join(sorted(written_forms(words)))


@cache
def model() -> dict[str, Any]:
    """The fitted weights: `weights` by feature, `bias`, and `record` of the fit."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("consent_model.json").read_text("utf-8"))
    return loaded


def counts(text: pl.Series) -> pl.DataFrame:
    """Distinct stems of each group in each line.

    Returns:
        One row per line: `words` (a Han or kana or Thai character is half a word), one Float64 column per group of
        GROUPS and AGAINST, `cookies` (all occurrences of cookie words) and `marks` (code and list marks).
    """
    head = text.str.slice(0, HEAD)
    frame = pl.DataFrame({"text": head, "low": folded(head)})
    low = pl.col("low")
    found = {
        group: low.str.extract_many(stems(group), leftmost=True).list.n_unique().cast(pl.Float64)
        for group in (*GROUPS, *AGAINST)
    }
    return frame.select(
        words=(low.str.count_matches(r"\S+") + 0.5 * low.str.count_matches(rf"[{UNSPACED}]")).clip(lower_bound=2.0),
        cookies=low.str.extract_many(stems("cookie"), leftmost=True).list.len().cast(pl.Float64),
        marks=pl.col("text").str.count_matches(r"[`*]|\[[ x]?\]|\w\(|[{}<>]").cast(pl.Float64),
        **found,
    )


def features(counted: pl.DataFrame) -> pl.DataFrame:
    """The counts as the features of the linear model, Float64."""
    c, words = pl.col("cookie") > 0, pl.col("words")
    voice, act, purpose, trail = (pl.col(name) for name in ("voice", "act", "purpose", "trail"))
    policy, use, short = pl.col("policy") > 0, pl.col("use") > 0, words <= BUTTON_WORDS
    cues = act + purpose + trail
    return counted.select(
        cookie=c,
        cookies_2=pl.col("cookies") > 1,
        cookie_density=pl.min_horizontal(pl.col("cookies") / words * 10, 4.0) * c,
        voice_1=voice > 0,
        voice_2=voice > 1,
        voice_3=voice > 2,
        act_1=act > 0,
        act_3=act.clip(upper_bound=3),
        purpose_1=purpose > 0,
        purpose_3=purpose.clip(upper_bound=3),
        trail_2=trail.clip(upper_bound=2),
        policy=policy,
        cookie_policy=c & policy,
        cookie_voice=c & (voice > 0),
        cookie_act=c & (act > 0),
        cookie_purpose=c & (purpose > 0),
        cookie_trail=c & (trail > 0),
        cookie_use=c & use,
        cookie_short=c & short,
        cookie_short_act=c & short & ((act > 0) | (purpose > 0)),
        cookie_short_policy=c & short & policy,
        cookie_alone=c & (words <= 3),
        other_voice_cues=~c & (voice > 0) & (cues >= 2),
        other_voice_policy=~c & (voice > 0) & policy & (cues >= 1),
        long_40=words > 40,
        long_80=words > 80,
        long_160=words > 160,
        unvoiced_12=(voice == 0) & (words > 12),
        tech=pl.col("tech").clip(upper_bound=3),
        bake=pl.col("bake").clip(upper_bound=2),
        news=pl.col("news").clip(upper_bound=3),
        marks=pl.col("marks").clip(upper_bound=4) / 2,
        cookie_tech=pl.when(c).then(pl.col("tech").clip(upper_bound=3)).otherwise(0),
        cookie_news=pl.when(c).then(pl.col("news").clip(upper_bound=3)).otherwise(0),
        cookie_marks=c & (pl.col("marks") > 0),
        cookie_silent=c & (voice == 0) & (cues == 0),
    ).cast(pl.Float64)


def scored(text: pl.Series) -> Frame:
    """How much each line reads like consent text.

    Returns:
        One row per line: `score` (log-odds; FLOOR without a cue of any group, for a few words whose only cue
        is of the group trail, or for lines too long to be a notice), `cookies` (occurrences of cookie words) and
        `policy_only` (the only cue is a privacy policy or the like: a head, or a line of links).
    """
    if text.is_empty():  # the search for stems takes milliseconds to prepare
        return pl.DataFrame(schema=SCORED)
    counted = counts(text)
    rows = features(counted)
    score = np.full(len(text), model()["bias"])
    for name in rows.columns:  # term by term, so that a line has the same score in every batch
        score += model()["weights"][name] * rows[name].to_numpy()
    # what a sentence says is recorded ("log in", "visitors") makes no button of a few words
    trailing = (pl.sum_horizontal(*GROUPS) == pl.col("trail")) & (pl.col("words") <= BUTTON_WORDS)
    said = (pl.sum_horizontal(*GROUPS) > 0) & ~trailing
    cues = pl.sum_horizontal("voice", "act", "purpose", "trail")
    sparse = (pl.col("words") > DENSE) & (pl.col("cookies") * PER_COOKIE + cues * PER_CUE < pl.col("words"))
    whole = pl.Series(text.str.len_chars() <= HEAD)
    return counted.select(
        score=pl.when(said & ~sparse & whole).then(pl.Series(np.round(score, 3))).otherwise(FLOOR),
        cookies="cookies",
        policy_only=(pl.col("policy") > 0) & (pl.sum_horizontal(*GROUPS) == pl.col("policy")),
    )


def scores(text: pl.Series) -> Floats:
    """Log-odds that each line is consent text, as in `scored`; Float64, one per line."""
    return scored(text)["score"].to_numpy()
