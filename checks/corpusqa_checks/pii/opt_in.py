"""Types that are looked for only on request: weaker evidence, or values that are public in many corpora."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from corpusqa_checks.pii.cues import cue_right_before
from corpusqa_checks.pii.documentation import is_reserved_host
from corpusqa_checks.pii.hits import RESERVED, Hit, Line
from corpusqa_checks.pii.tables import table

Validator = Callable[[str], bool]

_MAC = re.compile(r"(?<![\w:.\-])[0-9A-Fa-f]{2}([:\-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}(?![\w:\-])")
_BITCOIN = re.compile(r"(?<![A-Za-z0-9])(?:bc1[ac-hj-np-z02-9]{25,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34})(?![A-Za-z0-9])")
# The alphabet and the expanded prefix "bc" of BIP 173, the constant of BIP 350.
_BECH32, _BECH32_HEAD, _BECH32M = "qpzry9x8gf2tvdw0s3jn54khce6mua7l", (3, 3, 0, 2, 3), 0x2BC830A3
_ETHEREUM = re.compile(r"(?<![A-Za-z0-9])0x[0-9a-fA-F]{40}(?![A-Za-z0-9])")
_LATITUDE = r"-?(?:[0-8]?\d|90)\.\d{4,15}°? ?[NS]?"
_LONGITUDE = r"-?(?:1[0-7]\d|\d?\d|180)\.\d{4,15}°?(?: ?[EWO](?!\w))?"
_GPS = re.compile(rf"(?<!\w)(?<![.,\-]){_LATITUDE}[,;] ?{_LONGITUDE}(?!\w|\.\d|[,;] ?-?\d(?!\d?\.?\d?z))")
# After a slash it is the scope of a package, but not right after the host of a URL: https://social.example/@name.
_HANDLE = re.compile(r"(?<!\w)(?<![@.`#\\=\-+&$])@(?P<name>[A-Za-z]\w{2,29})(?![\w@(/=\-]|:(?!\s)|\.\w)")
_PROFILE = re.compile(r"https?://[\w.\-]{1,80}/\Z")
_BORN_NUMBERS = re.compile(r"\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)\d\d|(?:19|20)\d\d[./\-]\d{1,2}[./\-]\d{1,2}(?!\d)")
_MONTH = r"\w{3,12}\.?"
_BORN_WORDS = re.compile(
    rf"\d{{1,2}}(?:st|nd|rd|th|\.|er|º)? (?:de |of )?{_MONTH} (?:de )?(?:19|20)\d\d"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
)
_THREE_DIGITS = r"(?=(?:[A-Z]{0,12}\d){3})"
_DOCUMENT_NUMBER = re.compile(rf"(?<![\w\-]){_THREE_DIGITS}[A-Z0-9]{{6,12}}(?![\w\-])")
_AT = r" ?(?:[\[({<] ?(?:at|AT|@|ät) ?[\])}>]| (?:at|AT) )\s?"
_DOT = r" ?(?:\.|[\[({<] ?(?:dot|DOT|punkt|\.) ?[\])}>]| (?:dot|DOT) ) ?"
_OBFUSCATED = re.compile(
    rf"(?<![\w.%+\-])(?P<local>\w[\w.%+\-]{{0,62}}\w){_AT}"
    rf"(?P<host>\w[\w\-]{{0,62}}(?:{_DOT}\w[\w\-]{{0,62}}){{1,4}})(?![\w@])"
)

# Letters of the Medicare Beneficiary Identifier: none that look like digits (CMS).
_MBI = "[AC-HJKMNP-RT-Y]"


def macs(line: Line) -> Iterator[Hit]:
    """Hardware addresses; one separator throughout, no longer chain, not the null address (RFC 7042 for examples)."""
    for found in _MAC.finditer(line.text):
        digits = re.sub(r"[:\-]", "", found[0]).lower()
        if len(set(digits)) > 1:
            spared = RESERVED if digits.startswith("00005e0053") else ""
            yield Hit(*found.span(), "mac", 0.9, "six octets, one separator", digits, spared)


def wallets(line: Line) -> Iterator[Hit]:
    """Addresses of crypto-currencies: checksum of Bitcoin, shape of Ethereum (whose contracts look alike)."""
    from stdnum import bitcoin

    for found in _BITCOIN.finditer(line.text):
        if bitcoin.is_valid(found[0]) or _is_taproot(found[0]):
            yield Hit(*found.span(), "wallet", 1.0, "Bitcoin checksum", found[0])
    for found in _ETHEREUM.finditer(line.text):
        if len(set(found[0].lower())) > 8:
            yield Hit(*found.span(), "wallet", 0.7, "Ethereum shape", found[0].lower())


def _is_taproot(value: str) -> bool:
    """An address of version 1, whose checksum has another constant than those before it (BIP 350)."""
    from stdnum.bitcoin import bech32_checksum

    if not value.startswith("bc1p"):
        return False
    signs = [_BECH32.index(sign) for sign in value[3:]]
    return int(bech32_checksum([*_BECH32_HEAD, *signs])) == _BECH32M


def positions(line: Line) -> Iterator[Hit]:
    """Pairs of coordinates with at least four decimals each, about eleven metres."""
    for found in _GPS.finditer(line.text):
        if re.search(r"\d[,;] ?\Z", line.text[: found.start()][-3:]):
            continue  # the tail of a longer list of numbers
        yield Hit(*found.span(), "gps", 0.8, "latitude and longitude in range", re.sub(r"[ °]", "", found[0]))


def handles(line: Line) -> Iterator[Hit]:
    """Names of accounts on social networks, in prose; decorators, scopes and tags of documentation are refused."""
    for found in _HANDLE.finditer(line.text):
        head = line.text[max(0, found.start() - 96) : found.start()]
        in_path = head.endswith("/") and not _PROFILE.search(head)
        if not in_path and found["name"].casefold() not in _not_handles():
            yield Hit(*found.span(), "handle", 0.6, "at sign and name", found[0].casefold())


def births(line: Line) -> Iterator[Hit]:
    """Dates right after words such as "born" or "date of birth"."""
    for shape in (_BORN_NUMBERS, _BORN_WORDS):
        for found in shape.finditer(line.text):
            if _is_right_after("birth", line, found.start()):
                yield Hit(*found.span(), "date_of_birth", 0.8, "date, cue", found[0].casefold())


def passports(line: Line) -> Iterator[Hit]:
    """Numbers of passports and driving licences: the cue is all the evidence there is."""
    for found in _DOCUMENT_NUMBER.finditer(line.text):
        if _is_right_after("passport", line, found.start()):
            yield Hit(*found.span(), "passport", 0.6, "cue", found[0].upper())


def medical_ids(line: Line) -> Iterator[Hit]:
    """Numbers of patients and insurance: a cue, and the checksum where the number has one."""
    for shape, name, is_valid in _medical():
        for found in shape.finditer(line.text):
            if _is_right_after(name, line, found.start()) and is_valid(found[0]):
                compact = re.sub(r"[ \-]", "", found[0]).upper()
                yield Hit(*found.span(), "medical_id", 0.9, f"{name}: cue and checksum", compact)


def obfuscated_emails(line: Line) -> Iterator[Hit]:
    """Addresses written for people only: "name (at) host (dot) org"; without brackets both words have to be there."""
    for found in _OBFUSCATED.finditer(line.text):
        host = re.sub(r" ?(?:[\[({<] ?(?:dot|punkt|\.) ?[\])}>]| dot ) ?", ".", found["host"], flags=re.IGNORECASE)
        host = host.replace(" ", "")
        bracketed = re.search(r"[\[({<] ?(?:at|@|ät)", found[0], re.IGNORECASE)
        spoken = re.search(r" dot ", found[0], re.IGNORECASE)
        if "." in host and (bracketed or spoken) and _is_top(host.rpartition(".")[2], bool(bracketed)):
            spared = RESERVED if is_reserved_host(host) else ""
            value = f"{found['local']}@{host}".casefold()
            yield Hit(*found.span(), "obfuscated_email", 0.7, "spelled-out address", value, spared)


def _is_top(top: str, bracketed: bool) -> bool:
    """In brackets any top-level domain will do; words in prose have to name a common one."""
    return re.fullmatch(r"[^\W\d_]{2,24}", top) is not None and (bracketed or top in table("emails")["tops"])


def _is_right_after(name: str, line: Line, at: int) -> bool:
    """A cue at the end of the context, or just one more word ("is", "am") between."""
    if cue_right_before(name, line, at):
        return True
    before = line.before(at, 40).rstrip()
    head, _, last = before.rpartition(" ")
    return len(last) <= 4 and cue_right_before(name, Line(head), len(head))


@cache
def _not_handles() -> frozenset[str]:
    return frozenset(table("opt_in")["not_handles"])


@cache
def _medical() -> tuple[tuple[re.Pattern[str], str, Validator], ...]:
    """The shape of each kind of number, the list of cues that leads to it, and its validator."""
    from stdnum import luhn
    from stdnum.gb import nhs

    return (
        (_bordered(r"\d{3}[ \-]?\d{3}[ \-]?\d{4}"), "nhs", lambda value: len(set(value)) > 4 and nhs.is_valid(value)),
        (_bordered(r"[12]\d{9}"), "npi", lambda value: luhn.is_valid("80840" + value)),
        (_bordered(rf"[1-9]{_MBI}[0-9{_MBI[1:]}\d-?{_MBI}[0-9{_MBI[1:]}\d-?{_MBI}{{2}}\d\d"), "mbi", _any),
        (_bordered(r"[A-Z]\d{9}"), "kvnr", _is_kvnr),
        (_bordered(r"(?=\D{0,3}\d)[A-Z0-9]{1,3}-?\d{4,10}"), "mrn", _any),
    )


def _bordered(shape: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{shape})(?!\w)")


def _any(value: str) -> bool:
    """The validator of numbers without a checksum."""
    return True


def _is_kvnr(value: str) -> bool:
    """German health insurance number: the letter as two digits, weights 1 and 2 in turn, sum of digits modulo 10."""
    digits = f"{ord(value[0]) - 64:02d}{value[1:9]}"
    total = sum(sum(map(int, str(int(digit) * (1 + n % 2)))) for n, digit in enumerate(digits))
    return total % 10 == int(value[9])
