"""The configuration: `corpusqa.toml`, or `[tool.corpusqa]` in pyproject.toml."""

from corpusqa.config.load import load_config, overridden
from corpusqa.config.model import (
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
