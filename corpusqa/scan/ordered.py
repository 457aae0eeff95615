"""Looking numbers up among others that are in order."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def among_numbers(keys: npt.NDArray[Any], chosen: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether each number is among others, which are in order; costs little however often it is asked."""
    if not len(chosen):
        return np.zeros(len(keys), bool)
    return np.asarray(chosen[np.minimum(np.searchsorted(chosen, keys), len(chosen) - 1)] == keys, np.bool_)
