"""An exact point inside a chamber whose hyperplanes are not rational."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import gcd, lcm
from typing import Any

import numpy as np

from ..exact import ExactMatrix, signs
from ..exact.cddlib import cddlib
from .frame import Integers


def interior_points(hyperplanes: Integers, infinity: int | None, bits: np.ndarray) -> Iterator[list[Any]]:
    """A rational point inside each chamber.

    The normals are rounded to more and more bits, and a point that is as far inside as can be is found for
    those, by an exact linear program. A chamber is open: from some number of bits on the point is in it, as
    its exact signs say.

    Args:
        hyperplanes: distinct rows of quadratic numbers.
        infinity: the hyperplane at infinity, the last coordinate; None if the arrangement is central.
        bits: P x ceil(N / 8) uint8, packed signs.

    Yields:
        Integers without common factor; if there is infinity, fractions, without the last coordinate, 1.

    Example:
        >>> from hyperplane_arrangements.exact.quadratic import square_root
        >>> root = square_root(2)
        >>> list(interior_points(((root, -root),), None, np.array([[1]], np.uint8)))
        [[1, -1]]
    """
    matrix = ExactMatrix(np.array(hyperplanes, dtype=object), (1,) * len(hyperplanes))
    for row in np.unpackbits(bits, axis=1, bitorder="little", count=len(hyperplanes)).tolist():
        sides = [2 * x - 1 for x in row]
        fineness = 64
        point = _deepest(hyperplanes, sides, fineness)
        while (signs(matrix, [point])[0] != sides).any():
            fineness *= 2
            point = _deepest(hyperplanes, sides, fineness)
        if infinity is None:
            yield point
        else:
            yield [Fraction(x, point[-1]) for x in point[:-1]]


def _deepest(hyperplanes: Integers, sides: list[int], fineness: int) -> list[int]:
    """A point of the cube of largest least value on its sides of the rounded hyperplanes."""
    cdd = cddlib()

    d = len(hyperplanes[0])
    rows: list[list[int]] = []
    for row, side in zip(hyperplanes, sides, strict=True):
        entries: list[Any] = list(row)
        rows.append([0, *(side * x.floor_of_multiple(fineness) for x in entries), -(1 << fineness)])
    for j in range(d):
        rows += [[1, *(side * (i == j) for i in range(d)), 0] for side in (1, -1)]
    rows.append([0] * (d + 1) + [1])
    program = cdd.gmp.linprog_from_array(rows, obj_type=cdd.LPObjType.MAX)
    cdd.gmp.linprog_solve(program)
    exact = [Fraction(x) for x in program.primal_solution[:d]]
    common = lcm(*(x.denominator for x in exact))
    integers = [int(x * common) for x in exact]
    divisor = gcd(*integers) or 1
    return [x // divisor for x in integers]
