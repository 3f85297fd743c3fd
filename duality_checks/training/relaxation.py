"""The semidefinite relaxation of training, whose dual vector proves the most that quadratic functions can
(statement 7.9).

All neurons of one output sign together have a mass m (the sum of their sizes), first moments u and second
moments U, sums over neurons of size times direction and of size times its square. Their outputs are linear in
u and in a, the sums of size times ``abs(x_k'direction)``. With rows of length 1 these satisfy

    ``abs(x_k'u) <= a_k``,  ``x_k'U x_k <= a_k <= sqrt(m x_k'U x_k)``,  ``(U, u; u', m) >= 0``,
    ``trace U <= m``.

The relaxation keeps just that: minimise ``ell(f) + beta (m+ + m-)``. It is convex, of the size of the data,
and its value is at most p*. The multiplier of f is a dual vector v for which quadratic functions, one for
each sign, prove ``norm_dual(v) <= beta``; their coefficients are the other multipliers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from .program import Minimum, Part, minimise

SIDES = (1.0, -1.0)


@dataclass(frozen=True, eq=False, slots=True)
class Curves:
    """For each hyperplane of a landscape what may replace ``abs(t)``, t the height on the unit sphere.

    Attributes:
        widths: tau of ``(tau + t^2 / tau) / 2``, which is above it, positive; length h.
        slopes, bends: of ``slope t + bend t^2``, below it: ``bend >= 0``, ``abs(slope) <= 1 - bend``.
    """

    widths: np.ndarray
    slopes: np.ndarray
    bends: np.ndarray


@dataclass(frozen=True, eq=False, slots=True)
class Relaxation:
    """What the relaxation proposes, in floats.

    Attributes:
        dual: v, length n.
        curves: for v and for -v.
    """

    dual: np.ndarray
    curves: tuple[Curves, Curves]


def relax(problem: TrainingProblem, landscape: Landscape, limit: float = np.inf) -> Relaxation:
    """Solve the relaxation.

    Args:
        problem: with the penalty of the 2-norm; biases are not free.
        landscape: of it.
        limit: of seconds.

    Returns:
        The dual vector and the curves, proposals all.

    Raises:
        ConvexLandscapeError: the solver returned no numbers.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, -1, 2], beta="1/2")
        >>> found = relax(problem, Landscape.of(problem))
        >>> lower = problem.loss.dual(found.dual, problem.target)
        >>> bool(0 < lower <= problem.loss.value(np.zeros(3), problem.target))
        True
    """
    skips = np.array([[float(x) for x in column] for column in problem.skips]).reshape(-1, problem.n).T
    decay = float(problem.beta) if problem.free.decayed else 0.0
    count, rank = landscape.normals.shape
    columns = sparse.hstack([*(side * _outputs(landscape) for side in SIDES), skips], format="csc")
    penalty = _penalty(landscape.normals, float(problem.beta), np.full(skips.shape[1], decay))
    minimum = minimise(problem, penalty, columns, skips.shape[1], limit)
    return Relaxation(minimum.dual, (_curves(minimum, 0, count, rank), _curves(minimum, 1, count, rank)))


def _outputs(landscape: Landscape) -> Any:
    """Outputs of samples as functions of u and a, n x (r + h)."""
    kappa, samples = landscape.kappa, np.array(landscape.readout.samples)
    some = np.flatnonzero(landscape.hyperplane_of_row >= 0)
    shape = landscape.readout.n, len(landscape.normals)
    places = samples[some], landscape.hyperplane_of_row[some]
    even = sparse.csc_matrix((np.abs(landscape.lengths[some]) * (0.5 * (1 - kappa)), places), shape=shape)
    odd = landscape.readout.pool(0.5 * (1 + kappa) * landscape.rows)
    return sparse.hstack([sparse.csc_matrix(odd), even], format="csc")


def _penalty(normals: np.ndarray, beta: float, decay: np.ndarray) -> Part:
    """``beta (m+ + m-)``; the unknowns are u and a of both signs, the skips, and m and U of both signs."""
    import clarabel

    count, rank = normals.shape
    upper = np.array([(i, k) for k in range(rank) for i in range(k + 1)])
    twice = np.where(upper[:, 0] == upper[:, 1], 1.0, 2.0)
    squares = twice * normals[:, upper[:, 0]] * normals[:, upper[:, 1]]
    own, extra = rank + count, 1 + len(upper)
    start = 2 * own + len(decay)
    total = start + 2 * extra
    linear = np.zeros(total)
    linear[[start, start + extra]] = beta
    quadratic = np.zeros(total)
    quadratic[2 * own : start] = decay
    eye, one = sparse.eye(count), np.ones((count, 1))
    heights = sparse.csc_matrix(normals)
    cones: list[tuple[Any, np.ndarray, Any]] = []
    for side in range(2):
        places = {"u": side * own, "a": side * own + rank, "m": start + side * extra}
        places["U"] = places["m"] + 1
        stacked = partial(_stacked, places, total)
        nonnegative = clarabel.NonnegativeConeT(count)
        nothing = np.zeros(count)
        cones.append((stacked(count, u=heights, a=-eye), nothing, nonnegative))
        cones.append((stacked(count, u=-heights, a=-eye), nothing, nonnegative))
        cones.append((stacked(count, U=squares, a=-eye), nothing, nonnegative))
        # (m + q, m - q, 2 a) in the second-order cone says a^2 <= m q.
        first, second, third = (_every_third(count, k) for k in range(3))
        balls = stacked(
            3 * count,
            m=-(first + second) @ one,
            U=-(first - second) @ squares,
            a=-2 * third,
        )
        cones.append((balls, np.zeros(3 * count), [clarabel.SecondOrderConeT(3) for _ in range(count)]))
        trace = (upper[:, 0] == upper[:, 1]).astype(float)[None]
        cones.append((stacked(1, U=trace, m=-np.ones((1, 1))), np.zeros(1), clarabel.NonnegativeConeT(1)))
        size = len(upper)
        scaled = -sparse.diags(np.sqrt(twice))
        matrix = sparse.vstack(
            [
                stacked(size, U=scaled),
                stacked(rank, u=-np.sqrt(2) * sparse.eye(rank)),
                stacked(1, m=-np.ones((1, 1))),
            ]
        )
        cones.append((matrix, np.zeros(size + rank + 1), clarabel.PSDTriangleConeT(rank + 1)))
    return Part(quadratic, linear, cones)


def _stacked(places: dict[str, int], total: int, rows: int, **blocks: Any) -> Any:
    """Blocks of so many rows, each from the place of its unknowns on."""
    moved = {name: sparse.coo_matrix(block) for name, block in blocks.items()}
    columns = [part.col + places[name] for name, part in moved.items()]
    entries = np.concatenate([part.data for part in moved.values()])
    lines = np.concatenate([part.row for part in moved.values()])
    return sparse.csc_matrix((entries, (lines, np.concatenate(columns))), shape=(rows, total))


def _every_third(count: int, first: int) -> Any:
    """The matrix that puts entry k in place ``3 k + first``."""
    places = 3 * np.arange(count) + first, np.arange(count)
    return sparse.csc_matrix((np.ones(count), places), shape=(3 * count, count))


def _curves(minimum: Minimum, side: int, count: int, rank: int) -> Curves:
    """The curves of one sign, from the multipliers of what they relax."""
    above, below, curved, cone = minimum.prices[6 * side : 6 * side + 4]
    weights = np.maximum([above, below, curved], 0.0)
    total = weights.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    slopes = np.where(total > 0, (weights[0] - weights[1]) / safe, 0.0)
    bends = np.where(total > 0, weights[2] / safe, 0.0)
    # In the cone's dual the first two multipliers are a multiple of q + m and q - m.
    first, second = cone.reshape(count, 3)[:, :2].T
    squares, masses = np.maximum(first - second, 0.0), np.maximum(first + second, 0.0)
    widths = np.sqrt(np.divide(masses, squares, out=np.ones(count), where=squares > 0))
    return Curves(widths, slopes, bends)
