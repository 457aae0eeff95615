"""Two passages side by side: which words only one of them has."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# Words, single characters of scripts that are written without spaces, white space, signs.
_TOKEN = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|\w+|\s+|.", re.DOTALL)
MOST_TOKENS = 400  # comparing takes time with the product of both sides
Piece = tuple[str, str]  # "same" or "other", text


def differences(first: str, second: str) -> tuple[list[Piece], list[Piece]]:
    """Both passages in pieces that are the same in the other one or not; what exceeds MOST_TOKENS is left as it is."""
    a, b = _TOKEN.findall(first), _TOKEN.findall(second)
    matcher = SequenceMatcher(None, a[:MOST_TOKENS], b[:MOST_TOKENS], autojunk=False)
    left, right = list[Piece](), list[Piece]()
    for kind, a_start, a_end, b_start, b_end in matcher.get_opcodes():
        word = "same" if kind == "equal" else "other"
        left.append((word, "".join(a[a_start:a_end])))
        right.append((word, "".join(b[b_start:b_end])))
    left.append(("same", "".join(a[MOST_TOKENS:])))
    right.append(("same", "".join(b[MOST_TOKENS:])))
    return [piece for piece in left if piece[1]], [piece for piece in right if piece[1]]
