"""The set of all optimal networks: a polytope, its vertices the minimal ones (statement 5.1).

The fit f* and the residual v are the same for all optima. A neuron of an optimum maximises `s v'phi(Xu)`
over the unit ball, so it points along one of finitely many directions q_i (each closed chamber has one, and
neighbours may share theirs), and all optima are

    {t >= 0 : sum_i t_i s_i phi(X q_i) = f*}.

It is bounded, because every such t has `beta sum t = v'f*`. What is said about it is exact when v is a
rational optimal dual; otherwise it is numerical, with a tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_vector
from hyperplane_arrangements.exact.cddlib import generators
from hyperplane_arrangements.exact.rational import ZERO, Vector, combination, dot
from hyperplane_arrangements.values.display import Shown
from hyperplane_arrangements.values.pasting import OneLine

from ..exact.judged import judged
from ..exact.norms import gradient, project
from ..networks.objective import activated
from ..networks.rational import RationalNetwork
from ..terms.given import relative

if TYPE_CHECKING:
    from ..networks.two_layer import TwoLayerNetwork
    from ..problem import TrainingProblem
    from ..training.rounds import Solution

TOLERANCE = 1e-7
_GRAIN = 2**44
_MOST_ATOMS = 40


@dataclass(frozen=True, slots=True)
class Atom:
    """A direction in which neurons of optima may point, with their output sign and what such a neuron
    outputs.

    Attributes:
        direction: q, of length 1 (numerically, if the set is numerical), length d.
        output: s, +1 or -1.
        column: `s phi(X q)`, length n.
    """

    direction: Vector
    output: int
    column: Vector


@dataclass(frozen=True, slots=True, repr=False)
class OptimalSet(OneLine, Shown):
    """All optimal networks of a problem, as weights t on atoms: neuron i has `norm(w) abs(alpha) = t_i`.

    How those of one width hang together is the matter of `Staircase` and `connect_optima` (statement 5.6).

    Attributes:
        problem: the problem.
        atoms: all atoms, each direction once.
        vertices: the vertices of the polytope, weights on all atoms; these are the minimal networks.
        rays: its rays, of which there are none: kept to be checked.
        dimension: of the polytope; 0 if and only if the optimum is unique.
        value: p* (of the rescaled program, which is that of the network).
        tolerance: 0 when everything was decided in rationals; else the tolerance of the numerical decisions.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> rows = [[3, 0], [-3, 0], [0, 4], [0, -4]]
        >>> problem = TrainingProblem(rows, ["14/5", "14/5", "21/5", "21/5"], beta=5)
        >>> found = exact_optimal_set(problem, (Fraction(1),) * 4)
        >>> len(found.atoms), found.dimension, found.minimum_width, found.is_unique, found.is_proven
        (4, 1, 2, False, True)
    """

    problem: TrainingProblem
    atoms: tuple[Atom, ...]
    vertices: tuple[Vector, ...]
    rays: tuple[Vector, ...]
    dimension: int
    value: Fraction
    tolerance: float

    @property
    def is_unique(self) -> bool:
        """Whether there is only one optimum, up to the order of neurons and the splitting of one into
        several."""
        return self.dimension == 0

    @property
    def is_proven(self) -> bool:
        """Whether nothing was decided by a tolerance."""
        return self.tolerance == 0

    @property
    def widths(self) -> tuple[int, ...]:
        """The number of neurons of each vertex."""
        return tuple(sum(1 for x in vertex if x) for vertex in self.vertices)

    @property
    def minimum_width(self) -> int:
        """m*, the least width of an optimal network: the supports of points contain those of vertices."""
        return min(self.widths)

    def between(self, first: Vector, second: Vector, share: Fraction) -> Vector:
        """The point on the way from one optimum to another: every one of them is an optimum."""
        return tuple((1 - share) * a + share * b for a, b in zip(first, second, strict=True))

    def rescaled_objective(self, weights: Vector) -> Fraction:
        """`1/2 norm(f - y)^2 + beta sum t`, exactly; the network's objective if the atoms have length 1."""
        fit = combination(weights, [atom.column for atom in self.atoms], self.problem.n)
        residual = [y - f for y, f in zip(self.problem.y, fit, strict=True)]
        return dot(residual, residual) / 2 + self.problem.beta * sum(weights, ZERO)

    def neurons(self, weights: Vector) -> RationalNetwork:
        """The network with hidden weights `w = q` and output weights `alpha = s t`: exact, not balanced."""
        used = [(atom, t) for atom, t in zip(self.atoms, weights, strict=True) if t]
        return RationalNetwork(
            tuple(atom.direction for atom, _ in used), tuple(atom.output * t for atom, t in used)
        )

    def network(self, weights: Vector) -> TwoLayerNetwork:
        """The balanced network in floats: `w = sqrt(t) q`, `alpha = s sqrt(t)`."""
        from ..training.polyhedral import balanced

        return balanced(self.neurons(weights).floats(self.problem.kappa, self.problem.d))

    def __str__(self) -> str:
        how = "proven" if self.is_proven else f"numerical, tolerance {self.tolerance:g}"
        if self.is_unique:
            return f"the optimum is unique: {self.minimum_width} neurons ({how})"
        return (
            f"a polytope of dimension {self.dimension} with {len(self.vertices)} vertices on "
            f"{len(self.atoms)} directions; the least width is {self.minimum_width} ({how})"
        )


