"""URLs that carry a password."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpusqa_checks.pii.documentation import is_reserved_host
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.placeholders import is_placeholder

_SIGN, _INFO = r"[^\s/:@\"'`<>{}\[\]()|\\]", r"[^\s\"'`<>{}|\\]"
_PLACE = r"@(?P<host>[\w.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?P<rest>(?::\d{1,5})?(?:[/?#][^\s<>\"'`|\\{}]{0,2048})?)"
_USER = rf"(?<![A-Za-z0-9+.\-])[A-Za-z][A-Za-z0-9+.\-]{{1,20}}://(?P<user>{_SIGN}{{0,64}}):"
_URL = re.compile(rf"{_USER}(?P<password>[^\s/@\"'`<>{{}}|\\]{{1,1024}}){_PLACE}")
# A password with an at sign or a slash as it is: what goes on before the last at sign.
_FURTHER = re.compile(rf"(?P<more>@{_INFO}{{0,256}}){_PLACE}")
# Behind a port, or a word for it, the slash begins the path.
_SLASHED = re.compile(
    rf"{_USER}(?!\d{{1,5}}[/?#]|[A-Z_]{{1,20}}/)(?P<password>[^\s/@\"'`<>{{}}|\\]{{1,64}}/{_INFO}{{0,256}}){_PLACE}"
)
_TRAILING = ".,;:!?)]*_"


def url_credentials(line: Line) -> Iterator[Hit]:
    """`scheme://user:password@host`; passwords that are place-holders are refused."""
    for found in _URL.finditer(line.text):
        if _is_template(found["user"]):
            continue
        further = _FURTHER.match(line.text, found.end("password")) if _is_cut(line.text, found) else None
        if further and not is_placeholder(found["password"] + further["more"]):
            yield _hit(line.text, found.start(), further)
        elif not is_placeholder(found["password"]):
            yield _hit(line.text, found.start(), found)
    for found in _SLASHED.finditer(line.text):
        if re.search(r"\d", found["password"]) and not _is_template(found["user"]):
            yield _hit(line.text, found.start(), found)


def _hit(text: str, start: int, place: re.Match[str]) -> Hit:
    value = text[start : place.end()].rstrip(_TRAILING if place["rest"] else ".-_")
    spared = RESERVED if is_reserved_host(place["host"].rstrip(".")) else ""
    return Hit(start, start + len(value), "url_credentials", 0.95, "URL syntax", value, spared)


def _is_cut(text: str, found: re.Match[str]) -> bool:
    """Whether what stands for the host is a piece of the password: another at sign follows, or it is no name."""
    name = found["host"]
    return text.startswith("@", found.end()) or not (
        "." in name or ":" in name + found["rest"][:1] or name == "localhost"
    )


def _is_template(user: str) -> bool:
    return user.startswith(("$", "%")) and not user.startswith("%2")
