"""Private values of every type are planted in texts, ids, URLs, sources, other columns and file names; then every
command runs, some runs die, and nothing but the published columns of the data holds one of them, however spelled."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pyarrow.parquet as pq
import pytest
from corpusqa_checks.pii import pii
from corpusqa_checks.pii.labels import DEFAULT, OPT_IN
from datasets import ClassLabel, Dataset, Features, Value, load_dataset

from corpusqa.check import Batch, Groups
from corpusqa.cli import run as run_command
from corpusqa.scan.names import readings
from corpusqa.testing import plugin, run
from tests.canaries import CANARIES, Canary, contents, leaking, leaks, needles
from tests.hub_server import TOKEN, Server

FERRY = "The ferry left the harbour at noon and the gulls went with it, as they had done every day that summer. "
CONFIG = f"""
[checks.pii]
reserved = true
also = {json.dumps(list(OPT_IN))}
[clean]
drop = ["doc.author = 'somebody'"]
[clean.mask_with]
"pii.phone" = "mask"
"pii.email" = "pseudonym"
[report]
by = ["source", "language"]
"""
KEY = "a key of some twenty bytes"
FORMATS = ("terminal", "json", "html", "markdown", "github", "sarif", "junit")
COMMANDS = {
    "report": ["report", "source.jsonl", *(word for name in FORMATS for word in ("--format", f"{name}:drawn.{name}"))],
    "redraw": ["report", "--from", "corpusqa-report/report.json", "--format", "markdown"],
    "gate": ["gate", "source.jsonl"],
    "baseline": ["baseline", "update", "source.jsonl", "-o", "accepted.jsonl"],
    "accepted": ["gate", "source.jsonl", "--baseline", "accepted.jsonl"],
    "clean": ["clean", "source.jsonl", "-o", "cleaned"],
    "dry run": ["clean", "source.jsonl", "-o", "other", "--dry-run"],
    "verdicts": ["clean", "source.jsonl", "--verdicts-only", "verdicts.csv"],
    "store": ["clean", "source.jsonl", "--store", "versions"],
    "diff": ["diff", "cleaned", "source.jsonl", "--format", "json"],
    "diff, html": ["diff", "cleaned", "versions", "--format", "html"],
    "card": ["card", "cleaned"],
    "show": ["show", "row:0"],
    "show, private id": ["show", "row:2"],
    "queue": ["show", "--near", "pii.count=1", "-n", "999"],
    "review": ["show", "--near", "pii.count=1", "--csv", "review.csv"],
    "explain": ["explain", "pii.email"],
    "init": ["init", "source.jsonl", "-o", "new.toml"],
    "try": ["try", "pii.count > 0", "--config", "plain.toml"],
    "no file": ["report", "absent.jsonl"],
    "no column": ["report", "source.jsonl", "--config", "wrong.toml"],
}
# What is asked for is not there, and is a private value itself.
_ASKED = next(canary.value for canary in CANARIES if canary.label == "email")
ABSENT = {
    "show, absent": ["show", _ASKED],
    "show, no signal": ["show", "--near", f"{_ASKED}=1"],
    "try, absent": ["try", f"{_ASKED} > 1"],
    "diff, absent": ["diff", _ASKED, "source.jsonl"],
    "card, absent": ["card", _ASKED],
    "push, absent": ["push", _ASKED, "me/corpus", "--dry-run"],
    "redraw, absent": ["report", "--from", _ASKED],
    "no such option": ["report", "source.jsonl", f"--{_ASKED}"],
    "no such command": [_ASKED],
    "no number": ["report", "source.jsonl", "--workers", _ASKED],
    "an argument too many": ["report", "source.jsonl", _ASKED],
}
COMMANDS |= ABSENT


def rows() -> Iterator[dict[str, object]]:
    """Each canary in one place of a row of its own."""
    for at, canary in enumerate(CANARIES):
        said = canary.phrase
        text = f"{FERRY}Keeper {at} wrote: {said}\n\n{FERRY}"
        places: list[dict[str, object]] = [
            {"text": text},
            {"text": text},
            {"id": said},
            {"id": f"https://news.example.org/{quote(said, safe='')}"},
            {"url": f"https://news.example.org/?q={said}", "source": said},
            {"author": said, "nested": {"by": [said]}},
            {"published": said, "collected": said, "language": said, "split": said},
        ]
        for number, place in enumerate(places):
            plain = {"author": "nobody", "nested": {"by": ["x"]}, "published": "2024-03-05", "collected": None,
                     "language": "en", "source": "wire", "url": None, "split": None}  # fmt: skip
            yield {"id": f"page {at}.{number}", "text": f"{FERRY}Page {at}.{number} of the log. " * 2, **plain, **place}


@dataclass
class World:
    """A folder in which every command ran."""

    folder: Path
    codes: dict[str, int] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)

    def __call__(self, name: str, command: list[str]) -> None:
        out, before = io.StringIO(), Path.cwd()
        os.chdir(self.folder)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                self.codes[name] = run_command(command)
        finally:
            os.chdir(before)
        self.said[name] = out.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = World(tmp_path_factory.mktemp("world"))
    (found.folder / ".git").mkdir()
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows()]
    lines.append(json.dumps({"id": CANARIES[0].phrase, "text": None}) + f'\n{{"id": "{CANARIES[1].phrase}", "te')
    (found.folder / "source.jsonl").write_text("".join(lines), encoding="utf-8")
    (found.folder / "corpusqa.toml").write_text(CONFIG, encoding="utf-8")
    (found.folder / "plain.toml").write_text("[checks.pii]\nreserved = true\n", encoding="utf-8")
    (found.folder / "wrong.toml").write_text('[input]\ntext = "body"\n', encoding="utf-8")
    os.environ["CORPUSQA_PSEUDONYM_KEY"] = KEY
    for name, command in COMMANDS.items():
        found(name, command)
    del os.environ["CORPUSQA_PSEUDONYM_KEY"]
    return found


def published(path: Path) -> bool:
    """A data file, whose columns are published as the source has them, but for the text."""
    if path.read_bytes()[:4] != b"PAR1":
        return False
    schema = pq.read_schema(path)
    return "text" in schema.names and not (path.parent.name == "corpusqa" or "doc" in schema.names)


def sources(path: Path) -> bool:
    return path.name.startswith("source") or published(path)


def test_sixty_canaries_of_every_type_are_found_by_the_check() -> None:
    texts = [canary.phrase for canary in CANARIES]
    spans = run(plugin(pii, reserved=True, also=list(OPT_IN)), texts).spans
    found = [
        (row, label[4:], texts[row][a:b]) for row, a, b, label in spans.select("row", "start", "end", "label").rows()
    ]
    assert found == [(at, canary.label, canary.value) for at, canary in enumerate(CANARIES)]
    assert len(CANARIES) >= 60
    assert min(Counter(canary.label for canary in CANARIES).values()) >= 3
    assert {canary.label for canary in CANARIES} == {*DEFAULT, *OPT_IN}


def test_the_search_sees_every_spelling_and_into_tables(tmp_path: Path) -> None:
    assert min(len(forms) for _, forms in needles()) >= 5
    value = CANARIES[2].value
    pl.DataFrame({"a": [[{"b": value}]]}).write_parquet(tmp_path / "table.parquet")
    (tmp_path / "page.html").write_text(json.dumps({"q": value}))
    (tmp_path / quote(value)).mkdir()
    assert len(leaking(tmp_path)) == 3
    assert leaks(f"see {value.upper()}".encode())
    assert not leaks(b"nothing to see")


def test_every_command_did_its_work(world: World) -> None:
    odd = {name: (code, world.said[name][-300:]) for name, code in world.codes.items() if code not in (0, 1)}
    assert set(odd) == {"no file", "no column", *ABSENT}, odd
    assert {"report", "clean", "store", "diff", "card"} <= {n for n, code in world.codes.items() if code == 0}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_says_a_canary(world: World, name: str) -> None:
    assert leaks(world.said[name].encode()) == []


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_a_refusal_says_what_kind_of_value_was_asked_for(world: World, name: str) -> None:
    assert "<EMAIL>" in world.said[name]


def test_no_file_holds_a_canary(world: World) -> None:
    """Reports, releases, cards, manifests, baseline, work files: all but the source and the published data."""
    assert leaking(world.folder, spared=sources) == {}
    for expected in ("cleaned/croissant.json", "corpusqa-report/findings.parquet", "corpusqa-report/run.json",
                     "drawn.sarif", "drawn.junit", "accepted.jsonl", "verdicts.csv", "review.csv"):  # fmt: skip
        assert (world.folder / expected).stat().st_size > 100, expected
    assert len(list((world.folder / ".corpusqa").rglob("*.parquet"))) > 10


def test_no_file_holds_the_key_of_the_pseudonyms(world: World) -> None:
    held = [path for path in world.folder.rglob("*") if path.is_file() and KEY.encode() in contents(path)]
    assert held == []


def test_keys_of_values_in_work_files_cannot_be_found_by_trying(world: World) -> None:
    """Whoever has the work files and knows how keys are made would have to know the source as well."""
    half = pii(reserved=True).corpus["shared"]
    assert isinstance(half, Groups)
    phrases = [canary.phrase for canary in CANARIES]
    tried = half.keys(Batch(pl.DataFrame({"id": phrases, "text": phrases})))["key"]
    (kept,) = (world.folder / ".corpusqa").rglob("keys.pii.shared-*.parquet")
    keys = pl.read_parquet(kept)["key"]
    assert len(keys) >= 80
    assert set(tried) & set(keys) == set()


def test_published_texts_are_masked_and_other_columns_are_as_the_source_has_them(world: World) -> None:
    data = pl.read_parquet(world.folder / "cleaned" / "data" / "*.parquet")
    assert leaks("\n".join(data["text"]).encode()) == []
    assert {"<CARD_1>", "<IP_1>"} <= {word for text in data["text"] for word in text.split()}
    source = {row["id"]: row for row in rows()}
    assert all(source[row["id"]]["author"] == row["author"] for row in data.iter_rows(named=True))
    assert CANARIES[0].phrase in set(data["id"])


def test_the_release_says_how_many_published_names_hold_private_values(world: World) -> None:
    manifest = json.loads((world.folder / "cleaned" / "corpusqa" / "manifest.json").read_text())
    counts = manifest["private_names"]
    fields = ["collected", "id", "language", "published", "source", "split", "url"]
    assert list(counts) == ["author", *fields[:3], "nested.by", *fields[3:]]
    assert counts["id"] == 2 * len(CANARIES)
    assert counts["author"] == counts["nested.by"] == len(CANARIES)
    assert f"Private values in the id of {counts['id']}, author of" in world.said["clean"]
    assert f"`id` of {counts['id']} and " in (world.folder / "cleaned" / "README.md").read_text()


def test_the_report_says_which_columns_hold_private_values(world: World) -> None:
    report = json.loads((world.folder / "corpusqa-report" / "report.json").read_text())
    found = {(row["column"], row["label"]): row["count"] for row in report["columns"]}
    assert {label for column, label in found if column == "author"} == {f"pii.{c.label}" for c in CANARIES}
    assert found["author", "pii.card"] == sum(canary.label == "card" for canary in CANARIES)
    named = [row for row in report["findings"] if row["name"] == "corpusqa.private_column"]
    assert len(named) == len(found)
    assert {row["severity"] for row in named if row["message"].startswith("author: ")} == {"error", "warning", "info"}
    assert report["metrics"]["corpusqa.private_column.documents"] >= 4 * len(CANARIES)


def test_names_of_files_and_folders_stay_where_they_are(tmp_path: Path) -> None:
    world = World(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "corpusqa.toml").write_text(
        CONFIG.replace("doc.author = 'somebody'", "text.words < 2"), encoding="utf-8"
    )
    named = [canary for canary in CANARIES if not {"/", "\n"} & set(canary.phrase)]
    for at, canary in enumerate(named):
        for name in (
            f"{at}/{canary.phrase}.txt",
            f"{canary.phrase}/page.txt",
            f"{at}/{canary.phrase.replace(' ', '_')}.md",
        ):
            path = tmp_path / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{FERRY}Page {name.partition('/')[0]} says {canary.phrase}\n", encoding="utf-8")
    (tmp_path / "source" / f"{CANARIES[0].value}.txt").write_bytes(b"\xff\xfe" + CANARIES[0].value.encode())
    os.environ["CORPUSQA_PSEUDONYM_KEY"] = KEY
    for command in (["report", "source"], ["clean", "source", "-o", "cleaned"], ["diff", "cleaned", "source"]):
        world(command[0], command)
    del os.environ["CORPUSQA_PSEUDONYM_KEY"]
    assert world.codes == {"report": 0, "clean": 0, "diff": 0}, world.said
    assert {name: leaks(said.encode()) for name, said in world.said.items() if leaks(said.encode())} == {}
    held = leaking(tmp_path, spared=published)
    assert {name for name in held if not name.startswith(f"{tmp_path.name}/source/")} == set()


def named_columns(canaries: Sequence[Canary]) -> Iterator[dict[str, object]]:
    """Every canary is the name of a column, of a field in one, of keys that vary, and a role and argument of a chat."""
    phrases = [canary.phrase for canary in canaries]
    for n in range(3):
        yield {
            "messages": [
                {"role": "user", "content": f"{FERRY}{n}"},
                *({"role": said, "content": "Aye.", "calls": json.dumps([said])} for said in phrases),
            ],
            "plain": n,
            "nested": {"deep": dict.fromkeys(phrases, n)},
            "varied": dict.fromkeys(phrases[n:], n),
            **dict.fromkeys(phrases, n),
        }  # fmt: skip


def test_names_of_columns_and_all_of_a_chat_but_its_text_stay_where_they_are(tmp_path: Path) -> None:
    world = World(tmp_path)
    (tmp_path / ".git").mkdir()
    name = next(canary.phrase for canary in CANARIES if canary.label == "email")
    rule = json.dumps(f'doc."{name}" > 7')
    (tmp_path / "corpusqa.toml").write_text(CONFIG.replace("\"doc.author = 'somebody'\"", rule), encoding="utf-8")
    plain = CONFIG.partition("[clean]")[0]
    (tmp_path / "wrong.toml").write_text(plain + '[input]\ntext = "body"\n', encoding="utf-8")
    (tmp_path / "plain.toml").write_text(plain, encoding="utf-8")
    lines = [json.dumps(row, ensure_ascii=False) for row in named_columns(CANARIES)]
    (tmp_path / "source.jsonl").write_text("\n".join(lines), encoding="utf-8")
    chats = [{key: row[key] for key in ("messages", "varied")} for row in named_columns(CANARIES)]
    (tmp_path / "source_chat.jsonl").write_text("\n".join(map(json.dumps, chats)), encoding="utf-8")
    os.environ["CORPUSQA_PSEUDONYM_KEY"] = KEY
    drawn = [word for form in FORMATS for word in ("--format", f"{form}:drawn.{form}")]
    for said, command in {
        "report": ["report", "source.jsonl", *drawn],
        "gate": ["gate", "source.jsonl"],
        "clean": ["clean", "source.jsonl", "-o", "cleaned"],
        "dry run": ["clean", "source.jsonl", "-o", "cleaned", "--dry-run"],
        "no column": ["report", "source.jsonl", "--config", "wrong.toml"],
        "init": ["init", "source.jsonl", "-o", "new.toml"],
        "chat": ["clean", "source_chat.jsonl", "-o", "chat", "--config", "plain.toml"],
        "chat, diff": ["diff", "chat", "source_chat.jsonl", "--format", "json", "--config", "plain.toml"],
    }.items():
        world(said, command)
    del os.environ["CORPUSQA_PSEUDONYM_KEY"]
    refused = {name: code for name, code in world.codes.items() if code not in (0, 1)}
    assert refused == {"clean": 2, "dry run": 2, "no column": 2}, world.said
    assert "in the name of a field inside column 3" in world.said["clean"]
    assert "The columns are messages, plain, nested, varied, <EMAIL>" in world.said["no column"]
    manifest = json.loads((tmp_path / "chat" / "corpusqa" / "manifest.json").read_text())
    assert set(manifest["private_names"]) == {"messages.role", "messages.calls", "varied"}
    assert {name: leaks(said.encode()) for name, said in world.said.items() if leaks(said.encode())} == {}
    data = tmp_path / "chat" / "data"
    assert leaking(tmp_path, spared=lambda p: sources(p) or data in p.parents or p.name == "corpusqa.toml") == {}


def test_names_of_classes_with_private_values_are_left_out(tmp_path: Path) -> None:
    """`datasets` notes them in its files; a card would repeat them."""
    name = CANARIES[0].value
    kinds = {"text": Value("string"), "who": ClassLabel(names=[name, "b"]), "what": ClassLabel(names=["a", "b"])}
    rows = {"text": [f"{FERRY}{n}" for n in range(4)], "who": [0, 1, 0, 1], "what": [1, 0, 1, 0]}
    Dataset.from_dict(rows, features=Features(kinds)).save_to_disk(tmp_path / "source")
    (tmp_path / "corpusqa.toml").write_text("[checks.pii]\nreserved = true\n", encoding="utf-8")
    world = World(tmp_path)
    world("clean", ["clean", "source", "-o", "cleaned"])
    assert world.codes["clean"] == 0, world.said
    assert "who: names of its classes hold private values" in world.said["clean"]
    assert leaks(world.said["clean"].encode()) == []
    assert leaking(tmp_path, spared=lambda path: tmp_path / "source" in path.parents) == {}
    published = load_dataset(str(tmp_path / "cleaned"), split="train", cache_dir=str(tmp_path / "cache"))
    assert published.features["what"].names == ["a", "b"]
    assert published["who"] == rows["who"]


BAD_CHECK = '''
import os, signal
import polars as pl
from corpusqa.check import Check, Links, Measured, Signal

KEYS = {"row": pl.Int64, "key": pl.Int64}

def loud() -> Check:
    """Fails with the text in its message."""
    def measure(batch):
        raise ValueError(" ".join(batch.text.to_list()))
    return Check({"n": Signal(pl.Int64, "nothing")}, {}, measure)

def deadly() -> Check:
    """Kills the run while texts are spilled for comparison."""
    def keys(batch):
        return pl.DataFrame({"row": range(batch.height), "key": [7] * batch.height}, schema=KEYS)
    def verify(batch, pairs):
        if os.environ.get("DEADLY") == "verify":
            os.kill(os.getpid(), signal.SIGKILL)
        return pairs.head(0).with_columns(similarity=pl.lit(1.0))
    def measure(batch):
        if os.environ.get("DEADLY") == "measure":
            os.kill(os.getpid(), signal.SIGKILL)
        return Measured(pl.DataFrame({"n": [1] * batch.height}))
    signals = {"n": Signal(pl.Int64, "one"), "same": Signal(pl.String, "all")}
    return Check(signals, {}, measure, {"same": Links(keys, verify)})
'''


def died(folder: Path, source: str, deadly: str) -> subprocess.CompletedProcess[bytes]:
    """A run in a process of its own, with a place for temporary files that can be looked into."""
    (folder / "tmp").mkdir(exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(folder / "tmp"), "DEADLY": deadly, "CORPUSQA_PSEUDONYM_KEY": "0" * 32}
    command = [sys.executable, "-m", "corpusqa", "report", source, "--config", "corpusqa.toml"]
    stdin = (folder / "source.jsonl").read_bytes() if source == "-" else None
    return subprocess.run(command, cwd=folder, env=environment, input=stdin, capture_output=True, check=False)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A small corpus with every canary in it, and checks that do harm."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "source.py").write_text(BAD_CHECK, encoding="utf-8")
    config = CONFIG + '[checks]\nselect = ["pii", "loud", "deadly"]\nfiles = ["source.py"]\n'
    (tmp_path / "corpusqa.toml").write_text(config, encoding="utf-8")
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows()]
    (tmp_path / "source.jsonl").write_text("".join(lines[::3]), encoding="utf-8")
    return tmp_path


def test_a_check_that_fails_with_the_text_in_its_message_tells_nobody(mine: Path) -> None:
    done = died(mine, "source.jsonl", "")
    assert done.returncode == 0, done.stderr.decode()[-500:]
    assert json.loads((mine / "corpusqa-report/report.json").read_text())["totals"]["by_name"]["corpusqa.check_failed"]
    assert leaks(done.stdout + done.stderr) == []
    assert leaking(mine, spared=sources) == {}


@pytest.mark.parametrize(
    ("source", "deadly"),
    [
        pytest.param("source.jsonl", "measure", marks=pytest.mark.slow),
        ("source.jsonl", "verify"),
        pytest.param("-", "verify", marks=pytest.mark.slow),
    ],
)
def test_a_killed_run_leaves_nothing_that_the_next_one_does_not_sweep(mine: Path, source: str, deadly: str) -> None:
    """While it runs it may hold copies of texts in folders that only the user can read."""
    killed = died(mine, source, deadly)
    assert killed.returncode == -signal.SIGKILL
    assert leaks(killed.stdout + killed.stderr) == []
    left = leaking(mine, spared=sources)
    copies = re.compile(r"/(?:corpusqa-shuffle|source)-\w+\.corpusqa/")
    assert [name for name in left if not copies.search(name)] == []
    assert bool(left) == (deadly == "verify")
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in mine.rglob("corpusqa-shuffle-*"))
    again = died(mine, source, "")
    assert again.returncode == 0, again.stderr.decode()[-500:]
    assert leaking(mine, spared=sources) == {}


@pytest.mark.slow
def test_a_push_sends_no_canary_but_in_published_columns(world: World, tmp_path: Path) -> None:
    server = Server(tmp_path / "hub")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-m", "corpusqa", "push", "cleaned", "owner/corpus", "--endpoint", server.url]
    for more in (["--dry-run"], ["--include", "report", "--include", "reasons", "--include", "ids"]):
        more = [*more, "--allow-failed-gate", "a test"]
        done = subprocess.run([*command, *more], cwd=world.folder, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()[-500:]
        assert leaks(done.stdout + done.stderr) == []
    server.shutdown()
    server.server_close()
    assert leaking(tmp_path, spared=published) == {}
    assert len([path for path in (tmp_path / "hub").rglob("*") if path.is_file()]) > 5


def test_what_people_wrote_into_the_configuration_is_not_published(tmp_path: Path) -> None:
    """Rules by author, reasons of accepted findings and the name of the source are said without their values."""
    email, phone = CANARIES[0].value, CANARIES[5].phrase
    world = World(tmp_path)
    (tmp_path / ".git").mkdir()
    config = f"""
