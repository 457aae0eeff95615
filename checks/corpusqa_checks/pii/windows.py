"""Very long lines in overlapping windows: a line of 10 MB costs what its characters cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Longer lines are cut. A window sees LEFT characters before what it owns (context of cues and borders) and RIGHT after
# (room for the longest value), and if it would end inside a run of the signs of tokens, up to STRETCH more of it.
LONGEST = 40_960
OWNED = 32_768
LEFT = 256
RIGHT = 4096
STRETCH = 16_384
_TOKEN = re.compile(rf"[A-Za-z0-9_.+/=\-]{{0,{STRETCH}}}")


@dataclass(frozen=True)
class Window:
    """A stretch of a line.

    Attributes:
        text: Its characters.
        start: Where it begins in the line.
        first, last: Offsets in `text` between which a value has to begin to be this window's, half open.
        cut: Whether it ends inside a run of the signs of tokens.
    """

    text: str
    start: int
    first: int
    last: int
    cut: bool = False

    def owns(self, at: int, end: int = 0) -> bool:
        """Whether a value from there to `end` is found here: not in a neighbouring window, and not cut in two."""
        return self.first <= at < self.last and not (self.cut and end == len(self.text))


def windows(text: str) -> Iterator[Window]:
    """The windows of a line; most lines are one."""
    if len(text) <= LONGEST:
        yield Window(text, 0, 0, len(text))
        return
    for begin in range(0, len(text), OWNED):
        start = max(0, begin - LEFT)
        end = min(begin + OWNED + RIGHT, len(text))
        rest = _TOKEN.match(text, end)
        more = len(rest[0]) if rest else 0
        cut = more == STRETCH  # of what is longer than any credential more would not help
        yield Window(text[start : end if cut else end + more], start, begin - start, begin - start + OWNED, cut)
