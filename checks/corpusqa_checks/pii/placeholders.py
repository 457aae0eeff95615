"""Words that stand where a credential will be: nothing is leaked by them."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

from corpusqa_checks.pii.tables import table

_WORDS = table("placeholders")
_WHOLE = frozenset(_WORDS["whole"])
_PARTS = re.compile("|".join(re.escape(part) for part in _WORDS["parts"]))  # in lower case
_TEMPLATE = re.compile(r"\A(?:\$[A-Za-z_{(]|%[A-Za-z_(]|\{|\[|<|\(|#\{|@[A-Za-z]|__)|[}>\])]\Z|\.\.\.|\*\*|\\u2026")
# Zeros are "A" in base64, and stand in rows in it.
_RUN = re.compile(r"([^a])\1{5}", re.DOTALL)
# In longer values a short word is chance; who writes a place-holder says so at once.
_TELLING = 200
_SEQUENCES = ("0123456789", "1234567890", "abcdefgh", "zyxwvuts", "987654321", "qwertyui", "deadbeef", "cafebabe")


def is_placeholder(value: str) -> bool:
    """Whether a credential is a place-holder: a template, a word such as "changeme", a run or a sequence."""
    value = value if len(value) <= _TELLING else value[:_TELLING]
    low = value.casefold()
    if low.strip("_-*. ") in _WHOLE or _TEMPLATE.search(value) or _PARTS.search(low):
        return True
    return bool(_RUN.search(low)) or (len(value) >= 12 and any(s in low for s in _SEQUENCES)) or len(set(low)) < 3


def entropy(value: str) -> float:
    """Shannon entropy of the signs of a value, bits per sign."""
    size = len(value)
    return -sum(n / size * log2(n / size) for n in Counter(value).values()) if size else 0.0
