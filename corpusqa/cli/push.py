"""`corpusqa push OUT REPO`: publish a release on a hub, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="push")
@click.argument("release", metavar="OUT", type=click.Path(path_type=Path))
@click.argument("repo")
@click.option("--public", is_flag=True, help="Make a new repository public; by default it is private.")
@click.option("--create-pr", is_flag=True, help="Open a pull request instead of committing.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent and send nothing.")
@click.option("--no-xet", is_flag=True, help="Upload without Xet; automatic away from huggingface.co.")
@click.option("--endpoint", metavar="URL", help="Another server with the Hub's API.")
@click.option("--branch", default="main", show_default=True)
@click.option("--onto", is_flag=True, help="Publish over content that is not this release's parent.")
@click.option("--include", multiple=True, metavar="WHAT", help="Also publish: report, reasons, ids.")
@click.option(
    "--allow-failed-gate", metavar="REASON", help="Publish although the gate failed; the reason goes into the card."
)
def command(
    release: Path,
    repo: str,
    public: bool,
    create_pr: bool,
    dry_run: bool,
    no_xet: bool,
    endpoint: str | None,
    branch: str,
    onto: bool,
    include: tuple[str, ...],
    allow_failed_gate: str | None,
) -> None:
    """Publish the release in OUT as the dataset REPO: one commit on a known parent, verified, tagged.

    OUT is a folder of `clean -o`, or a version of a store: DIR for the latest, DIR@v1.0.0.

    The token is taken from HF_TOKEN or from `hf auth login`; it is never printed.

    \b
    Example:
      corpusqa push cleaned/ me/my-corpus --dry-run
    """
    from corpusqa.hub import PushOptions, push
    from corpusqa.release.store import version_folder

    options = PushOptions(
        private=not public,
        create_pr=create_pr,
        dry_run=dry_run,
        endpoint=endpoint,
        xet=False if no_xet else None,
        failed_gate=allow_failed_gate,
        include=include,
        onto=onto,
        branch=branch,
    )
    done = push(version_folder(release)[0], repo, options)
    click.echo(done.summary)
    for note in done.notes:
        click.echo(f"note: {note}", err=True)
