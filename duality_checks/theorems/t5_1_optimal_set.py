"""Statement 5.1: all optima form a polytope whose vertices are the minimal networks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, combination, dot

from ..exact.norms import dual_norm_squared
from ..exact.programs import in_cone
from ..networks.objective import activated
from ..optima.optimal_set import OptimalSet, exact_optimal_set
from ..optima.width_bracket import PROGRAMS, bracket_columns
from ..problem import TrainingProblem
from .bounds import dual_objective, proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .rationals import rank_of
from .samples import ACTIVATIONS

# Sides of right triangles and boxes: their diagonals are rational.
_BOXES = ((3, 4), (6, 8), (5, 12), (1, 2, 2), (2, 3, 6), (4,), (2,))


@dataclass(frozen=True, slots=True)
class Optima:
    """A problem with a rational optimal dual, and what is claimed of its optimal set."""

    found: OptimalSet
    dual: Vector
    dimension: int
    minimum_width: int


@all_hold
def check(instance: Optima) -> Iterator[Outcome]:
    """Each vertex, the ways between them, and by exhaustion the dimension and the least width."""
    found, problem = instance.found, instance.found.problem
    fit = tuple(y - v for y, v in zip(problem.y, instance.dual, strict=True))
    columns = [atom.column for atom in found.atoms]
    yield at_least(problem.beta**2, dual_norm_squared(problem, instance.dual), "the dual is feasible")
    value = dual_objective(problem, instance.dual)
    yield from _atoms_and_optima(instance, value)
    basic = basic_solutions(columns, fit)
    yield that(set(found.vertices) == basic, "the vertices are not the basic solutions")
    yield that(not found.rays, "the polytope is unbounded")
    rank = _rank_of_differences(basic)
    yield equal(instance.dimension, rank, "the dimension")
    least = next(
        size
        for size in range(len(columns) + 1)
        if any(in_cone(fit, chosen) for chosen in combinations(columns, size))
    )
    yield equal(instance.minimum_width, least, "the least width")
    yield from _bracket(columns, fit, least)
    yield that(found.is_unique == (len(basic) == 1), "uniqueness is decided wrongly")
    for vertex in found.vertices:
        width = sum(1 for x in vertex if x)
        used = [c for c, x in zip(columns, vertex, strict=True) if x]
        yield equal(width, rank_of(used), "the atoms of a vertex are independent")
        yield at_least(problem.n, width, "width of a vertex <= n")
    full = proven_interval(problem)
    yield at_least(full.upper, value, "p* >= its lower bound")
    yield at_least(value, full.lower, "the value of the optimal set >= p*")


def _atoms_and_optima(instance: Optima, value: Fraction) -> Iterator[Outcome]:
    """Each atom has length 1 and is what its direction outputs; vertices and midpoints attain the dual's
    value."""
    found, problem = instance.found, instance.found.problem
    for atom in found.atoms:
        yield equal(dot(atom.direction, atom.direction), Fraction(1), "length of a direction")
        outputs = tuple(atom.output * x for x in activated(problem, atom.direction))
        yield that(outputs == atom.column, "a column is not s phi(Xq)")
        yield equal(dot(instance.dual, atom.column), problem.beta, "s v'phi(Xq) = beta")
    pairs = {(atom.direction, atom.output) for atom in found.atoms}
    yield equal(len(pairs), len(found.atoms), "each direction once")
    for first, second in combinations([*found.vertices, found.vertices[0]], 2):
        middle = found.between(first, second, Fraction(1, 3))
        yield equal(found.rescaled_objective(middle), value, "an optimum on the way between two")


def _bracket(columns: list[Vector], fit: Vector, least: int) -> Iterator[Outcome]:
    """The bounds on the least width that need no vertices: after a single program, and at the end."""
    early, late = (bracket_columns(columns, fit, programs=most) for most in (1, PROGRAMS))
    for found in (early, late):
        yield that(not found.refusal(), f"the bracket of the least width: {found.refusal()}")
        yield at_least(least, found.lower, "the lower bound on the least width")
        yield at_least(found.upper, least, "the upper bound on the least width")
    yield equal(late.upper, late.lower, "the bounds on the least width")


def basic_solutions(columns: list[Vector], fit: Vector) -> set[Vector]:
    """The vertices of `{t >= 0 : columns t = fit}` by trying every independent set of columns.

    Example:
        >>> one, two = Fraction(1), Fraction(2)
        >>> sorted([[int(x) for x in t] for t in basic_solutions([(one,), (two,)], (two,))])
        [[0, 1], [2, 0]]
    """
    found = set()
    for size in range(len(columns) + 1):
        for chosen in combinations(range(len(columns)), size):
            picked = [columns[i] for i in chosen]
            if rank_of(picked) < size:
                continue
            membership = in_cone(fit, picked)
            if membership.weights is not None:
                weights = dict(zip(chosen, membership.weights, strict=True))
                found.add(tuple(weights.get(i, Fraction(0)) for i in range(len(columns))))
    return found


def _rank_of_differences(points: set[Vector]) -> int:
    first, *rest = sorted(points)
    return rank_of([tuple(a - b for a, b in zip(x, first, strict=True)) for x in rest]) if first else 0


def planted(problem: TrainingProblem, dual: Vector, shares: list[Fraction]) -> Optima:
    """The problem whose targets make the dual optimal: y = v + a nonnegative combination of atoms.

    Args:
        problem: X, activation, and `beta = norm_dual(dual)`; its targets are replaced.
        dual: v.
        shares: weights of the atoms, repeated or cut off as needed.
    """
    alone = TrainingProblem(problem.X, dual, problem.beta, problem.kappa)
    atoms = _maximisers(alone, dual)
    weights = [shares[i % len(shares)] for i in range(len(atoms))]
    fit = combination(weights, atoms, problem.n)
    y = tuple(v + f for v, f in zip(dual, fit, strict=True))
    found = exact_optimal_set(TrainingProblem(problem.X, y, problem.beta, problem.kappa), dual)
    return Optima(found, dual, found.dimension, found.minimum_width)


def _maximisers(problem: TrainingProblem, dual: Vector) -> list[Vector]:
    """The columns of all atoms. With `y = v` the dual is optimal for the fit zero, so the set is not
    empty."""
    return [atom.column for atom in exact_optimal_set(problem, dual).atoms]


def along_axes(box: tuple[int, ...], ties: list[bool], kappa: Fraction, shares: list[Fraction]) -> Optima:
    """Samples on the coordinate axes, one or two an axis: `v'phi(Xu)` is a sum over the axes, its norm a
    diagonal.

    Args:
        box: the gain on each axis; its diagonal is rational.
        ties: for each axis whether its negative side gains as much as the positive one.
        kappa: slope of the activation.
        shares: weights of the atoms.
    """
    d = len(box)
    rows: list[list[Fraction]] = []
    for j, (gain, tie) in enumerate(zip(box, ties, strict=True)):
        rows.append([Fraction(gain * (i == j)) for i in range(d)])
        rows.append([-Fraction(gain, 1 if tie else 4) * (i == j) for i in range(d)])
    dual = tuple(Fraction(1) for _ in rows)
    square = dual_norm_squared(TrainingProblem(rows, dual, 1, kappa), dual)
    root = Fraction(np.sqrt(float(square))).limit_denominator(10**4)
    if root * root != square:
        return along_axes(box, ties, Fraction(0), shares)
    return planted(TrainingProblem(rows, dual, root, kappa), dual, shares)


def draw(rng: np.random.Generator) -> Optima:
    """Random ties, activation and weights, some of them zero."""
    box = _BOXES[int(rng.integers(len(_BOXES)))]
    ties = [bool(t) for t in rng.integers(0, 2, len(box))]
    if len(box) == 3:
        ties[0] = False
    kappa = ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))] if len(box) < 3 else Fraction(0)
    shares = [Fraction(int(x), 2) for x in rng.integers(0, 4, 4)]
    return along_axes(box, ties, kappa, shares)


def rhombus() -> Optima:
    """Four directions at which the landscape is equal, with `a_1 + a_4 = a_2 + a_3`: a segment of optima."""
    return along_axes((3, 4), [True, True], Fraction(0), [Fraction(1, 2)])


def fixed() -> Iterator[Optima]:
    """A segment of optima, a unique one, absolute values (every neuron has a twin), no neuron at all."""
    yield rhombus()
    yield along_axes((3, 4), [False, False], Fraction(0), [Fraction(1)])
    yield along_axes((3, 4), [True, False], Fraction(-1), [Fraction(1), Fraction(0)])
    yield along_axes((3, 4), [True, True], Fraction(0), [Fraction(0)])


def control() -> Optima:
    """The segment of optima, claimed to be a single point."""
    return replace(rhombus(), dimension=0)


THEOREM = Theorem(
    id="5.1",
    name="set of optima",
    statement=(
        "All optima have the same fit and directions q_i; they are the polytope "
        "{t >= 0: sum t_i s_i phi(X q_i) = f*}, whose vertices are the minimal networks, no wider than "
        "the rank of the active atoms."
    ),
    source="derived; Ergen and Pilanci 2025, section on the geometry of the optimum",
    note="5.1-set-of-optima.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the optimal network is unique",
    control=control,
)
