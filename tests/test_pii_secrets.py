"""Every credential format of the check `pii`: two values that it has to find, two that it has to refuse.

tests/cases/pii_secrets.jsonl holds recipes, not values, so that no scanner of repositories takes this one for leaking:
`{class:n}` becomes n random signs of a class, `{uuid}` a UUID, and what stands between ⟦ and ⟧ is the credential. The
refused ones are too short, or have no chance in them, or (formats that need a name before them) stand alone.
"""

from __future__ import annotations

import random
import re
import string
from typing import Any

import pytest
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.secrets import formats

from corpusqa.testing import plugin, run
from tests.files import cases

ROWS = cases("pii_secrets")
SIGNS = {
    "an": string.ascii_letters + string.digits,
    "al": string.ascii_letters,
    "up": string.ascii_uppercase + string.digits,
    "lo": string.ascii_lowercase + string.digits,
    "dg": string.digits,
    "hex": "0123456789abcdef",
    "b64": string.ascii_letters + string.digits + "+/",
    "bech": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}


def made(recipe: str, seed: str) -> str:
    chance = random.Random(seed)

    def signs(found: re.Match[str]) -> str:
        return "".join(chance.choice(SIGNS[found[1]]) for _ in range(int(found[2])))

    spelled = recipe.replace("{uuid}", "{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}")
    return re.sub(r"\{(\w+):(\d+)\}", signs, spelled)


@pytest.fixture(scope="module")
def found() -> dict[str, list[tuple[str, str]]]:
    """The reasons and values of the secrets in each text, all texts in one run."""
    texts = sorted({text for row in ROWS for kind in ("true", "refused") for text in _texts(row, kind)})
    bare = [text.replace("⟦", "").replace("⟧", "") for text in texts]
    spans = run(plugin(pii, reserved=True), bare).spans
    said: dict[str, list[tuple[str, str]]] = {text: [] for text in texts}
    for span in spans.filter(label="pii.secret").iter_rows(named=True):
        row = span["row"]
        said[texts[row]].append((span["why"], bare[row][span["start"] : span["end"]]))
    return said


def _texts(row: dict[str, Any], kind: str) -> list[str]:
    return [made(recipe, f"{row['vendor']} {kind} {number}") for number, recipe in enumerate(row[kind])]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["vendor"])
def test_format(row: dict[str, Any], found: dict[str, list[tuple[str, str]]]) -> None:
    for text in _texts(row, "true"):
        value = text[text.index("⟦") + 1 : text.index("⟧")]
        assert [value for _, value in found[text]] == [value], text
        assert found[text][0][0].startswith((row["vendor"], "assignment", "openai")), found[text]
    for text in _texts(row, "refused"):
        assert not [why for why, _ in found[text] if why.startswith(row["vendor"])], text


def test_every_format_has_examples() -> None:
    assert [row["vendor"] for row in ROWS] == [shape.name for shape in formats()]
    assert len(ROWS) >= 80
    assert all(len(row["true"]) == 2 and len(row["refused"]) == 2 for row in ROWS)
