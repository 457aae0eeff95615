"""What has to hold before a release is published, and what has to be said about the repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpusqa.card.lint import lint
from corpusqa.card.markdown import replaced_section
from corpusqa.errors import UsageError
from corpusqa.hub.client import Remote

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
    repo: str,
    there: Mapping[str, Any] | None,
    tree: Mapping[str, Any],
    manifest: Mapping[str, Any],
    *,
    onto: bool,
) -> None:
    """Stop before something else is overwritten.

    Raises:
        UsageError: the repository holds a release that is not the parent, or data that is none of ours.
    """
    if onto:
        return
    if there is not None and there.get("content_id"):
        parent = (manifest.get("parent") or {}).get("content_id")
        if there.get("content_id") not in (parent, manifest["content_id"]):
            raise UsageError(
                f"{repo}: holds version {there.get('version')}, which is not the parent of this release; clean on top "
                "of that version (--replace or --store), or publish over it with --onto"
            )
        return
    foreign = sorted(path for path in tree if path.startswith("data/") or path.endswith((".parquet", ".jsonl", ".csv")))
    if foreign:
        raise UsageError(f"{repo}: holds data that is no release ({foreign[0]}); publish over it with --onto")


def refuse_edited_card(remote: Remote, there: Mapping[str, Any] | None, tree: Mapping[str, Any]) -> None:
    """Stop before a card is overwritten that somebody edited on the hub.

    Raises:
        UsageError: the card is not the one that the release there was tagged with.
    """
    tagged = remote.tags().get(f"v{(there or {}).get('version')}")
    if tagged is None or CARD not in tree or remote.tree(tagged).get(CARD) == tree[CARD]:
        return
    raise UsageError(
        f"{remote.repo}: {CARD} was edited there after the last release; take the change over into the {CARD} of this "
        "release, or publish over it with --onto"
    )


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
