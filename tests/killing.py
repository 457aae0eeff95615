"""Runs in a process of their own that are killed at the call of a function: nothing is cleaned up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.files import ROOT

Point = tuple[str, int]  # `module:function` at whose call the run is killed, and how many calls pass before

_DEADLY = """
import importlib, os, signal, sys
{first}
module, _, name = sys.argv[1].partition(":")
skip = int(sys.argv[2])
real = getattr(importlib.import_module(module), name)

def deadly(*args, **kwargs):
    global skip
    if skip == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    skip -= 1
    return real(*args, **kwargs)

for found in list(sys.modules.values()):  # wherever it was imported by name
    if getattr(found, name, None) is real:
        setattr(found, name, deadly)
{run}
"""


@dataclass(frozen=True)
class Killing:
    """How a run begins.

    Attributes:
        first: What to import and set up: everything that may name the deadly function has to be imported by then.
        run: What to do; its arguments stand in `sys.argv[3:]`.
    """

    first: str
    run: str

    def at(self, point: str, skip: int, *args: str) -> None:
        """Run until the point, and no further."""
        script = _DEADLY.format(first=self.first, run=self.run)
        done = subprocess.run(
            [sys.executable, "-c", script, point, str(skip), *args],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=300,
            capture_output=True,
            text=True,
        )
        assert done.returncode == -signal.SIGKILL, done.stdout + done.stderr


def mostly_slow(points: list[Point], fast: tuple[str, ...]) -> list:
    """All points, those slow whose function is not among the names `fast`."""
    return [pytest.param(*p, marks=() if p[0].partition(":")[2] in fast else pytest.mark.slow) for p in points]
