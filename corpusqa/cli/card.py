"""`corpusqa card OUT`: check a release's card against what was measured, or bring it up to date."""

from __future__ import annotations

import json
from pathlib import Path

import click

from corpusqa.errors import FAILED, PASSED


@click.command(name="card")
@click.argument("release", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when the card drifted or would be refused.")
def command(release: Path, check: bool) -> int:
    """Bring the measured sections of OUT/README.md up to date; what people wrote stays.

    \b
    Example:
      corpusqa card cleaned/ --check
    """
    from corpusqa.api.outputs import replace
    from corpusqa.card.card import card, drift
    from corpusqa.card.lint import lint
    from corpusqa.release import open_release

    found = open_release(release)
    path, report = release / "README.md", release / "corpusqa/report.json"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    measured = json.loads(report.read_text(encoding="utf-8")) if report.is_file() else {}
    declared = found.manifest.get("declared", {})
    problems = [f"{path}:{p.line}: {p.severity}: {p.message}" for p in lint(text, found.manifest)]
    drifted = [
        f"{path}: {part} differs from what was measured" for part in drift(text, found.manifest, measured, declared)
    ]
    if not check:
        replace(path, card(found.manifest, measured, declared, text).encode())
        click.echo(f"{path}: up to date" + (f", {len(drifted)} parts changed" if drifted else ""))
        drifted = []
    for line in [*problems, *drifted]:
        click.echo(line)
    return FAILED if drifted or any(p.severity == "error" for p in lint(text, found.manifest)) else PASSED
