"""Publishing over HTTP with the real clients, against a server on loopback: the old state or the new one, whole."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpusqa.hub.client import CONNECT_SECONDS
from corpusqa.release import Recipe
from tests.command import Done, in_a_process
from tests.files import jsonl
from tests.hub_server import TOKEN, Server
from tests.release_helpers import clean, rows

PUSH = """
import json, sys
from pathlib import Path
from corpusqa.errors import CorpusqaError
from corpusqa.hub import PushOptions, push
for line in sys.stdin:
    folder, repo, options = json.loads(line)
    options["include"] = tuple(options.get("include", ()))
    try:
        done = push(Path(folder), repo, PushOptions(**options))
    except CorpusqaError as error:
        said = {"state": "refused", "error": str(error), "kind": type(error).__name__}
    else:
        names = ("state", "commit", "uploads", "deletes", "notes", "url")
        said = {name: getattr(done, name) for name in names}
    print(json.dumps(said), flush=True)
"""
LOAD = """
import json, sys, datasets
found = datasets.load_dataset(sys.argv[1], revision=sys.argv[2] if len(sys.argv) > 2 else None)
print(json.dumps({s: {"features": str(d.features), "rows": list(d)} for s, d in found.items()}))
"""
OPEN = """
import json, sys
from pathlib import Path
from corpusqa.corpus import open_corpus
corpus = open_corpus(sys.argv[1], work=Path(sys.argv[2]))
found = [split for unit in corpus.units for split in corpus.read(unit).documents["split"]]
print(json.dumps({split: found.count(split) for split in found}))
"""
REPO = "owner/corpus"


def clean_env(home: Path, token: str | None, **more: str) -> dict[str, str]:
    """The environment of a client: nothing of the person who runs the tests."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING"))}
    own = {"HF_HOME": str(home), "HF_HUB_DISABLE_TELEMETRY": "1", "HF_UPDATE_DOWNLOAD_COUNTS": "0",
           "HF_HUB_DISABLE_PROGRESS_BARS": "1"}  # fmt: skip
    return {**kept, **own, **more, **({"HF_TOKEN": token} if token else {})}


class Client:
    """A process with a home of its own that pushes what it is told to."""

    def __init__(self, home: Path, token: str | None) -> None:
        self.errors = (home / "stderr").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", PUSH], env=clean_env(home, token), text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors,
        )  # fmt: skip

    def push(self, folder: Path, repo: str, options: dict) -> dict:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps([str(folder), repo, options]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        self.errors.seek(0)
        said = self.errors.read()
        assert answer, said
        assert TOKEN not in answer + said
        assert "hf_wrong" not in answer + said
        return json.loads(answer)

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=30)
        self.process.stdout.close()
        self.errors.close()


@pytest.fixture(scope="session")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str | None], Client]]:
    """Clients by token, each started once."""
    started: dict[str | None, Client] = {}

    def client(token: str | None) -> Client:
        if token not in started or started[token].process.poll() is not None:
            started[token] = Client(tmp_path_factory.mktemp("home"), token)
        return started[token]

    yield client
    for one in started.values():
        one.close()


