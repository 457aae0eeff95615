"""Every error that corpusqa raises on purpose, and the exit code that each one means.

    CorpusqaError
    ├── UsageError (2)            what was asked for cannot be done as asked
    │   ├── ConfigError           a key, value or file of the configuration
    │   ├── RuleError             a rule of the policy
    │   ├── OptionError           an option of a check
    │   ├── PluginError           a check that cannot be found, loaded or trusted
    │   └── SourceError           a source that is missing, mixed or has no text column
    ├── RemovesTooMuch (1)        a rule would drop more of a source than the policy allows
    └── CannotEvaluate (3)        nothing can be said, so nothing passes
        ├── EmptyCorpus           no document could be read
        ├── ContractError         a check broke the contract it declared
        ├── LedgerError           rows in and rows out do not balance
        └── WorkerDied            a worker process was killed

A message says what, where and what to do. It never quotes document text.
"""

from __future__ import annotations

from collections.abc import Iterable

PASSED, FAILED, USAGE, NOT_EVALUATED, INTERRUPTED = 0, 1, 2, 3, 130


class CorpusqaError(Exception):
    """The root; `exit_code` is what the command line returns."""

    exit_code = NOT_EVALUATED


class UsageError(CorpusqaError):
    """What was asked for cannot be done as asked."""

    exit_code = USAGE


class ConfigError(UsageError):
    """A key, a value or a file of the configuration is wrong."""


class RuleError(UsageError):
    """A rule of the policy is not in the rule language or names what does not exist."""


class OptionError(UsageError):
    """An option of a check is unknown or has a wrong value."""


class PluginError(UsageError):
    """A check cannot be found, loaded or trusted."""


class SourceError(UsageError):
    """A source is missing, holds several formats or has no text column."""


class RemovesTooMuch(CorpusqaError):
    """A rule would drop more of a source than the policy allows; nothing was written."""

    exit_code = FAILED


class CannotEvaluate(CorpusqaError):
    """Nothing can be said about the corpus, so nothing passes."""


class EmptyCorpus(CannotEvaluate):
    """No document could be read."""


class ContractError(CannotEvaluate):
    """A check returned something other than what it declared."""


class LedgerError(CannotEvaluate):
    """Rows in and rows out do not balance."""


class WorkerDied(CannotEvaluate):
    """A worker process was killed while it worked on a unit."""


def near_misses(name: str, known: Iterable[str]) -> str:
    """A half sentence that names up to three known spellings close to `name`, or an empty string."""
    import difflib  # only where a mistake is explained: the command line starts with this module

    found = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(found)}?" if found else ""
