"""The check `pii` on values made in bulk: example numbers of phonenumbers, cards and accounts with right checksums.

What must be reached: every international number, .85 of the national ones after a cue, .98 of cards, accounts and
addresses, and next to nothing in random numbers.
"""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from ipaddress import IPv4Address

import phonenumbers as pn
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.ibans import check_digits_hold
from corpusqa_checks.pii.tables import table
from stdnum import luhn

from corpusqa.testing import plugin, run

REGIONS = sorted(pn.SUPPORTED_REGIONS)
KINDS = (pn.PhoneNumberType.FIXED_LINE, pn.PhoneNumberType.MOBILE)


def found(texts: Sequence[str], languages: Sequence[str | None] | None = None) -> list[list[tuple[str, str]]]:
    result = run(plugin(pii, reserved=True), texts, language=list(languages or [None] * len(texts)))
    assert result.failures.is_empty()
    said: list[list[tuple[str, str]]] = [[] for _ in texts]
    for row, start, end, label in result.spans.select("row", "start", "end", "label").iter_rows():
        said[row].append((label[4:], texts[row][start:end]))
    return said


def share(said: list[list[tuple[str, str]]], wanted: list[tuple[str, str]]) -> float:
    return sum(want in got for got, want in zip(said, wanted, strict=True)) / len(wanted)


def test_every_international_example_number_is_found() -> None:
    numbers = [pn.example_number_for_type(region, kind) for region in REGIONS for kind in KINDS]
    shapes = (pn.PhoneNumberFormat.INTERNATIONAL, pn.PhoneNumberFormat.E164)
    values = [pn.format_number(number, shape) for number in numbers if number for shape in shapes]
    said = found([f"It is {value}, they say." for value in values])
    assert len(values) > 900
    assert [value for value, got in zip(values, said, strict=True) if got != [("phone", value)]] == []


def test_national_example_numbers_are_found_after_a_cue() -> None:
    spoken = table("regions")["languages"].items()
    pairs = [(language, region) for language, regions in spoken for region in regions]
    numbers = [(lang, pn.example_number_for_type(region, kind)) for lang, region in pairs for kind in KINDS]
    values = [(lang, pn.format_number(n, pn.PhoneNumberFormat.NATIONAL)) for lang, n in numbers if n]
    said = found([f"Tel. {value}" for _, value in values], [language for language, _ in values])
    assert len(values) > 150
    assert share(said, [("phone", value) for _, value in values]) >= 0.85


def test_cards_by_rule_are_found_and_random_groups_are_not() -> None:
    chance = random.Random(1)
    brands = {"4": 16, "51": 16, "55": 16, "2221": 16, "6011": 16, "3528": 16, "62": 16}
    values = []
    for _ in range(40):
        for prefix, length in brands.items():
            body = prefix + "".join(chance.choices(string.digits, k=length - len(prefix) - 1))
            digits = body + luhn.calc_check_digit(body)
            values.append(" ".join(digits[at : at + 4] for at in range(0, 16, 4)))
    said = found([f"paid with {value} today" for value in values])
    assert share(said, [("card", value) for value in values]) >= 0.98
    runs = ["".join(chance.choices(string.digits, k=16)) for _ in range(2000)]
    assert sum(map(len, found([f"record {value} kept" for value in runs]))) == 0


def test_accounts_by_rule_are_found_and_those_with_a_wrong_digit_are_not() -> None:
    chance = random.Random(2)
    signs = {"n": string.digits, "a": string.ascii_uppercase, "c": string.digits}
    accounts = []
    for country, structure in table("ibans")["structures"].items():
        for _ in range(4):
            body, count = "", ""
            for sign in structure:
                if sign.isdigit():
                    count += sign
                else:
                    body, count = body + "".join(chance.choices(signs[sign], k=int(count))), ""
            check = next(n for n in range(2, 99) if check_digits_hold(f"{country}{n:02d}{body}"))
            accounts.append(f"{country}{check:02d}{body}")
    spaced = [" ".join(account[at : at + 4] for at in range(0, len(account), 4)) for account in accounts]
    for values in (accounts, spaced):
        assert share(found([f"to {value}." for value in values]), [("iban", value) for value in values]) >= 0.98
    wrong = [value[:-1] + str((int(value[-1]) + 1) % 10) for value in accounts if value[-1].isdigit()]
    assert [got for got in found([f"to {value}." for value in wrong]) if ("iban" in dict(got))] == []


def test_addresses_are_found_and_versions_are_not() -> None:
    chance = random.Random(3)
    routed = [IPv4Address(chance.randrange(2**32)) for _ in range(1500)]
    values = [str(address) for address in routed if address.is_global and not address.is_multicast]
    said = found([f"blocked {value} at night" for value in values])
    assert share(said, [("ip", value) for value in values]) >= 0.98
    versions = [".".join(str(chance.randrange(60)) for _ in range(4)) for _ in range(500)]
    assert sum(map(len, found([f"release {value} is out" for value in versions]))) == 0
    assert sum(map(len, found([f"We ship {value} now" for value in versions]))) == 0


def test_random_digits_are_nobody() -> None:
    chance = random.Random(4)
    runs = ["".join(chance.choices(string.digits, k=chance.randint(6, 19))) for _ in range(4000)]
    assert sum(map(len, found([f"row {value} of {len(value)}" for value in runs]))) == 0


def test_random_words_and_hashes_are_no_secrets() -> None:
    chance = random.Random(5)
    hashes = ["".join(chance.choices("0123456789abcdef", k=size)) for size in (32, 40, 64) for _ in range(300)]
    assert sum(map(len, found([f"commit {value} by ann" for value in hashes]))) == 0