def exact_optimal_set(problem: TrainingProblem, dual: Sequence[Fraction]) -> OptimalSet:
    """The optimal set from a rational optimal dual, with nothing decided by a tolerance.

    That the polytope is not empty proves that the dual is optimal and so are its points. Most problems have
    an irrational dual; those of rank one, and those built around a rational one, have not.

    Args:
        problem: squared loss, 2-norm; small enough to project onto each chamber in rationals.
        dual: v, length n.

    Raises:
        InputError: v is not feasible, or no network has the fit `y - v` at the price that v allows.
    """
    problem.require_standard("the set of optima")
    v = exact_vector(dual, "dual")
    fit = tuple(y - x for y, x in zip(problem.y, v, strict=True))
    atoms = exact_atoms(problem, v)
    vertices, rays = polytope([atom.column for atom in atoms], fit)
    if not vertices:
        raise not_optimal()
    dimension = _rank([[a - b for a, b in zip(x, vertices[0], strict=True)] for x in vertices[1:]])
    value = dot(v, problem.y) - dot(v, v) / 2
    return OptimalSet(problem, atoms, vertices, rays, dimension, value, 0.0)


def not_optimal() -> InputError:
    """What is said of a dual vector that no network goes with."""
    return InputError(
        "dual is feasible but not optimal: no neurons of norm_dual(dual) = beta add up to y - dual"
    )


def exact_atoms(problem: TrainingProblem, v: Vector) -> tuple[Atom, ...]:
    """The maximisers of value exactly beta over all chambers and both signs; equal ones of neighbours
    once."""
    found: dict[tuple[Vector, int], None] = {}
    limit = problem.beta**2
    for signs in problem.arrangement.chambers().signs.tolist():
        c = gradient(problem, signs, v)
        for output in (1, -1):
            point = project(problem.X.fractions, signs, tuple(output * x for x in c)).point
            square = dot(point, point)
            if square > limit:
                raise InputError(
                    f"dual is not feasible: norm_dual(dual)^2 >= {float(square):.9g} > beta^2 = "
                    f"{float(limit):.9g}"
                )
            if square == limit:
                found[tuple(x / problem.beta for x in point), output] = None
    return tuple(_atom(problem, q, output) for q, output in found)


def _atom(problem: TrainingProblem, q: Vector, output: int) -> Atom:
    return Atom(q, output, tuple(output * x for x in activated(problem, q)))


def polytope(columns: Sequence[Vector], fit: Vector) -> tuple[tuple[Vector, ...], tuple[Vector, ...]]:
    """The vertices and rays of `{t >= 0 : sum_i t_i columns[i] = fit}`, exactly (cddlib).

    Example:
        >>> one, two = Fraction(1), Fraction(2)
        >>> [[str(x) for x in vertex] for vertex in polytope([(one,), (two,)], (two,))[0]]
        [['0', '1'], ['2', '0']]
    """
    if not columns:
        return ((), ()) if any(fit) else (((),), ())
    size = len(columns)
    equations = [[-f, *row] for f, row in zip(fit, zip(*columns, strict=True), strict=True)]
    bounds = [[ZERO, *(Fraction(i == j) for j in range(size))] for i in range(size)]
    vertices, rays, _ = generators(bounds, equations)
    return tuple(sorted(vertices)), tuple(rays)


def _rank(rows: Sequence[Sequence[Fraction]]) -> int:
    from hyperplane_arrangements.exact import exact_matrix, rank

    return rank(exact_matrix(rows)) if rows and rows[0] else 0


