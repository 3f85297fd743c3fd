"""Exact hyperplane arrangements: every chamber, face and flat, by integer arithmetic.

The names below are the public interface; each is imported when first used, so that importing the package
stays cheap. The faces, flats, tope graph and zonotope of an arrangement are its methods; the modules
`families`, `plotting` and `strategies` have more to offer.

Example:
    >>> from hyperplane_arrangements import Arrangement, named
    >>> Arrangement([[1, 0], [0, 1], [1, 1]]).count_chambers()
    6
    >>> named("shi_3").characteristic_polynomial().as_expr().factor()
    t*(t - 3)**2
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .values.display import cards_in

if TYPE_CHECKING:  # for type checkers and editors, which run nothing
    from . import families as families
    from . import strategies as strategies
    from .arrangement import Arrangement
    from .enumeration.chamber import Chamber
    from .enumeration.chambers import ChamberBatch, Chambers, Position, count_by_search, upper_bound
    from .errors import ConvexLandscapeError, InputError, MissingExtraError, TooLargeError
    from .exact import ExactMatrix, exact_matrix, exact_vector
    from .exact.equations import Hyperplane
    from .exact.quadratic import square_root
    from .families import FAMILIES, Family, graphical, named
    from .families.matrix_files import read_arrangement
    from .geometry.angles import miss_probability, solid_angle
    from .geometry.faces import Faces
    from .geometry.flats import Flat, IntersectionLattice
    from .geometry.oriented_matroid import check_covector_axioms
    from .geometry.shapes import ChamberShape, Shapes
    from .geometry.tope_graph import separating_rows
    from .geometry.zonotope import VertexSample, Zonotope
    from .machine.cores import using_cores
    from .pictures import plotting as plotting
    from .values.findings import Finding, RefutedError

_NAMES = {
    "arrangement": ("Arrangement",),
    "machine.cores": ("using_cores",),
    "enumeration.chamber": ("Chamber",),
    "enumeration.chambers": ("ChamberBatch", "Chambers", "Position", "count_by_search", "upper_bound"),
    "errors": ("ConvexLandscapeError", "InputError", "MissingExtraError", "TooLargeError"),
    "exact": ("ExactMatrix", "exact_matrix", "exact_vector"),
    "exact.equations": ("Hyperplane",),
    "exact.quadratic": ("square_root",),
    "families": ("FAMILIES", "Family", "graphical", "named"),
    "values.findings": ("Finding", "RefutedError"),
    "geometry.angles": ("miss_probability", "solid_angle"),
    "geometry.faces": ("Faces",),
    "geometry.flats": ("Flat", "IntersectionLattice"),
    "geometry.oriented_matroid": ("check_covector_axioms",),
    "geometry.shapes": ("ChamberShape", "Shapes"),
    "geometry.tope_graph": ("separating_rows",),
    "geometry.zonotope": ("VertexSample", "Zonotope"),
    "families.matrix_files": ("read_arrangement",),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}
_MODULES = {"families": "families", "plotting": "pictures.plotting", "strategies": "strategies"}

__all__ = [
    "FAMILIES",
    "Arrangement",
    "Chamber",
    "ChamberBatch",
    "ChamberShape",
    "Chambers",
    "ConvexLandscapeError",
    "ExactMatrix",
    "Faces",
    "Family",
    "Finding",
    "Flat",
    "Hyperplane",
    "InputError",
    "IntersectionLattice",
    "MissingExtraError",
    "Position",
    "RefutedError",
    "Shapes",
    "TooLargeError",
    "VertexSample",
    "Zonotope",
    "check_covector_axioms",
    "count_by_search",
    "exact_matrix",
    "exact_vector",
    "graphical",
    "miss_probability",
    "named",
    "read_arrangement",
    "separating_rows",
    "solid_angle",
    "square_root",
    "upper_bound",
    "using_cores",
]

cards_in(f"{__name__}.pictures.cards")


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{_MODULES[name]}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted((*__all__, *_MODULES))
