"""Push: verify, upload ahead, one commit on a known parent, verify what arrived, tag.

Whatever breaks on the way, the hub holds the old state or the complete new one, and running the command again goes on
from there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.hub.checks import Tree, approved_card, changed_there, leftovers, named, refuse_changed, refuse_foreign
from corpusqa.hub.client import Conflict, NoAnswer, Remote
from corpusqa.hub.outgoing import Outgoing, outgoing
from corpusqa.release.manifest import verify_files
from corpusqa.release.model import open_release

BATCH = 50  # files uploaded ahead in one go (the Hub advises 50 to 100 files a commit)
ATTEMPTS = 3
PULLS = 20  # pull requests that are looked at for this release, newest first
OWN = ("data/", "removed/", "corpusqa/")  # folders of a release; what vanishes from it is deleted there
OWN_FILES = ("croissant.json",)


@dataclass(frozen=True)
class PushOptions:
    """How to publish.

    Attributes:
        private: Whether a repository that has to be made is private.
        create_pr: Open a pull request instead of committing to the branch; nothing is tagged then.
        dry_run: Look and plan, but change nothing.
        endpoint: Another server with the Hub's API.
        token: None takes the stored one or HF_TOKEN.
        xet: Whether to upload by Xet; None decides by the endpoint.
        failed_gate: The reason for which a release whose gate failed is published all the same; stands in the card.
        include: What else leaves the house: report, reasons, ids.
        onto: Publish over content that is not this release's parent, or that somebody edited there.
        branch: Where to.
    """

    private: bool = True
    create_pr: bool = False
    dry_run: bool = False
    endpoint: str | None = None
    token: str | None = field(default=None, repr=False)
    xet: bool | None = None
    failed_gate: str | None = None
    include: tuple[str, ...] = ()
    onto: bool = False
    branch: str = "main"


@dataclass(frozen=True)
class Pushed:
    """What happened: `state` is "published", "already published", "pull request", "already proposed", "planned"."""

    state: str
    repo: str
    version: str
    commit: str | None
    url: str
    uploads: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line for the terminal."""
        changes = f"{len(self.uploads)} files, {len(self.deletes)} deleted" if self.uploads else "nothing sent"
        return f"{self.state}: {self.repo} {self.version} ({changes}) {self.url}"


def push(folder: Path, repo: str, options: PushOptions = PushOptions()) -> Pushed:
    """Publish a release.

    Args:
        folder: The release.
        repo: `owner/name`.
        options: How.

    Raises:
        UsageError: the release may not be published as it is, or would overwrite something else.
        CannotEvaluate: the release is damaged, the server does not answer, or what arrived is not what was sent.
    """
    remote = Remote(repo, options.endpoint, options.token, options.xet)  # refuses names that are not allowed
    release = open_release(folder)
    verify_files(folder, release.manifest["files"])
    card = approved_card(folder, release.manifest, options.failed_gate)
    with tempfile.TemporaryDirectory(prefix="corpusqa-push-") as work:
        files = outgoing(folder, release.manifest, Path(work), options.include, card)
        return Push(remote, files, options).run()


