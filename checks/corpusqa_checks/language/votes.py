"""The second opinion: a detector that was trained otherwise, called once for each text that the script leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

# Other names of the same language, and dialects that the profiles do not tell apart.
SAME = {
    "zh-cn": "zh",
    "zh-tw": "zh",
    "zh-hant": "zh",
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "in": "id",
    "jw": "jv",
    "fil": "tl",
    "mo": "ro",
    "bh": "bho",
}

# A detector that gives probabilities is called reliable from this one on.
RELIABLE = 0.9
# Percent of a text in a second language from which on the first is not the language of the whole. CLD2 finds so much in
# two of three texts that are made of as many sentences of either language, and in 1 of 500 sentences of the development
# data, most of which do hold two.
SECOND = 30


class Vote(NamedTuple):
    """What a second detector says of one text.

    Attributes:
        language: ISO 639 code, None when it cannot tell.
        reliable: Whether it says so itself.
        score: CLD2's score, which the confidence is fitted to; None from every other detector.
        second: Another language, of a large part of the text; None where there is none, or the detector knows of none.
    """

    language: str | None
    reliable: bool = False
    score: float | None = None
    second: str | None = None


@lru_cache(maxsize=4096)
def canonical(code: str | None) -> str | None:
    """One name for each language: lower-case ISO 639 without region, None for "unknown"."""
    low = (code or "").lower().replace("_", "-")
    low = SAME.get(low, low.split("-")[0])
    return None if low in ("", "un", "und", "xx", "unknown", "none") else SAME.get(low, low)


def cld2(texts: Sequence[str]) -> list[Vote]:
    """Votes of CLD2, in the order of the texts."""
    import pycld2

    detect, error = pycld2.detect, pycld2.error
    votes = []
    for text in texts:
        try:
            reliable, _, ((_, code, _, score), (_, other, percent, _), _) = detect(text.encode("utf-8", "replace"))
        except error:  # it refuses some control characters
            votes.append(Vote(None))
        else:
            second = canonical(other) if percent >= SECOND else None
            votes.append(Vote(canonical(code), reliable, score, second))
    return votes
