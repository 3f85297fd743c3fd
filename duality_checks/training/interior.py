"""The relaxation of training (statement 7.9) by an interior-point method of its own, for many rows.

Mehrotra's predictor and corrector on :mod:`.many_rows`. Newton's equations are for moments and sizes; those
of the sizes on a hyperplane are a diagonal, and a term of rank 1 for the outputs that they add up to. So they
are eliminated, and what is left has as many unknowns as the pieces have moments, however many rows there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from hyperplane_arrangements.errors import ConvexLandscapeError

from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from .many_rows import Place, Program, Slacks
from .pieces import Moments, Piece
from .proposals import Bound, Curves, Relaxation

STEPS = 200
GAP = 1e-8  # relative, at the end
LEFT = 1e-8  # of what Newton's equations did not fulfil in the beginning
BOUNDARY = 0.99  # of the way to the boundary
BACK = 0.9
STILL = 1e-10  # a share of a step that leads nowhere
RIDGE = 1e-13
LARGEST = 10**7  # entries of a matrix: a few of them fit into a gigabyte


def has_many_rows(problem: TrainingProblem, pieces: int) -> bool:
    """Whether :func:`relax_many` is for a problem: of a smooth loss, rows that are samples, biases that are
    not free, at least as many hyperplanes as so many pieces have moments, and a matrix of both that fits.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, -1, 2], beta="1/2")
        >>> has_many_rows(problem, pieces=2)  # 3 rows, and 12 moments
        False
    """
    count, rank = len(problem.arrangement.hyperplanes), problem.arrangement.rank
    moments = pieces * (rank + 1) * (rank + 2) // 2
    own = problem.loss.smooth and problem.readout.is_identity and problem.bias is None
    return own and moments <= count <= LARGEST // moments


def relax_many(
    problem: TrainingProblem, landscape: Landscape, limit: float, pieces: tuple[Piece, ...]
) -> Relaxation:
    """Solve the relaxation of a problem that :func:`has_many_rows`.

    Args:
        problem: with the penalty of the 2-norm.
        landscape: of it.
        limit: of seconds: no step is begun that would end later if it took as long as the last.
        pieces: of the sphere.

    Returns:
        As :func:`~.relaxation.relax`.

    Raises:
        ConvexLandscapeError: no step was made.

    Example:
        >>> from .relaxation import SPHERES
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
        >>> found = relax_many(problem, Landscape.of(problem), np.inf, SPHERES)
        >>> round(problem.loss.dual(found.dual, problem.target), 6)  # two soft thresholds: 3 - 1/2 + 2 - 1/2
        4.0
    """
    program, deadline, left = Program.of(problem, landscape, pieces), perf_counter() + limit, 1.0
    place, mu = program.start, program.objective(program.start) / program.degree
    prices = _first_prices(program, mu)
    last = perf_counter()
    for _ in range(STEPS):
        try:
            place, prices, share, mu = _step(program, place, prices)
        except LinAlgError:  # so near to the boundary that floats see no further
            break
        before, last, left = last, perf_counter(), left * (1 - share)
        near = left <= LEFT and mu * program.degree <= GAP * program.objective(place)
        if near or share < STILL or last + (last - before) > deadline:
            break
    dual = program.datafit.slope(program.outputs(place))
    if place is program.start or not np.isfinite(dual).all():
        raise ConvexLandscapeError("floats do not solve the program of functions; rescale the data")
    return Relaxation(dual, _bounds(program, place, prices, pieces))


def _first_prices(program: Program, mu: float) -> Slacks:
    """The multipliers of all slacks at the start, for a mean product."""
    at = program.slacks(program.start)
    matrices = program.weight * mu * np.linalg.inv(at.matrices)
    return Slacks(mu / at.rows, mu / at.masses, [mu / part for part in at.facets], matrices)


def _bounds(program: Program, place: Place, prices: Slacks, pieces: tuple[Piece, ...]) -> tuple[Bound, ...]:
    """For each piece its function and its moments."""
    _, q, m = program.local(place.moments)
    above, below, curved, _ = prices.rows
    total, rank = above + below + curved, program.rank
    found = []
    for p, (piece, matrix) in enumerate(zip(pieces, program.matrices(place.moments), strict=True)):
        turned = program.turned[p][:, 1:] @ place.moments[p]
        units = turned / np.linalg.norm(turned, axis=1, keepdims=True)
        count = len(turned)
        curves = Curves(np.sqrt(q[p] / m[p]), (above[p] - below[p]) / total[p], curved[p] / total[p])
        moments = Moments(float(m[p, 0]), place.moments[p, :rank], matrix[:rank, :rank])
        vectors = -prices.facets[p][:count, None] * units
        found.append(Bound(piece, curves, prices.facets[p][count:], vectors, moments))
    return tuple(found)


def _step(program: Program, place: Place, prices: Slacks) -> tuple[Place, Slacks, float, float]:
    """A step: where it leads, its share of Newton's, and the mean product of slacks and prices before.

    Raises:
        LinAlgError: floats do not solve Newton's equations.
    """
    slacks = program.slacks(place)
    system = _System.of(program, place, slacks, prices)
    gap = _product(slacks, prices)
    mu = gap / program.degree
    # Where a step straight to the boundary would lead says how far to aim, and what the equations leave out.
    none = [0 * part for part in slacks.facets]
    nowhere = Slacks(0 * slacks.rows, 0 * slacks.masses, none, slacks.matrices)
    step, moved, change = system.solve(nowhere, 0.0)
    share = min(_share(program, place, slacks, prices, step, change), 1.0)
    ahead = _product(_plus(slacks, moved, share), _plus(prices, change, share))
    aim = min(max(ahead / gap, 0.0), 1.0) ** 3 * mu
    aims = Slacks(
        aim - moved.rows * change.rows,
        aim - moved.masses * change.masses,
        [aim - one * other for one, other in zip(moved.facets, change.facets, strict=True)],
        slacks.matrices,
    )
    step, _, change = system.solve(aims, program.weight * aim)
    share = min(BOUNDARY * _share(program, place, slacks, prices, step, change), 1.0)
    return place.plus(step, share), _plus(prices, change, share), share, mu


def _product(slacks: Slacks, prices: Slacks) -> float:
    """The sum of all products."""
    facets = sum(float(one @ other) for one, other in zip(slacks.facets, prices.facets, strict=True))
    rest = float((slacks.rows * prices.rows).sum()) + float((slacks.matrices * prices.matrices).sum())
    return rest + float(slacks.masses @ prices.masses) + facets


def _plus(these: Slacks, change: Slacks, share: float) -> Slacks:
    """These, and a share of a change."""
    return Slacks(
        these.rows + share * change.rows,
        these.masses + share * change.masses,
        [one + share * more for one, more in zip(these.facets, change.facets, strict=True)],
        these.matrices + share * change.matrices,
    )


def _share(
    program: Program, place: Place, slacks: Slacks, prices: Slacks, step: Place, change: Slacks
) -> float:
    """How much of a step stays inside, up to a little more than 1."""
    pairs = [(prices.rows, change.rows), (prices.masses, change.masses)]
    pairs += zip(prices.facets, change.facets, strict=True)
    lows = [float((change / now).min()) for now, change in pairs if now.size]
    moved = program.matrices(step.moments)
    for now, more in ((slacks.matrices, moved), (prices.matrices, change.matrices)):
        inverse = np.linalg.inv(np.linalg.cholesky(now))
        lows.append(float(np.linalg.eigvalsh(inverse @ more @ inverse.transpose(0, 2, 1)).min()))
    share = 1 / max(-min(lows), BOUNDARY)
    # Slacks are concave: what is ahead of the boundary in their slopes may be behind it.
    while share > STILL and not program.slacks(place.plus(step, share)).are_positive:
        share *= BACK
    return share


@dataclass(frozen=True, eq=False, slots=True)
class _Rows:
    """What rows add to Newton's equations.

    Attributes:
        slopes: of the loss by the sums over pieces of t and of a, 2 x h.
        mixed, own: its second derivatives by both, and by the latter, length h.
        skipped: likewise by the latter and what has no price, h x q.
        up, down: the slopes of sqrt(m q) by q and by m, p x h.
        bends: second derivatives by a and each of t, q, m and a, 4 x p x h.
        reduced: by t, q and m, without what each a takes of it: tt, tq, tm, qq, qm and mm, 6 x p x h.
        inverse: the sum over pieces of 1 over the last of the bends, length h.
    """

    slopes: np.ndarray
    mixed: np.ndarray
    own: np.ndarray
    skipped: np.ndarray
    up: np.ndarray
    down: np.ndarray
    bends: np.ndarray
    reduced: np.ndarray
    inverse: np.ndarray

    @classmethod
    def of(cls, program: Program, place: Place, slacks: Slacks, prices: Slacks) -> _Rows:
        f, owner, even = program.outputs(place), program.owner, program.even
        slope, curvature = -program.datafit.slope(f), program.datafit.curvature(f)
        _, q, m = program.local(place.moments)
        up, down = 0.5 * np.sqrt(m / q), 0.5 * np.sqrt(q / m)
        first, second, third, fourth = prices.rows / slacks.rows
        bent = prices.rows[3] * np.sqrt(m * q) / 4
        by_t, by_a = second - first, first + second + third + fourth
        by_q, by_m = -third - fourth * up, -fourth * down
        # Written so that nothing large cancels, where one of the slacks is nearly 0.
        both = first + second
        reduced = [
            (both * (third + fourth) + 4 * first * second) / by_a,
            -by_t * by_q / by_a,
            -by_t * by_m / by_a,
            (both * (third + fourth * up**2) + third * fourth * (1 - up) ** 2) / by_a + bent / q**2,
            fourth * down * (up * both + third * (up - 1)) / by_a - bent / (q * m),
            fourth * down**2 * (both + third) / by_a + bent / m**2,
        ]
        return cls(
            np.array([owner @ (slope * program.odd), owner @ (slope * even)]),
            owner @ (curvature * program.odd * even),
            owner @ (curvature * even**2),
            owner @ ((curvature * even)[:, None] * program.skips),
            up,
            down,
            np.array([by_t, by_q, by_m, by_a]),
            np.array(reduced),
            (1 / by_a).sum(axis=0),
        )


@dataclass(frozen=True, eq=False, slots=True)
class _System:
    """Newton's equations at a place, without sizes.

    Attributes:
        program, place, slacks, prices: what they are of.
        rows: what rows add.
        pull: what the sum over pieces of a is moved by on each hyperplane, h x unknowns.
        load: what pulls at that sum besides, likewise.
        inverses: of the matrices.
        factor: of Cholesky's.
    """

    program: Program
    place: Place
    slacks: Slacks
    prices: Slacks
    rows: _Rows
    pull: np.ndarray
    load: np.ndarray
    inverses: np.ndarray
    factor: Any

    @classmethod
    def of(cls, program: Program, place: Place, slacks: Slacks, prices: Slacks) -> _System:
        """Those of a place, with Cholesky's factor.

        Raises:
            LinAlgError: floats find none.
        """
        rows, (count, size) = _Rows.of(program, place, slacks, prices), place.moments.shape
        X, squares, ends = program.normals, program.squares, count * size
        whole = np.zeros((ends + len(place.theta), ends + len(place.theta)))
        pull, heights = np.zeros((2, len(X), len(whole)))
        inverses = np.linalg.inv(slacks.matrices)
        for p in range(count):
            own = slice(p * size, (p + 1) * size)
            whole[own, own] = _of_rows(program, rows.reduced[:, p]) + _of_piece(
                program, place.moments[p], p, slacks, prices, inverses[p]
            )
            by_t, by_q, by_m, by_a = rows.bends[:, p]
            share = (-program.sides[p] / by_a)[:, None]
            pull[:, own] = share * np.hstack([by_t[:, None] * X, by_q[:, None] * squares, by_m[:, None]])
            heights[:, p * size : p * size + program.rank] = program.sides[p] * X
        load = rows.mixed[:, None] * heights
        load[:, ends:] = rows.skipped
        both = 1 + rows.inverse * rows.own
        across = pull.T @ (load / both[:, None])
        whole += pull.T @ ((rows.own / both)[:, None] * pull) + across + across.T
        whole -= load.T @ ((rows.inverse / both)[:, None] * load)
        curvature = program.datafit.curvature(program.outputs(place))
        straight = (program.owner.T @ heights) * program.odd[:, None]
        straight[:, ends:] = program.skips
        whole += straight.T @ (curvature[:, None] * straight)
        whole[ends:, ends:] += np.diag(program.decay)
        whole[np.diag_indices(len(whole))] *= 1 + RIDGE
        return cls(program, place, slacks, prices, rows, pull, load, inverses, cho_factor(whole))

    def solve(self, aims: Slacks, aim: float) -> tuple[Place, Slacks, Slacks]:
        """The step after which products are as aimed at, of unknowns, slacks and prices."""
        program, rows, sides = self.program, self.rows, self.program.sides
        count, size = self.place.moments.shape
        first, second, third, fourth = aims.rows / self.slacks.rows
        by_t, by_q, by_m, by_a = rows.bends
        both = 1 + rows.inverse * rows.own
        g_a = sides * rows.slopes[1] - first - second - third + fourth
        still = (sides * g_a / by_a).sum(axis=0)
        total = -still / both
        sizes = -(g_a + sides * (rows.own * total)) / by_a
        g_t = sides * (rows.slopes[0] + rows.mixed * total) + first - second + by_t * sizes
        g_q, g_m = third - fourth * rows.up + by_q * sizes, -fourth * rows.down + by_m * sizes
        slopes = np.hstack([g_t @ program.normals, g_q @ program.squares, g_m.sum(axis=1)[:, None]])
        slopes[:, -1] += program.beta
        i, k = program.places
        slopes -= aim * np.where(i == k, 1.0, 2.0) * self.inverses[:, i, k]
        slopes -= (aims.masses / self.slacks.masses)[:, None] * program.trace
        lines = [program.facet_slopes(p, moments) for p, moments in enumerate(self.place.moments)]
        for p, line in enumerate(lines):
            slopes[p] -= (aims.facets[p] / self.slacks.facets[p]) @ line
        loss = -program.datafit.slope(program.outputs(self.place))
        skipped = program.skips.T @ loss + program.decay * self.place.theta + rows.skipped.T @ total
        found = -cho_solve(self.factor, np.append(slopes.ravel(), skipped))
        moments, theta = found[: count * size].reshape(count, size), found[count * size :]
        t, q, m = program.local(moments)
        load = self.load @ found
        total = (self.pull @ found - still - rows.inverse * load) / both
        sizes = -(by_t * t + by_q * q + by_m * m + g_a + sides * (rows.own * total + load)) / by_a
        moved = Slacks(
            np.array([sizes - t, sizes + t, sizes - q, rows.up * q + rows.down * m - sizes]),
            moments @ program.trace,
            [line @ own for line, own in zip(lines, moments, strict=True)],
            program.matrices(moments),
        )
        return Place(moments, sizes, theta), moved, self._change(aims, aim, moved)

    def _change(self, aims: Slacks, aim: float, moved: Slacks) -> Slacks:
        """That of the prices, for one of the slacks."""
        now, prices = self.slacks, self.prices

        def change(aims: np.ndarray, price: np.ndarray, slack: np.ndarray, step: np.ndarray) -> np.ndarray:
            return (aims - price * (slack + step)) / slack

        facets = zip(aims.facets, prices.facets, now.facets, moved.facets, strict=True)
        turned = self.inverses @ moved.matrices @ prices.matrices
        return Slacks(
            change(aims.rows, prices.rows, now.rows, moved.rows),
            change(aims.masses, prices.masses, now.masses, moved.masses),
            [change(*parts) for parts in facets],
            aim * self.inverses - prices.matrices - 0.5 * (turned + turned.transpose(0, 2, 1)),
        )


def _of_rows(program: Program, reduced: np.ndarray) -> np.ndarray:
    """The second derivatives by the moments of a piece that rows have each on its own, D x D."""
    X, squares, one = program.normals, program.squares, np.ones((len(program.normals), 1))
    tt, tq, tm, qq, qm, mm = (part[:, None] for part in reduced)
    left = [X, squares, one]
    rights = [[tt * X, tq * squares, tm], [tq * X, qq * squares, qm], [tm * X, qm * squares, mm]]
    return np.vstack([part.T @ np.hstack(right) for part, right in zip(left, rights, strict=True)])


def _of_piece(
    program: Program, moments: np.ndarray, p: int, slacks: Slacks, prices: Slacks, inverse: np.ndarray
) -> np.ndarray:
    """Those of a piece's matrix, mass and facets, D x D."""
    i, k = program.places
    twice, dual = np.where(i == k, 1.0, 2.0), prices.matrices[p]

    def crossed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return one[np.ix_(i, i)] * other[np.ix_(k, k)] + one[np.ix_(i, k)] * other[np.ix_(k, i)]

    found = 0.25 * np.outer(twice, twice) * (crossed(inverse, dual) + crossed(dual, inverse))
    found += prices.masses[p] / slacks.masses[p] * np.outer(program.trace, program.trace)
    lines = program.facet_slopes(p, moments)
    found += (lines * (prices.facets[p] / slacks.facets[p])[:, None]).T @ lines
    for maps, price in zip(program.turned[p][:, 1:], prices.facets[p], strict=False):
        turned = maps @ moments
        length = float(np.linalg.norm(turned))
        across = np.eye(len(turned)) - np.outer(turned, turned) / length**2
        found += price / length * (maps.T @ across @ maps)
    result: np.ndarray = found
    return result
