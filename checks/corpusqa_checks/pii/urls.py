"""URLs that carry a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpusqa_checks.pii.documentation import is_reserved_host
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.placeholders import is_placeholder

_SIGN = r"[^\s/:@\"'`<>{}\[\]()|\\]"
_URL = re.compile(
    rf"(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]{{1,20}}://(?P<user>{_SIGN}{{0,64}}):(?P<password>[^\s/@\"'`<>{{}}|\\]{{1,1024}})@"
    r"(?P<host>[\w.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?P<rest>(?::\d{1,5})?(?:[/?#][^\s<>\"'`|\\{}]{0,2048})?)"
)
_TRAILING = ".,;:!?)]*_"


def url_credentials(line: Line) -> Iterator[Hit]:
    """`scheme://user:password@host`; passwords that are place-holders are refused."""
    for found in _URL.finditer(line.text):
        if is_placeholder(found["password"]) or _is_template(found["user"]):
            continue
        value = found[0].rstrip(_TRAILING) if found["rest"] else found[0].rstrip(".-_")
        spared = RESERVED if is_reserved_host(found["host"].rstrip(".")) else ""
        yield Hit(found.start(), found.start() + len(value), "url_credentials", 0.95, "URL syntax", value, spared)


def _is_template(user: str) -> bool:
    return user.startswith(("$", "%")) and not user.startswith("%2")
