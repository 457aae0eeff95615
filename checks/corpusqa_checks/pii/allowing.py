"""Values that the user allows: desk addresses, the paper's own switchboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fnmatch import translate

from corpusqa_checks.pii.hits import Hit


def allowing(patterns: Sequence[str]) -> Callable[[Hit, str], bool]:
    """A test whether a value fits one of the patterns.

    Args:
        patterns: With `*` for any characters and `?` for one. They are compared with the value as it is written and in
            its canonical form, without regard to case or to spaces, hyphens, full stops, slashes and brackets in
            numbers, so that "+44 20 7946 *" fits "+44 (20) 7946-0958".

    Raises:
        ValueError: a pattern would allow everything.
    """
    for pattern in patterns:
        if not re.search(r"[^\W_]", pattern):
            raise ValueError(f"allow: {pattern!r} fits every value; name at least a letter or digit")
    whole = [re.compile(translate(pattern.casefold())) for pattern in patterns]
    numbers = [
        re.compile(translate(_bare(pattern))) for pattern in patterns if not re.search(r"[@:]|[^\W\d_]{3}", pattern)
    ]

    def allowed(hit: Hit, value: str) -> bool:
        forms = (value.casefold(), hit.canonical.casefold())
        if any(pattern.match(form) for pattern in whole for form in forms):
            return True
        return any(pattern.match(_bare(form)) for pattern in numbers for form in forms)

    return allowed


def _bare(value: str) -> str:
    return re.sub(r"[ \-./()]", "", value).casefold()
