"""Statements 7.8c and 7.9c: functions of degree 4 and 6 for each sign prove a dual vector feasible."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..problem import TrainingProblem
from .catalogue import Theorem
from .samples import degenerate_problems
from .t7_8_quadratic import Bounded, check, longer, repeatedly


def bounded(problem: TrainingProblem, degree: int = 4) -> Bounded | None:
    """A dual vector that functions of a degree prove; None if that is 0, or columns depend on each other."""
    from ..pricing.landscape import Landscape
    from ..training.cylinder import coordinates_of
    from ..training.quartic import relax_further
    from ..training.relaxation_proof import proven
    from ..training.sextic import is_raised, relax_furthest

    if problem.arrangement.rank < problem.d or (degree == 6 and not is_raised(problem)):
        return None
    landscape, coordinates = Landscape.of(problem), coordinates_of(problem)
    relax = relax_further if degree == 4 else relax_furthest
    found = proven(problem, coordinates, landscape, relax(problem, landscape))
    return None if found is None else Bounded(problem, *found)


def fixed() -> Iterator[Bounded]:
    """One problem a degeneracy, and one for sixth moments."""
    yield from filter(None, map(bounded, degenerate_problems()))
    yield from filter(None, [bounded(degenerate_problems()[0], 6)])


def draw(rng: np.random.Generator) -> Bounded:
    """A random problem whose relaxation proves something."""
    return next(filter(None, map(bounded, repeatedly(rng))))


def control() -> Bounded:
    """Functions for z that are shown for a longer one."""
    return longer(next(fixed()))


THEOREM = Theorem(
    id="7.8c",
    name="functions of degree 4 and 6",
    statement=(
        "Where v'phi(Xu) is at most c'u and a curve of degree 4 or 6 for each row, and beta less m + "
        "(c'u)^2/(4m) and these curves, as a form, has a positive semidefinite matrix in the products of "
        "two or three variables, for v and for -v, norm_dual(v) <= beta."
    ),
    source="derived",
    note="7.8c-higher-degrees.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="functions that prove z prove what is a little longer than z",
    control=control,
)
