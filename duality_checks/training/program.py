"""The convex program over chosen (chamber, sign) blocks, as a conic program (statements 2.1 and 2.7).

    ``minimise ell(sum_b s_b T D_b X v_b) + beta * sum_b norm(v_b)``, ``v_b`` in the closed chamber of b,

for every loss, penalty and readout. Over all chambers with both signs its value is p*. Floats from an
interior-point solver: proposals, which certificates prove.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from scipy import sparse

from hyperplane_arrangements.errors import ConvexLandscapeError

from ..exact.rounding import power_of_two
from ..problem import TrainingProblem
from ..terms.losses import Absolute, Hinge, Huber, Logistic, Loss, Squared, SquaredHinge
from ..terms.max_pooling import require_sums
from ..terms.weighted import Weighted
from .sparse_blocks import beside, diagonal, identity, minimised, placed

ITERATIONS = 200


@dataclass(frozen=True, eq=False, slots=True)
class Blocks:
    """The (chamber, sign) pairs of a restricted program, in coordinates that suit its penalty.

    Attributes:
        rows: ``X`` in those coordinates, N x p: any isometry's for the 2-norm, else the user's.
        signs: signs of all rows on each block's chamber, int8, B x N.
        walls: rows whose hyperplanes bound each chamber, at least; bool, B x N.
        outputs: +1.0 or -1.0, length B.
    """

    rows: np.ndarray
    signs: np.ndarray
    walls: np.ndarray
    outputs: np.ndarray

    def __len__(self) -> int:
        return len(self.outputs)

    def __getitem__(self, chosen: np.ndarray) -> Blocks:
        return Blocks(self.rows, self.signs[chosen], self.walls[chosen], self.outputs[chosen])

    def knows(self, signs: np.ndarray, output: float) -> bool:
        """Whether a pair is among them."""
        return bool(((self.signs == signs).all(axis=1) & (self.outputs == output)).any())

    def join(self, other: Blocks) -> Blocks:
        """These and others, in the same coordinates."""
        return Blocks(
            self.rows,
            np.concatenate([self.signs, other.signs]),
            np.concatenate([self.walls, other.walls]),
            np.concatenate([self.outputs, other.outputs]),
        )


@dataclass(frozen=True, eq=False, slots=True)
class Optimum:
    """What the solver returned.

    Attributes:
        fit: f, length n.
        dual: v, length n, in the domain of the loss's dual up to the solver's tolerance.
        vectors: ``v_b`` in the coordinates of the blocks, B x p.
        status: the solver's word.
    """

    fit: np.ndarray
    dual: np.ndarray
    vectors: np.ndarray
    status: str


@dataclass(frozen=True, eq=False, slots=True)
class Minimum:
    """Where a loss and a penalty together are least.

    Attributes:
        fit: f, length n.
        dual: the multiplier v of ``f = columns @ x``, length n.
        found: x, then the auxiliary unknowns of the penalty.
        prices: the multipliers of the penalty's cones, in their order, in one and the same unit.
        scale: what the prices are multiplied by where the unknowns are in units of their own.
        status: the solver's word.
    """

    fit: np.ndarray
    dual: np.ndarray
    found: np.ndarray
    prices: list[np.ndarray]
    status: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How a conic program is solved.

    Attributes:
        tolerance: of feasibility and of the gap, absolute and relative.
        factors: who solves the linear systems: `auto`, the fastest for sparse ones, or `faer`, which has
            dense blocks and threads.
    """

    tolerance: float = 1e-12
    factors: str = "auto"


