"""What networks can output on given data: a fit that is exact, or a vector that forbids it (statement 2.12).

With ``phi(t) = (1+kappa)/2 t + (1-kappa)/2 abs(t)`` and one vector ``b_j`` for each hyperplane (the sizes of
its rows, pooled by the readout),

    ``phi(Xu) = (1+kappa)/2 X u + (1-kappa)/2 sum_j b_j abs(h_j'u)``,

whose scalar functions are independent. So networks output the span of the ``b_j`` and, unless ``kappa = -1``,
of the columns of X: no chamber is needed to decide anything. Each of these vectors is the output of two or
three neurons, which makes any output in the span exact, rounding errors included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector, dot

from ..exact.judged import fit_of, judged
from ..exact.programs import zero_in_hull
from ..networks.rational import RationalNetwork
from ..pricing.landscape import Landscape, first_rows
from ..problem import TrainingProblem

# Points tried on each hyperplane for one that is far from the others, and the digits of its coordinates.
TRIES = 200
GRAIN = 2**24


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether some network fits the targets, or separates the labels, with a witness either way.

    Attributes:
        network: a network that does, exactly; None if there is none.
        obstruction: z with ``z'phi(Xu) = 0`` for ALL u, and ``z'y != 0`` (for a fit), or ``y_k z_k >= 0`` for
            all k and not all zero (for a margin): then no network does. None if there is a network.

    Example:
        >>> reach = reach_targets(TrainingProblem([[1, 1], [1, 1]], [5, -3], 1))
        >>> bool(reach), [str(z) for z in reach.obstruction]  # one row twice: the outputs are equal
        (False, ['1', '-1'])
    """

    network: RationalNetwork | None
    obstruction: Vector | None

    def __bool__(self) -> bool:
        return self.network is not None


class UnreachableError(InputError):
    """No network fits or separates.

    Attributes:
        obstruction: the vector that proves it (:class:`Reach`).
    """

    def __init__(self, message: str, obstruction: Vector):
        super().__init__(message)
        self.obstruction = obstruction


def bends(problem: TrainingProblem) -> list[Vector]:
    """The vectors ``b_j``, length n, one a hyperplane; its first row has size 1.

    Example:
        >>> bends(TrainingProblem([[1, 0], [-2, 0], [0, 3]], [0, 0, 0], 1))[0]
        (Fraction(1, 1), Fraction(2, 1), Fraction(0, 1))
    """
    rows, samples = problem.X.fractions, problem.readout.samples
    first = first_rows(problem.arrangement.hyperplane_of_row).tolist()
    found = [[ZERO] * problem.n for _ in first]
    for k, j in enumerate(problem.arrangement.hyperplane_of_row.tolist()):
        if j >= 0:
            unit = rows[first[j]]
            place = next(i for i, x in enumerate(unit) if x)
            found[j][samples[k]] += abs(rows[k][place] / unit[place])
    return list(map(tuple, found))


def _lines(problem: TrainingProblem) -> list[Vector]:
    """The pooled columns of X, which networks output unless ``kappa = -1``."""
    if problem.kappa == -1:
        return []
    columns = []
    for column in zip(*problem.X.fractions, strict=True):
        pooled = [ZERO] * problem.n
        for sample, x in zip(problem.readout.samples, column, strict=True):
            pooled[sample] += x
        columns.append(tuple(pooled))
    return columns


def reach_targets(problem: TrainingProblem) -> Reach:
    """Decide ``f = y`` exactly.

    Args:
        problem: any without free parts; its beta, loss and penalty play no part.

    Example:
        >>> reach = reach_targets(TrainingProblem([[1, 1], [2, 1]], [5, -3], 1))
        >>> fit_of(TrainingProblem([[1, 1], [2, 1]], [5, -3], 1), reach.network)
        (Fraction(5, 1), Fraction(-3, 1))
    """
    problem.require_penalised("reaching the targets").require_sums("reaching the targets")
    spanning = bends(problem) + _lines(problem)
    weights = _solved(spanning, problem.y)
    if weights is not None:
        return Reach(_network(problem, weights), None)
    return Reach(None, _left_null_vector(spanning, problem.y))


