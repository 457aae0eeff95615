"""The Hub's client with errors that say what to do, and nothing that prints a token."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, cast

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.reach import refuse_unreachable
from corpusqa.release.manifest import MANIFEST

HUGGING_FACE = "https://huggingface.co"
KIND = "dataset"
# Seconds for the first request, so that no network is said at once and not after the client's own retries (23 s).
PROBE_SECONDS = 5.0
# Of these for the connection: who is there takes it at once, and a network that swallows packets says nothing at all.
CONNECT_SECONDS = 1.0


class Conflict(Exception):
    """The branch is not where we saw it (HTTP 412)."""


class NoAnswer(Exception):
    """The connection broke; whether the request counted is unknown."""


class Remote:
    """One dataset repository.

    Args:
        repo: `owner/name`.
        endpoint: URL of the server; None is the client's default.
        token: None takes the one that `hf auth login` stored or HF_TOKEN.
        xet: Whether to upload by Xet; None decides by the endpoint, because other servers do not speak it.

    Raises:
        UsageError: the name is not allowed.
    """

    def __init__(
        self, repo: str, endpoint: str | None = None, token: str | None = None, xet: bool | None = None
    ) -> None:
        from huggingface_hub import HfApi, constants, utils
        from huggingface_hub.errors import HFValidationError
        from huggingface_hub.utils._validators import validate_repo_id

        try:
            validate_repo_id(repo)
        except HFValidationError:
            raise UsageError(
                f"{repo!r}: not a name for a repository; write owner/name with letters, digits, '-', '_' and '.'"
            ) from None
        if repo.count("/") != 1:
            raise UsageError(f"{repo!r}: say whose repository it is: owner/name")
        if not sys.stderr.isatty():
            cast("Any", utils).disable_progress_bars()
        self.repo = repo
        self.endpoint = (endpoint or constants.ENDPOINT).rstrip("/")
        if "@" in self.endpoint:
            raise UsageError("--endpoint: a name and a password have no place in the address; log in or set HF_TOKEN")
        self.api: Any = HfApi(endpoint=self.endpoint, token=token)
        if not (self.endpoint == HUGGING_FACE if xet is None else xet):
            constants.HF_HUB_DISABLE_XET = True

    def logged_in(self) -> bool:
        """Whether there is a token to send."""
        from huggingface_hub import get_token

        return bool(self.api.token or get_token())

    def head(self, branch: str) -> str | None:
        """The commit that a branch points to.

        Returns:
            None if there is no such repository that we may see, "" if it has no commit yet.

        Raises:
            UsageError: the repository has no such branch.
            CannotEvaluate: the server cannot be reached or says no.
        """
        from huggingface_hub import constants, utils
        from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

        if not constants.HF_HUB_OFFLINE:  # which the client says itself
            refuse_unreachable(self.endpoint)
        client: Any = utils
        patience = client.httpx.Timeout(PROBE_SECONDS, connect=CONNECT_SECONDS)
        with self._told("look at"):
            try:
                found = self.api.repo_info(self.repo, repo_type=KIND, revision=branch, timeout=patience)
            except RepositoryNotFoundError as error:
                if _status(error) == 401 and self.logged_in():
                    self.api.whoami()  # tells a bad token from a repository that is not there
                return None
            except RevisionNotFoundError:
                refs = self.api.list_repo_refs(self.repo, repo_type=KIND)
                if not refs.branches and branch == "main":
                    return ""
                names = ", ".join(one.name for one in (*refs.branches, *refs.tags)) or "nothing"
                raise UsageError(f"{self.repo}: has no {branch!r} (it has: {names})") from None
        return str(found.sha)

    def create(self, *, private: bool) -> str:
        """Make the repository; returns its first commit."""
        # the client takes the address of a repository that exists already from the answer, where some servers have none
        with self._told("create"), suppress(KeyError):
            self.api.create_repo(self.repo, repo_type=KIND, private=private, exist_ok=True)
        head = self.head("main")
        if head is None:
            raise CannotEvaluate(
                f"{self.repo}: was created, but {self.endpoint} does not show it; run the command again"
            )
        return head

    def tags(self) -> dict[str, str]:
        """Every tag and its commit."""
        with self._told("list the tags of"):
            found = self.api.list_repo_refs(self.repo, repo_type=KIND)
        return {tag.name: tag.target_commit for tag in found.tags}

    def pulls(self) -> list[str]:
        """The refs of pull requests, newest first."""
        with self._told("list the pull requests of"):
            found = self.api.list_repo_refs(self.repo, repo_type=KIND, include_pull_requests=True)
        return [pull.ref for pull in reversed(found.pull_requests or [])]

    def tree(self, revision: str) -> dict[str, tuple[int, str]]:
        """Per file its size and digest: SHA-256 of large files, git's name of small ones."""
        with self._told("list the files of"):
            entries = list(self.api.list_repo_tree(self.repo, recursive=True, revision=revision, repo_type=KIND))
        files = [entry for entry in entries if hasattr(entry, "blob_id")]
        return {file.path: (file.size, file.lfs.sha256 if file.lfs else file.blob_id) for file in files}

    def manifest(self, revision: str) -> dict[str, Any] | None:
        """The manifest of the release at a revision, if there is one."""
        content = self.content(MANIFEST, revision)
        try:
            found = json.loads(content) if content is not None else None
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def content(self, path: str, revision: str) -> bytes | None:
        """A file's content, past every cache; None if it is not there."""
        from pathlib import Path

        from huggingface_hub.errors import RemoteEntryNotFoundError, RevisionNotFoundError

        with self._told("read from"), tempfile.TemporaryDirectory(prefix="corpusqa-") as folder:
            try:
                found = self.api.hf_hub_download(
                    self.repo, path, repo_type=KIND, revision=revision, local_dir=folder, force_download=True
                )
            except (RemoteEntryNotFoundError, RevisionNotFoundError):
                return None
            return Path(found).read_bytes()

    def upload(self, operations: list[Any], branch: str, *, create_pr: bool) -> None:
        """Send large files ahead; nothing is visible before the commit."""
        with self._told("upload to"):
            self.api.preupload_lfs_files(
                self.repo, operations, repo_type=KIND, revision=branch, create_pr=create_pr, free_memory=False
            )

    def commit(
        self, operations: list[Any], branch: str, parent: str, title: str, *, create_pr: bool
    ) -> tuple[str, str]:
        """One commit on a known parent; returns its name and, if asked for, the URL of the pull request.

        Raises:
            Conflict: the branch has moved.
            NoAnswer: the connection broke.
        """
        with self._told("commit to", quiet=True):
            said = self.api.create_commit(
                self.repo, operations, commit_message=title, repo_type=KIND, revision=branch,
                parent_commit=parent or None, create_pr=create_pr,
            )  # fmt: skip
        return said.oid, said.pr_url or ""

    def tag(self, name: str, revision: str, message: str) -> None:
        """Name a commit.

        Raises:
            Conflict: the tag exists.
            NoAnswer: the connection broke.
        """
        with self._told("tag", quiet=True):
            self.api.create_tag(
                self.repo, tag=name, revision=revision, tag_message=message, repo_type=KIND, exist_ok=False
            )

    @contextmanager
    def _told(self, doing: str, *, quiet: bool = False) -> Iterator[None]:
        """Errors of the client as ours; with `quiet` conflicts and broken connections are left to the caller."""
        from huggingface_hub.errors import OfflineModeIsEnabled

        where = f"{self.endpoint}/datasets/{self.repo}"
        try:
            yield
        except OfflineModeIsEnabled:
            raise CannotEvaluate(f"cannot {doing} {where}: HF_HUB_OFFLINE is set; unset it to publish") from None
        except _trouble() as error:
            answer = _answer(error)
            status = _status(answer)
            if isinstance(error, ValueError) and error.__cause__ is None:
                raise  # a mistake of ours, not of the network
            if quiet and status in (409, 412):
                raise Conflict(str(status)) from None
            if quiet and (status is None or status >= 500):
                raise NoAnswer(f"status {status}") from None
            if status is not None:
                raise CannotEvaluate(f"cannot {doing} {where}: {_meaning(status, answer)}") from None
            raise CannotEvaluate(
                f"cannot {doing} {where}: no answer ({type(error.__cause__ or error).__name__}); check the network and "
                "--endpoint, and run the same command again: what was uploaded is not sent twice"
            ) from None


