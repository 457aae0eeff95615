"""What has to hold before a release is published, and what has to be said about the repository."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from corpusqa.card.lint import lint
from corpusqa.card.markdown import replaced_section
from corpusqa.errors import UsageError
from corpusqa.hub.client import Remote
from corpusqa.release.manifest import MANIFEST, sealed

Tree = Mapping[str, tuple[int, str]]
NAMED = 10  # files that a message names
CARD = "README.md"


def approved_card(folder: Path, manifest: Mapping[str, Any], reason: str | None) -> str:
    """The card as it is published.

    Raises:
        UsageError: the gate failed and no reason is given, or the Hub would refuse or misread the card.
    """
    path = folder / CARD
    if not path.is_file():
        raise UsageError(f"{path}: missing; write it again with `corpusqa card {folder}`")
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not valid UTF-8; write it again with `corpusqa card {folder}`") from None
    errors = [problem for problem in lint(text, manifest) if problem.severity == "error"]
    if errors:
        said = "\n".join(f"  {path}:{problem.line}: {problem.message}" for problem in errors)
        raise UsageError(f"the card cannot be published:\n{said}")
    status = (manifest.get("gate") or {}).get("status", "passed")
    if status == "passed":
        return text
    if not reason:
        raise UsageError(
            f"{folder}: the gate of this release is {status!r}; mend it, or publish all the same with "
            "--allow-failed-gate REASON, which the card will then say"
        )
    note = f"This release was published although its quality gate {status}. The publisher's reason: {reason}"
    return replaced_section(text, "gate", "Quality gate", note)


def refuse_foreign(
    repo: str, there: Mapping[str, Any] | None, tree: Tree, manifest: Mapping[str, Any], touched: Iterable[str]
) -> None:
    """Stop before something else is overwritten.

    Args:
        repo: `owner/name`.
        there: The manifest in the repository.
        tree: Its files.
        manifest: That of the release to publish.
        touched: Paths that would be written or deleted.

    Raises:
        UsageError: the repository holds a release that is not the parent, or files that are none of ours.
    """
    if there is not None and there.get("content_id"):
        parent = (manifest.get("parent") or {}).get("content_id")
        if there.get("content_id") not in (parent, manifest["content_id"]):
            raise UsageError(
                f"{repo}: holds version {there.get('version')}, which is not the parent of this release; clean on top "
                "of that version (--replace or --store), or publish over it with --onto"
            )
        return
    data = [path for path in tree if path.startswith("data/") or path.endswith((".parquet", ".jsonl", ".csv"))]
    foreign = {*data, *(path for path in touched if path in tree)}
    if foreign:
        raise UsageError(f"{repo}: holds files that are of no release ({named(foreign)}); publish over it with --onto")


def refuse_changed(
    remote: Remote, there: Mapping[str, Any], head: str, tree: Tree, touched: Iterable[str], *, this: bool
) -> None:
    """Stop before files are overwritten or deleted that somebody else added, changed or deleted on the hub.

    Args:
        remote: The repository.
        there: The manifest at its head.
        head: The commit.
        tree: Its files.
        touched: Paths that would be written or deleted.
        this: Whether that is the release to publish already, so that the card has to be its card.

    Raises:
        UsageError: a file is not as it was when the version there was published; the message names it.
    """
    paths = set(touched)
    intact = there == sealed(there)
    listed = {file["path"]: file for file in there["files"]} if intact else {}
    version = f"v{there.get('version')}"
    if version in remote.tags():
        before = remote.tree(version)
        changed = {path for path in paths if tree.get(path) != before.get(path)}
    else:
        trusted = {*([MANIFEST] if intact else []), *([] if this else [CARD])}
        there_or_listed = {path for path in paths - trusted if path in tree or path in listed}
        changed = {path for path in there_or_listed if not _as_listed(remote, head, path, tree, listed)}
    if intact:
        changed |= {path for path in paths - {CARD, MANIFEST} if path in tree and path not in listed}
    if changed:
        raise UsageError(changed_there(remote.repo, version, changed))


def changed_there(repo: str, version: str, paths: Iterable[str]) -> str:
    """What to say of files that somebody else added, changed or deleted."""
    return (
        f"{repo}: added, edited or deleted there after {version} was published: {named(paths)}. That is not written "
        "over: take the change over into this release, and say --onto to publish over it"
    )


def _as_listed(
    remote: Remote, head: str, path: str, tree: Tree, listed: Mapping[str, Mapping[str, Any]]
) -> bool:  # fmt: skip
    """Whether a file is what the manifest lists; small ones are fetched, since the hub names them as git does."""
    if path not in tree or path not in listed:
        return False
    (size, digest), said = tree[path], listed[path]
    if size != said["bytes"]:
        return False
    if len(digest) != len(said["sha256"]):
        digest = sha256(remote.content(path, head) or b"").hexdigest()
    return bool(digest == said["sha256"])


def named(paths: Iterable[str]) -> str:
    """Paths in a message, of many the first."""
    found = sorted(paths)
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def leftovers(remote: Remote, there: Mapping[str, Any] | None, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """What older revisions still hold: removing a document now does not remove it from them."""
    changes = manifest.get("changes") or {}
    gone = changes.get("removed", 0) + changes.get("changed", 0)
    if there is None or not gone:
        return ()
    tags = ", ".join(sorted(remote.tags())) or "older commits"
    return (
        (
            f"older revisions ({tags}) still hold {gone} documents as they were before they were removed or edited; "
            "where they must not be read any more, delete the tags and squash the history (super_squash_history)"
        ),
    )
