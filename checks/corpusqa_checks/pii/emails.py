"""E-mail addresses, internationalised ones too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpusqa_checks.pii.documentation import is_reserved_host
from corpusqa_checks.pii.hits import RESERVED, ROLE, Hit, Line
from corpusqa_checks.pii.plain import folded
from corpusqa_checks.pii.tables import table

# Marks that belong to the letter before them, as in decomposed accents; the class \w leaves them out.
_MARK = r"\u0300-\u036f"
# Local part of at most 64 and labels of at most 63 characters (RFC 5321, 1035), at most nine labels.
_ADDRESS = re.compile(
    rf"(?<![\w$}}])(?<!\w[.%+\-])(?<!(?<!\w)@)(?P<local>\w(?:(?:\w|[.%+'\-{_MARK}]){{0,62}}(?:\w|[+\-{_MARK}]))?)@"
    rf"(?P<host>(?>(?:\w(?:[\w\-{_MARK}]{{0,61}}[\w{_MARK}])?\.){{1,8}}(?P<top>xn--[a-z0-9\-]{{2,59}}|[^\W\d_]{{2,24}})))"
    r"(?![^\W\d_])"
)
# As URLs write it.
_ESCAPED = re.compile(
    r"(?<![\w.+\-%@])(?P<local>\w[\w.+\-]{0,63})%40(?P<host>(?>(?:\w(?:[\w\-]{0,61}\w)?\.){1,8}(?P<top>[^\W\d_]{2,24})))(?!\w)",
    re.ASCII,
)
_USER_INFO = re.compile(r"//[^\s/@]{0,130}\Z")
# `scp file user@host:path`, `ssh user@host`: an account on a machine.
_REMOTE_PATH = re.compile(r":(?:[/~.]|[\w.\-]{1,80}/|[\w\-]{1,60}\.[A-Za-z]{1,5}\b)")
# "orgTel", where a page lost the space between two lines.
_GLUED = re.compile(r"[a-z]{2,24}(?=[A-Z])")
# What follows an address that runs into the next one, whose beginning its host took for a part of its own.
_NEXT = re.compile(
    rf"(?:\.?\w[\w.%+'\-]{{0,62}})?@"
    rf"(?P<host>(?:\w(?:[\w\-{_MARK}]{{0,61}}[\w{_MARK}])?\.){{1,8}}(?P<top>[^\W\d_]{{2,24}}))(?![^\W\d_])"
)
# The signs that few addresses have and RFC 5321 allows, from the beginning of a word on.
_HEAD = re.compile(r"(?<![^\s(<\[\"',;:])\w[\w.%+'\-]{0,62}[!#&](?:[\w.%+'\-!#&]{0,62})\Z")
_REMOTE_COMMAND = re.compile(r"\b(?:ssh|scp|sftp|rsync|sshfs|mosh|git clone|git remote)\b[^@\n]{0,50}\Z")
_MESSAGE_ID = re.compile(r"(?i)(?:message-id|references|in-reply-to|content-id|cid)[:\s<`\"']*\Z")

_WORDS = table("emails")
_KNOWN_TOPS = frozenset(_WORDS["tops"])
_NOT_TOPS = frozenset(_WORDS["not_tops"])
_ROLES = frozenset(_WORDS["roles"])


def emails(line: Line) -> Iterator[Hit]:
    """Addresses with a plausible top-level domain; accounts on machines, message ids and file names are refused."""
    for found in (*_ADDRESS.finditer(line.text), *_ESCAPED.finditer(line.text)):
        start, end = found.span()
        runs_on = _through(line.text, end)
        host, score = _host(found["host"], found["top"])
        if re.match(r"[\d_]", line.text[end : end + 1]) and found["top"].lower() not in _KNOWN_TOPS:
            host, score = (found["host"], 0.7) if runs_on > end else ("", 0.0)
        end = runs_on if runs_on > end else end - len(found["host"]) + len(host)
        if not host or ".." in found["local"] or _is_account(line, found["local"], start, end):
            continue
        local, spared = found["local"], _spared(found["local"], host)
        if spared != ROLE and (head := _HEAD.search(line.text, max(0, start - 64), start)):
            start, local = head.start(), head[0] + local
        yield Hit(start, end, "email", score, "address syntax", folded(f"{local}@{host}"), spared)


def _through(text: str, end: int) -> int:
    """The end of an address, or of those that it runs into: no half of them may be left."""
    for _ in range(8):
        following = _NEXT.match(text, end)
        host, _score = _host(following["host"], following["top"]) if following else ("", 0.0)
        if not following or not host:
            break
        end = following.start("host") + len(host)
    return end


def _host(host: str, top: str) -> tuple[str, float]:
    """The host name and how sure it is one; a next sentence ("org.Next") or the ending of a file is cut off."""
    low = top.lower()
    one_case = top.islower() or top.isupper() or not top.isascii()
    if low in _KNOWN_TOPS and (one_case or host == host.title()):
        return host, 1.0
    if low not in _NOT_TOPS and one_case:
        return host, 0.9 if len(top) == 2 or not top.isascii() or low.startswith("xn--") else 0.7
    glued = _GLUED.match(top)
    if glued and glued[0] in _KNOWN_TOPS:
        return host[: len(host) - len(top) + glued.end()], 0.9
    rest, _, _ = host.rpartition(".")
    last = rest.rpartition(".")[2]
    is_name = "." in rest and last.isalpha() and last.islower() and (last in _KNOWN_TOPS or len(last) == 2)
    return (rest, 0.9) if is_name else ("", 0.0)


def _is_account(line: Line, local: str, start: int, end: int) -> bool:
    before = line.text[max(0, start - 140) : start]
    if _USER_INFO.search(before) or (local == "git" and line.text[end : end + 1] in (":", "/")):
        return True
    if _REMOTE_PATH.match(line.text, end) and not re.match(r":\d+\b(?![/\w])", line.text[end : end + 8]):
        return True
    return bool(_REMOTE_COMMAND.search(before) or _MESSAGE_ID.search(before))


def _spared(local: str, host: str) -> str:
    if is_reserved_host(host):
        return RESERVED
    name = local.casefold().partition("+")[0]
    return ROLE if name in _ROLES or name.replace("-", "").replace("_", "").replace(".", "") in _ROLES else ""
