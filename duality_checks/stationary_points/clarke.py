"""The Clarke subdifferential at a neuron, exactly, from the chambers of the localisation (statement 3.1).

Near a neuron w the objective is smooth on each chamber whose closure contains w. Its gradients there, one a
chamber, are finitely many rational vectors; the subdifferential is their convex hull. The rows on whose
hyperplane w lies (kink rows) enter through their chambers, never one by one: letting each slope roam in
[kappa, 1] by itself gives a box that is larger in general and proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.errors import TooLargeError
from hyperplane_arrangements.exact import exact_matrix, signs
from hyperplane_arrangements.exact.rational import ZERO, Vector, combination, dot

from ..cover.effort import require_time
from ..exact.programs import Membership, in_cone, zero_in_hull
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork

MAX_LOCAL_CHAMBERS = 20_000
_STEPS = 1000
_GRAIN = 2**60
_SHORT = 10**4  # weights of hand-made instances have short denominators; then the point is exact


@dataclass(frozen=True, slots=True)
class Subdifferential:
    """The Clarke subdifferential of the objective in the weights of one neuron.

    Attributes:
        signs: the exact signs of X w, length n: 0 on kink rows and zero rows.
        kinks: the kink rows: not zero, and w on their hyperplane.
        chambers: the sign vectors, length n, of the chambers whose closure contains w; 0 on zero rows only.
            None are listed where alpha is zero, because the gradient is the same on all of them.
        gradients: for each of them `beta P w - X'D z`, length p, where `z = alpha v` if there is one output.
            The hull of these is the set.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> setting = Setting.of(TrainingProblem([[1, -1], [0, 1]], [2, 2], beta=1))
        >>> network = RationalNetwork([[1, 0]], [1])
        >>> (here,) = subdifferentials(setting, network)
        >>> here.kinks, [tuple(map(int, g)) for g in here.gradients]
        ((1,), [(0, -1), (0, 1)])
        >>> here.contains_zero().weights
        (Fraction(1, 2), Fraction(1, 2))
    """

    signs: tuple[int, ...]
    kinks: tuple[int, ...]
    chambers: tuple[tuple[int, ...], ...]
    gradients: tuple[Vector, ...]

    def contains_zero(self) -> Membership:
        """Whether 0 is in the set, with the convex weights or a separating direction; exact."""
        return zero_in_hull(self.gradients)

    def nearest_to_zero(self) -> Distance:
        """The distance of 0 from the set, as a proven interval."""
        return hull_distance(self.gradients)


@dataclass(frozen=True, slots=True)
class Distance:
    """The distance of zero from the convex hull of points, enclosed by rationals.

    Attributes:
        lower_squared, upper_squared: proven bounds on the square of the distance.
        nearest: a point of the hull, of squared length `upper_squared`.
        descent: a direction h with `max_l points[l]'h <= -sqrt(lower_squared) * norm(h)`; zero if there is
            none.
    """

    lower_squared: Fraction
    upper_squared: Fraction
    nearest: Vector
    descent: Vector


def subdifferentials(
    setting: Setting,
    network: RationalNetwork,
    max_chambers: int = MAX_LOCAL_CHAMBERS,
    deadline: float | None = None,
) -> tuple[Subdifferential, ...]:
    """The Clarke subdifferential at each neuron.

    That of ``beta/2 norm(P w)^2 - z'phi(X w)``, where ``z = alpha v`` is what pulls a neuron if there is one
    output, with residual v, and ``z = V alpha`` if there are several, with residuals V, n x q.

    Args:
        setting: rows, targets, weight decay, activation.
        network: with m neurons.
        max_chambers: refuse a neuron with more chambers around it.
        deadline: when to give up, by :func:`time.perf_counter`.

    Returns:
        One a neuron, in order.

    Raises:
        TooLargeError: too many chambers around a neuron.
        OutOfTimeError: the deadline has passed.
    """
    if not network.width:
        return ()
    residuals, table = setting.residuals(network), signs(setting.X, network.hidden).tolist()
    found = []
    for weights, alphas, at in zip(network.hidden, network.outgoing, table, strict=True):
        pull = combination(alphas, residuals, setting.n) if any(alphas) else None
        found.append(_around(setting, pull, weights, tuple(at), max_chambers, deadline))
    return tuple(found)


def _around(
    setting: Setting,
    z: Vector | None,
    weights: Vector,
    at: tuple[int, ...],
    limit: int,
    deadline: float | None,
) -> Subdifferential:
    kinks = tuple(k for k, s in enumerate(at) if s == 0 and setting.nonzero[k])
    pull = tuple(setting.beta * w for w in setting.penalised(weights))
    if z is None:
        return Subdifferential(at, kinks, (), (pull,))
    smooth = setting.gradient(at, z)
    chambers, gradients = [], []
    for local in local_signs([setting.rows[k] for k in kinks], limit):
        require_time(deadline)
        full = list(at)
        for k, s in zip(kinks, local, strict=True):
            full[k] = s
        shares = [d * z[k] for d, k in zip(setting.slopes(local), kinks, strict=True)]
        rest = combination(shares, [setting.rows[k] for k in kinks], setting.inputs)
        chambers.append(tuple(full))
        gradients.append(tuple(b - c - r for b, c, r in zip(pull, smooth, rest, strict=True)))
    return Subdifferential(at, kinks, tuple(chambers), tuple(gradients))


def local_signs(kinks: Sequence[Vector], max_chambers: int = MAX_LOCAL_CHAMBERS) -> list[tuple[int, ...]]:
    """The sign vectors of the kink rows on the chambers around a point: those of the localisation.

    Args:
        kinks: nonzero rows, on all of whose hyperplanes the point lies.
        max_chambers: refuse more chambers than this.

    Returns:
        Sign vectors as long as there are kink rows; one empty one where there are none.

    Raises:
        TooLargeError: too many chambers.

    Example:
        >>> local_signs([(Fraction(1), Fraction(0)), (Fraction(-1), Fraction(0))])
        [(1, -1), (-1, 1)]
    """
    from hyperplane_arrangements.arrangement import Arrangement

    if not kinks:
        return [()]
    localisation = Arrangement(exact_matrix(kinks))
    predicted = localisation.count_chambers()
    if predicted > max_chambers:
        raise TooLargeError(
            f"{predicted:,} chambers meet at a neuron that lies on {len(kinks)} hyperplanes, over the limit "
            f"of {max_chambers:,}; drop neurons of weight zero, or raise max_chambers",
            predicted=predicted,
            limit=max_chambers,
        )
    return [tuple(row) for row in localisation.chambers(max_chambers).signs.tolist()]


def leaves_downhill(setting: Setting, here: Subdifferential, chamber: int) -> Membership:
    """Whether the objective falls to first order as the neuron moves into one chamber around it (3.4).

    In the closed tangent cone `{h : S_k x_k'h >= 0 on the kink rows}` the directional derivative is `g'h`; it
    is nonnegative there exactly when g is a combination `sum lambda_k S_k x_k` with `lambda >= 0`.

    Args:
        setting: the setting.
        here: the subdifferential at the neuron.
        chamber: the index of the chamber.

    Returns:
        A membership: `weights` are the multipliers of the kink rows; otherwise `direction` leads downhill.
    """
    side = here.chambers[chamber]
    walls = [tuple(side[k] * x for x in setting.rows[k]) for k in here.kinks]
    return in_cone(here.gradients[chamber], walls)


def hull_distance(points: Sequence[Vector]) -> Distance:
    """The distance of 0 from the convex hull of points, in a proven interval.

    Wolfe's algorithm proposes in floats; its convex weights, rounded, give a point of the hull and so an
    upper bound; the hull lies beyond a hyperplane orthogonal to that point, which gives the lower bound.

    Example:
        >>> found = hull_distance([(Fraction(1), Fraction(1)), (Fraction(1), Fraction(-1))])
        >>> found.lower_squared, found.upper_squared, found.descent
        (Fraction(1, 1), Fraction(1, 1), (Fraction(-1, 1), Fraction(0, 1)))
    """
    dimension = len(points[0])
    weights = _least_norm_weights(np.array([[float(x) for x in point] for point in points]))
    fine = [Fraction(round(weight * _GRAIN)) for weight in weights]
    short = [Fraction(float(weight)).limit_denominator(_SHORT) for weight in weights]
    candidates = [combination([x / sum(parts) for x in parts], points, dimension) for parts in (fine, short)]
    nearest = min(candidates, key=lambda point: dot(point, point))
    upper = dot(nearest, nearest)
    if not upper:
        return Distance(ZERO, ZERO, nearest, nearest)
    reach = min(dot(point, nearest) for point in points)
    if reach <= 0:
        return Distance(ZERO, upper, nearest, (ZERO,) * dimension)
    return Distance(reach * reach / upper, upper, nearest, tuple(-x for x in nearest))


def _least_norm_weights(points: np.ndarray) -> np.ndarray:
    """Convex weights of the point of the hull nearest to 0 (Wolfe 1976), in floats."""
    count = len(points)
    scale = np.abs(points).max(initial=0.0)
    if count == 1 or scale == 0:
        return np.eye(1, count)[0]
    points = points / scale
    weights = np.zeros(count)
    start = int(np.argmin((points**2).sum(axis=1)))
    weights[start] = 1.0
    corral = [start]
    for _ in range(_STEPS):
        nearest = weights @ points
        values = points @ nearest
        entering = int(np.argmin(values))
        if entering in corral or values[entering] >= nearest @ nearest - 1e-15:
            break
        corral.append(entering)
        while True:
            trial = _affine_weights(points[corral])
            if (trial > 0).all():
                break
            old = weights[corral]
            falling = trial <= 0
            step = (old[falling] / np.maximum(old[falling] - trial[falling], 1e-300)).min()
            mixed = np.maximum(old + min(step, 1.0) * (trial - old), 0.0)
            mixed[falling & (mixed <= 1e-15)] = 0.0
            leaving = int(np.argmin(np.where(falling, mixed, np.inf)))
            mixed[leaving] = 0.0
            weights[corral] = mixed
            corral = [j for i, j in enumerate(corral) if i != leaving]
            if len(corral) == 1:
                trial = np.ones(1)
                break
        weights[:] = 0.0
        weights[corral] = trial / trial.sum()
    return weights


def _affine_weights(points: np.ndarray) -> np.ndarray:
    """Weights with sum 1 of the point of the affine hull nearest to 0."""
    size = len(points)
    system = np.ones((size + 1, size + 1))
    system[:size, :size] = points @ points.T
    system[size, size] = 0.0
    right = np.zeros(size + 1)
    right[size] = 1.0
    return np.linalg.lstsq(system, right, rcond=None)[0][:size]