FULL = Accuracy()


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A convex function of some unknowns with a conic form.

    Attributes:
        quadratic, linear: the objective ``1/2 sum quadratic x^2 + linear x``.
        cones: triples (A, b, cone) that ask for ``b - A x`` in the cone.
    """

    quadratic: np.ndarray
    linear: np.ndarray
    cones: list[tuple[Any, np.ndarray, Any]]


def solve_atoms(
    problem: TrainingProblem, columns: np.ndarray, skips: np.ndarray | None = None, decay: float = 0.0
) -> Optimum:
    """The optimum over given neurons: minimise ``ell(columns @ t) + beta * sum(t)`` over ``t >= 0``.

    Args:
        problem: for its loss and beta.
        columns: outputs of neurons of norm 1 with their output signs, n x m.
        skips: columns without a price, n x q: what a problem leaves free in the outputs.
        decay: what half the square of each of their weights costs.

    Returns:
        The optimum; its vectors are t (m x 1).

    Raises:
        ConvexLandscapeError: the solver returned no numbers.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta="1/2", loss="l1")
        >>> solve_atoms(problem, np.eye(2)).vectors.round(6)[:, 0]
        array([3., 2.])
    """
    import clarabel

    if skips is None:
        problem.require_penalised("a conic program")
        skips = np.empty((problem.n, 0))
    count, free = columns.shape[1], skips.shape[1]
    weights = Part(
        np.append(np.zeros(count), np.full(free, decay)),
        np.append(np.full(count, float(problem.beta)), np.zeros(free)),
        [
            (
                placed([(-identity(count), 0, 0)], (count, count + free)),
                np.zeros(count),
                clarabel.NonnegativeConeT(count),
            )
        ],
    )
    found = minimise(problem.loss, problem.target, weights, np.concatenate([columns, skips], axis=1), free)
    return Optimum(found.fit, found.dual, found.found[:count, None], found.status)


def solve(problem: TrainingProblem, blocks: Blocks) -> Optimum:
    """The optimum over the blocks, by clarabel.

    Args:
        problem: for everything but its chambers.
        blocks: at least one.

    Returns:
        The optimum; relative accuracy is typically 1e-9 or better.

    Raises:
        ConvexLandscapeError: the solver returned no numbers.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta="1/2", loss="l1")
        >>> signs = np.array([[1, -1], [-1, 1]], np.int8)
        >>> every = Blocks(problem.features, signs, np.ones((2, 2), bool), np.ones(2))
        >>> solve(problem, every).vectors.round(6)
        array([[ 3.],
               [-2.]])
    """
    problem.require_penalised("a conic program")
    slopes = np.where(blocks.signs > 0, 1.0, float(problem.kappa)) * blocks.outputs[:, None]
    sums = require_sums(problem.readout, "a program over activation patterns")
    columns = [sums.pool(slope[:, None] * blocks.rows) for slope in slopes]
    found = minimise(
        problem.loss, problem.target, penalty_part(problem, blocks), np.concatenate(columns, axis=1)
    )
    size = blocks.rows.shape[1]
    vectors = found.found[: len(blocks) * size].reshape(len(blocks), size)
    return Optimum(found.fit, found.dual, vectors, found.status)


def skips_of(problem: TrainingProblem) -> tuple[np.ndarray, np.ndarray]:
    """The columns without a linear price, n x q, and what half the square of each of their weights costs."""
    columns = np.array([[float(x) for x in column] for column in problem.skips]).reshape(-1, problem.n).T
    return columns, np.full(columns.shape[1], float(problem.beta) if problem.free.decayed else 0.0)


def minimise(
    loss: Loss,
    target: np.ndarray,
    penalty: Part,
    columns: Any,
    free: int = 0,
    limit: float = np.inf,
    accuracy: Accuracy = FULL,
) -> Minimum:
    """Minimise ``ell(f) + penalty(x)`` with ``f = columns @ x``, the last columns without a linear price.

    The solver's tolerances are absolute. So it gets targets, columns and weights of sizes up to 1, in units
    that
    are powers of two: the penalty is homogeneous (but for squares of the last columns), and the loss is of a
    degree.

    Args:
        loss: ell.
        target: length n.
        penalty: of x and unknowns of its own.
        columns: n x m, dense or sparse.
        free: how many of them.
        limit: of seconds.
        accuracy: of the solution.
    """
    paid = columns.shape[1] - free
    unit = 1.0 if loss.labels else power_of_two(float(np.abs(target).max()), 0)
    heavy = power_of_two(float(loss.floats.max()), 0) if isinstance(loss, Weighted) else 1.0
    sizes = _sizes(columns)
    gain = power_of_two(float(sizes[:paid].max(initial=0.0)), 0)
    gains = np.array([gain] * paid + [power_of_two(size, 0) for size in sizes[paid:].tolist()])
    quadratic = penalty.quadratic.copy()
    quadratic[: len(gains)] *= (unit ** (2 - loss.degree) / heavy) / gains**2
    linear = penalty.linear * (unit ** (1 - loss.degree) / (gain * heavy))
    minimum = _solved(
        _loss_part(loss.in_units(Fraction(unit)), target / unit, heavy),
        replace(penalty, quadratic=quadratic, linear=linear),
        columns / gains if isinstance(columns, np.ndarray) else columns @ diagonal(1 / gains),
        limit,
        accuracy,
    )
    found = minimum.found.copy()
    found[: len(gains)] *= unit / gains
    found[len(gains) :] *= unit / gain
    steep = heavy * unit ** (loss.degree - 1)
    return replace(
        minimum, fit=unit * minimum.fit, dual=steep * minimum.dual, found=found, scale=steep * gain
    )


def _sizes(columns: Any) -> np.ndarray:
    """The largest absolute entry of each column, dense or sparse."""
    if isinstance(columns, np.ndarray):
        return np.abs(columns).max(axis=0)
    return abs(sparse.csc_matrix(columns)).max(axis=0).toarray()[0]


def _solved(loss: Part, penalty: Part, columns: Any, limit: float, accuracy: Accuracy) -> Minimum:
    """The same for the two parts of the objective; either may have auxiliary unknowns behind f or x."""
    import clarabel

    n = columns.shape[0]
    head, tail = len(loss.linear), len(penalty.linear)
    blocks, right, cones = [(identity(n), 0, 0), (-columns, 0, head)], [np.zeros(n)], [clarabel.ZeroConeT(n)]
    height = n
    for part, before in ((loss, 0), (penalty, head)):
        for matrix, vector, cone in part.cones:
            blocks.append((matrix, height, before))
            height += matrix.shape[0]
            right.append(vector)
            cones.extend(cone if isinstance(cone, list) else [cone])
    found, duals, status = minimised(
        diagonal(np.concatenate([loss.quadratic, penalty.quadratic])),
        np.concatenate([loss.linear, penalty.linear]),
        placed(blocks, (height, head + tail)),
        np.concatenate(right),
        cones,
        tolerance=accuracy.tolerance,
        max_iter=ITERATIONS,
        limit=limit,
        direct_solve_method=accuracy.factors,
    )
    ends = np.cumsum([len(vector) for vector in right])
    prices = np.split(duals, ends[len(loss.cones) : -1].tolist())[1:]
    return Minimum(found[:n], duals[:n], found[head:], prices, status)


def _loss_part(loss: Loss, y: np.ndarray, heavy: float = 1.0) -> Part:
    """The loss, over a unit of its weights, as a function of f and auxiliary unknowns, n of each kind."""
    import clarabel

    if isinstance(loss, Weighted):
        own = _loss_part(loss.base, y)
        shares = np.tile(loss.floats / heavy, len(own.linear) // len(y))
        return replace(own, quadratic=shares * own.quadratic, linear=shares * own.linear)

    n = len(y)
    eye, one = identity(n), np.ones(n)
    nonnegative = clarabel.NonnegativeConeT(n)

    def form(quadratic: list[float], linear: list[Any], cones: list[Any]) -> Part:
        return Part(
            np.concatenate([value * one for value in quadratic]),
            np.concatenate([value * one for value in linear]),
            [(beside(matrices), right, cone) for matrices, right, cone in cones],
        )

    match loss:
        case Squared():
            return form([1.0], [-y], [])
        case Absolute():
            return form(
                [0.0, 0.0], [0.0, 1.0], [([eye, -eye], y, nonnegative), ([-eye, -eye], -y, nonnegative)]
            )
        case Huber(delta=delta):
            # f - y = a + b: a is squared, b costs delta a unit.
            above = ([eye, -eye, -eye], y, nonnegative)
            below = ([-eye, eye, -eye], -y, nonnegative)
            return form([0.0, 1.0, 0.0], [0.0, 0.0, float(delta)], [above, below])
        case Hinge() | SquaredHinge():
            square = 1.0 if isinstance(loss, SquaredHinge) else 0.0
            margins = ([diagonal(-y), -eye], -one, nonnegative)
            above = ([sparse.csc_matrix((n, n)), -eye], 0 * one, nonnegative)
            return form([0.0, square], [0.0, 1.0 - square], [margins, above])
        case Logistic():
            return _logistic_part(y)
    raise ConvexLandscapeError(f"the {loss.name} loss has no conic form; add one to program.py")


def _logistic_part(y: np.ndarray) -> Part:
    """``t >= log(1 + exp(-y f))`` as ``exp(-y f - t) + exp(-t) <= 1``: unknowns f, t, two exponentials."""
    import clarabel

    n = len(y)
    eye = identity(n)

    def exponential(slope: np.ndarray, third: int) -> tuple[Any, np.ndarray, Any]:
        # Rows 3k, 3k+1, 3k+2 ask for (-slope_k f_k - t_k, 1, p_k) in the exponential cone.
        first, last = 3 * np.arange(n), 3 * np.arange(n) + 2
        places = (
            np.concatenate([first, first, last]),
            np.concatenate([range(n), range(n, 2 * n), third * n + np.arange(n)]),
        )
        entries = np.concatenate([slope, np.ones(n), -np.ones(n)])
        matrix = sparse.csc_matrix((entries, places), shape=(3 * n, 4 * n))
        return matrix, np.tile([0.0, 1.0, 0.0], n), [clarabel.ExponentialConeT() for _ in range(n)]

    sums = placed([(eye, 0, 2 * n), (eye, 0, 3 * n)], (n, 4 * n))
    return Part(
        np.zeros(4 * n),
        np.concatenate([np.zeros(n), np.ones(n), np.zeros(2 * n)]),
        [exponential(y, 2), exponential(np.zeros(n), 3), (sums, np.ones(n), clarabel.NonnegativeConeT(n))],
    )


def norms_part(groups: np.ndarray, count: int, beta: float, decays: np.ndarray | None = None) -> Part:
    """``beta`` times the sum of the norms of groups of unknowns: a bound a group is behind them.

    Args:
        groups: which unknowns, g x w.
        count: of all unknowns.
        beta: positive.
        decays: what half the square of each of them costs, length count; nothing if None.

    Example:
        >>> from ..terms.losses import Squared
        >>> part = norms_part(np.array([[0, 1]]), 2, 1.0)  # one vector of two entries, a soft threshold
        >>> minimise(Squared(), np.array([3.0, 4.0]), part, np.eye(2)).found[:2].round(6)
        array([2.4, 3.2])
    """
    import clarabel

    size, width = groups.shape
    order = np.column_stack([count + np.arange(size), groups]).ravel()
    balls = sparse.csc_matrix(
        (-np.ones(len(order)), (np.arange(len(order)), order)), shape=(len(order), count + size)
    )
    cones = [clarabel.SecondOrderConeT(1 + width) for _ in range(size)]
    return Part(
        np.append(np.zeros(count) if decays is None else decays, np.zeros(size)),
        np.append(np.zeros(count), np.full(size, beta)),
        [(balls, np.zeros(len(order)), cones)] if size else [],
    )


def penalty_part(problem: TrainingProblem, blocks: Blocks) -> Part:
    """``beta * sum norm(v_b)`` and the chambers: unknowns are all ``v_b``, then what the norms need."""
    import clarabel

    count, width = len(blocks), blocks.rows.shape[1]
    size, beta = count * width, float(problem.beta)
    lengths = np.linalg.norm(blocks.rows, axis=1)
    units = blocks.rows / np.where(lengths > 0, lengths, 1.0)[:, None]
    block, row = np.nonzero(blocks.walls)
    inside = -blocks.signs[block, row, None] * units[row]
    if problem.penalty.name == "2-norm":
        extra, norms = count, norms_part(np.arange(size).reshape(count, width), size, beta).cones
    else:
        # One bound an entry for the 1-norm, one a block for the infinity norm: v <= bound and -v <= bound.
        single = problem.penalty.name == "1-norm"
        extra = size if single else count
        bound = identity(size) if single else sparse.kron(identity(count), np.ones((width, 1)), format="csc")
        norms = [
            (beside([side * identity(size), -bound]), np.zeros(size), clarabel.NonnegativeConeT(size))
            for side in (1.0, -1.0)
        ]
    where = np.repeat(np.arange(len(inside)), width), (block[:, None] * width + np.arange(width)).ravel()
    chambers = sparse.csc_matrix((inside.ravel(), where), shape=(len(inside), size + extra))
    cone = clarabel.NonnegativeConeT(len(inside))
    return Part(
        np.zeros(size + extra),
        np.concatenate([np.zeros(size), np.full(extra, beta)]),
        [(chambers, np.zeros(len(inside)), cone), *norms],
    )
