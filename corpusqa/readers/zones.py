"""Values of Python as Arrow arrays, at the moments that they are.

Where PYARROW_IGNORE_TIMEZONE is set, pyarrow takes 00:00+02:00 for 00:00 in UTC. pyspark asks its users to set it, and
importing pandera sets it for the whole process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

IGNORE = "PYARROW_IGNORE_TIMEZONE"


@contextmanager
def zones_count() -> Iterator[None]:
    """While pyarrow makes arrays of what may hold datetimes."""
    ignored = os.environ.pop(IGNORE, None)
    try:
        yield
    finally:
        if ignored is not None:
            os.environ[IGNORE] = ignored


def arrow_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """`pa.array`, with the zones of datetimes."""
    with zones_count():
        return pa.array(values, kind)
