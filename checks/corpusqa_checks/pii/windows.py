"""Very long lines in overlapping windows: a line of 10 MB costs what its characters cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# Longer lines are cut. A window sees LEFT characters before what it owns (context of cues and borders) and RIGHT after
# (room for the longest value).
LONGEST = 20_480
OWNED = 16_384
LEFT = 256
RIGHT = 4096


@dataclass(frozen=True)
class Window:
    """A stretch of a line.

    Attributes:
        text: Its characters.
        start: Where it begins in the line.
        first, last: Offsets in `text` between which a value has to begin to be this window's, half open.
    """

    text: str
    start: int
    first: int
    last: int

    def owns(self, at: int) -> bool:
        """Whether a value that begins there is found here and not in a neighbouring window."""
        return self.first <= at < self.last


def windows(text: str) -> Iterator[Window]:
    """The windows of a line; most lines are one."""
    if len(text) <= LONGEST:
        yield Window(text, 0, 0, len(text))
        return
    for begin in range(0, len(text), OWNED):
        start = max(0, begin - LEFT)
        yield Window(text[start : begin + OWNED + RIGHT], start, begin - start, begin - start + OWNED)
