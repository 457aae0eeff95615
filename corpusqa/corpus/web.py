"""Files behind plain web addresses, with the standard library alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from corpusqa.errors import CannotEvaluate, SourceError
from corpusqa.readers.listing import format_of

SECONDS = 60  # without a byte
HEAD = 512
PAGES = (b"<!doctype html", b"<html")


def download(url: str, folder: Path) -> None:
    """Copy the file behind an address into a folder, under the last part of its path.

    Raises:
        SourceError: If there is nothing, access is refused, or the name does not say what the file is.
        CannotEvaluate: If the server could not be reached or stopped before the end.
    """
    import http.client  # with ssl and all, not for those who read a folder
    import urllib.error
    import urllib.request

    parts = urlsplit(url)
    name = unquote(parts.path).rpartition("/")[2]
    if "@" in parts.netloc:
        raise SourceError(
            f"{shown_url(url)}: user and password in an address are not sent; download it with them first"
        )
    if not format_of(name):
        raise SourceError(f"{shown_url(url)}: the ending of {name!r} does not say what kind of file it is")
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer, (folder / name).open("wb") as copy:  # noqa: S310
            shutil.copyfileobj(answer, copy)
            # of a body with a stated length, read() raises when it ends early, but copying in pieces does not
            if answer.length:
                raise http.client.IncompleteRead(b"", answer.length)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(url, error.code) from error
    except (OSError, http.client.HTTPException) as error:
        what = f"could not be read to its end ({type(error).__name__})"
        raise CannotEvaluate(f"{shown_url(url)}: {what}; try again later") from error
    _refuse_page(url, folder / name)


def _refuse_page(url: str, copy: Path) -> None:
    """Servers send a page, and call that a success, where one should log in or a file is only shown."""
    with copy.open("rb") as stream:
        head = stream.read(HEAD).lstrip().lower()
    if format_of(copy.name) != "text" and head.startswith(PAGES):
        raise SourceError(
            f"{shown_url(url)}: the server sent a web page instead of the file; perhaps it wants you to log in, or the "
            "address is that of a page about the file"
        )


def _refused(url: str, code: int) -> SourceError | CannotEvaluate:
    if code in (401, 403, 407):
        return SourceError(f"{shown_url(url)}: access refused ({code}); download it with your credentials first")
    if code in (404, 410):
        return SourceError(f"{shown_url(url)}: nothing there that could be read ({code})")
    return CannotEvaluate(f"{shown_url(url)}: the server answered {code}; try again later")


def shown_url(url: str) -> str:
    """An address without what may be secret in it: user, password and, of web pages, the query."""
    parts = urlsplit(url)
    pattern = f"?{parts.query}" if parts.query and parts.scheme not in ("http", "https") else ""  # of one character
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{pattern}"
