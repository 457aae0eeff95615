"""For authors of checks: run a check on a few texts, held to the contract as in a real run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from corpusqa.check import Check
from corpusqa.plugins import Plugin, Spec
from corpusqa.scan.measuring import Result
from corpusqa.scan.views import Measuring


def plugin(function: Callable[..., Check], **options: Any) -> Plugin:
    """A check made by `function`, as if it were installed under the function's name."""
    target = f"{function.__module__}:{function.__name__}"
    return Plugin(Spec(function.__name__, target, "tests", "0", tuple(options.items())), function(**options), function)


def run(check: Plugin, texts: Sequence[str], others: Sequence[Plugin] = (), **columns: Sequence[str | None]) -> Result:
    """What a check says of texts.

    Args:
        check: From `plugin(function)`.
        texts: One document each.
        others: Further selected checks, which may provide the views `language` and `main`.
        columns: Values of other document columns: url, source, published, collected, language, split.

    Raises:
        ContractError: the result is not what the check declared.
    """
    schema = {"id": pl.String, "text": pl.String} | dict.fromkeys(columns, pl.String)
    frame = pl.DataFrame({"id": [str(n) for n in range(len(texts))], "text": list(texts), **columns}, schema=schema)
    return Measuring([check, *others], frame).result(check.name)
