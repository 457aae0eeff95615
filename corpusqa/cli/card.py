"""`corpusqa card OUT`: check a release's card against what was measured, or bring it up to date."""

from __future__ import annotations

from pathlib import Path

import click

from corpusqa.errors import FAILED, PASSED


@click.command(name="card")
@click.argument("release", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 when the card drifted or would be refused.")
def command(release: Path, check: bool) -> int:
    """Bring the measured sections of OUT/README.md up to date; what people wrote stays.

    OUT is a folder of `clean -o`, or a version of a store: DIR for the latest, DIR@v1.0.0.

    \b
    Example:
      corpusqa card cleaned/ --check
    """
    from corpusqa.api.outputs import replace
    from corpusqa.release.cards import checked, redrawn
    from corpusqa.release.store import version_folder

    release, _ = version_folder(release)
    path = release / "README.md"
    if not check:
        replace(path, redrawn(release).encode())
        click.echo(f"{path}: up to date")
    problems = checked(release)
    for problem in problems:
        click.echo(f"{path}:{problem.line}: {problem.severity}: {problem.message}")
    if check and not problems:
        click.echo(f"{path}: as it was measured")
    return FAILED if any(problem.severity == "error" for problem in problems) else PASSED
