"""Optima over some chambers only, and what they prove about the optimum over all (statement 4.1).

Restricted to a subset of chambers the program has the value p~ and the dual v~. The network is a network, so
`p* <= p~`; and the dual objective is concave with the value 0 at 0, whichever loss of the package it is of,
so its value at `t v~`, which is feasible for `t = min(1, beta/norm_dual(v~))`, is at least `t p~`. One
number, `norm_dual(v~)` over ALL chambers, turns any subsample into a proven interval; a bound on it does the
same, with a wider one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import Vector, dot
from hyperplane_arrangements.values.display import Shown
from hyperplane_arrangements.values.pasting import OneLine

from ..exact.enclosures import Enclosed, decimal_above, decimal_interval
from ..exact.judged import judged, objective_of
from ..exact.norms import dual_norm_squared, root_above
from ..exact.rounding import on_a_grid
from ..exact.setting import Setting
from ..exact.spectral import rounded_up
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import Landscape, first_rows
from ..stationary_points.blocks import Block

if TYPE_CHECKING:
    from ..problem import TrainingProblem
    from ..stationary_points.restricted import RestrictedCertificate

_VIOLATION = 1e-9
_INWARD = 1 - Fraction(1, 2**50)
_BLOCKS_A_ROUND = 12
_ROUNDS = 60


@dataclass(frozen=True, slots=True, repr=False)
class ProvenInterval(OneLine, Shown, Enclosed):
    """`lower <= p* <= upper`, in rationals, from a network and a bound on a dual norm.

    Attributes:
        lower: the dual objective of `scale * dual`, or 0 if that is better.
        upper: the exact objective of the network.
        network: the network, rational.
        dual: v~, length n.
        norm_bound: proven: `norm_dual(dual) <= norm_bound`.
        scale: the multiple of v~ that is feasible because of it, and best (statement 2.5).
        method: how the dual norm was bounded, for people.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
        >>> right_only = chambers_of_directions(problem, [[1]])
        >>> found = interval_by_chambers(problem, right_only)
        >>> print(found)
        23/8 <= p* <= 4.501, ratio at most 1.566 (proven: dual norm over all chambers)
    """

    lower: Fraction
    upper: Fraction
    network: RationalNetwork
    dual: Vector
    norm_bound: Fraction
    scale: Fraction
    method: str

    @property
    def ratio(self) -> Fraction | None:
        """`upper / lower`, at least the true ratio `upper / p*`; None where nothing but `p* >= 0` is
        known."""
        if self.upper == 0:
            return Fraction(1)
        return self.upper / self.lower if self.lower > 0 else None

    def __str__(self) -> str:
        factor = "no ratio" if self.ratio is None else f"ratio at most {decimal_above(self.ratio, 3)}"
        low, high = decimal_interval(self.lower, self.upper)
        bounds = f"{_shown(self.lower, low)} <= p* <= {_shown(self.upper, high)}"
        return f"{bounds}, {factor} (proven: {self.method})"


def _shown(value: Fraction, rounded: str) -> str:
    return str(value) if max(abs(value.numerator), value.denominator) < 10**6 else rounded


def chambers_of_directions(problem: TrainingProblem, directions: Any) -> np.ndarray:
    """The chambers that given directions lie in, exactly and each once; those on a hyperplane are left out.

    Args:
        problem: for X.
        directions: m x d.

    Returns:
        P x n int8 sign vectors.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> chambers_of_directions(TrainingProblem([[1], [-1]], [3, 2], beta=1), [[2], [3], [0]]).tolist()
        [[1, -1]]
    """
    from hyperplane_arrangements.exact import signs

    table = signs(problem.X, directions)
    nonzero = problem.X.integers.any(axis=1)
    inside = (table[:, nonzero] != 0).all(axis=1)
    found, first = np.unique(table[inside], axis=0, return_index=True)
    return found[np.argsort(first)]


def restricted_to(problem: TrainingProblem, chambers: Iterable[Sequence[int]]) -> RestrictedCertificate:
    """The optimum over some closed chambers with both output signs, by column generation among them.

    Args:
        problem: the problem.
        chambers: sign vectors.

    Returns:
        The certificate of the blocks in use: its network is in the chambers; its `dual` is v~. That no other
        of the chambers helps is numerical (to 1e-9 of beta); what is proven from it afterwards does not
        rely on it.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
        >>> float(restricted_to(problem, [(1, -1)]).upper)
        4.5
    """
    from ..stationary_points.conic import conic_optimum, slopes
    from ..stationary_points.solver import restricted_optimum

    problem.require_standard("the optimum over some chambers")
    setting = Setting.of(problem.require_one_output())

    def residual(working: tuple[Block, ...]) -> np.ndarray:
        vectors, _ = conic_optimum(setting, working)
        return problem.target - sum(
            block.output * slopes(setting, block) * (problem.features @ vector)
            for block, vector in zip(working, vectors, strict=True)
        )

    return restricted_optimum(problem, _blocks_in_use(problem, chambers, residual))


def proposal_over(
    problem: TrainingProblem, chambers: Iterable[Sequence[int]]
) -> tuple[RationalNetwork, Vector]:
    """A network and v~ for any loss, nearly optimal over some closed chambers with both output signs.

    Args:
        problem: with the 2-norm, no readout and nothing free.
        chambers: sign vectors.

    Returns:
        The network, and v~ in the dual domain of the loss. Numerical, as what is proven from them allows.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta="1/2", loss="l1")
        >>> network, dual = proposal_over(problem, [(1, -1)])
        >>> from duality_checks.exact.judged import objective_of
        >>> value = objective_of(problem, network)  # fits one sample: 3/2 + 2
        >>> round(float(value), 6), round(float(dual[1]), 9)
        (3.5, 1.0)
    """
    from ..training.program import Blocks, Optimum, solve

    if problem.loss.name == "squared":
        found = restricted_to(problem, chambers)
        return found.network, found.dual

    def optimum(working: tuple[Block, ...]) -> Optimum:
        signs = np.array([block.signs for block in working], dtype=np.int8)
        outputs = np.array([float(block.output) for block in working])
        return solve(problem, Blocks(problem.features, signs, signs != 0, outputs))

    slope = problem.loss.slope(np.zeros(problem.n), problem.target)
    working = _blocks_in_use(
        problem, chambers, lambda blocks: problem.loss.clip(optimum(blocks).dual, problem.target)
    )
    hidden, output = np.zeros((0, problem.d)), np.zeros(0)
    if working:
        best = optimum(working)
        slope, sizes = best.dual, np.linalg.norm(best.vectors, axis=1)
        used = sizes > _VIOLATION * sizes.max()
        roots = np.sqrt(sizes[used])
        hidden = best.vectors[used] / roots[:, None]
        output = roots * [block.output for block, is_used in zip(working, used, strict=True) if is_used]
    network = TwoLayerNetwork(hidden, output, problem.kappa)
    return RationalNetwork.of(network), on_a_grid(problem, slope)[0]


def _blocks_in_use(
    problem: TrainingProblem,
    chambers: Iterable[Sequence[int]],
    dual_over: Callable[[tuple[Block, ...]], np.ndarray],
) -> tuple[Block, ...]:
    """The blocks that an optimum over some chambers needs: added until none of the others would help."""
    from ..pricing.pricers import ChamberList

    table = np.array(list(chambers), dtype=np.int8).reshape(-1, problem.n)
    landscape = Landscape.of(problem)
    prices = ChamberList(landscape, hyperplane_signs(landscape, table))
    working: dict[Block, None] = {}
    dual = problem.loss.slope(np.zeros(problem.n), problem.target)
    for _ in range(_ROUNDS):
        fresh = _violated(landscape, prices, table, dual, float(problem.beta))
        fresh = [block for block in fresh if block not in working][:_BLOCKS_A_ROUND]
        if not fresh:
            break
        working |= dict.fromkeys(fresh)
        dual = dual_over(tuple(working))
    return tuple(working)


def hyperplane_signs(landscape: Landscape, table: np.ndarray) -> np.ndarray:
    """Sign vectors of rows (P x n) as those of the distinct hyperplanes of a landscape (P x h)."""
    rows = first_rows(landscape.hyperplane_of_row)
    return table[:, rows] * np.sign(landscape.lengths[rows]).astype(np.int8)


def _violated(
    landscape: Landscape, prices: Any, table: np.ndarray, residual: np.ndarray, beta: float
) -> list[Block]:
    """The blocks among these chambers whose best neuron would lower the objective, best first."""
    found = prices.maxima(residual, beta * (1 + _VIOLATION))
    sides = np.sign(landscape.lengths)
    blocks: dict[Block, None] = {}
    for direction, sign in zip(found.directions, found.signs, strict=True):
        heights = landscape.rows @ direction
        small = np.abs(heights) <= 1e-9 * np.abs(landscape.lengths)
        # The chamber of the list that holds the maximiser: rows it lies on may have either sign.
        fits = ((np.sign(heights) == table) | small | (sides == 0)).all(axis=1)
        for signs in table[fits].tolist():
            blocks[Block(tuple(signs), int(sign))] = None
    return list(blocks)


def interval(
    problem: TrainingProblem, network: RationalNetwork, dual: Vector, norm_bound: Fraction, method: str
) -> ProvenInterval:
    """The interval that a network and a bound on `norm_dual(dual)` prove (statements 2.4, 2.5, 4.1).

    Args:
        problem: the problem.
        network: any network.
        dual: any v, length n.
        norm_bound: at least `norm_dual(dual)`; whoever calls this answers for it.
        method: how the bound was proven.

    Raises:
        InputError: a network that does not fit (:func:`~duality_checks.exact.judged.judged`), or a dual of
            another length.
    """
    if len(dual) != problem.n:
        raise InputError(f"dual has {len(dual)} entries; give one a sample, {problem.n}")
    exact = judged(problem, network)
    scale, lower = _best_multiple(problem, dual, norm_bound)
    upper = objective_of(problem, exact)
    return ProvenInterval(max(lower, Fraction(0)), upper, exact, dual, norm_bound, scale, method)


def _best_multiple(problem: TrainingProblem, dual: Vector, norm_bound: Fraction) -> tuple[Fraction, Fraction]:
    """The best of the multiples of v that are feasible and in the domain of the loss, and its value (2.5)."""
    loss, y = problem.loss, problem.y
    floats, square = np.array([float(v) for v in dual]), dot(dual, dual)
    tries = [Fraction(0), Fraction(1), Fraction(loss.multiple(floats, problem.target))]
    if square:
        # Where the dual objective is quadratic this is the best of all, exactly.
        tries.append(max(dot(dual, y) / square, Fraction(0)))
    if norm_bound > 0:
        most = 1 / rounded_up(norm_bound / problem.beta)
        tries = [min(scale, most) for scale in tries]
    # As a float the largest multiple in the domain may be a hair too large for it.
    tries += [scale * _INWARD for scale in tries]
    found = []
    for scale in tries:
        multiple = tuple(scale * v for v in dual)
        if loss.holds(multiple, y):
            found.append((scale, loss.lower(multiple, y)))
    return max(found, key=lambda pair: pair[1])


def interval_by_chambers(problem: TrainingProblem, chambers: Iterable[Sequence[int]]) -> ProvenInterval:
    """Solve over some chambers, then measure the dual norm over ALL of them, exactly (statement 4.1).

    Args:
        problem: of a rank and size at which all chambers can be listed; this is the slow and certain way. For
            many chambers hand the network and the dual of :func:`proposal_over` to `certify`.
        chambers: sign vectors.

    Returns:
        The interval; `ratio` is the a posteriori ratio.
    """
    problem.require_ball("the interval of some chambers").require_penalised("the interval of some chambers")
    network, dual = proposal_over(problem, chambers)
    bound = root_above(dual_norm_squared(problem, dual))
    return interval(problem, network, dual, bound, "dual norm over all chambers")
