"""The covector axioms of oriented matroids, as a check that returns a witness when they fail.

Björner, Las Vergnas, Sturmfels, White, Ziegler (1999), Oriented matroids, axioms 4.1.1: the covectors of
every central arrangement satisfy them (an affine arrangement's do not: zero is missing).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exact.sign_vectors import read_signs
from ..values.findings import Finding

_CLAIM = "the sign vectors are the covectors of an oriented matroid"


def compose(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the composition X o Y: the signs of X, and those of Y where X is zero.

    Example:
        >>> compose(np.array([0, 1, 0]), np.array([-1, -1, 0])).tolist()
        [-1, 1, 0]
    """
    return np.where(first != 0, first, second)


def check_covector_axioms(covectors: Any) -> Finding:
    """Check the four covector axioms on a set of sign vectors.

    Zero belongs to the set; with X also -X; with X and Y also X o Y; and for every e on which X and Y are
    opposite there is a Z with Z_e = 0 that agrees with X o Y wherever X and Y are not opposite. The time
    grows with the square of the number of covectors times their number: a few hundred take a second.

    Args:
        covectors: (m x n) signs in {-1, 0, 1}, or texts such as `+-0`.

    Returns:
        A finding whose witness, when it fails, is the pair of covectors (as tuples) that breaks an axiom.

    Example:
        >>> check_covector_axioms([[0, 0], [1, 1], [-1, -1]]).holds
        True
        >>> check_covector_axioms([[0, 0], [1, 1], [-1, 1], [-1, -1], [1, -1]]).reason
        'elimination of 1 between (-1, -1) and (-1, 1) is missing'
    """
    rows = list(map(read_signs, covectors))
    if not rows:
        return Finding(_CLAIM, False, (), "the zero vector is missing")
    table = np.unique(np.array(rows, dtype=np.int8), axis=0)
    known = {row.tobytes() for row in table}
    if np.zeros(table.shape[1], dtype=np.int8).tobytes() not in known:
        return Finding(_CLAIM, False, (), "the zero vector is missing")
    for row in table:
        if (-row).tobytes() not in known:
            return Finding(_CLAIM, False, (_plain(row),), f"the negative of {_plain(row)} is missing")
    for i, x in enumerate(table):
        for y, xy in zip(table, compose(x, table), strict=True):
            if xy.tobytes() not in known:
                pair = (_plain(x), _plain(y))
                return Finding(_CLAIM, False, pair, f"the composition of {pair[0]} with {pair[1]} is missing")
        for y in table[i + 1 :]:
            missing = _uneliminated(table, x, y)
            if missing is not None:
                pair = (_plain(x), _plain(y))
                reason = f"elimination of {missing} between {pair[0]} and {pair[1]} is missing"
                return Finding(_CLAIM, False, pair, reason)
    return Finding(_CLAIM, True)


def _uneliminated(table: np.ndarray, x: np.ndarray, y: np.ndarray) -> int | None:
    """Return an element that cannot be eliminated between x and y, None when all can."""
    opposite = x * y < 0
    if not opposite.any():
        return None
    agree = (table[:, ~opposite] == compose(x, y)[~opposite]).all(axis=1)
    missing = ~(table[agree] == 0).any(axis=0) & opposite
    return int(np.argmax(missing)) if missing.any() else None


def _plain(row: np.ndarray) -> tuple[int, ...]:
    return tuple(map(int, row))
