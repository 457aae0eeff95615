"""`corpusqa init SRC`: a commented configuration with limits from today's values, green on day one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpusqa.cli.common import run_account, run_options

if TYPE_CHECKING:
    from corpusqa.api.account import Account

# How much worse than today a share, a rate or a mean may get before the gate fails; stated in the file.
SLACK = 0.10
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
    replace(output, _text(found, source, profile).encode())
    click.echo(f"{output}: written; `corpusqa gate {source}` passes with it today")
    if ci:
        workflow.parent.mkdir(parents=True, exist_ok=True)
        replace(workflow, _WORKFLOW.format(source=source).encode())
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
        "# Limits are today's values with a slack of " + f"{SLACK:.0%}; tighten them as the corpus gets better.",
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
    from corpusqa.gate import BUILT_IN, metrics

    table = metrics(found.scan, found.verdicts.frame)
    values = {name: value for name, value in table.select("metric", "value").iter_rows() if value is not None}
    count = values["documents.count"]
    lines = [f'"documents.count" = {{ error_below = {int(count * (1 - SLACK))} }}  # today {int(count)}']
    named = [metric for metric in BUILT_IN if metric != "documents.count" and metric in values]
    lines += [f'"{metric}" = {{ error = {_number(values[metric])} }}' for metric in named]
    shares = [f"{name}.share" for name, label in found.scan.labels.items() if label.severity in ("error", "warning")]
    for metric in sorted(set(shares) - set(BUILT_IN)):
        if metric in values:
            limit = min(1.0, math.ceil(values[metric] * (1 + SLACK) * 10_000) / 10_000)
            lines.append(
                f'"{metric}" = {{ warn = {_number(limit)}, max_increase = 0.01 }}  # today {values[metric]:.4g}'
            )
    return lines


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.4f}"
