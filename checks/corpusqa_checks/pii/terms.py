"""Many names looked up at once in a short context, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# Scripts without spaces between words: a name in them is looked for as a piece of the context.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7a3]")
_WORD = re.compile(r"[^\W_]+")
_NOTHING: frozenset[int] = frozenset()


class Terms:
    """Names that lead to numbers.

    Args:
        pairs: A name in any case, and a number that it stands for. Names match whole words; what stands between the
            words of a name (space, hyphen, full stop) does not matter. A name of one word that ends with an asterisk
            matches every word that begins with it.
    """

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        self._words: dict[tuple[str, ...], set[int]] = {}
        self._stems: dict[str, set[int]] = {}
        self._pieces: dict[str, set[int]] = {}
        for name, number in pairs:
            folded = name.casefold()
            if _UNSPACED.search(name):
                self._pieces.setdefault(folded, set()).add(number)
            elif name.endswith("*"):
                self._stems.setdefault(folded[:-1], set()).add(number)
            else:
                self._words.setdefault(tuple(_WORD.findall(folded)), set()).add(number)
        self._heads = {words[0] for words in self._words}
        self._prefixes = tuple(self._stems)
        self._longest = max(map(len, self._words), default=0)

    def within(self, context: str) -> set[int]:
        """The numbers of all names in a context."""
        folded = context.casefold()
        words = _WORD.findall(folded)
        found: set[int] = set()
        for at, word in enumerate(words):
            if word in self._heads:
                found |= self._run(words, at)
            if self._prefixes and word.startswith(self._prefixes):
                found |= self._stemmed(word)
        if _UNSPACED.search(folded):
            found |= {n for piece, numbers in self._pieces.items() if piece in folded for n in numbers}
        return found

    def at_start(self, context: str) -> set[int]:
        """The numbers of the names with which a context begins."""
        folded = context.casefold()
        words = _WORD.findall(folded)
        found = self._run(words, 0) | (self._stemmed(words[0]) if words else _NOTHING)
        return found | {n for piece, numbers in self._pieces.items() if folded.startswith(piece) for n in numbers}

    def at_end(self, context: str) -> set[int]:
        """The numbers of the names with which a context ends, signs and digits after it left aside."""
        folded = context.casefold().rstrip(" \t.:=#-–()[]\"'`,/0123456789")
        words = _WORD.findall(folded)
        found: set[int] = set(self._stemmed(words[-1])) if words else set()
        for size in range(1, min(self._longest, len(words)) + 1):
            found |= self._words.get(tuple(words[-size:]), _NOTHING)
        return found | {n for piece, numbers in self._pieces.items() if folded.endswith(piece) for n in numbers}

    def _run(self, words: Sequence[str], at: int) -> set[int]:
        found: set[int] = set()
        for size in range(1, min(self._longest, len(words) - at) + 1):
            found |= self._words.get(tuple(words[at : at + size]), _NOTHING)
        return found

    def _stemmed(self, word: str) -> set[int]:
        return {n for stem, numbers in self._stems.items() if word.startswith(stem) for n in numbers}
