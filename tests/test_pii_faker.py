"""The check `pii` on what Faker makes in twenty locales: what it finds is right, and it finds nearly all.

What must be reached: precision and recall of .98 for addresses, cards, accounts, IP addresses and social security
numbers, a precision of .95 for telephone numbers (many that Faker makes up are not valid anywhere).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from corpusqa_checks.pii import pii

from corpusqa.testing import plugin, run

faker = pytest.importorskip("faker", reason="the generated sets need Faker, which the group `test` brings")

LOCALES = [
    "en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "pt_BR", "pt_PT", "nl_NL", "pl_PL",
    "cs_CZ", "sv_SE", "da_DK", "fi_FI", "hu_HU", "ro_RO", "tr_TR", "ru_RU", "el_GR", "ja_JP",
]  # fmt: skip
EACH = 12


def _issued(fake: Any) -> str:
    """A card number of a scheme that exists; Faker makes some up that begin with 0, 64 or 69."""
    return next(
        n for n in iter(fake.credit_card_number, "") if n[0] in "2345" or n.startswith(("6011", "65", "62", "63", "67"))
    )


# The word before a value, where digits alone are weak, and the value.
MADE: dict[str, Callable[..., tuple[str, str]]] = {
    "email": lambda fake: ("", fake.ascii_safe_email()),
    "card": lambda fake: ("Visa", _issued(fake)),
    "iban": lambda fake: ("", fake.iban()),
    "ip": lambda fake: ("", fake.ipv4_public()),
    "phone": lambda fake: ("Tel.", fake.phone_number()),
}
# Numbers and names of other kinds, none of which is one of the types above.
OTHERS = (
    "isbn13", "isbn10", "ean13", "uuid4", "md5", "sha1", "date", "iso8601", "unix_time", "postcode", "license_plate",
    "bban", "swift", "file_path", "user_agent", "pricetag", "hex_color", "localized_ean13", "ipv4_private", "uri",
    "msisdn", "random_number",
)  # fmt: skip


@pytest.fixture(scope="module")
def judged() -> tuple[Counter[str], Counter[str], Counter[str], list[tuple[str, str, str]]]:
    """Planted, found and right values by type, and what was found and not planted."""
    texts, languages, planted = [], [], []
    for locale in LOCALES:
        fake = faker.Faker(locale)
        fake.seed_instance(locale)
        for name, make in (MADE | ({"national_id": _ssn} if locale == "en_US" else {})).items():
            for _ in range(EACH):
                cue, value = make(fake)
                texts.append(f"{fake.sentence()} {cue} {value}\n{fake.paragraph()}")
                planted.append((name, value))
                languages.append(locale[:2])
        for name in OTHERS:
            if hasattr(fake, name):
                for _ in range(EACH // 2):
                    texts.append(f"{fake.sentence()} {getattr(fake, name)()}\n{fake.paragraph()}")
                    planted.append(("", ""))
                    languages.append(locale[:2])
    spans = run(plugin(pii, reserved=True), texts, language=languages).spans
    found = [
        (row, label[4:], texts[row][a:b]) for row, a, b, label in spans.select("row", "start", "end", "label").rows()
    ]
    right = [(row, label, value) for row, label, value in found if planted[row] == (label, value)]
    wrong = [(label, value, texts[row]) for row, label, value in found if (row, label, value) not in right]
    return Counter(n for n, _ in planted), Counter(n for _, n, _ in found), Counter(n for _, n, _ in right), wrong


def _ssn(fake: Any) -> tuple[str, str]:
    return "SSN", fake.ssn()


@pytest.mark.parametrize("name", ["email", "card", "iban", "ip", "national_id"])
def test_precision_and_recall(name: str, judged: tuple[Counter[str], Counter[str], Counter[str], list[object]]) -> None:
    planted, found, right, wrong = judged
    assert planted[name] >= EACH
    assert right[name] >= 0.98 * planted[name]
    assert right[name] >= 0.98 * found[name], wrong


def test_telephone_numbers_that_are_found_are_right(
    judged: tuple[Counter[str], Counter[str], Counter[str], list[tuple[str, str, str]]],
) -> None:
    planted, found, right, wrong = judged
    assert right["phone"] >= 0.6 * planted["phone"]
    assert right["phone"] >= 0.95 * found["phone"], [row for row in wrong if row[0] == "phone"]


def test_other_numbers_are_nobody(
    judged: tuple[Counter[str], Counter[str], Counter[str], list[tuple[str, str, str]]],
) -> None:
    planted, _, _, wrong = judged
    assert planted[""] > 1500
    assert len([row for row in wrong if row[0] != "phone"]) <= 0.002 * planted[""], wrong
