"""How much of everything is held at once, from the memory that a run may take."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from corpusqa.errors import UsageError
from corpusqa.readers.model import UNIT_BYTES

# A batch is at most this much text, or one document. Views and features take up to twenty times the text for a moment;
# larger batches are no faster. A bucket is large enough to be worth a task.
BATCH_BYTES, BUCKET_BYTES = 16_000_000, 32_000_000
LEAST = 1_000_000_000
# Of the memory of a run, what the driver and the modules of each process take before any text is read.
DRIVER_BYTES, PROCESS_BYTES = 400_000_000, 250_000_000
# What the driver holds for each byte of the source: up to some hundred bytes for a document of some thousand (numbers
# that judging and measuring go through, what corpus halves found of it, its id while a release is planned).
DRIVER_SHARE = 0.03
# What a worker holds for a moment, as a multiple of what it works on; measured on the slowest checks of benchmarks.
UNIT_FACTOR, BATCH_FACTOR, BUCKET_FACTOR = 5, 20, 18
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(k|m|g|t)?i?b?\s*\Z", re.IGNORECASE)
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


@dataclass(frozen=True)
class Memory:
    """Sizes in bytes; none of them changes a result, only how the work is cut.

    Attributes:
        unit: Text that one task reads.
        batch: Text that checks see at once; a longer document is a batch of its own.
        bucket: What one bucket of a shuffle holds.
    """

    unit: int = UNIT_BYTES
    batch: int = BATCH_BYTES
    bucket: int = BUCKET_BYTES


def planned(limit: int | None, workers: int, size: int = 0) -> tuple[Memory, int]:
    """How a run of so many workers keeps below a limit, and how many of them it can have.

    Args:
        limit: Bytes that all processes may take together; None for as many as they like.
        workers: How many are asked for.
        size: Bytes of the source, as far as they are known.

    Raises:
        UsageError: the limit is too low for any run.
    """
    if limit is None:
        return Memory(), workers
    if limit < LEAST:
        raise UsageError(f"--memory: at least {LEAST // 10**9} GB are needed for Python, its libraries and one worker")
    # Fewer workers before smaller batches: every batch has fixed costs.
    smallest = PROCESS_BYTES + BATCH_FACTOR * BATCH_BYTES
    driver = min(DRIVER_BYTES + int(DRIVER_SHARE * size), limit - smallest)
    workers = max(1, min(workers, (limit - driver) // smallest))
    share = (limit - driver) // workers - PROCESS_BYTES
    sizes = (UNIT_BYTES, UNIT_FACTOR), (BATCH_BYTES, BATCH_FACTOR), (BUCKET_BYTES, BUCKET_FACTOR)
    return Memory(*(min(most, share // factor) for most, factor in sizes)), workers


def let_go() -> None:
    """Give memory that is no longer used back to the system; allocators keep it for the next that asks."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """malloc_trim of glibc; other C libraries have none."""
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None
    return found


def bytes_of(text: str) -> int:
    """`2GB`, `1500 MB`, `2GiB` (read as GB) or a number of bytes.

    Raises:
        ValueError: it is none of these.
    """
    found = _SIZE.match(text)
    if not found:
        raise ValueError(text)
    return int(float(found[1]) * _UNITS[(found[2] or "").lower()])
