"""The one door to cddlib, which is compiled where it is installed: imported when asked for, or named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from ..errors import MissingExtraError

Point = tuple[Fraction, ...]


def cddlib() -> Any:
    """The module `cdd` with its submodule `cdd.gmp`: polyhedra and linear programs in rational arithmetic.

    Raises:
        MissingExtraError: pycddlib is not installed, or the libraries it was built with are missing.

    Example:
        >>> cdd = cddlib()
        >>> matrix = cdd.gmp.matrix_from_array([[0, 1]], rep_type=cdd.RepType.INEQUALITY)  # x >= 0
        >>> cdd.gmp.copy_generators(cdd.gmp.polyhedron_from_matrix(matrix)).array[0]
        [Fraction(0, 1), Fraction(1, 1)]
    """
    try:
        import cdd
        import cdd.gmp
    except ImportError as error:
        raise MissingExtraError(
            f"this needs pycddlib, which cannot be imported ({error}); on Debian: apt-get install gcc "
            "python3-dev libcdd-dev libgmp-dev, then pip install 'pycddlib>=3,<4'"
        ) from error
    return cdd


def generators(
    inequalities: Iterable[Sequence[Any]], equations: Sequence[Sequence[Any]] = ()
) -> tuple[list[Point], list[Point], list[Point]]:
    """The vertices, rays and lines that generate the polyhedron of all x with ``b + a'x >= 0``, exactly.

    Args:
        inequalities: rows (b, *a).
        equations: the same where ``b + a'x = 0`` is asked for.

    Raises:
        MissingExtraError: as :func:`cddlib`.

    Example:
        >>> [[list(map(int, point)) for point in some] for some in generators([[-2, 1, 0]])]  # x >= 2
        [[[2, 0]], [[1, 0]], [[0, 1]]]
    """
    cdd = cddlib()
    held = set(range(len(equations)))
    matrix = cdd.gmp.matrix_from_array(
        [*equations, *inequalities], rep_type=cdd.RepType.INEQUALITY, lin_set=held
    )
    found = cdd.gmp.copy_generators(cdd.gmp.polyhedron_from_matrix(matrix))
    vertices, rays, lines = list[Point](), list[Point](), list[Point]()
    for number, (is_vertex, *point) in enumerate(found.array):
        (lines if number in found.lin_set else vertices if is_vertex else rays).append(tuple(point))
    return vertices, rays, lines