class Push:
    """One publication on its way."""

    def __init__(self, remote: Remote, files: Outgoing, options: PushOptions) -> None:
        self.remote, self.files, self.options = remote, files, options
        self.manifest = files.manifest
        self.version = f"v{self.manifest['version']}"
        self.digests = files.digests()

    def run(self) -> Pushed:
        """Steps 2 to 9 of the procedure."""
        if not self.remote.logged_in():
            raise UsageError("no token: log in with `hf auth login`, or set HF_TOKEN to one that may write")
        head = self.remote.head(self.options.branch)
        if head is None:
            if self.options.dry_run:
                return self._said("planned", None, tuple(sorted(self.digests)))
            head = self.remote.create(private=self.options.private)
        tagged = self.remote.tags().get(self.version)
        there = self.remote.manifest(head) if head else None
        if tagged is not None:
            self._refuse_other_tag()
            if there and there.get("content_id") and f"v{there.get('version')}" != self.version:
                return self._said("already published", tagged)  # and the branch has gone on from there
        tree = self.remote.tree(head) if head else {}  # a repository without a commit has no files
        uploads, deletes = self._difference(tree)
        if tagged is not None and not uploads and not deletes:
            return self._said("already published", tagged)
        if not self.options.onto:
            self._refuse_others(head, there, tree, (*uploads, *deletes), tagged=tagged is not None)
        if self.options.dry_run:
            return self._said("planned", head, uploads, deletes)
        return self._published(head, there, tree, uploads, deletes, tagged=tagged is not None)

    def _refuse_other_tag(self) -> None:
        """The version exists: it is this release, file by file, or it is refused."""
        found = self.remote.manifest(self.version) or {}
        if found.get("content_id") != self.manifest["content_id"]:
            raise UsageError(
                f"{self.remote.repo}: the tag {self.version} exists with other content; tags are never moved. "
                "Clean with --data-version to give this release a higher number"
            )
        uploads, deletes = self._difference(self.remote.tree(self.version))
        if uploads or deletes:
            raise UsageError(
                f"{self.remote.repo}: {self.version} is published, but these files differ from it: "
                f"{named((*uploads, *deletes))}. Nothing was sent, since tags are never moved: push with the --include "
                "and the card of then, or clean into another folder with a higher --data-version and push that"
            )

    def _refuse_others(
        self, head: str, there: Mapping[str, Any] | None, tree: Tree, touched: tuple[str, ...], *, tagged: bool
    ) -> None:
        """Nothing is written over or deleted that others put there."""
        if tagged:
            raise UsageError(changed_there(self.remote.repo, self.version, touched))
        if not self._is_this(there):
            refuse_foreign(self.remote.repo, there, tree, self.manifest, touched)
        if touched and there and there.get("content_id"):
            refuse_changed(self.remote, there, head, tree, touched, this=self._is_this(there))

    def _published(
        self, head: str, there: Mapping[str, Any] | None, tree: Tree, uploads: tuple[str, ...],
        deletes: tuple[str, ...], *, tagged: bool,
    ) -> Pushed:  # fmt: skip
        notes = leftovers(self.remote, there, self.manifest)
        proposed = self._proposed() if self.options.create_pr else ""
        if proposed:
            return self._said("already proposed", head, notes=notes, url=proposed)
        commit, url = head, ""
        if uploads or deletes:
            commit, url = self._committed(head, tree, uploads, deletes)
        if self.options.create_pr:
            return self._said("pull request", commit, uploads, deletes, notes, url)
        self._verify(commit)
        if not tagged:
            self._tag(commit)
        return self._said("published", commit, uploads, deletes, notes)

    def _proposed(self) -> str:
        """The address of a pull request that holds this release already."""
        for ref in self.remote.pulls()[:PULLS]:
            if self._is_this(self.remote.manifest(ref)) and not any(self._difference(self.remote.tree(ref))):
                return f"{self.remote.endpoint}/datasets/{self.remote.repo}/discussions/{ref.rpartition('/')[2]}"
        return ""

    def _is_this(self, manifest: Mapping[str, Any] | None) -> bool:
        return bool(manifest) and manifest.get("build_id") == self.manifest["build_id"]  # type: ignore[union-attr]

    def _difference(self, tree: Tree) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Paths to send, and paths of ours that are no more."""
        uploads = [
            path for path, (size, *digests) in self.digests.items()
            if path not in tree or tree[path][0] != size or tree[path][1] not in digests
        ]  # fmt: skip
        return tuple(sorted(uploads)), tuple(sorted(path for path in tree if _owned(path) and path not in self.digests))

    def _committed(self, head: str, tree: Tree, uploads: Sequence[str], deletes: Sequence[str]) -> tuple[str, str]:
        """One commit; a moved branch is tried again as long as nobody touched our files."""
        title = f"Release {self.version}"
        for _ in range(ATTEMPTS):
            try:
                operations = self._uploaded(uploads, deletes)
                return self.remote.commit(
                    operations, self.options.branch, head, title, create_pr=self.options.create_pr
                )
            except (Conflict, NoAnswer):
                now = self.remote.head(self.options.branch)
                if now is None:
                    raise CannotEvaluate(f"{self.remote.repo}: is gone; nothing was published") from None
                if now != head and self._is_this(self.remote.manifest(now)):
                    return now, ""  # our commit counted, only its answer was lost
                if self.options.create_pr and (proposed := self._proposed()):
                    return now, proposed
                moved = self.remote.tree(now)
                ours = {*uploads, *filter(_owned, (*tree, *moved))}
                if any(moved.get(path) != tree.get(path) for path in ours):
                    raise UsageError(
                        f"{self.remote.repo}: somebody else changed files of this release meanwhile; nothing was "
                        "published. Look at the repository and run the command again"
                    ) from None
                head = now
        raise CannotEvaluate(
            f"{self.remote.repo}: the commit was not accepted in {ATTEMPTS} attempts; nothing was published. "
            "Run the same command again: what was uploaded is not sent twice"
        )

    def _uploaded(self, uploads: Sequence[str], deletes: Sequence[str]) -> list[Any]:
        """Fresh operations (the client takes each once), their large files on the server."""
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        added = [CommitOperationAdd(path, str(self.files.files[path])) for path in uploads]
        for start in range(0, len(added), BATCH):
            self.remote.upload(added[start : start + BATCH], self.options.branch, create_pr=self.options.create_pr)
        return [*added, *(CommitOperationDelete(path) for path in deletes)]

    def _verify(self, commit: str) -> None:
        """Compare what the server says it holds with what was sent."""
        missing, left = self._difference(self.remote.tree(commit))
        if missing or left:
            wrong = (*missing, *left)[0]
            raise CannotEvaluate(
                f"{self.remote.repo}: {wrong} arrived with another digest than was sent; commit {commit[:12]} was not "
                "tagged. Run the same command again; if it stays so, the server is at fault"
            )

    def _tag(self, commit: str) -> None:
        for _ in range(ATTEMPTS):
            try:
                return self.remote.tag(self.version, commit, f"content {self.manifest['content_id']}")
            except (Conflict, NoAnswer):
                found = self.remote.tags().get(self.version)
                if found == commit:
                    return None
                if found is not None:
                    raise UsageError(
                        f"{self.remote.repo}: somebody else has just made the tag {self.version}; look at both"
                    ) from None
        raise CannotEvaluate(
            f"{self.remote.repo}: the files are published, but the tag {self.version} was not accepted; "
            "run the same command again"
        )

    def _said(
        self, state: str, commit: str | None, uploads: tuple[str, ...] = (), deletes: tuple[str, ...] = (),
        notes: tuple[str, ...] = (), url: str = "",
    ) -> Pushed:  # fmt: skip
        where = url or f"{self.remote.endpoint}/datasets/{self.remote.repo}"
        return Pushed(state, self.remote.repo, self.version, commit, where, uploads, deletes, notes)


def _owned(path: str) -> bool:
    """Whether a path belongs to the release, whoever put a file there."""
    return path.startswith(OWN) or path in OWN_FILES
