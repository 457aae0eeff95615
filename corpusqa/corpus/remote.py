"""Sources that are elsewhere: URLs, and data sets of the Hugging Face Hub."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from corpusqa.corpus.web import download, shown_url
from corpusqa.errors import CannotEvaluate, SourceError
from corpusqa.reach import refuse_unreachable
from corpusqa.readers.listing import METADATA, format_of

# hf://datasets/org/name@revision:split, where name, revision and split alone do not point into the repository
HUB = re.compile(r"hf://datasets/(?P<repo>[^/@:]+/[^/@:]+)(@(?P<revision>[^:]+))?(:(?P<split>[\w.]+))?/?$")
MAGIC = re.compile(r"[*?[]")  # what makes a name a pattern
CREDENTIALS = re.compile(r"credential|forbidden|unauthori[sz]ed|401|403|access denied|permission", re.IGNORECASE)
PRIVATE = "if it is private or gated, set HF_TOKEN to a token that may read it"


def fetch(url: str, folder: Path) -> Mapping[str, str]:
    """Copy the files that a URL names, or those below it, with the relative paths that they have there.

    Raises:
        SourceError: If there is nothing, access is refused, or the protocol needs a package that is not installed.
        CannotEvaluate: If a file could not be copied to its end.
    """
    if url.startswith(("http://", "https://")):
        download(url, folder)
        return {}
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(url)
        names = _names(system, path)
    except (ImportError, ValueError) as error:
        raise SourceError(f"{shown_url(url)}: {error}") from error
    except Exception as error:
        raise _refused(url, error) from error
    if not names:
        raise SourceError(f"{shown_url(url)}: nothing there that could be read")
    root = os.path.commonpath([name.rpartition("/")[0] for name in names])
    for name in names:
        target = folder / os.path.relpath(name, root or ".")
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            system.get_file(name, str(target))
        except Exception as error:
            what = f"{name.rpartition('/')[2]} could not be read to its end ({type(error).__name__})"
            raise CannotEvaluate(f"{shown_url(url)}: {what}") from error
    return {}


def _names(system: Any, path: str) -> list[str]:
    """The files to copy: the one named, those that match, or all of a known format below a folder."""
    pattern = MAGIC.search(path)
    if format_of(path) and "*" not in path:
        if system.exists(path):  # a name may hold `[` and `?`
            return [path]
        if not pattern:
            raise FileNotFoundError(path)
    found = system.glob(path) if pattern else system.find(path)
    return sorted(name for name in found if format_of(name) or name.rpartition("/")[2] == METADATA)


def _refused(url: str, error: Exception) -> SourceError:
    if isinstance(error, FileNotFoundError):
        return SourceError(f"{shown_url(url)}: nothing there that could be read")
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
