"""Reserved and documentation values, which belong to nobody (see `data/documentation.toml`)."""

from __future__ import annotations

import re
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from corpusqa_checks.pii.tables import table

_TABLE = table("documentation")
_HOSTS = frozenset(_TABLE["hosts"])
_TOPS = frozenset(_TABLE["host_tops"])
_CARDS = frozenset(_TABLE["cards"])
_IBANS = frozenset(_TABLE["ibans"])
_NATIONAL_IDS = frozenset(value.replace(" ", "") for value in _TABLE["national_ids"])


def is_reserved_host(host: str) -> bool:
    """Whether a host name is kept for documentation: example.org, its subdomains, *.test and the like."""
    labels = host.casefold().rstrip(".").split(".")
    return labels[-1] in _TOPS or ".".join(labels[-2:]) in _HOSTS


def is_reserved_phone(e164: str) -> bool:
    """Whether a number in E.164 form is kept for fiction."""
    return _phones().fullmatch(e164) is not None


def is_reserved_card(digits: str) -> bool:
    """Whether a card number is a published test number."""
    return digits in _CARDS


def is_reserved_iban(compact: str) -> bool:
    """Whether an IBAN is an example of the registry."""
    return compact in _IBANS


def is_specimen_id(compact: str) -> bool:
    """Whether a national identifier, without separators, is a published specimen."""
    return compact in _NATIONAL_IDS


def is_reserved_secret(value: str) -> bool:
    """Whether a credential is a published example."""
    return any(fragment in value for fragment in _TABLE["secrets"])


def is_reserved_private_key(block: str) -> bool:
    """Whether a key block is the example of a standard."""
    return any(body in block for body in _TABLE["private_keys"])


def is_reserved_address(address: IPv4Address | IPv6Address) -> bool:
    """Whether an IP address is of a documentation range."""
    return any(address in network for network in _networks())


def is_service_address(address: IPv4Address | IPv6Address) -> bool:
    """Whether an IP address is that of a public resolver."""
    return address in _services()


@cache
def _phones() -> re.Pattern[str]:
    return re.compile("|".join(_TABLE["phones"]))


@cache
def _networks() -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(network) for network in _TABLE["networks"])


@cache
def _services() -> frozenset[IPv4Address | IPv6Address]:
    return frozenset(ip_address(address) for address in _TABLE["services"])
