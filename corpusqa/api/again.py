"""What was written is scanned once more, and the limits are judged on that: the release vouches for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpusqa.api.account import account
from corpusqa.api.model import Account
from corpusqa.config import CleanOptions
from corpusqa.reporting.plain import plain, records
from corpusqa.scratch import scratch


def judged_again(found: Account, folder: Path) -> Mapping[str, Any]:
    """The gate on the data files of a release in the making: `status` and the judged `limits`.

    Limits that compare with a base, and limits on what cleaning itself decides, are judged on the source alone.
    """
    config = replace(
        found.config,
        clean=CleanOptions(policy="none"),
        gate=replace(found.config.gate, base=None),
        input=replace(found.config.input, text=found.corpus.fields.text or found.config.input.text),
    )
    with scratch("corpusqa-again-") as work:
        written = account(
            folder / "data", config, replace(found.settings, work=work, say=lambda _note: None), made_of=found
        )
        gate = written.gate
    status: dict[str, Any] = plain({"status": gate.status, "limits": records(gate.rows)})
    return status