def reach_margins(problem: TrainingProblem) -> Reach:
    """Decide ``y_k f_k >= 1`` for all k exactly, for labels y.

    Raises:
        InputError: targets that are no labels.

    Example:
        >>> bool(reach_margins(TrainingProblem([[1, 1], [2, 2]], [1, -1], 1)))
        False
        >>> bool(reach_margins(TrainingProblem([[1, 1], [2, 3]], [1, -1], 1)))
        True
    """
    from ..terms.losses import parse_loss

    problem.require_sums("reaching the margins")
    parse_loss("hinge").require_targets(problem.y)
    spanning = bends(problem) + _lines(problem)
    weights = _solved(spanning, problem.y)
    if weights is None:
        # Some combination is positive on all samples, or nonnegative multiples of the samples cancel.
        rows = [tuple(y * b[k] for b in spanning) for k, y in enumerate(problem.y)]
        found = zero_in_hull(rows)
        if found.weights is not None:
            return Reach(None, tuple(y * share for y, share in zip(problem.y, found.weights, strict=True)))
        assert found.direction is not None
        margin = min(-dot(row, found.direction) for row in rows)
        weights = tuple(-x / margin for x in found.direction)
    return Reach(_network(problem, weights), None)


def corrected(problem: TrainingProblem, network: RationalNetwork, outputs: Vector) -> RationalNetwork:
    """The network with more neurons, small ones if it almost has these outputs, so that it has them exactly.

    Args:
        problem: the data.
        network: any that fits the problem.
        outputs: f, length n, in the span of the outputs of networks.

    Raises:
        InputError: f is not in that span, or the network does not fit.

    Example:
        >>> problem = TrainingProblem([[1, 1], [2, 1]], [5, -3], 1)
        >>> close = RationalNetwork([["5/2", "5/2"]], [1])
        >>> fit_of(problem, corrected(problem, close, problem.y)) == problem.y
        True
    """
    network = judged(problem, network)
    wanted = tuple(a - b for a, b in zip(outputs, fit_of(problem, network), strict=True))
    weights = _solved(bends(problem) + _lines(problem), wanted)
    if weights is None:
        raise InputError("outputs: no network has them; reach_targets shows why")
    more = _network(problem, weights)
    return replace(network, hidden=network.hidden + more.hidden, output=network.output + more.output)


def _network(problem: TrainingProblem, weights: Sequence[Fraction]) -> RationalNetwork:
    """A network with the outputs ``sum_j weights_j b_j + sum_i weights_(h+i) T X e_i``."""
    first, kappa = first_rows(problem.arrangement.hyperplane_of_row).tolist(), problem.kappa
    landscape, neurons = Landscape.of(problem), list[tuple[Vector, Fraction]]()
    for j, k in enumerate(first):
        if weights[j]:
            neurons += _bend_neurons(problem, landscape, k, weights[j] / (1 - kappa))
    for i, weight in enumerate(weights[len(first) :]):
        if weight:
            # phi(t) - phi(-t) = (1 + kappa) t.
            unit = tuple(Fraction(int(i == place)) for place in range(problem.d))
            share = weight / (1 + kappa)
            neurons += [(unit, share), (tuple(-x for x in unit), -share)]
    return RationalNetwork([u for u, _ in neurons], [alpha for _, alpha in neurons])


def _bend_neurons(
    problem: TrainingProblem, landscape: Landscape, k: int, weight: Fraction
) -> list[tuple[Vector, Fraction]]:
    """Neurons p + w, p - w, and p twice with the opposite sign, which cancel but on the hyperplane of row k.

    p is on that hyperplane and on no other, and w so short that nothing else is crossed. There
    ``phi(t) + phi(-t) = (1 - kappa) abs(t)``.
    """
    row = problem.X.fractions[k]
    point, step = _apart(problem, landscape, k)
    share = weight / abs(dot(row, step))
    neurons = [(tuple(a + side * b for a, b in zip(point, step, strict=True)), share) for side in (ONE, -ONE)]
    return [*neurons, (point, -2 * share)] if any(point) else neurons


def _apart(problem: TrainingProblem, landscape: Landscape, k: int) -> tuple[Vector, Vector]:
    """Rational p on the hyperplane of row k and on no other, and w too short to cross another from there.

    Floats propose points far from what they can tell apart; how far w may go is decided in rationals, and
    where hyperplanes all but coincide it is very short.
    """
    j = int(landscape.hyperplane_of_row[k])
    normal = landscape.normals[j]
    step = _coarse(landscape.lift(normal[None])[0])
    if landscape.rank == 1:
        return (ZERO,) * problem.d, step
    points = np.random.default_rng(k).standard_normal((TRIES, landscape.rank))
    points -= np.outer(points @ normal, normal)
    points /= np.linalg.norm(points, axis=1)[:, None]
    others = np.delete(landscape.normals, j, axis=0)
    room = (np.abs(points @ others.T) / np.maximum(np.abs(others @ normal), 1e-300)).min(axis=1)
    row = problem.X.fractions[k]
    place = max(range(problem.d), key=lambda i: abs(row[i]))
    for best in np.argsort(-room):
        point = list(_coarse(landscape.lift(points[best : best + 1])[0]))
        point[place] -= dot(row, point) / row[place]
        length = _length(problem, k, point, step)
        if length:
            return tuple(point), tuple(length * x for x in step)
    raise InputError(f"X: no point found on the hyperplane of row {k} alone; rescale the columns of X")


