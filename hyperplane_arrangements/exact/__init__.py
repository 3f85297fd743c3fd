"""Exact numbers: rational matrices, certain signs, and small exact linear algebra.

What other rooms need most stands here; the modules have the rest.
"""

from .numbers import (
    ExactMatrix,
    clipped,
    exact_matrix,
    exact_scalar,
    exact_vector,
    fits_float,
    in_short,
    integer_row,
    pivot_columns,
    rank,
    scaled_floats,
)
from .signs import certain_signs, signs

__all__ = [
    "ExactMatrix",
    "certain_signs",
    "clipped",
    "exact_matrix",
    "exact_scalar",
    "exact_vector",
    "fits_float",
    "in_short",
    "integer_row",
    "pivot_columns",
    "rank",
    "scaled_floats",
    "signs",
]
