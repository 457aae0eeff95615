"""What `import corpusqa` offers: load, report, clean."""

from corpusqa.api.public import Report, clean, load, report

__all__ = ["Report", "clean", "load", "report"]
