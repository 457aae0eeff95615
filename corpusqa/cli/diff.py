"""`corpusqa diff A B`: what changed between two releases, versions, reports or corpora."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpusqa.cli.common import configured
from corpusqa.errors import FAILED, PASSED
from corpusqa.scratch import scratch

if TYPE_CHECKING:
    from corpusqa.release.diff import Difference, Side


@click.command(name="diff")
@click.argument("a")
@click.argument("b")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json", "markdown", "html"]),
    default="terminal",
    show_default=True,
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Configuration with which a corpus is scanned; by default corpusqa.toml is looked for.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when anything differs.")
def command(a: str, b: str, form: str, config: Path | None, exit_code: bool) -> int:
    """Compare A with B: releases, versions of stores (DIR@v1.0.0), reports, revisions on a hub (hf://…) or corpora.

    A document that was removed from A by decision or for private data and is back in B is an error: exit 1.

    \b
    Examples:
      corpusqa diff releases@v1.0.0 releases@v1.1.0
      corpusqa diff cleaned/ hf://datasets/me/corpus@v1.0.0 --format markdown
    """
    from corpusqa.release.diff import difference

    if config is not None:
        configured(config)  # a mistake in it is said even where no corpus has to be scanned
    with scratch("corpusqa-diff-") as folder:
        sides = [_side(place, folder / name, config) for name, place in (("a", a), ("b", b))]
        found = difference(*sides)
    click.echo(_drawn(found, form), nl=False)
    return FAILED if found.failed or (exit_code and found.differs) else PASSED


def _side(place: str, folder: Path, config: Path | None) -> Side:
    from corpusqa.errors import UsageError
    from corpusqa.hub import remote_side
    from corpusqa.release.diff import is_side, scanned_side, side

    if place.startswith("hf://"):
        return remote_side(place, folder)
    if is_side(place):
        return side(place)
    if not Path(place).exists():
        raise UsageError(f"{place}: there is no such release, store, report or corpus")
    from corpusqa.cli.common import settings

    options: dict[str, Any] = {"work": folder / "work", "workers": None, "allow_incomplete": False, "quiet": False}
    with settings(options) as how:
        from corpusqa.api.account import account

        found = account(place, configured(config), how)
        return scanned_side(found.source_name or "a corpus with a private name", found.scan, found.report)


def _drawn(found: Difference, form: str) -> str:
    from corpusqa.release import diff_text

    if form == "json":
        return json.dumps(found.data, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return {"terminal": diff_text.summary, "markdown": diff_text.markdown, "html": diff_text.html}[form](found)
