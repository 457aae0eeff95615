"""report.json -> one page: no request leaves it, nothing in it runs but our own script, and it reads without that."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from corpusqa.reporting import words
from corpusqa.reporting.html import charts
from corpusqa.reporting.html.cards import code_pieces
from corpusqa.reporting.html.island import island
from corpusqa.reporting.html.view import view

PACKAGE = "corpusqa.reporting.html"
LARGE = 5_000_000  # bytes; browsers open a larger page slowly, and mail and artifact viewers refuse it


def render(report: dict[str, Any]) -> str:
    """The page: the same report gives the same bytes.

    Raises:
        KeyError: the report lacks what the page shows.
    """
    style, script = asset("style.css"), asset("script.js")
    policy = (
        f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    data = island(report)
    values = {
        "report": report,
        "view": view(report),
        "policy": policy,
        "island_kind": data["kind"],
        # the only three things that are not escaped: two files of ours, and data that holds no `<`
        "island_data": Markup(data["data"]),  # noqa: S704
        "style": Markup(style),  # noqa: S704
        "script": Markup(script),  # noqa: S704
    }
    try:
        return environment().get_template("page.html.j2").render(values)
    except UndefinedError as error:  # names of keys, never text
        raise KeyError(str(error)) from None


def too_large(page: bytes) -> str | None:
    """What to tell the user about a page that is larger than anyone likes to open."""
    if len(page) <= LARGE:
        return None
    return f"report.html has {words.size(len(page))}: slice by fewer fields or select fewer checks for a smaller page"


def digest(text: str) -> str:
    """The source expression of a content security policy that allows exactly this text."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def asset(name: str) -> str:
    """A style sheet or script of the page; it holds nothing from a report."""
    return resources.files(PACKAGE).joinpath("templates", name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Templates that escape everything and fail on a name that does not exist."""
    found = Environment(
        loader=PackageLoader(PACKAGE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        bytecode_cache=_compiled(),
    )  # fmt: skip
    found.filters.update(number=words.number, size=words.size, counted=words.counted)
    found.globals.update(
        percent=words.percent,
        charts=charts,
        code_pieces=code_pieces,
        allowed=words.allowed,
        state=words.state,
        levels=words.LEVELS,
        changes=words.CHANGES,
    )
    return found


def _compiled() -> BytecodeCache | None:
    """Compiled templates beside their sources, as Python keeps its own modules; None where it may not write there."""
    folder = Path(str(resources.files(PACKAGE))) / "templates" / "__pycache__"
    if sys.dont_write_bytecode:
        return None
    try:
        folder.mkdir(exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(folder)) if os.access(folder, os.W_OK) else None