class Hub:
    """A server of its own, and the clients."""

    def __init__(self, folder: Path, clients: Callable[[str | None], Client]) -> None:
        self.folder, self.clients = folder, clients
        self.server = Server(folder / "hub")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = self.server.url

    def load(self, *said: str) -> dict:
        """What `datasets` reads, by split."""
        env = clean_env(self.folder / "home", TOKEN, HF_ENDPOINT=self.url)
        done = subprocess.run([sys.executable, "-c", LOAD, *said], env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def push(self, folder: Path, repo: str = REPO, *, token: str | None = TOKEN, **options) -> dict:
        return self.clients(token).push(folder, repo, {"endpoint": self.url, **options})

    def fault(self, kind: str, step: str, times: int = 1, skip: int = 0) -> None:
        body = json.dumps({"kind": kind, "step": step, "times": times, "skip": skip}).encode()
        urllib.request.urlopen(f"{self.url}/_fault", data=body).read()

    def log(self, step: str) -> list[list]:
        said = json.loads(urllib.request.urlopen(f"{self.url}/_log").read())
        return [line for line in said if line[0] == step]

    def state(self, repo: str = REPO) -> dict:
        return self.server.hub.load(repo)

    def files(self, repo: str = REPO) -> dict[str, str]:
        tree = self.server.hub.tree(self.state(repo), "main")
        return {path: file.get("sha256") or file["oid"] for path, file in tree.items() if path != ".gitattributes"}


@pytest.fixture
def hub(tmp_path: Path, clients: Callable[[str | None], Client]) -> Iterator[Hub]:
    made = Hub(tmp_path, clients)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two versions: the second loses documents and a split."""
    folder = tmp_path_factory.mktemp("releases")
    source, shelf = folder / "c.jsonl", folder / "store"
    first = clean(jsonl(source, rows(60)), folder / "w", shelf, store=True)
    fewer = [row for row in rows(40) if row["split"] == "train"]
    second = clean(jsonl(source, fewer), folder / "w", shelf, store=True)
    return first.folder, second.folder


def content(folder: Path) -> dict:
    return json.loads((folder / "corpusqa/manifest.json").read_text())


def test_what_was_pushed_is_read_back_the_same(hub: Hub, releases: tuple[Path, Path]) -> None:
    done = hub.push(releases[0])
    assert done["state"] == "published"
    assert hub.state()["private"] is True
    assert hub.state()["tags"] == {"v1.0.0": done["commit"]}
    assert len(hub.state()["commits"]) == 2  # the initial one and ours
    local = hub.load(str(releases[0]))
    assert hub.load(REPO, "v1.0.0") == local
    assert hub.load(REPO) == local
    for path, digest in ((file["path"], file["sha256"]) for file in content(releases[0])["files"]):
        if path.startswith("data/"):
            assert hub.files()[path] == digest


@pytest.mark.slow
def test_a_published_version_is_a_source(hub: Hub, releases: tuple[Path, Path], tmp_path: Path) -> None:
    hub.push(releases[0])

    def opened(source: str, token: str | None = TOKEN) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", OPEN, source, str(tmp_path / "work")], env=clean_env(tmp_path / str(token), token,
            HF_ENDPOINT=hub.url), capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    splits = {name: len(split["rows"]) for name, split in hub.load(REPO).items()}
    assert json.loads(opened(f"hf://datasets/{REPO}@v1.0.0:train").stdout) == {"train": splits["train"]}
    assert json.loads(opened(f"hf://datasets/{REPO}").stdout) == splits
    assert json.loads(opened(f"hf://datasets/{REPO}/data/*.parquet").stdout) == splits
    assert "Revision 'v9' doesn't exist" in opened(f"hf://datasets/{REPO}@v9").stderr
    refused = opened(f"hf://datasets/{REPO}", None).stderr
    assert "if it is private or gated, set HF_TOKEN" in refused
    assert TOKEN not in refused


@pytest.mark.slow
def test_a_published_version_is_a_base_for_the_gate_if_it_has_its_report(hub: Hub, tmp_path: Path) -> None:
    config = tmp_path / "corpusqa.toml"
    config.write_text('[checks]\nselect = ["text"]\n[gate.limits]\n"documents.count" = { max_drop = 5 }\n')
    env = clean_env(tmp_path / "home", TOKEN, HF_ENDPOINT=hub.url)

    def corpusqa(count: int, *args: str) -> tuple[int, str]:
        done = in_a_process(tmp_path, args[0], jsonl(tmp_path / "now.jsonl", rows(count)), *args[1:], env=env)
        return done.returncode, done.stdout + done.stderr

    assert corpusqa(60, "clean", "-o", "release")[0] == 0
    hub.push(tmp_path / "release", "owner/told", include=["report"])
    hub.push(tmp_path / "release", "owner/untold")

    assert corpusqa(60, "gate", "--base", "hf://datasets/owner/told@v1.0.0")[0] == 0
    assert corpusqa(30, "gate", "--base", "hf://datasets/owner/told@v1.0.0")[0] == 1
    code, said = corpusqa(60, "gate", "--base", "hf://datasets/owner/untold@v1.0.0")
    assert code == 3
    assert "push --include report" in said


@pytest.mark.slow
def test_a_published_version_is_a_reference(hub: Hub, releases: tuple[Path, Path], tmp_path: Path) -> None:
    hub.push(releases[0])
    told = "The keeper of the light wrote down every ship that passed the point, year after year, in a book of his own."
    items = [row["text"] for split in hub.load(REPO).values() for row in split["rows"]]
    item = max(items, key=lambda text: len(text.split()))
    assert len(item.split()) >= 8
    source = jsonl(tmp_path / "c.jsonl", [{"id": "held", "text": f"{told}\n{item}"}, {"id": "clean", "text": told}])
    env = clean_env(tmp_path / "home", TOKEN, HF_ENDPOINT=hub.url)

    def report(reference: str) -> Done:
        options = ["--select", "duplication", "-o", "out", "--against", reference]
        return in_a_process(tmp_path, "report", source, *options, env=env)

    done = report(f"hf://datasets/{REPO}@v1.0.0")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out" / "report.json").read_text())["findings"]
    assert {one["document"] for one in found if one["name"] == "duplication.reference"} == {"held"}
    missing = report(f"hf://datasets/{REPO}@v9")
    assert missing.returncode == 2
    assert "Revision 'v9' doesn't exist" in missing.stderr


def test_a_published_version_is_one_side_of_a_diff(hub: Hub, releases: tuple[Path, Path], tmp_path: Path) -> None:
    from corpusqa.errors import UsageError
    from corpusqa.hub import remote_side
    from corpusqa.release.diff import difference, side

    hub.push(releases[0])
    there = remote_side(f"hf://datasets/{REPO}@v1.0.0", tmp_path / "fetched", hub.url, TOKEN)
    assert not difference(there, side(releases[0])).differs
    assert difference(there, side(releases[1])).data["documents"]["removed"] == 26
    for address in ("datasets/owner/x", "hf://datasets/x", f"hf://datasets/{REPO}x"):
        with pytest.raises(UsageError):
            remote_side(address, tmp_path / "other", hub.url, TOKEN)


def test_what_a_published_version_removed_for_good_is_missed_in_a_diff(hub: Hub, tmp_path: Path) -> None:
    from corpusqa.hub import remote_side
    from corpusqa.release.diff import difference, side

    source, takedown, shelf = jsonl(tmp_path / "c.jsonl", rows(30)), tmp_path / "takedown.csv", tmp_path / "store"
    takedown.write_text("id,decision\nd1,drop\nd2,drop\n")
    first = clean(source, tmp_path / "w", shelf, store=True, decisions=(str(takedown),))
    takedown.write_text("id,decision\nd2,drop\n")
    second = clean(jsonl(source, rows(31)), tmp_path / "w", shelf, store=True, decisions=(str(takedown),))
    hub.push(first.folder)
    hub.push(second.folder)
    one, two = (
        remote_side(f"hf://datasets/{REPO}@v{made.manifest['version']}", tmp_path / made.folder.name, hub.url, TOKEN)
        for made in (first, second)
    )
    back = difference(one, side(second.folder))
    assert back.failed
    assert [row["id"] for row in back.data["returned"]] == ["d1"]
    assert back.data["untold"] == []
    assert "what the versions before" in difference(two, side(first.folder)).data["untold"][0]


def test_a_second_version_replaces_what_vanished_in_one_commit(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    done = hub.push(releases[1])
    assert done["state"] == "published"
    assert done["deletes"] == ["data/test-00000-of-00001.parquet"]
    assert sorted(hub.state()["tags"]) == ["v1.0.0", "v2.0.0"]
    assert len(hub.state()["commits"]) == 3
    assert "still hold" in done["notes"][0]
    assert set(hub.load(REPO)) == {"train"}
    assert set(hub.load(REPO, "v1.0.0")) == {"train", "test"}


def test_running_twice_says_so_and_sends_nothing(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    sent = len(hub.log("put")), len(hub.log("commit"))
    assert hub.push(releases[0])["state"] == "already published"
    assert (len(hub.log("put")), len(hub.log("commit"))) == sent


STEPS = (
    "info", "create", "refs", "tree", "resolve", "validate", "preupload", "batch", "put", "verify", "commit", "tag"
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", ["500", "drop", "reply_lost", "409", "412", "401", "slow"])
def test_faults_leave_the_old_state_or_the_new_one_and_a_second_run_finishes(
    hub: Hub, releases: tuple[Path, Path], kind: str, step: str
) -> None:
    if step != "create":
        hub.push(releases[0])
    before = hub.files() if step != "create" else None
    hub.fault(kind, step)
    folder = releases[1] if before else releases[0]
    first = hub.push(folder)
    assert first["state"] in ("published", "refused"), first
    if first["state"] == "refused":
        assert first["error"]
        now = hub.files() if before is not None else None
        if now is not None and now != before:  # the commit counted, so it has to be whole
            assert {p for p in now if p.startswith("data/")} == {p for p in expected(folder) if p.startswith("data/")}
        second = hub.push(folder)
        assert second["state"] in ("published", "already published"), second
    assert set(hub.files()) == set(expected(folder))
    assert f"v{content(folder)['version']}" in hub.state()["tags"]
    put = [line[2] for line in hub.log("put") if line[3] == 200]
    if (kind, step) != ("reply_lost", "put"):  # then the client cannot know that the server holds it
        assert len(put) == len(set(put)), "something was uploaded twice that the server holds"


def expected(folder: Path) -> list[str]:
    listed = [
        file["path"]
        for file in content(folder)["files"]
        if not any(home in file["path"] for home in ("report", "origin", "gone"))
    ]
    return [*listed, "README.md", "corpusqa/manifest.json"]


@pytest.mark.parametrize(("kind", "step"), [("412", "commit"), ("reply_lost", "commit"), ("drop", "commit"),
                                            ("reply_lost", "tag"), ("409", "tag"), ("500", "preupload")])  # fmt: skip
def test_faults_at_the_turning_points(hub: Hub, releases: tuple[Path, Path], kind: str, step: str) -> None:
    hub.push(releases[0])
    hub.fault(kind, step)
    done = hub.push(releases[1])
    assert done["state"] == "published", done
    assert set(hub.files()) == set(expected(releases[1]))
    assert len(hub.state()["commits"]) == 3
    assert hub.state()["tags"]["v2.0.0"] == hub.state()["branches"]["main"]


def test_a_server_that_holds_something_else_is_found_out_and_not_tagged(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.fault("wrong_digest", "tree", skip=1)  # the second look is the one after the commit
    done = hub.push(releases[0])
    assert done["state"] == "refused"
    assert "another digest" in done["error"]
    assert hub.state()["tags"] == {}
    again = hub.push(releases[0])
    assert again["state"] == "published"
    assert len(hub.state()["commits"]) == 2


def test_a_branch_that_moved_is_tried_again_unless_our_files_were_touched(
    hub: Hub, releases: tuple[Path, Path]
) -> None:
    hub.push(releases[0])
    inner = hub.server.hub.commit

    def meddle(path: str):
        def commit(repo, rev, lines, pull):
            hub.server.hub.commit = inner
            value = {"path": path, "content": "eA==", "encoding": "base64"}
            inner(repo, rev, [{"key": "header", "value": {"summary": "x"}}, {"key": "file", "value": value}], False)
            return inner(repo, rev, lines, pull)

        return commit

    hub.server.hub.commit = meddle("corpusqa/docs.parquet")
    done = hub.push(releases[1])
    assert "somebody else changed files" in done["error"]
    assert "v2.0.0" not in hub.state()["tags"]


def test_a_branch_that_moved_elsewhere_is_no_obstacle(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    inner = hub.server.hub.commit

    def commit(repo, rev, lines, pull):
        hub.server.hub.commit = inner
        value = {"path": "notes.txt", "content": "eA==", "encoding": "base64"}
        inner(repo, rev, [{"key": "header", "value": {"summary": "x"}}, {"key": "file", "value": value}], False)
        return inner(repo, rev, lines, pull)

    hub.server.hub.commit = commit
    assert hub.push(releases[1])["state"] == "published"
    assert "notes.txt" in hub.files()


def test_a_tag_with_other_content_is_refused(hub: Hub, releases: tuple[Path, Path], tmp_path: Path) -> None:
    hub.push(releases[0])
    other = clean(jsonl(tmp_path / "o.jsonl", rows(10)), tmp_path / "w", tmp_path / "out")
    done = hub.push(other.folder)
    assert done["kind"] == "UsageError"
    assert "v1.0.0 exists with other content" in done["error"]


def test_a_version_that_is_not_the_child_of_what_is_there_is_refused(
    hub: Hub, releases: tuple[Path, Path], tmp_path: Path
) -> None:
    hub.push(releases[0])
    other = clean(jsonl(tmp_path / "o.jsonl", rows(10)), tmp_path / "w", tmp_path / "out", version="7.0.0")
    assert "not the parent" in hub.push(other.folder)["error"]
    assert hub.push(other.folder, onto=True)["state"] == "published"


def committed(hub: Hub, **files: bytes) -> None:
    """What somebody else commits; names of files with `__` for a slash and `_` for a dot."""
    lines: list[dict] = [{"key": "header", "value": {"summary": "x"}}]
    for name, content in files.items():
        path = name.replace("__", "/").replace("_", ".")
        value = {"path": path, "content": base64.b64encode(content).decode(), "encoding": "base64"}
        lines.append({"key": "file", "value": value})
    hub.server.hub.commit(REPO, "main", lines, False)


def test_a_card_that_was_edited_on_the_hub_is_not_overwritten(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    committed(hub, README_md=(releases[0] / "README.md").read_bytes() + b"\n## Uses\n\nNone.\n")
    for folder in releases:
        assert "after v1.0.0 was published: README.md." in hub.push(folder)["error"]
    assert len(hub.state()["commits"]) == 3
    assert hub.push(releases[1], onto=True)["state"] == "published"
    assert hub.push(releases[0])["state"] == "already published"  # the branch has gone on, the tag has not


TRAIN, EXTRA = "data/train-00000-of-00001.parquet", "data/extra-00000.parquet"


def meddled(hub: Hub) -> None:
    """Somebody adds a data file and changes another."""
    value = [
        {"path": path, "content": base64.b64encode(b"theirs").decode(), "encoding": "base64"} for path in (TRAIN, EXTRA)
    ]
    lines = [{"key": "header", "value": {"summary": "x"}}, *({"key": "file", "value": one} for one in value)]
    hub.server.hub.commit(REPO, "main", lines, False)


def test_data_that_others_changed_or_added_after_a_release_is_kept(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    meddled(hub)
    before = hub.files()
    for folder in releases:
        for options in ({}, {"dry_run": True}, {"create_pr": True}):
            done = hub.push(folder, **options)
            assert f"after v1.0.0 was published: {EXTRA}, {TRAIN}." in done["error"]
            assert done["kind"] == "UsageError"
    assert hub.files() == before
    assert hub.push(releases[0], onto=True)["deletes"] == [EXTRA]
    assert hub.push(releases[0])["state"] == "already published"
    assert hub.push(releases[1])["state"] == "published"


def test_data_that_others_deleted_is_not_put_back(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    lines = [{"key": "header", "value": {"summary": "x"}}, {"key": "deletedFile", "value": {"path": TRAIN}}]
    hub.server.hub.commit(REPO, "main", lines, False)
    for folder in releases:
        assert TRAIN in hub.push(folder)["error"]


def test_without_a_tag_the_manifest_there_tells_what_others_changed(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    state = hub.state()
    hub.server.hub.save(REPO, {**state, "tags": {}})
    meddled(hub)
    for folder in releases:
        assert f"after v1.0.0 was published: {EXTRA}, {TRAIN}." in hub.push(folder)["error"]
    hub.server.hub.save(REPO, {**state, "tags": {}})
    committed(hub, croissant_json=b"{}")
    assert "after v1.0.0 was published: croissant.json." in hub.push(releases[1])["error"]
    hub.server.hub.save(REPO, {**state, "tags": {}})
    assert hub.push(releases[1])["state"] == "published"


def test_what_was_not_published_with_a_version_is_not_called_published(hub: Hub, tmp_path: Path) -> None:
    recipe = Recipe(files={"corpusqa/report.json": b"{}"})
    made = clean(jsonl(tmp_path / "c.jsonl", rows(10)), tmp_path / "w", tmp_path / "out", recipe=recipe)
    hub.push(made.folder)
    done = hub.push(made.folder, include=["report"])
    assert done["kind"] == "UsageError"
    assert "v1.0.0 is published, but these files differ from it" in done["error"]
    assert "corpusqa/report.json" in done["error"]
    readme = made.folder / "README.md"
    card = readme.read_text()
    readme.write_text(card + "\n## Uses\n\nNone.\n")
    assert "differ from it: README.md." in hub.push(made.folder)["error"]
    readme.write_text(card)
    assert hub.push(made.folder)["state"] == "already published"


@pytest.mark.parametrize("manifest", [{}, {"corpusqa__manifest_json": b'{"x": 1}'}])
def test_data_of_others_is_not_overwritten(hub: Hub, releases: tuple[Path, Path], manifest: dict[str, bytes]) -> None:
    hub.server.hub.create(REPO, False)
    committed(hub, data__train_csv=b"x", **manifest)
    assert "data/train.csv" in hub.push(releases[0])["error"]


def test_a_pull_request_is_opened_and_nothing_else_moves(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    before = hub.files()
    done = hub.push(releases[1], create_pr=True)
    assert done["state"] == "pull request"
    assert done["url"].endswith("/discussions/1")
    assert hub.files() == before
    assert list(hub.state()["tags"]) == ["v1.0.0"]
    again = hub.push(releases[1], create_pr=True)
    assert (again["state"], again["url"].rpartition("/")[2]) == ("already proposed", "1")


def test_a_pull_request_whose_answer_is_lost_is_not_opened_twice(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    hub.fault("reply_lost", "commit")
    assert hub.push(releases[1], create_pr=True)["url"].endswith("/discussions/1")
    assert len(hub.state()["pulls"]) == 1


def test_a_repository_without_a_commit_is_published_to(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.server.hub.create(REPO, private=True, bare=True)
    assert hub.push(releases[0])["state"] == "published"
    assert hub.load(REPO, "v1.0.0") == hub.load(str(releases[0]))


def test_a_branch_that_is_not_there_is_named(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.push(releases[0])
    assert "has no 'develop' (it has: main, v1.0.0)" in hub.push(releases[1], branch="develop")["error"]


def test_a_dry_run_changes_nothing(hub: Hub, releases: tuple[Path, Path]) -> None:
    done = hub.push(releases[0], dry_run=True)
    assert done["state"] == "planned"
    assert "data/train-00000-of-00001.parquet" in done["uploads"]
    assert hub.log("create") == hub.log("commit") == hub.log("put") == []


@pytest.mark.parametrize(
    ("token", "message"), [(None, "no token"), ("hf_wrong", "the token is not accepted")]
)  # fmt: skip
def test_without_a_good_token_it_says_what_to_do(
    hub: Hub, releases: tuple[Path, Path], token: str | None, message: str
) -> None:
    done = hub.push(releases[0], token=token)
    assert message in done["error"]
    assert "HF_TOKEN" in done["error"]


def test_no_server_is_said_at_once(hub: Hub, releases: tuple[Path, Path]) -> None:
    hub.server.shutdown()
    hub.server.server_close()
    done = hub.push(releases[0])
    assert "no answer" in done["error"]
    assert "--endpoint" in done["error"]


def test_a_network_that_swallows_packets_is_said_before_an_answer_would_be_late(
    hub: Hub, releases: tuple[Path, Path]
) -> None:
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for taken in (first, second):  # where the queue is full, Linux answers no further connection
            taken.setblocking(False)
            taken.connect_ex(deaf.getsockname())
        done = hub.push(releases[0], endpoint=f"http://127.0.0.1:{deaf.getsockname()[1]}")
    assert "no answer (ConnectTimeout)" in done["error"]
    assert CONNECT_SECONDS <= 1


OVER = threading.Event()  # ends what would wait for ever


def deaf(*_: object) -> list[object]:
    """A name server that swallows packets."""
    OVER.wait()
    return []


def unknown(*_: object) -> list[object]:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


@pytest.mark.parametrize(("look_up", "why"), [(deaf, "no name server answered"), (unknown, "no such name")])
def test_names_that_cannot_be_looked_up_are_said_at_once(
    look_up: Callable[..., object], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corpusqa.corpus import open_corpus
    from corpusqa.errors import CannotEvaluate
    from corpusqa.hub.client import Remote

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr("corpusqa.reach.getproxies", dict)
    monkeypatch.setattr("corpusqa.reach.NAME_SECONDS", 0.2)
    for use in (
        lambda: Remote(REPO, "https://hub.example", TOKEN).head("main"),
        lambda: open_corpus("hf://datasets/owner/corpus"),
    ):
        with pytest.raises(CannotEvaluate, match=why):
            use()
    OVER.set()


@pytest.mark.parametrize("repo", ["corpus", "a/b/c", "owner/--x", "owner/..", "owner/a b"])
def test_names_that_are_not_allowed_are_refused(hub: Hub, releases: tuple[Path, Path], repo: str) -> None:
    assert repo in hub.push(releases[0], repo)["error"]


def test_a_damaged_release_is_not_published(hub: Hub, tmp_path: Path) -> None:
    made = clean(jsonl(tmp_path / "c.jsonl", rows(10)), tmp_path / "w", tmp_path / "out")
    path = made.data_files()["train"][0]
    path.write_bytes(path.read_bytes()[:-1])
    done = hub.push(made.folder)
    assert path.name in done["error"]
    assert hub.log("create") == []


def test_a_failed_gate_is_published_only_with_a_reason_that_the_card_gives(hub: Hub, tmp_path: Path) -> None:
    source = jsonl(tmp_path / "c.jsonl", rows(10))
    made = clean(source, tmp_path / "w", tmp_path / "out", second=lambda folder: {"status": "failed"})
    assert "--allow-failed-gate" in hub.push(made.folder)["error"]
    assert hub.push(made.folder, failed_gate="known, see the paper")["state"] == "published"
    card = hub.server.hub.content(hub.server.hub.tree(hub.state(), "main")["README.md"]).decode()
    assert "known, see the paper" in card


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("---\n", "\ufeff---\n", "byte order mark"),
        ("license: unknown", "language: no\nlicense: unknown", "Norwegian"),
        ("license: unknown", "license: aapache-2.0", "did you mean apache-2.0"),
        ("<!-- Say here", "[More Information Needed]\n<!-- Say here", "placeholder"),
    ],
)
def test_a_card_that_the_hub_would_misread_is_refused(
    hub: Hub, tmp_path: Path, old: str, new: str, message: str
) -> None:
    made = clean(jsonl(tmp_path / "c.jsonl", rows(10)), tmp_path / "w", tmp_path / "out")
    readme = made.folder / "README.md"
    readme.write_text(readme.read_text().replace(old, new, 1))
    assert message in hub.push(made.folder)["error"]


def test_what_points_at_private_things_stays_at_home(hub: Hub, tmp_path: Path) -> None:
    import polars as pl

    from tests import release_helpers

    records = [{"id": f"https://x.test/{i}", "text": f"Document {i} a@x.test"} for i in range(8)]
    files = {"corpusqa/report.json": b"{}", "corpusqa/report.html": b"x"}
    made = clean(jsonl(tmp_path / "c.jsonl", records), tmp_path / "w", tmp_path / "out", recipe=Recipe(files=files))
    assert release_helpers.POLICY.drop
    assert hub.push(made.folder)["state"] == "published"
    assert not [path for path in hub.files() if "report" in path or "origin" in path or "gone" in path]
    tree = hub.server.hub.tree(hub.state(), "main")
    removed = hub.server.hub.content(tree["removed/train-00000-of-00001.parquet"])
    assert pl.read_parquet(removed).select("id", "reason").rows() == [("row:7", "withheld")]
    manifest = json.loads(hub.server.hub.content(tree["corpusqa/manifest.json"]))
    assert manifest["withheld"] == ["ids", "reasons", "report"]
    listed = {file["path"]: file["sha256"] for file in manifest["files"]}
    assert all(hub.files()[path] == digest for path, digest in listed.items() if path.endswith(".parquet"))
    assert hub.push(made.folder, "owner/all", include=["report", "ids"])["state"] == "published"
    assert "corpusqa/report.json" in hub.files("owner/all")
