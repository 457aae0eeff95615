"""Fixtures that many tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.files import SHARED


@pytest.fixture(scope="session")
def shared() -> Path:
    """Third-party development data, which is not distributed with the project."""
    if not SHARED.is_dir():
        pytest.skip(f"development data is not distributed: no folder {SHARED.name} beside the project")
    return SHARED
