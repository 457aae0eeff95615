"""Values of every private type to plant, and a search that leaves no file and no spelling out.

Every value is reserved for documentation or made by rule; the credentials are drawn at random, so that no scanner of
repositories takes this file for leaking.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import random
import re
import string
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import re2

_CHANCE = random.Random("canaries")
_SIGNS = string.ascii_letters + string.digits


def _drawn(size: int, signs: str = _SIGNS) -> str:
    return "".join(_CHANCE.choices(signs, k=size))


def _key_block() -> str:
    body = "\n".join(_drawn(64, _SIGNS + "+/") for _ in range(3))
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"


def _bitcoin(seed: str) -> str:
    """An address of nobody: base58 with checksum over a digest (version 0)."""
    letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    body = b"\0" + hashlib.sha256(seed.encode()).digest()[:20]
    whole = body + hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4]
    number, said = int.from_bytes(whole, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        said = letters[rest] + said
    return "1" + said


@dataclass(frozen=True)
class Canary:
    """A value and the words before it that make it one; without them nothing tells it from any other number."""

    label: str
    value: str
    cue: str = ""

    @property
    def phrase(self) -> str:
        return f"{self.cue} {self.value}".strip()


def _several(label: str, cue: str, values: Iterable[str]) -> list[Canary]:
    return [Canary(label, value, cue) for value in values]


CANARIES: Sequence[Canary] = (
    *_several("email", "", [
        "canary.one@boats.example.org", "o'canary+tag@example.net", "jürgen.vogel@gärtnerei.example",
        "канарейка@почта.example", "CANARY.FIVE@EXAMPLE.COM",
    ]),
    *_several("phone", "Tel.", [
        "+1 415 555 0137", "+44 20 7946 0958", "(415) 555-0177", "+49 30 23125 123", "020 7946 0321",
    ]),
    Canary("phone", "+447700900458"),
    *_several("card", "card", ["4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005"]),
    *_several("iban", "IBAN", ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NO93 8601 1117 947"]),
    Canary("national_id", "536-90-4399", "SSN"),
    Canary("national_id", "44051401359", "PESEL"),
    Canary("national_id", "131052-308T", "henkilötunnus"),
    Canary("national_id", "RSSMRA85T10A562S", "codice fiscale"),
    Canary("national_id", "111.444.777-35", "CPF"),
    *_several("ip", "host", ["192.0.2.146", "198.51.100.23", "203.0.113.201", "2001:db8::8a2e:370:7334"]),
    *_several("url_credentials", "", [
        f"https://canary:{_drawn(14)}@files.example.org/a?b=1&c=2",
        f"postgres://app:{_drawn(16)}@db.example.net:5432/main",
        f"ftp://kit:{_drawn(12)}%3D@ftp.example.com/x",
    ]),
    *_several("private_key", "", [_key_block(), _key_block(), _key_block()]),
    *_several("secret", "token", [
        "ghp_" + _drawn(36), "AKIA" + _drawn(16, string.ascii_uppercase + "234567"),
        "hf_" + _drawn(34, string.ascii_letters),
        "glpat-" + _drawn(20), "xoxb-" + "-".join(_drawn(12, string.digits) for _ in range(2)) + "-" + _drawn(24),
    ]),
    Canary("secret", _drawn(32), "api_key ="),
    Canary("medical_id", "943 476 5919", "NHS number"),
    Canary("medical_id", "1EG4-TE5-MK73", "Medicare number"),
    Canary("medical_id", "A123456780", "Krankenversichertennummer"),
    *_several("passport", "passport no.", ["C01X00T47", "L898902C3", "X4512907"]),
    *_several("date_of_birth", "born on", ["12 March 1987", "07/11/1969", "1958-02-28"]),
    *_several("street_address", "at", ["221B Canary Street", "Kanarienstraße 47", "12, rue du Canari"]),
    *_several("obfuscated_email", "", [
        "canary.six (at) boats.example.org", "canary [at] example [dot] net", "kanarie7 at example dot com",
    ]),
    *_several("wallet", "", [_bitcoin("one"), _bitcoin("two"), "0x" + hashlib.sha256(b"three").hexdigest()[:40]]),
    *_several("mac", "", ["00:00:5e:00:53:af", "00-00-5E-00-53-1C", "00:00:5E:00:53:7B"]),
    *_several("gps", "", ["48.20849, 16.37208", "-33.86882, 151.20929", "60.16986,24.93837"]),
    *_several("handle", "", ["@canary_aloft", "@KanarieVogel", "@canari2087"]),
)  # fmt: skip


def spellings(value: str) -> Iterator[bytes]:
    """The value as it is, in the ways in which programs write it, and in base64 at any offset."""
    compact = re.sub(r"[^0-9A-Za-z]", "", value)
    plain = {value, value.casefold(), value.upper(), value.replace("\n", "⏎"), value.replace("\n", "\r\n")}
    if len(compact) >= 9:
        plain |= {compact, compact.upper()}
    if value.startswith("-----"):
        plain |= set(value.split("\n")[1:-1])
    escaped = {json.dumps(form, ensure_ascii=ascii_)[1:-1] for form in plain for ascii_ in (True, False)}
    ways = [(quote, safe) for quote in (urllib.parse.quote, urllib.parse.quote_plus) for safe in ("", "/")]
    quoted = {quote(form, safe=safe) for form in plain for quote, safe in ways}
    for form in sorted(plain | escaped | quoted | {html.escape(form) for form in plain}):
        yield form.encode()
    for pad in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * pad + value.encode())
            sure = whole[4 * (pad > 0) : len(whole) - 4]  # what no neighbour changes
            if len(sure) >= 8:
                yield sure
    yield value.encode("utf-16-le")
    yield value.encode().hex().encode()


@cache
def needles() -> tuple[tuple[Canary, tuple[bytes, ...]], ...]:
    """Every canary with its spellings, the shortest of each that say all."""
    return tuple((canary, tuple(dict.fromkeys(spellings(canary.value)))) for canary in CANARIES)


@cache
def _any() -> Any:
    """One linear search for all spellings: most files hold none."""
    options = re2.Options()
    options.encoding, options.max_mem = re2.Options.Encoding.LATIN1, 1 << 28
    forms = sorted({form.decode("latin-1") for _, forms in needles() for form in forms})
    return re2.compile("|".join(re2.escape(form) for form in forms).encode("latin-1"), options)


def leaks(content: bytes) -> list[str]:
    """The canaries that are in there, with the spelling."""
    if not _any().search(content):
        return []
    return [f"{canary.label}: {form!r}" for canary, forms in needles() for form in forms if form in content]


def contents(path: Path) -> bytes:
    """Everything that a file says: its bytes, and what is packed in them."""
    raw = path.read_bytes()
    if raw.startswith(b"PAR1"):
        return raw + _table(path)
    packed = [gzip.decompress(base64.b64decode(data)) for data in re.findall(rb"H4sI[A-Za-z0-9+/=]+", raw)]
    return b"\n".join([raw, *packed])


def _table(path: Path) -> bytes:
    """Names, metadata and values of a Parquet file, nested ones too."""
    file = pq.ParquetFile(path)
    said = [str(file.schema_arrow), repr(file.metadata.metadata)]
    said += [json.dumps(row, ensure_ascii=False, default=str) for row in file.read().to_pylist()]
    return "\n".join(said).encode()


def leaking(*folders: Path, spared: Callable[[Path], bool] = lambda _path: False) -> dict[str, list[str]]:
    """Files below some folders that hold a canary, in their names or contents, with what they hold."""
    found: dict[str, list[str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            said = leaks(str(path.relative_to(folder)).encode())
            if path.is_file() and not spared(path):
                said += leaks(contents(path))
            if said:
                found[str(path.relative_to(folder.parent))] = said
    return found
