"""Statement 4.2: chambers of a net of directions are enough, up to a factor known in advance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact import signs
from hyperplane_arrangements.exact.rational import Vector, dot

from ..approximation.nets import covering_radius, rational_directions
from ..approximation.sampling import a_priori_ratio
from ..approximation.subsets import restricted_to
from ..exact.norms import dual_norm_squared
from ..problem import TrainingProblem
from .bounds import proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import degenerate_problems, random_problem


@dataclass(frozen=True, slots=True)
class Net:
    """A problem, unit directions in its input space, and the eps for which they are claimed to be a net."""

    problem: TrainingProblem
    directions: tuple[Vector, ...]
    eps: Fraction


@all_hold
def check(instance: Net) -> Iterator[Outcome]:
    """Solve over the chambers around the directions; compare the ratio, the dual norm, and the radius."""
    problem = instance.problem
    found = restricted_to(problem, chambers_around(problem, instance.directions))
    ratio = a_priori_ratio(problem, instance.eps, found.dual)
    full = proven_interval(problem)
    yield at_least(ratio * full.upper, found.lower, "p~ <= ratio * p*")
    reach = dual_norm_squared(problem, found.dual)
    yield at_least((ratio * problem.beta) ** 2, reach, "norm_dual(v~) <= ratio * beta")
    yield at_least(dot(problem.y, problem.y), dot(found.dual, found.dual), "norm(v~) <= norm(y)")
    yield at_least(instance.eps, covering_radius(instance.directions), "the directions are an eps-net")


def chambers_around(problem: TrainingProblem, directions: tuple[Vector, ...]) -> list[tuple[int, ...]]:
    """The chambers whose closure holds one of the directions.

    Example:
        >>> chambers_around(TrainingProblem([[1], [-1]], [1, 1], 1), ((Fraction(1),),))
        [(1, -1)]
    """
    table = problem.arrangement.chambers().signs
    at = signs(problem.X, directions)
    met = ((at[:, None] == table[None]) | (at[:, None] == 0)).all(axis=2).any(axis=0)
    return [tuple(row) for row in table[met].tolist()]


def net(problem: TrainingProblem, count: int, rng: np.random.Generator) -> Net:
    """The claim of the statement for random rational directions, with the eps that they attain."""
    directions = rational_directions(rng.normal(size=(count, problem.d)))
    return Net(problem, directions, covering_radius(directions))


def draw(rng: np.random.Generator) -> Net:
    """A random problem and up to 14 directions."""
    return net(random_problem(rng), int(rng.integers(2, 15)), rng)


def fixed() -> Iterator[Net]:
    """A few directions for each degeneracy."""
    for seed, problem in enumerate(degenerate_problems()):
        yield net(problem, 6 + 2 * seed, np.random.default_rng(seed))


def control() -> Net:
    """A single direction that is claimed to see everything."""
    problem = TrainingProblem([[1, 0], [-1, 0], [0, 1], [0, -1]], [1, 3, 1, 3], "1/8")
    return Net(problem, rational_directions([[1.0, 2.0]]), Fraction(0))


THEOREM = Theorem(
    id="4.2",
    name="zonotope subsampling",
    statement=(
        "If the sampled directions are an eps-net of the sphere, "
        "p~ <= (1 + eps L norm(X)_2 norm(v~)_2 / beta) p*, and norm(v~) <= norm(y)."
    ),
    source="derived; Ergen and Pilanci 2025 sample the vertices of the zonotope",
    note="4.2-zonotope-subsampling.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a single sampled chamber loses nothing",
    control=control,
)
