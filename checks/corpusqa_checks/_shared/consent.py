"""How much a text reads like consent text: stems in many languages, counted, and a linear score of the counts.

The score never rests on the word "cookie" alone: it weighs who speaks (we use, this site), whom it addresses (your
consent), what the reader may do (accept, refuse, settings), what it is for and where more is said, against reported
speech, technical articles and recipes. Stems: consent.toml. Weights: consent_model.json, which records how they were
fitted. A score says how a text reads; whether a line is a notice is decided sentence by sentence (consent_lines.py).
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from corpusqa_checks._shared.consent_stems import (
    AGAINST,
    COUNTER,
    GROUPS,
    POINTING,
    counted_by_language,
    folded_head,
    of_every_language,
)
from corpusqa_checks._shared.words import UNSPACED

from corpusqa.check import Frame

Floats = npt.NDArray[np.float64]

EVERY_GROUP = (*GROUPS, *COUNTER, *POINTING, *AGAINST)
# The score of a line that has no cue at all; below every threshold.
FLOOR = -20.0
# Longer lines are no consent text: no consent paragraph is that long, and an article without line breaks must not go
# because a notice stands at its beginning.
HEAD = 2500
BUTTON_WORDS = 8  # a line of at most so many words is a head or a button


@cache
def model() -> dict[str, Any]:
    """The fitted weights: `weights` by feature, `bias`, and `record` of the fit."""
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("consent_model.json").read_text("utf-8"))
    return loaded


def counts(text: pl.Series, of: pl.Series | None = None) -> Frame:
    """Distinct stems of each group in each text, those of its own language.

    Args:
        text: Lines, sentences, ...
        of: For each text the number of the whole it belongs to, whose language it has; by default itself.

    Returns:
        One row per text: `words` (a Han or kana or Thai character is half a word), one Float64 column per group of
        EVERY_GROUP, `marks` (code and list marks) and `cover` (share of the text within stems).
    """
    low = folded_head(text, HEAD)
    of = pl.int_range(len(text), eager=True, dtype=pl.UInt32) if of is None else of
    found = counted_by_language(low, of)
    frame = pl.DataFrame({"at": pl.int_range(len(text), eager=True, dtype=pl.UInt32), "text": text, "low": low})
    table = frame.with_columns(**of_every_language(low)).join(found, on="at", how="left", maintain_order="left")
    low_words = pl.col("low").str.count_matches(r"\S+") + 0.5 * pl.col("low").str.count_matches(rf"[{UNSPACED}]")
    written = pl.col("low").str.len_chars() - pl.col("low").str.count_matches(" ", literal=True)
    marks = pl.col("text").str.slice(0, HEAD).str.count_matches(r"[`*]|\[[ x]?\]|[A-Za-z_]\(|[{}<>]")
    return table.select(
        low_words.clip(lower_bound=2.0).alias("words"),
        marks.cast(pl.Float64).alias("marks"),
        (pl.col("covered").fill_null(0) / written.clip(lower_bound=1)).clip(upper_bound=1.0).alias("cover"),
        *(pl.col(group).fill_null(0).cast(pl.Float64) for group in EVERY_GROUP),
    )


def features(counted: Frame) -> Frame:
    """The counts as the features of the linear model, Float64."""
    c, words = pl.col("cookie") > 0, pl.col("words")
    act, purpose, trail = (pl.col(name) for name in ("act", "purpose", "trail"))
    voice = pl.col("voice") + pl.col("reader")
    policy, use, short = pl.col("policy") > 0, pl.col("use") > 0, words <= BUTTON_WORDS
    cues = act + purpose + trail
    other = ~c & (pl.col("phrase") == 0)
    return counted.select(
        cookie=c,
        phrase=pl.col("phrase").clip(upper_bound=2),
        cover=pl.col("cover") * (c | (pl.col("phrase") > 0)) * ((voice + cues > 0) | policy),
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
        cookie_site=c & (pl.col("voice") > 0),
        cookie_act=c & (act > 0),
        cookie_purpose=c & (purpose > 0),
        cookie_trail=c & (trail > 0),
        cookie_use=c & use,
        cookie_short=c & short,
        cookie_short_act=c & short & ((act > 0) | (purpose > 0)),
        other_voice_cues=other & (voice > 0) & (cues >= 2),
        other_voice_policy=other & (voice > 0) & policy & (cues >= 1),
        long_40=words > 40,
        long_80=words > 80,
        long_160=words > 160,
        unvoiced_12=(voice == 0) & (words > 12),
        told=pl.col("told").clip(upper_bound=3),
        bake=pl.col("bake").clip(upper_bound=2),
        tech=pl.col("tech").clip(upper_bound=3),
        news=pl.col("news").clip(upper_bound=3),
        marks=pl.col("marks").clip(upper_bound=4) / 2,
        cookie_told=pl.when(c).then(pl.col("told").clip(upper_bound=3)).otherwise(0),
        cookie_bake=pl.when(c).then(pl.col("bake").clip(upper_bound=2)).otherwise(0),
        cookie_tech=pl.when(c).then(pl.col("tech").clip(upper_bound=3)).otherwise(0),
        cookie_news=pl.when(c).then(pl.col("news").clip(upper_bound=3)).otherwise(0),
        cookie_marks=c & (pl.col("marks") > 0),
        cookie_silent=c & (voice == 0) & (cues == 0),
    ).cast(pl.Float64)


def scores(counted: Frame) -> Floats:
    """Log-odds that each counted text is consent text; Float64.

    FLOOR without a cue of any group, or for a few words whose only cue is of the group trail.
    """
    rows = features(counted)
    score = np.full(counted.height, model()["bias"], np.float64)
    for name in rows.columns:  # term by term, so that a text has the same score in every batch
        score += model()["weights"][name] * rows[name].to_numpy()
    # what a sentence says is recorded ("log in", "visitors") makes no button of a few words
    trailing = (pl.sum_horizontal(*GROUPS) == pl.col("trail")) & (pl.col("words") <= BUTTON_WORDS)
    said = counted.select((pl.sum_horizontal(*GROUPS) > 0) & ~trailing).to_series().to_numpy()
    return np.where(said, np.round(score, 3), FLOOR)
