"""Write a release into a folder of its own, or as the next version into a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from corpusqa.corpus import Corpus
from corpusqa.engines.flow import Flow
from corpusqa.errors import CannotEvaluate, UsageError
from corpusqa.plugins import Spec
from corpusqa.release.making import Line, Making, Second
from corpusqa.release.manifest import MANIFEST, origin, verify_files
from corpusqa.release.model import Recipe, Release, open_release
from corpusqa.release.publish import publish, refuse_taken, staging
from corpusqa.release.store import Store
from corpusqa.release.versions import answers
from corpusqa.scan.model import Scan

if TYPE_CHECKING:
    from corpusqa.policy import Verdicts

AGAIN = "exchange the release for a new one with --replace"
ELSEWHERE = "restore this file from a copy, or write into another folder with -o"
RESTORE = "restore this file from a copy: a version of a store never changes"


def write_release(
    corpus: Corpus,
    scan: Scan,
    verdicts: Verdicts,
    specs: tuple[Spec, ...],
    flow: Flow,
    out: Path,
    recipe: Recipe,
    *,
    second: Second | None = None,
    replace: bool = False,
    version: str | None = None,
) -> Release:
    """Write what the verdicts leave of a corpus as one folder, whole or not at all.

    Args:
        corpus: The source.
        scan: Its scan.
        verdicts: Its verdicts, those of documents that edits leave without text among them.
        specs: The selected checks, for the canonical forms of masked values.
        flow: Engine and work folder.
        out: The folder to make. If it holds this very release, nothing is done.
        recipe: Configuration, card and report.
        second: Judges what was written before it is published.
        replace: Exchange another folder of this name; a release there is the parent of the new one.
        version: None for the one that follows from the changes, "date", or a number at least as high.

    Raises:
        UsageError: `out` exists and is something else, two splits would bear one name, or the version is too low.
        CannotEvaluate: nothing is left, what was written does not read back, or the release that is there is damaged.
    """
    making = Making(corpus, scan, verdicts, specs, flow, recipe)
    there = open_release(out) if (out / MANIFEST).is_file() else None
    if there and origin(out) == making.identity and answers(there.manifest["version"], version):
        if not replace:
            _refuse_damaged(there, AGAIN)
        if _whole(there):
            return there
    if not replace:
        refuse_taken(out)
    if there:
        _refuse_damaged(there, ELSEWHERE, beside=True)
    place = out.resolve() if out.is_symlink() else out  # a link stays one, and leads to the release
    with staging(place) as folder:
        manifest = making.into(folder, Line(there, version, ()), second)
        try:
            publish(folder, place, replace=replace)
        except UsageError:
            there = open_release(out) if (out / MANIFEST).is_file() else None
            if there and origin(out) == making.identity:
                return there  # another process has made the same release meanwhile
            raise
    return Release(out, manifest, fresh=True)


def store_release(
    corpus: Corpus,
    scan: Scan,
    verdicts: Verdicts,
    specs: tuple[Spec, ...],
    flow: Flow,
    store: Path,
    recipe: Recipe,
    *,
    second: Second | None = None,
    version: str | None = None,
) -> Release:
    """Write what the verdicts leave of a corpus as the next version in a store.

    Arguments and errors are those of `write_release`. Where the latest version was made of the same things, no new one
    is made. What an earlier version held is compared with the latest one and becomes a version after it.
    """
    making = Making(corpus, scan, verdicts, specs, flow, recipe)
    shelf = Store(store)
    latest = shelf.finished()
    parent = open_release(latest) if latest else None
    if parent:
        same = origin(parent.folder) == making.identity and answers(parent.manifest["version"], version)
        _refuse_damaged(parent, RESTORE, beside=not same)
        if same:
            return parent
    with staging(store / "versions" / "next") as folder:
        taken = tuple(name.removeprefix("v") for name in shelf.refs)
        manifest = making.into(folder, Line(parent, version, taken), second)
        place = shelf.add(folder, manifest, making.identity)
    if place is None:  # another process has made the same version meanwhile
        return open_release(shelf.finished() or store)
    return Release(place, manifest, fresh=True)


def _whole(release: Release) -> bool:
    try:
        verify_files(release.folder, release.manifest["files"])
    except CannotEvaluate:
        return False
    return True


def _refuse_damaged(release: Release, cure: str, *, beside: bool = False) -> None:
    """Refuse a release that is not as it was written; `beside` the data alone, which the next one is compared with.

    Raises:
        CannotEvaluate: a file is missing or was changed; the message names it and says what to do.
    """
    files = [file for file in release.manifest["files"] if not (beside and file["path"].startswith("data/"))]
    try:
        verify_files(release.folder, files)
    except CannotEvaluate as error:
        raise CannotEvaluate(f"{error}; {cure}") from None
