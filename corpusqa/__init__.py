"""corpusqa: what is wrong with your training text, with the evidence, and a clean, versioned dataset from it.

The public names are loaded on first use, so that `import corpusqa` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpusqa.api import clean, load, report
    from corpusqa.errors import CorpusqaError

__version__: str
__all__ = ["CorpusqaError", "clean", "load", "report"]

_HOMES = {"CorpusqaError": "corpusqa.errors", "clean": "corpusqa.api", "load": "corpusqa.api", "report": "corpusqa.api"}


if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version

            return version("corpusqa")
        if name not in _HOMES:
            msg = f"module 'corpusqa' has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
