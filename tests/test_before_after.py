"""What a report shows as the text after cleaning is what `clean` publishes."""

from __future__ import annotations

from typing import Any

import pytest

import corpusqa
from corpusqa.api.account import account
from corpusqa.api.model import Settings
from corpusqa.config import load_config
from tests.files import jsonl

STORY = "The ferry left the harbour at noon and the gulls went with it, as they had every day of that long summer."
MORE = "The captain counted his passengers twice and wrote a smaller number into the book than he had found."
NOTICE = "We use cookies to improve your experience on our website. Accept all"
MAIL = "Write to jane.roe@example.org or to john.roe@example.org, and jane.roe@example.org will answer."
TEXTS = {
    "between": f"{STORY}\n\n{NOTICE}\n\n{MORE}\n{NOTICE}\n{STORY}\n\n{NOTICE}",
    "masked": f"{STORY}\n{NOTICE}\n\n\n{MAIL}\n{MORE}\n",
    "empty": f"{NOTICE}\n\n",
}
CONFIG = """
[checks]
select = ["cookie_text", "pii"]

[checks.pii]
reserved = true

[clean]
policy = "safe"
"""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, str]]:
    """The documents of the report by their id, and the published texts."""
    folder = tmp_path_factory.mktemp("before_after")
    source, config = folder / "pages.jsonl", folder / "corpusqa.toml"
    jsonl(source, ({"id": name, "text": text} for name, text in TEXTS.items()))
    config.write_text(CONFIG)
    loaded = load_config(config, folder)
    report = account(source, loaded, Settings(folder / "work", workers=1)).report
    cleaned = corpusqa.clean(source, config=config, work=folder / "clean", workers=1)
    published = dict(zip(cleaned["id"][:], cleaned["text"][:], strict=True))
    return {row["document"]: row["segments"] for row in report["documents"]}, published


@pytest.mark.parametrize("name", ["between", "masked"])
def test_after_is_what_is_published(both: tuple[dict[str, Any], dict[str, str]], name: str) -> None:
    shown, published = both
    after = "".join(part["text"] if part["after"] is None else part["after"] for part in shown[name])
    assert after == published[name]
    assert NOTICE not in after
    assert ("<EMAIL_2>" in after) == (name == "masked")


def test_what_emptied_a_document_is_shown(both: tuple[dict[str, Any], dict[str, str]]) -> None:
    shown, published = both
    assert set(published) == {"between", "masked"}
    assert [(part["text"], part["action"], part["after"]) for part in shown["empty"]] == [(TEXTS["empty"], "cut", "")]
