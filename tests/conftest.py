"""Paths and small helpers that many tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Third-party development data, which is not distributed with the project."""
    if not SHARED.is_dir():
        pytest.skip(f"development data is not distributed: no folder {SHARED.name} beside the project")
    return SHARED
