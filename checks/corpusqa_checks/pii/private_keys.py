"""Private keys in PEM and PGP armour, over many lines or in one string with written line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpusqa_checks.pii.documentation import is_reserved_private_key
from corpusqa_checks.pii.hits import RESERVED, Hit

_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----")
# The armour of a key of 16,384 bits has 13,000 signs; indented or quoted it is longer.
_LONGEST = 40_000
_BODY_LINE = re.compile(
    r"(?:[ \t>|#*/\"'+,]{0,16}(?:[A-Za-z0-9+/=]{16,}|[A-Za-z\-]{1,24}: [^\r\n]{0,120})?"
    r"(?:\\r|\\n|\r|\n|$)[\"',+ \t]{0,8})*"
)
# The body of the shortest key in use (Ed25519, PKCS #8) has 64 signs.
_SHORTEST = 40


def private_keys(text: str) -> Iterator[Hit]:
    """Blocks with a body; a head alone, or one around dots, is documentation."""
    at = 0
    while found := _BEGIN.search(text, at):
        other = _BEGIN.search(text, found.end(), found.end() + _LONGEST)
        end = _END.search(text, found.end(), other.start() if other else found.end() + _LONGEST)
        if end:
            body, stop = text[found.end() : end.start()], end.end()
        else:
            lines = _BODY_LINE.match(text, found.end(), found.end() + _LONGEST)
            body = text[found.end() : lines.end() if lines else found.end()]
            stop = found.end() + len(body.rstrip())
        at = stop
        compact = re.sub(r"\\[rn]|[\s\"'+,>|#*]", "", body) if "\\" in body else re.sub(r"[\s\"',>|#*]", "", body)
        if len(compact) >= _SHORTEST and re.search(r"[A-Za-z0-9+/=]{40}", compact) and len(set(compact)) > 12:
            spared = RESERVED if is_reserved_private_key(body) else ""
            yield Hit(found.start(), stop, "private_key", 1.0, "armour and body", compact, spared)