def optimal_set(
    problem: TrainingProblem, solution: Solution | None = None, tolerance: float = TOLERANCE
) -> OptimalSet:
    """The optimal set, numerically: what counts as equal or zero is decided by a tolerance.

    Args:
        problem: squared loss, 2-norm, with chambers that can be priced.
        solution: an optimum, by its `.network`; trained if None.
        tolerance: relative; for values near beta, for dependence of atoms, and for weights that are zero.

    Returns:
        The set, with directions and weights as the rationals that the floats are.

    Raises:
        InputError: more directions than can be handled, a network that does not fit or is not optimal to the
            tolerance, or a tolerance that is not above 0 and below 1.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> print(optimal_set(TrainingProblem([[1], [-1]], [3, 2], beta=1)))
        the optimum is unique: 2 neurons (numerical, tolerance 1e-07)
    """
    from ..training.columns import train

    problem.require_standard("the set of optima")
    tolerance = float(relative(tolerance, "tolerance", zero=False))  # 0 is what says that all was exact
    exact_network = judged(problem, (solution or train(problem)).network)
    fit = exact_network.floats(problem.kappa, problem.d).predict(problem.features)
    atoms = _numerical_atoms(problem, problem.target - fit, tolerance)
    columns = np.array([[float(x) for x in atom.column] for atom in atoms]).reshape(-1, problem.n).T
    vertices = _numerical_vertices(columns, fit, tolerance)
    offsets = np.array(vertices) - vertices[0]
    sizes = np.linalg.svd(offsets, compute_uv=False) if offsets.size else np.zeros(0)
    dimension = int((sizes > 10 * tolerance * max(1.0, np.abs(vertices[0]).max(initial=0.0))).sum())
    exact = tuple(sorted(tuple(map(Fraction, vertex)) for vertex in vertices))
    missing = problem.target - fit
    value = Fraction(0.5 * float(missing @ missing) + float(problem.beta) * float(vertices[0].sum()))
    return OptimalSet(problem, atoms, exact, (), dimension, value, tolerance)


def _numerical_atoms(problem: TrainingProblem, residual: np.ndarray, tolerance: float) -> tuple[Atom, ...]:
    from ..pricing.landscape import Landscape
    from ..pricing.pricers import pricer
    from ..training.rounds import MAX_CHAMBERS

    landscape, beta = Landscape.of(problem), float(problem.beta)
    found = pricer(problem, landscape, MAX_CHAMBERS).maxima(residual, beta * (1 - tolerance))
    if len(found) and found.values[0] > beta * (1 + tolerance):
        raise InputError(
            f"solution is not optimal: norm_dual of its residual is {found.values[0] / beta:.9g} beta; "
            "train further, or give a larger tolerance"
        )
    kept: list[tuple[np.ndarray, int]] = []
    maxima = list(zip(landscape.lift(found.directions), found.signs, strict=True))
    if problem.kappa == -1:
        # Only one chamber of each antipodal pair may have been priced; the other has the twin -q.
        maxima += [(-direction, sign) for direction, sign in maxima]
    for direction, sign in maxima:
        near = (s == sign and np.linalg.norm(direction - q) <= 1e3 * tolerance for q, s in kept)
        if not any(near):
            kept.append((direction, int(sign)))
    if len(kept) > _MOST_ATOMS:
        raise InputError(
            f"{len(kept)} directions reach beta, more than {_MOST_ATOMS}: vertices of so large a polytope "
            "are not listed; use a larger beta or fewer samples"
        )
    exact = [(tuple(map(Fraction, direction.tolist())), sign) for direction, sign in kept]
    return tuple(_atom(problem, q, sign) for q, sign in exact)


def _numerical_vertices(columns: np.ndarray, fit: np.ndarray, tolerance: float) -> list[np.ndarray]:
    """The vertices of `{t >= 0 : columns t = fit}` up to a tolerance, each once."""
    from scipy.optimize import nnls

    if columns.shape[1] == 0:
        return [np.zeros(0)]
    start, distance = nnls(columns, fit)
    if distance > 1e3 * tolerance * max(1.0, float(np.linalg.norm(fit))):
        raise InputError(
            f"solution is not optimal: its fit is {distance:.3g} from the cone of the directions that reach "
            "beta"
        )
    _, sizes, right = np.linalg.svd(columns)
    null = right[int((sizes > tolerance * sizes[0]).sum()) :].T
    if null.shape[1] == 0:
        return [np.where(start > tolerance * start.max(initial=0.0), start, 0.0)]
    return _distinct(_inequality_vertices(start, null), start, null, tolerance)


def _inequality_vertices(start: np.ndarray, null: np.ndarray) -> list[np.ndarray]:
    """The vertices of `{z : start + null z >= 0}`, whose entries are rounded to a grid first."""
    table = np.column_stack([start / max(float(start.max(initial=0.0)), 1e-300), null])
    rows = [[Fraction(round(x * _GRAIN), _GRAIN) for x in row] for row in table.tolist()]
    return [np.array([float(x) for x in z]) for z in generators(rows)[0]]


def _distinct(
    points: list[np.ndarray], start: np.ndarray, null: np.ndarray, tolerance: float
) -> list[np.ndarray]:
    scale = max(float(start.max(initial=0.0)), 1e-300)
    kept: list[np.ndarray] = []
    for z in points:
        t = start + scale * (null @ z)
        t = np.where(t > 10 * tolerance * scale, t, 0.0)
        if all(np.abs(t - other).max() > 100 * tolerance * scale for other in kept):
            kept.append(t)
    return kept or [start]