def _trouble() -> tuple[type[Exception], ...]:
    """What the client raises when a server says no, or nothing at all; ValueError only where one of these is behind."""
    from huggingface_hub import utils
    from huggingface_hub.errors import FileMetadataError, HfHubHTTPError, LocalEntryNotFoundError

    client: Any = utils  # `httpx` there is whichever HTTP library this version of the client uses
    network = (client.httpx.HTTPError, ConnectionError, TimeoutError, RuntimeError)
    return (HfHubHTTPError, *network, FileMetadataError, LocalEntryNotFoundError, ValueError)


def _answer(error: BaseException) -> BaseException:
    """The error that holds the server's answer: this one, or one that it was raised from."""
    found: BaseException | None = error
    while found is not None and _status(found) is None:
        found = found.__cause__
    return found or error


def _status(error: Any) -> int | None:
    response = getattr(error, "response", None)
    return None if response is None else int(response.status_code)


_MEANINGS: Mapping[int | None, str] = {
    401: "the token is not accepted; log in with `hf auth login` or set HF_TOKEN to one that may write",
    403: "the token may not do this; use one with write access to this repository",
    404: "not found",
    409: "it is being changed by somebody else; run the same command again",
    429: "too many requests; wait a minute and run the same command again",
}


def _meaning(status: int | None, error: Any) -> str:
    said = getattr(error, "server_message", None)
    if status in _MEANINGS:
        return _MEANINGS[status]
    more = f": {said}" if said else ""
    return f"the server answered with status {status}{more}; run the same command again"
