"""The one door to cddlib, which is compiled where it is installed: imported when asked for, or named."""

from __future__ import annotations

from typing import Any

from ..errors import MissingExtraError


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
