"""The panel of the sphere: chambers and the cones of a cover, for a problem of rank 3 that was solved."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ...pricing.landscape import Landscape, first_rows
from ...pricing.limits import few_chambers
from ..half_spheres import plotted_directions
from ..slack import chamber_values
from .leaves import Leaf, leaves
from .page import Panel

if TYPE_CHECKING:
    from fractions import Fraction

    from ...certificates.certificate import Certificate
    from ...data.datasets import TrainingData
    from ...problem import TrainingProblem
    from ...training.rounds import Solution

#: Of more, no chamber could be pointed at, and the page would turn in jerks.
MOST_CHAMBERS = 12_000
MOST_LEAVES = 12_000
_DIGITS = 10


@dataclass(frozen=True, eq=False, slots=True)
class Solved:
    """A problem of rank 3 with what was found and proven about it.

    Attributes:
        data: where it is from, and its names.
        problem: the problem.
        solution: the trained network.
        certificate: by a cover of all directions.
    """

    data: TrainingData
    problem: TrainingProblem
    solution: Solution
    certificate: Certificate


def solved(data: TrainingData, beta: Fraction | None, beta_ratio: Fraction | None) -> Solved:
    """Train on data, and prove the optimum by a cover.

    Args:
        data: of rank 3.
        beta: the weight decay; None to take it from the share.
        beta_ratio: the share of beta_max to use where `beta` is None.

    Raises:
        InputError: the data have another rank or no weight decay is a share of their beta_max, or the
            certificate is refused.
    """
    from ...certificates.certificate import check
    from ...certificates.certifying import certify
    from ...optima.shares import at_ratio
    from ...problem import TrainingProblem
    from ...training.columns import train
    from ...training.rounds import MAX_CHAMBERS

    problem = TrainingProblem(data.X, data.y, 1 if beta is None else beta, **data.terms)
    require_rank_three(problem)
    if beta is None:
        problem = at_ratio(problem, beta_ratio, MAX_CHAMBERS)
    solution = train(problem)
    certificate = certify(problem, solution, list_at_most=0)
    check(problem, certificate).require()
    return Solved(data, problem, solution, certificate)


def require_rank_three(problem: TrainingProblem) -> None:
    """The sphere of directions is drawn for rank 3 alone.

    Raises:
        InputError: another rank, exactly or as far as floats can tell.
    """
    rank = Landscape.of(problem).rank if problem.arrangement.rank == 3 else problem.arrangement.rank
    if rank != 3:
        raise InputError(
            f"the data have rank {rank}, and the sphere shows rank 3: two features and a column of ones, or "
            "three features without it; choose them by --features"
        )


def sphere_panel(one: Solved) -> Panel:
    """A solved problem on a sphere that can be turned.

    Example:
        >>> from fractions import Fraction as F
        >>> from duality_checks.data.datasets import TrainingData
        >>> from hyperplane_arrangements.exact import exact_matrix
        >>> X = exact_matrix([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        >>> data = TrainingData("three", ("a", "b", "c"), "y", X, (F(1), F(2), F(-1)))
        >>> panel = sphere_panel(solved(data, F(1, 2), None))
        >>> panel.mount, len(panel.data["neurons"])
        ('mountSphere', 2)
    """
    return Panel(
        "The sphere of a problem", "sphere", "mountSphere", sphere_data(one), ("cones", "turning", "chambers")
    )


def sphere_data(one: Solved) -> dict[str, Any]:
    """What the page draws: numbers as JSON has them, floats rounded to ten digits.

    Points p of the sphere stand for weights `u = weights p`, in coordinates in which the data are white, as
    in the report's pictures.

    Returns:
        `weights` (d x 3); `rows` (n x 3, `x_k'u = rows_k'p`)
        and `first`, one row of each hyperplane; `z`, what `phi(x_k'u)` is multiplied by; `kappa`, `beta`,
        `names`, `title`; `lower` and `upper`, decimals rounded outward; `neurons`, each with its point `at`
        and `output`; `chambers`: `signs` (base64, eight rows a byte, the first in the lowest bit) with the
        largest values `plus` of `v'phi(Xu)` and `minus` of its negative, `norm(u) = 1`, in each, or None
        where there are too many; `cones`: the matrix `to` from the cover's coordinates to points, with the
        leaves `plus` and `minus`, or None.
    """
    problem, certificate = one.problem, one.certificate
    there, back = plotted_directions(problem)
    dual = np.array([float(v) for v in certificate.dual])
    hidden = np.array([[float(w) for w in row] for row in certificate.network_hidden]).reshape(-1, problem.d)
    return {
        "title": one.data.source,
        "names": list(one.data.features),
        "kappa": float(problem.kappa),
        "beta": float(problem.beta),
        **_interval(certificate),
        "weights": _rounded(there),
        "rows": _rounded(problem.features @ there),
        "first": sorted(first_rows(problem.arrangement.hyperplane_of_row).tolist()),
        "z": _rounded(problem.readout.spread(dual)),
        "neurons": [
            {"at": _rounded(point / np.linalg.norm(point)), "output": float(weight)}
            for point, weight in zip(
                hidden.reshape(-1, problem.d) @ back.T, certificate.network_output, strict=True
            )
        ],
        "chambers": _chambers(problem, dual),
        "cones": _cones(problem, certificate, back),
    }


def _interval(certificate: Certificate) -> dict[str, str]:
    from ...exact.enclosures import decimal_interval

    low, high = decimal_interval(certificate.lower, certificate.upper)
    return {"lower": low, "upper": high}


def _chambers(problem: TrainingProblem, dual: np.ndarray) -> dict[str, Any] | None:
    if not few_chambers(problem.arrangement, MOST_CHAMBERS):
        return None
    chambers, landscape = problem.arrangement.chambers(), Landscape.of(problem)
    inside = np.asarray(chambers.witnesses, dtype=float) @ landscape.basis
    plus, minus = chamber_values(landscape, dual, inside)
    return {
        "signs": b64encode(np.ascontiguousarray(chambers.packed).tobytes()).decode(),
        "plus": _rounded(plus),
        "minus": _rounded(minus),
    }


def _cones(problem: TrainingProblem, certificate: Certificate, back: np.ndarray) -> dict[str, Any] | None:
    plus, minus = leaves(problem, certificate)
    if len(plus) + len(minus) > MOST_LEAVES:
        return None
    basis = certificate.cover.basis if certificate.cover else None
    lines = np.eye(problem.d) if basis is None else np.array([[float(x) for x in line] for line in basis])
    return {
        "to": _rounded(back @ lines.T),
        "plus": [_leaf(leaf) for leaf in plus],
        "minus": [_leaf(leaf) for leaf in minus],
    }


def _leaf(leaf: Leaf) -> list[Any]:
    return [leaf.face, *leaf.lower, *leaf.upper, round(leaf.share, 6)]


def _rounded(values: np.ndarray) -> Any:
    """As lists, of numbers that are short to write."""
    if values.ndim > 1:
        return [_rounded(row) for row in values]
    return [float(f"{value:.{_DIGITS}g}") for value in values]
