"""The labels of the check: what each marks, how severe it is, and when two values are equal."""

from __future__ import annotations

import re

from corpusqa_checks.pii.networks import canonical_ip
from corpusqa_checks.pii.phones import canonical_phone
from corpusqa_checks.pii.plain import folded, plainly

from corpusqa.check import Label


def casefolded(value: str) -> str:
    """A value whose case says nothing."""
    return folded(plainly(value))


def compact(value: str) -> str:
    """A number without the separators of print, upper case."""
    return re.sub(r"[^0-9A-Za-z]", "", plainly(value)).upper()


def squeezed(value: str) -> str:
    """A value without spaces and degree signs."""
    return re.sub(r"[\s°]", "", plainly(value))


def as_network(value: str) -> str:
    """The shortest spelling of an IP address."""
    return canonical_ip(plainly(value))


def as_phone(value: str) -> str:
    """The digits of a telephone number with its plus sign; E.164 where it is written with a country code."""
    return canonical_phone(plainly(value))


# On by default, the more telling first: of two equally long values in one place the first is kept.
DEFAULT: dict[str, Label] = {
    "private_key": Label("private keys in PEM or PGP armour", "error", private=True),
    "secret": Label("credentials: tokens, keys and passwords", "error", private=True),
    "url_credentials": Label("URLs with a user name and password", "error", private=True),
    "email": Label("e-mail addresses of persons", "warning", private=True, canonical=casefolded),
    "iban": Label("international bank account numbers", "error", private=True, canonical=compact),
    "card": Label("payment card numbers", "error", private=True, canonical=compact),
    "national_id": Label("national identifiers of persons", "error", private=True, canonical=compact),
    "ip": Label("public IP addresses", "warning", private=True, canonical=as_network),
    "phone": Label("telephone numbers", "warning", private=True, canonical=as_phone),
}

# On request.
OPT_IN: dict[str, Label] = {
    "medical_id": Label("numbers of patients and of health insurance", "info", private=True, canonical=compact),
    "passport": Label("numbers of passports and driving licences", "info", private=True, canonical=compact),
    "date_of_birth": Label("dates of birth", "info", private=True, canonical=casefolded),
    "street_address": Label("streets with a house number", "info", private=True, canonical=casefolded),
    "obfuscated_email": Label("e-mail addresses spelled out for people", "info", private=True, canonical=casefolded),
    "wallet": Label("addresses of crypto-currencies", "info", private=True),
    "mac": Label("hardware addresses", "info", private=True, canonical=compact),
    "gps": Label("pairs of coordinates", "info", private=True, canonical=squeezed),
    "handle": Label("names of accounts on social networks", "info", private=True, canonical=casefolded),
}
# What a recogniser of names may say.
NAMED: dict[str, Label] = {
    "person": Label("names of persons", "info", private=True, canonical=casefolded),
    "organisation": Label("names of organisations", "info", private=True, canonical=casefolded),
    "location": Label("names of places", "info", private=True, canonical=casefolded),
}