def _length(problem: TrainingProblem, k: int, point: Sequence[Fraction], step: Vector) -> Fraction:
    """A power of two, at most 1, so that this multiple of a step goes at most half the way to any hyperplane
    other than that of row k; 0 where the point is on one."""
    owner = problem.arrangement.hyperplane_of_row
    others = problem.X.integers[(owner != owner[k]) & (owner >= 0)]
    (above, unit), (climbs, scale) = (_scaled_products(others, vector) for vector in (point, step))
    if not all(above):
        return ZERO
    halvings = (_halvings(2 * c * unit, a * scale) for a, c in zip(above, climbs, strict=True) if c)
    return Fraction(1, 2 ** max(halvings, default=0))


def _halvings(size: int, room: int) -> int:
    """How often a positive integer has to be halved to be at most another one.

    Example:
        >>> [_halvings(size, 5) for size in (5, 6, 10, 11)]
        [0, 1, 1, 2]
    """
    times = max(size.bit_length() - room.bit_length(), 0)
    return times + (room << times < size)


def _scaled_products(rows: np.ndarray, vector: Sequence[Fraction]) -> tuple[list[int], int]:
    """The sizes of the products of integer rows with a vector, times an integer, and that integer."""
    scale = lcm(*(x.denominator for x in vector))
    products = rows @ np.array([int(x * scale) for x in vector], dtype=object)
    return [abs(int(x)) for x in products.tolist()], scale


def _coarse(vector: np.ndarray) -> Vector:
    return tuple(Fraction(round(x * GRAIN), GRAIN) for x in vector.tolist())


def _solved(columns: Sequence[Vector], target: Vector) -> Vector | None:
    """Weights with ``sum_j weights_j columns_j = target``, zero where others will do; None if there are none.
    Columns that are of one sample alone take what the others, which decide all other samples, leave of it."""
    own, rest, others = _alone(columns, len(target))
    found = _eliminated([[columns[j][k] for k in rest] for j in others], [target[k] for k in rest])
    if found is None:
        return None
    weights = [ZERO] * len(columns)
    for j, weight in zip(others, found, strict=True):
        weights[j] = weight
    used = [j for j in others if weights[j]]
    for k, j in own.items():
        weights[j] = (target[k] - sum(weights[i] * columns[i][k] for i in used)) / columns[j][k]
    return tuple(weights)


def _alone(columns: Sequence[Vector], n: int) -> tuple[dict[int, int], list[int], list[int]]:
    """The first column of each sample that is of it alone, the other samples, and the columns of several."""
    own, others = dict[int, int](), list[int]()
    for j, column in enumerate(columns):
        support = [k for k, x in enumerate(column) if x]
        if len(support) == 1:
            own.setdefault(support[0], j)
        elif support:
            others.append(j)
    return own, [k for k in range(n) if k not in own], others


def _eliminated(columns: Sequence[Sequence[Fraction]], target: Sequence[Fraction]) -> list[Fraction] | None:
    """The same by elimination: a column that depends on earlier ones gets none."""
    from flint import fmpz_mat

    weights = [ZERO] * len(columns)
    if not target:
        return weights
    rows = [[*(column[k] for column in columns), value] for k, value in enumerate(target)]
    scales = [lcm(*(Fraction(x).denominator for x in row)) for row in rows]
    integers = [[int(x * q) for x in row] for row, q in zip(rows, scales, strict=True)]
    reduced, denominator, rank = fmpz_mat(integers).rref()
    for i in range(rank):
        pivot = next(j for j in range(len(columns) + 1) if reduced[i, j] != 0)
        if pivot == len(columns):
            return None
        weights[pivot] = Fraction(int(reduced[i, len(columns)]), int(denominator))
    return weights


def _left_null_vector(columns: Sequence[Vector], target: Vector) -> Vector:
    """z with ``z'column = 0`` for every column and ``z'target`` not zero."""
    from flint import fmpz_mat

    # It is zero on a sample that a column is of alone.
    _, rest, others = _alone(columns, len(target))
    kept = [[columns[j][k] for k in rest] for j in others] or [[ZERO] * len(rest)]
    scales = [lcm(*(x.denominator for x in column)) for column in kept]
    integers = [[int(x * q) for x in column] for column, q in zip(kept, scales, strict=True)]
    basis, nullity = fmpz_mat(integers).nullspace()
    for c in range(nullity):
        entries = {k: Fraction(int(basis[i, c])) for i, k in enumerate(rest)}
        z = tuple(entries.get(k, ZERO) for k in range(len(target)))
        if dot(z, target):
            return z
    raise AssertionError("a target outside of a span is seen by some vector that annihilates the span")
