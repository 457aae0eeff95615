"""The configuration: `corpusqa.toml`, or `[tool.corpusqa]` in pyproject.toml."""

from corpusqa.config.load import load_config, overridden
from corpusqa.config.model import (
    AgainstOptions,
    ChecksOptions,
    CleanOptions,
    Config,
    GateOptions,
    InputOptions,
    Limit,
    ReportOptions,
    Suppress,
)

__all__ = [
    "AgainstOptions",
    "ChecksOptions",
    "CleanOptions",
    "Config",
    "GateOptions",
    "InputOptions",
    "Limit",
    "ReportOptions",
    "Suppress",
    "load_config",
    "overridden",
]
