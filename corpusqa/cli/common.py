"""What the commands share: options, the configuration, the run itself. Imports stay inside functions."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from corpusqa.api.model import Account, Settings
    from corpusqa.config import Config

F = TypeVar("F", bound=Callable[..., Any])


class Bytes(click.ParamType[int]):
    """A size such as `2GB`."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The size in bytes."""
        from corpusqa.engines.memory import bytes_of

        try:
            return bytes_of(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a size such as 2GB or 1500MB", param, ctx)


_RUN_OPTIONS = (
    click.option(
        "--config", type=click.Path(path_type=Path), help="Configuration file; by default corpusqa.toml is looked for."
    ),
    click.option("--select", metavar="NAMES", help="Checks to run, separated by commas; by default all."),
    click.option("--ignore", metavar="NAMES", help="Checks to leave out, separated by commas."),
    click.option(
        "--policy", type=click.Choice(["none", "safe", "web"]), help="Named policy instead of the configured one."
    ),
    click.option(
        "--work",
        type=click.Path(path_type=Path),
        default=Path(".corpusqa"),
        show_default=True,
        help="Folder of work files; finished stages in it are reused.",
    ),
    click.option(
        "--workers", type=click.IntRange(min=1), help="Worker processes; by default one per core for large corpora."
    ),
    click.option(
        "--memory",
        type=Bytes(),
        help="Memory that the run may take, such as 2GB; by default what its workers need at their fastest.",
    ),
    click.option(
        "--allow-incomplete", is_flag=True, help="Judge documents on which a check failed as if it had said nothing."
    ),
    click.option(
        "--against", metavar="REFERENCE", help="Look for the items of an evaluation set: a path, or hf://datasets/..."
    ),
    click.option("--by", metavar="FIELDS", help="Fields or signals to slice by, separated by commas."),
    click.option("-q", "--quiet", is_flag=True, help="No progress and no notes."),
)


def run_options(*, needed: bool = True) -> Callable[[F], F]:
    """The argument SRC and the options of every command that scans a source."""

    def decorate(command: F) -> F:
        for option in reversed(_RUN_OPTIONS):
            command = option(command)
        return click.argument("source", metavar="SRC", required=needed)(command)

    return decorate


def sample_option(command: F) -> F:
    """`--sample N`, for the commands that can say what a sample tells."""
    about = "Look at N rows, drawn by the hash of their ids; what that says of the rest is given as intervals."
    return click.option("--sample", type=click.IntRange(min=1), metavar="N", help=about)(command)


def configured(path: Path | None) -> Config:
    """The configuration: the named file, or the nearest one from the working directory up to the repository root."""
    from corpusqa.config import load_config

    return load_config(path, Path.cwd())


def names(value: str | None) -> tuple[str, ...] | None:
    """Names separated by commas."""
    return None if value is None else tuple(name.strip() for name in value.split(",") if name.strip())


def run_account(
    source: str, options: dict[str, Any], *, base: str | None = None, baseline: str | None = None
) -> Account:
    """Scan and judge a source as the options of the command line say."""
    from dataclasses import replace

    from corpusqa.api.account import account
    from corpusqa.config import overridden
    from corpusqa.corpus import remove_spool

    config = overridden(
        configured(options["config"]),
        select=names(options["select"]),
        ignore=names(options["ignore"]),
        policy=options["policy"],
    )
    gate = replace(config.gate, base=base or config.gate.base, baseline=baseline or config.gate.baseline)
    by = names(options["by"])
    report = replace(config.report, by=by) if by is not None else config.report
    config = replace(config, gate=gate, report=report)
    with settings(options) as how:
        found = account(source, config, how, options.get("against"))
    click.get_current_context().call_on_close(lambda: remove_spool(found.corpus))
    click.get_current_context().call_on_close(found.flow.close)
    return found


@contextmanager
def settings(options: dict[str, Any]) -> Iterator[Settings]:
    """How to run, from the options; progress is shown while the block runs."""
    from dataclasses import replace

    from corpusqa.api.apart import descriptor_to_stderr
    from corpusqa.api.model import Settings
    from corpusqa.cli.progress import progress

    with progress(quiet=options["quiet"]) as shown, descriptor_to_stderr():
        run = Settings(options["work"], options["workers"], shown, shown.say, options["allow_incomplete"])
        yield replace(run, memory=options.get("memory"), sample=options.get("sample"))


def on_terminal() -> bool:
    """Whether stderr is a terminal that a person looks at."""
    return sys.stderr.isatty() and not os.environ.get("CI")


def notes_seen(found: Account, options: dict[str, Any]) -> tuple[str, ...]:
    """The notes that stand right above the result, where stderr and stdout are one terminal; none elsewhere."""
    seen = on_terminal() and sys.stdout.isatty() and not options["quiet"]
    return (*found.config.notes, *found.corpus.notes) if seen else ()
