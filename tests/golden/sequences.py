"""What the scripts of this folder share with the tests in C++."""

import numpy


def number(sequence, count):
    """tests/laws/numbers.hpp: numbers 0 … count - 1 of a sequence, in (-1, 1)."""
    mask = 0xFFFFFFFF
    x = (numpy.arange(count, dtype=numpy.uint64) + sequence * 0x9E3779B9) & mask
    x = ((x ^ (x >> 16)) * 0x7FEB352D) & mask
    x = ((x ^ (x >> 15)) * 0x846CA68B) & mask
    x ^= x >> 16
    return ((x >> 8).astype(numpy.float64) + 0.5) / 8388608.0 - 1.0
