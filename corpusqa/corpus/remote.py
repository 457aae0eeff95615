"""Sources that are elsewhere: URLs, and data sets of the Hugging Face Hub."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from corpusqa.corpus.splits import Copied
from corpusqa.corpus.web import download, shown_url
from corpusqa.errors import CannotEvaluate, SourceError
from corpusqa.reach import refuse_unreachable
from corpusqa.readers.listing import FORMATS, METADATA, PACKED, format_of

# hf://datasets/org/name@revision:split, where name, revision and split alone do not point into the repository
HUB = re.compile(r"hf://datasets/(?P<repo>[^/@:]+/[^/@:]+)(@(?P<revision>[^:]+))?(:(?P<split>[\w.]+))?/?$")
MAGIC = re.compile(r"[*?[]")  # what makes a name a pattern
CREDENTIALS = re.compile(r"credential|forbidden|unauthori[sz]ed|401|403|access denied|permission", re.IGNORECASE)
NOTHING = "nothing there that could be read"
PRIVATE = "if it is private or gated, set HF_TOKEN to a token that may read it"


def fetch(url: str, folder: Path) -> Copied:
    """Copy the files that a URL names, or those below it, with the relative paths that they have there.

    Raises:
        SourceError: If there is nothing, access is refused, or the protocol needs a package that is not installed.
        CannotEvaluate: If a file could not be copied to its end.
    """
    if url.startswith(("http://", "https://")):
        download(url, folder)
        return Copied()
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(url)
        names, left = _names(system, path)
    except (ImportError, ValueError) as error:
        raise SourceError(f"{shown_url(url)}: {error}") from error
    except Exception as error:
        raise _refused(url, error) from error
    if not names:
        looked = f"{', '.join(FORMATS)}{PACKED}"
        what = f"no reader for {left[0].rpartition('/')[2]}; known are {looked}" if left else NOTHING
        raise SourceError(f"{shown_url(url)}: {what}")
    alone = names == [path] or MAGIC.search(path)
    root = os.path.commonpath([name.rpartition("/")[0] for name in names]) if alone else path.rstrip("/")
    for name in names:
        target = folder / os.path.relpath(name, root or ".")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            system.get_file(name, str(target))
        except Exception as error:
            what = f"{name.rpartition('/')[2]} could not be read to its end ({type(error).__name__})"
            raise CannotEvaluate(f"{shown_url(url)}: {what}") from error
    return Copied(left=tuple(os.path.relpath(name, root or ".") for name in left))


def _names(system: Any, path: str) -> tuple[list[str], list[str]]:
    """The files to copy, of a known format, and others: the one named, those that match, or all below a folder."""
    pattern = MAGIC.search(path)
    if format_of(path) and "*" not in path:
        if system.exists(path):  # a name may hold `[` and `?`
            return [path], []
        if not pattern:
            raise FileNotFoundError(path)
    found = system.glob(path) if pattern else system.find(path)
    known = {name for name in found if format_of(name) or name.rpartition("/")[2] == METADATA}
    return sorted(known), sorted(name for name in set(found) - known if "/." not in name)


def _refused(url: str, error: Exception) -> SourceError:
    if isinstance(error, FileNotFoundError):
        return SourceError(f"{shown_url(url)}: {NOTHING}")
    if CREDENTIALS.search(f"{type(error).__name__} {error}"):
        return SourceError(f"{shown_url(url)}: access refused; set the credentials of that service in the environment")
    return SourceError(f"{shown_url(url)}: cannot be opened ({type(error).__name__})")


def hub_dataset(name: str) -> Callable[[], Any] | None:
    """How to open a data set of the Hub, or None if the name is not one."""
    found = HUB.match(name)
    if not found:
        return None

    def load() -> Any:
        # before `datasets` is imported: it would report every load to a counter, gates in CI included
        os.environ.setdefault("HF_UPDATE_DOWNLOAD_COUNTS", "0")
        import datasets
        from huggingface_hub import constants

        if not constants.HF_HUB_OFFLINE:
            refuse_unreachable(datasets.config.HF_ENDPOINT)
        try:
            return datasets.load_dataset(
                found["repo"], revision=found["revision"], split=found["split"], streaming=True
            )
        except Exception as error:
            first = str(error).strip().partition("\n")[0]
            advice = f"; {PRIVATE}" if "cannot be accessed" in first or CREDENTIALS.search(first) else ""
            raise SourceError(f"{name}: cannot be opened ({type(error).__name__}: {first:.200}){advice}") from error

    return load
