"""The second opinion: a detector that was trained otherwise, called once for each text that the script leaves open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Vote:
    """What a second detector says of one text.

    Attributes:
        language: ISO 639 code, None when it cannot tell.
        reliable: Whether it says so itself.
        score: CLD2's score, which the confidence is fitted to; None from every other detector.
    """

    language: str | None
    reliable: bool = False
    score: float | None = None


def canonical(code: str | None) -> str | None:
    """One name for each language: lower-case ISO 639 without region, None for "unknown"."""
    low = (code or "").lower().replace("_", "-")
    low = SAME.get(low, low.split("-")[0])
    return None if low in ("", "un", "und", "xx", "unknown", "none") else SAME.get(low, low)


def cld2(texts: Sequence[str]) -> list[Vote]:
    """Votes of CLD2, in the order of the texts."""
    import pycld2

    return [_cld2(text, pycld2.detect, pycld2.error) for text in texts]


def _cld2(
    text: str, detect: Callable[..., tuple[bool, int, tuple[tuple[str, str, int, float], ...]]], error: type[Exception]
) -> Vote:
    try:
        reliable, _, found = detect(text.encode("utf-8", "replace"))
    except error:  # it refuses some control characters
        return Vote(None)
    _, code, _, score = found[0]
    return Vote(canonical(code), reliable, score)
