"""`corpusqa init SRC`: a commented configuration with limits from today's values, green on day one."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpusqa.cli.common import run_account, run_options

if TYPE_CHECKING:
    from corpusqa.api.model import Account

# How much worse than today a share or a rate may get before the gate fails, and how many standard deviations of a
# count (its square root) are taken for chance: both are stated in the file.
SLACK, CHANCE = 0.10, 3
_WORKFLOW = """name: corpus
on:
  pull_request:
permissions:
  contents: read
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {{ python-version: "3.12" }}
      - run: pip install corpusqa
      - run: corpusqa gate {source} -o corpusqa-report/
"""


@click.command(name="init")
@run_options()
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("corpusqa.toml"), show_default=True)
@click.option("--profile", type=click.Choice(["web", "chat"]), help="What the corpus is: the policy that is proposed.")
@click.option("--ci", type=click.Choice(["github"]), help="Also write a workflow that runs the gate.")
def command(source: str, output: Path, profile: str | None, ci: str | None, **options: Any) -> None:
    """Measure SRC and write a configuration whose limits hold today.

    \b
    Example:
      corpusqa init data/ --ci github
    """
    from corpusqa.api.outputs import replace
    from corpusqa.errors import UsageError

    workflow = Path(".github/workflows/corpus.yml")
    for path in [output, *([workflow] if ci else [])]:
        if path.exists():
            raise UsageError(f"{path}: exists already; move it away, or name another file with -o")
    found = run_account(source, options)
    shown = found.source_name or "SRC"
    replace(output, _text(found, shown, profile).encode())
    click.echo(f"{output}: written; `corpusqa gate {shown}` passes with it today")
    if ci:
        workflow.parent.mkdir(parents=True, exist_ok=True)
        replace(workflow, _WORKFLOW.format(source=shlex.quote(source)).encode())
        click.echo(f"{workflow}: written")


def _text(found: Account, source: str, profile: str | None) -> str:
    policy = "web" if profile == "web" else "safe"
    lines = [
        f"# Written by `corpusqa init {source}` from what was measured in {found.scan.documents.height:,} documents.",
        "# Every key is explained in docs/config.md; `corpusqa explain NAME` explains a metric.",
        "",
        "[clean]",
        f'policy = "{policy}"  # none, safe or web; the lists below replace its lists',
        *_suggested(found),
        "",
        "[report]",
        'by = ["source"]',
        "",
        f"# Limits are today's values with a slack of {SLACK:.0%} and what chance may add to a corpus of this size",
        f"# ({CHANCE} standard deviations). Tighten them as the corpus gets better. With `gate --base`",
        "# a limit may also bound the change: max_increase, max_drop.",
        "[gate.limits]",
        *_limits(found),
    ]
    return "\n".join(lines) + "\n"


def _suggested(found: Account) -> list[str]:
    """What the checks suggest, as comments: suggestions are shown, never applied."""
    lines = []
    for key in ("drop", "cut", "mask", "one_of"):
        rules = [f'"{rule}"' for check in found.scan.checks.values() for rule in check.suggest.get(key, ())]
        if rules:
            lines.append(f"# {key} = [{', '.join(rules)}]")
    return lines


def _limits(found: Account) -> list[str]:
    from corpusqa.gate import metrics

    table = metrics(found.scan, found.verdicts.outcomes)
    values = {name: value for name, value in table.select("metric", "value").iter_rows() if value is not None}
    documents = values["documents.count"]
    megabytes = int(found.scan.documents["bytes"].sum()) / 1e6
    lost, columns = values["ledger.unreadable.share"], values["corpusqa.private_column.documents"]
    lines = [
        f'"documents.count" = {{ error_below = {math.floor(documents * (1 - SLACK))} }}  # today {int(documents)}',
        f'"ledger.unreadable.share" = {{ error = {_number(max(0.001, lost * (1 + SLACK)))} }}  # today {lost:.4g}',
        *(
            f'"corpusqa.{name}.count" = {{ error = {int(values[f"corpusqa.{name}.count"])} }}'
            for name in ("check_failed", "cut_short")
        ),
        f'"corpusqa.private_column.documents" = {{ error = {int(_allowed(columns))} }}  # today {int(columns)}',
    ]
    for name, label in sorted(found.scan.labels.items()):
        count = values.get(f"{name}.count")
        if label.severity not in ("error", "warning") or count is None:
            continue
        if label.private and label.severity == "error":  # each of them is one too many: none may be added
            lines.append(f'"{name}.count" = {{ error = {int(count)} }}{_accepted(int(count))}')
        elif label.private:
            limit = _number(_allowed(count) / megabytes)
            lines.append(f'"{name}.per_mb" = {{ error = {limit} }}  # today {values[f"{name}.per_mb"]:.4g}')
        else:
            limit = _number(min(1.0, _allowed(values[f"{name}.documents"]) / documents))
            lines.append(f'"{name}.share" = {{ error = {limit} }}  # today {values[f"{name}.share"]:.4g}')
    return lines


def _allowed(count: float) -> float:
    """How many may be found another day: the slack, and what chance alone would add to so many."""
    return count * (1 + SLACK) + CHANCE * math.sqrt(count + 1)


def _accepted(count: int) -> str:
    return "  # `corpusqa baseline update` accepts those of today one by one; then this can be 0" if count else ""


def _number(value: float) -> str:
    """Four digits, rounded up: a limit holds today."""
    if value == int(value):
        return str(int(value))
    digits = 3 - math.floor(math.log10(value))
    rounded = math.ceil(value * 10.0**digits - 1e-6) / 10.0**digits
    return f"{rounded:.{max(0, digits)}f}".rstrip("0").rstrip(".")
