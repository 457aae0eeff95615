"""Public IP addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from corpusqa_checks.pii.cues import cue, cue_right_before
from corpusqa_checks.pii.documentation import is_reserved_address, is_service_address
from corpusqa_checks.pii.hits import RESERVED, ROLE, Hit, Line

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
# After a slash it is part of a path or a user agent, except after the two slashes of a URL.
_IPV4 = re.compile(rf"(?<!\w)(?<![.\-])(?<![^/:]/)(?:{_OCTET}\.){{3}}{_OCTET}(?!\w|\.\w|-\d)")
# Only 2000::/3 is in public use (RFC 4291).
_IPV6 = re.compile(r"(?<![\w:.])[23][0-9A-Fa-f]{3}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]|\.\d)")
_PORT_OR_MASK = re.compile(r":\d{1,5}(?!\d)|/(?:[12]?\d|3[0-2])(?!\d)")


def addresses(line: Line) -> Iterator[Hit]:
    """Addresses that the internet routes; private, loopback, multicast and link-local ones are nobody's."""
    for found in _IPV4.finditer(line.text):
        if _is_address(line, found):
            yield from _hit(found, IPv4Address)
    for found in _IPV6.finditer(line.text):
        yield from _hit(found, IPv6Address)


def _hit(found: re.Match[str], kind: type[IPv4Address] | type[IPv6Address]) -> Iterator[Hit]:
    try:
        address = kind(found[0])
    except ValueError:
        return
    reserved = is_reserved_address(address)
    if address.is_multicast or not (address.is_global or reserved):
        return
    spared = RESERVED if reserved else ROLE if is_service_address(address) else ""
    yield Hit(*found.span(), "ip", 0.9, f"IPv{address.version} syntax, globally routed", str(address), spared)


def _is_address(line: Line, found: re.Match[str]) -> bool:
    """Not a version or a section number; small numbers need a cue, a port, a mask or a URL around them."""
    start, end = found.span()
    if cue_right_before("not_ip", line, start, 24) or line.before(start, 3).rstrip().endswith("§"):
        return False
    if line.text.startswith((".x", ".*"), end):
        return False
    octets = [int(part) for part in found[0].split(".")]
    if octets[2:] == [0, 0]:
        return False
    if max(octets) > 99:
        return True
    evidence = _PORT_OR_MASK.match(line.text, end) or line.text[:start].endswith(("//", "@"))
    if not evidence and cue("versions", line, start, 60):
        return False  # "upgraded from 1.2.0.3 to 1.4.1.0": here "from" is no word about hosts
    # four digits are a section more often than an address
    return bool(evidence) or cue("ip", line, start, 40 if max(octets) > 9 else 15)


def canonical_ip(value: str) -> str:
    """The shortest spelling of an address."""
    return str(ip_address(value))