[checks.pii]
reserved = true
[clean]
drop = ["doc.author = '{email}' AND pii.count = 0"]
[[suppress]]
check = "pii.email"
reason = "{email} agreed, {phone}"
"""
    (tmp_path / "corpusqa.toml").write_text(config, encoding="utf-8")
    lines = [
        json.dumps({"id": str(n), "text": f"{FERRY * 2}{n} {email if n else ''}", "author": email}) for n in range(4)
    ]
    name = f"source {email}.jsonl"
    (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    drawn = [word for form in FORMATS for word in ("--format", f"{form}:drawn.{form}")]
    for said, command in {
        "report": ["report", name, *drawn],
        "gate": ["gate", name],
        "clean": ["clean", name, "-o", "cleaned"],
        "init": ["init", name, "-o", "new.toml"],
    }.items():
        world(said, command)
    world("diff", ["diff", "cleaned", name, "--format", "json"])
    assert [world.codes[said] for said in ("report", "clean", "init")] == [0, 0, 0], world.said
    assert world.codes["diff"] == 1  # the document without a value is back, which the rule about pii.count removed
    assert "drop rule 1, which holds a private value (pii.count)" in (tmp_path / "cleaned/README.md").read_text()
    assert {said: leaks(text.encode()) for said, text in world.said.items() if leaks(text.encode())} == {}
    assert leaking(tmp_path, spared=lambda path: sources(path) or path.name == "corpusqa.toml") == {
        f"{tmp_path.name}/{name}": leaks(name.encode())
    }


@pytest.mark.parametrize(
    ("name", "lines"),
    [("users/+447700900458/two.txt", "+447700900458"), ("https://wa.me/%2B447700900458", "+447700900458"),
     ("/dial?to=Ann+Reed", "to Ann Reed")],
)  # fmt: skip
def test_a_plus_sign_in_a_name_is_read_as_itself_and_as_a_space(name: str, lines: str) -> None:
    assert lines in {line for reading in readings(name) for line in reading.split("\n")}
