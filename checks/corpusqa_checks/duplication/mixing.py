"""Hashing in 64-bit arithmetic: xor, shift and multiply only, so that another implementation can match every bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from corpusqa_checks._shared.arrays import Ints

Hashes = npt.NDArray[np.uint64]

# Odd constants: the golden ratio, and the multipliers of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom
# number generators, 2014).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
_32, _29 = np.uint64(32), np.uint64(29)


def mix(values: Hashes) -> Hashes:
    """Every bit of the result depends on every bit of the value; a bijection. Works in place and returns `values`."""
    spare = values >> _32
    values ^= spare
    values *= FIRST
    np.right_shift(values, _29, out=spare)
    values ^= spare
    values *= SECOND
    np.right_shift(values, _32, out=spare)
    values ^= spare
    return values


def as_keys(values: Hashes) -> Ints:
    """Hashes as the Int64 keys of the contract, bit for bit."""
    return values.view(np.int64)
