"""A corpus that shows everything a report can say, and one that tries to break every format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corpusqa.api.account import account
from corpusqa.api.model import Account, Settings
from corpusqa.config import load_config
from tests.files import ROOT, jsonl

EMAIL, KEY = "jane.roe@example.org", "KEY-12345abcde"
SECRETS = (EMAIL, KEY, "jane.roe", "12345abcde", "mail.as.id@example.com", "mail.as.source@example.com")

PLAIN: list[dict[str, Any]] = [
    {"id": "a", "source": "wire", "text": "NOTE the ferry left at noon and ODD things were seen on the water."},
    {"id": "b", "source": "wire", "text": f"# Home\n# About\nWrite to {EMAIL} about the harbour, or do not."},
    {"id": "c", "source": "gazette", "text": f"Nobody knows what {KEY} opens.\nIt is ODD, and ODD it stays."},
    {"id": "d", "source": "gazette", "text": "The bridge of the town was closed on Tuesday for repairs."},
    {"id": "e", "source": "gazette", "text": "The bridge of the town was closed on Wednesday, for good."},
    {"id": "f", "source": None, "text": "word " * 80},
    {"id": "g", "source": "wire", "text": "This one goes boom and is not measured."},
    {"id": "g", "source": "wire", "text": "Another row with the id of a row before."},
    {"id": "h", "source": "wire", "text": None},
]
_ATTACKS = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "{{7*7}}{% raw %}",
    "::error file=a::forged",
    "##[group]forged",
    "##vso[task.complete]",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egpj.exe\u2066",
    "=cmd|' /C calc'!A0",
    "`code` | **bold** @everyone [click](https://evil.example)",
    "]]> <!-- & &amp; \ufffe\uffff",
    "%0A::error::forged",
)
HOSTILE: list[dict[str, Any]] = [
    *({"id": f"{attack}{n}", "source": attack, "text": f"{attack} ODD {attack}"} for n, attack in enumerate(_ATTACKS)),
    {"id": "long", "source": "x", "text": "a" * 1_000_000 + " ODD " + "b" * 1_000},
    {"id": "mail.as.id@example.com", "source": "mail.as.source@example.com", "text": f"ODD mail {EMAIL} with {KEY}"},
    {"id": "same 1", "source": "y", "text": "<b>the same beginning</b> ::error::one"},
    {"id": "same 2", "source": "y", "text": "<b>the same beginning</b> ::error::two <script>"},
]
CONFIG = """
[checks]
files = ["{checks}"]
select = ["contacts", "odd", "copies"]

[clean]
policy = "none"
drop = ["odd.words > 60", "odd.long = TRUE"]
cut = ["odd.menu"]
mask = ["contacts.*"]
one_of = ["copies.same"]

[gate]
min_documents = 3

[gate.limits]
"contacts.key.count" = {{ error = 0 }}
"odd.words.mean" = {{ warn = 5, by = "source" }}
"odd.capitals.max" = {{ error = 1 }}
"ledger.unreadable.share" = {{ error = 0.5 }}
"""


def run(folder: Path, rows: list[dict[str, Any]], name: str = "corpus.jsonl") -> Account:
    """Scan and judge rows as JSON Lines in a folder of their own; without rows, what is there already."""
    (folder / ".git").mkdir(exist_ok=True)
    config = folder / "corpusqa.toml"
    config.write_text(CONFIG.format(checks=ROOT / "tests" / "reporting_checks.py"))
    source = folder / name
    if rows:
        jsonl(source, rows)
    return account(source, load_config(config, folder), Settings(folder / "work", workers=1))
