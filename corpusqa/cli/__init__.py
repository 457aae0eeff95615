"""The command line. Nothing heavier than click is imported before a command runs."""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from io import StringIO

import click

from corpusqa.errors import INTERRUPTED, CorpusqaError

# Command -> module and the line that `corpusqa --help` shows, so that the list imports no command.
COMMANDS = {
    "report": ("corpusqa.cli.report", "Measure a corpus and write the report."),
    "gate": ("corpusqa.cli.gate", "Fail when a corpus breaks its quality limits."),
    "clean": ("corpusqa.cli.clean", "Write the filtered, versioned dataset with its card."),
    "diff": ("corpusqa.cli.diff", "Say what changed between two releases, reports or corpora."),
    "card": ("corpusqa.cli.card", "Check a release's card, or bring it up to date."),
    "push": ("corpusqa.cli.push", "Publish a release on a hub, whole or not at all."),
    "baseline": ("corpusqa.cli.baseline", "Keep the file of accepted findings."),
    "show": ("corpusqa.cli.show", "Show one document of the last scan, or a queue for review."),
    "try": ("corpusqa.cli.try_rule", "Say what a rule would remove, from the last scan."),
    "explain": ("corpusqa.cli.explain", "Explain a check, a signal or a label."),
    "init": ("corpusqa.cli.init", "Write a configuration with limits from today's values."),
    "config": ("corpusqa.cli.config", "Show or validate the configuration."),
    "checks": ("corpusqa.cli.checks", "List the checks, or show one."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of COMMANDS: the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_module, about) in COMMANDS.items()])


def _version(ctx: click.Context, _param: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"corpusqa {version('corpusqa')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 passed, 1 gate failed, 2 usage or configuration, 3 could not evaluate, 130 interrupted.",
)
@click.option(
    "--version", is_flag=True, callback=_version, expose_value=False, is_eager=True, help="Print the version."
)
def group() -> None:
    """Shows what is wrong with your training text, with the evidence, and turns it into a clean, versioned dataset.

    \b
    Examples:
      corpusqa report data/
      corpusqa gate data/
      corpusqa clean data/ -o cleaned/
    """


def main(args: list[str] | None = None) -> None:
    """Run a command and exit with its code; an error that is ours is one message, never a traceback."""
    try:
        code = run(args)
    except Exception as error:  # the 1 of a traceback would say that the gate failed
        click.echo(_unexpected(error), err=True)
        code = CorpusqaError.exit_code
    sys.exit(code)


def run(args: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        code = group.main(args, prog_name="corpusqa", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo("interrupted: run the same command again to go on from the finished stages", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        said = StringIO()
        error.show(said)  # click repeats the argument that it does not know
        click.echo(_unprivate(said.getvalue()), err=True, nl=False)
        return error.exit_code
    except CorpusqaError as error:
        click.echo(f"error: {_unprivate(str(error))}", err=True)
        return error.exit_code
    except BrokenPipeError:
        let_go_of_stdout()  # `corpusqa show DOC | head`: the reader has what it wanted
        return 0
    except OSError as error:
        let_go_of_stdout()
        where = f"{error.filename}: " if error.filename else ""
        click.echo(_unprivate(f"error: {where}{error.strerror or type(error).__name__}"), err=True)
        return CorpusqaError.exit_code
    return code if isinstance(code, int) else 0


def _unprivate(message: str) -> str:
    """A message without private values: it may repeat an argument, which is the id of a document or a path."""
    from corpusqa.api.account import selected
    from corpusqa.cli.common import configured
    from corpusqa.config import Config
    from corpusqa.scan.names import masked

    try:
        plugins = selected(configured(None))
    except (CorpusqaError, OSError):  # the message may be about this configuration
        plugins = selected(Config())
    return masked(plugins, message)


def _unexpected(error: Exception) -> str:
    """An error of ours that nobody foresaw: type and frames, without the message, which may quote text."""
    import traceback

    frames = [x for x in traceback.extract_tb(error.__traceback__) if f"{os.sep}click{os.sep}" not in x.filename]
    lines = [f"  {x.filename}:{x.lineno} in {x.name}" for x in frames[-12:]]
    said = f"error: {type(error).__name__}: a fault of corpusqa or of a check; please report it with these lines"
    return "\n".join([said, *lines])


def let_go_of_stdout() -> None:
    """Nobody can take what is still to be printed: drop it, and keep Python from trying again at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
