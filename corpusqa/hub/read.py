"""Read a published release back: the tables beside the data, for a diff, or everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.hub.client import Remote
from corpusqa.release.diff import REPORT, Side, release_side
from corpusqa.release.manifest import DOCS, MANIFEST, read_manifest
from corpusqa.release.model import Release

SCHEME = "hf://datasets/"


def parse(address: str) -> tuple[str, str]:
    """`hf://datasets/owner/name@revision` -> repository and revision (main if none is given).

    Raises:
        UsageError: it is none of these.
    """
    rest = address.removeprefix(SCHEME)
    repo, _, revision = rest.partition("@")
    if rest == address or repo.count("/") != 1:
        raise UsageError(f"{address!r}: write {SCHEME}owner/name or {SCHEME}owner/name@revision")
    return repo, revision or "main"


def remote_side(address: str, work: Path, endpoint: str | None = None, token: str | None = None) -> Side:
    """A published release as one side of a diff; its small tables are fetched into `work`."""
    with _called(address, work):
        return release_side(fetch_release(address, work, endpoint, token).folder, address)


def fetch_release(address: str, folder: Path, endpoint: str | None = None, token: str | None = None) -> Release:
    """Fetch the manifest and the small tables of a published release, which is all that a diff reads.

    Raises:
        UsageError: the address is malformed, or there is no release.
        CannotEvaluate: the server does not answer.
    """
    repo, revision = parse(address)
    remote = Remote(repo, endpoint, token)
    if remote.head(revision) is None:
        raise UsageError(f"{address}: there is no such repository, or the token may not see it")
    if not _fetched(remote, revision, folder, MANIFEST):
        raise UsageError(f"{address}: holds no release of corpusqa")
    with _called(address, folder):
        manifest = read_manifest(folder)
    for path in (file["path"] for file in manifest["files"]):
        if path in (DOCS, REPORT) or path.startswith("removed/"):
            _fetched(remote, revision, folder, path)
    if not (folder / DOCS).is_file():
        raise CannotEvaluate(f"{address}: the release has no {DOCS}")
    return Release(folder, manifest, fresh=False)


@contextmanager
def _called(address: str, folder: Path) -> Iterator[None]:
    """Errors about what was fetched name where it comes from."""
    try:
        yield
    except (UsageError, CannotEvaluate) as error:
        raise type(error)(str(error).replace(str(folder), address)) from None


def _fetched(remote: Remote, revision: str, folder: Path, path: str) -> bool:
    """Whether a file is there and now in the folder as well."""
    content = remote.content(path, revision)
    if content is None:
        return False
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return True
