"""The nonnegative Lasso over finitely many neurons, by an active set that ends at an exact vertex up to
rounding."""

from __future__ import annotations

import numpy as np
from scipy.linalg.lapack import dposv

from ..terms.losses import Datafit
from ..terms.weighted import Weighted

DEPENDENT = 1e-13
VANISHING = (
    1e-150  # of the longest column: rows that floats barely tell apart have neurons that are off on all
)
OPTIMAL = 1e-11
ROUNDING = 2.0**-50
NEWTON_STEPS = 20
SHORTEST = 1e-4
ENOUGH = 1e-9


def nonnegative_lasso(atoms: np.ndarray, target: np.ndarray, beta: float, start: np.ndarray) -> np.ndarray:
    """Minimise ``1/2 * norm(atoms @ t - target)^2 + beta * sum(t)`` over ``t >= 0``.

    The columns with ``t > 0`` are linearly independent at the end, so that at most n neurons are kept
    (statement 5.1).

    Args:
        atoms: n x m; columns of zeros get no weight.
        target: length n.
        beta: positive.
        start: nonnegative, length m; its positive columns must be independent. Zeros are always allowed.

    Returns:
        t, length m.

    Example:
        >>> nonnegative_lasso(np.eye(2), np.array([3.0, 1.0]), 2.0, np.zeros(2))
        array([1., 0.])
    """
    scale = np.linalg.norm(atoms, axis=0)
    some = scale > VANISHING * scale.max(initial=0.0)
    if not some.all():
        weights = np.zeros(len(scale))
        if some.any():
            weights[some] = nonnegative_lasso(atoms[:, some], target, beta, start[some])
        return weights
    units, price, size = atoms / scale, beta / scale, float(np.linalg.norm(target))
    gram, pull = units.T @ units, units.T @ target - price
    weights = start * scale
    passive = [int(j) for j in np.flatnonzero(weights > 0)]
    spent = np.zeros(len(scale), dtype=bool)
    for _ in range(20 * len(scale) + 100):
        weights, passive = _descend(gram, pull, weights, passive)
        gain = units.T @ (target - units @ weights) - price
        # Where rounding may have made a gain, a column enters once, or columns would take turns for ever.
        doubtful = gain <= ROUNDING * (size + weights.sum())
        gain[spent & doubtful] = -np.inf
        gain[passive] = -np.inf
        entering = int(np.argmax(gain))
        if (gain <= OPTIMAL * price).all():
            break
        spent[entering] |= doubtful[entering]
        weights, passive = _enter(gram, gain[entering], weights, passive, entering)
    return weights / scale


def nonnegative_fit(datafit: Datafit, atoms: np.ndarray, beta: float, start: np.ndarray) -> np.ndarray:
    """Minimise ``ell(atoms @ t) + beta * sum(t)`` over ``t >= 0`` for a strictly convex loss.

    Newton's method: each step is a Lasso weighted by the second derivatives, with a line search. For the
    squared loss that is one exact step; otherwise it stops where neurons are better moved than reweighed.

    Args:
        datafit: the loss.
        atoms: n x m; columns of zeros get no weight.
        beta: positive.
        start: as for :func:`nonnegative_lasso`.

    Returns:
        t, length m.

    Example:
        >>> from duality_checks.terms.losses import parse_loss
        >>> datafit = Datafit(parse_loss("logistic"), np.array([1.0]))
        >>> t = nonnegative_fit(datafit, np.ones((1, 1)), 0.25, np.zeros(1))
        >>> bool(abs(t[0] - np.log(3)) < 1e-6)  # where the slope 1 / (1 + exp(t)) is 1/4
        True
    """
    weights, loss = start, datafit.loss
    if loss.name == "squared":
        return nonnegative_lasso(atoms, datafit.target, beta, start)
    if isinstance(loss, Weighted) and loss.base.name == "squared":
        roots = np.sqrt(loss.floats)
        return nonnegative_lasso(roots[:, None] * atoms, roots * datafit.target, beta, start)
    value = datafit.value(atoms @ weights) + beta * float(weights.sum())
    for _ in range(NEWTON_STEPS):
        fit = atoms @ weights
        root = np.sqrt(np.maximum(datafit.curvature(fit), np.finfo(float).tiny))
        aim = root * fit + datafit.slope(fit) / root
        found = nonnegative_lasso(root[:, None] * atoms, aim, beta, weights)
        length, before = 1.0, value
        while length > SHORTEST:
            trial = weights + length * (found - weights)
            value = datafit.value(atoms @ trial) + beta * float(trial.sum())
            # A last step may lower the slopes where the value cannot fall any more.
            if value < before * (1 + ROUNDING):
                break
            length *= 0.5
        if not value < before * (1 + ROUNDING):
            break
        weights = trial
        if length == 1.0 and before - value <= ENOUGH * value:
            break
    return weights


def _solve(gram: np.ndarray, passive: list[int], right: np.ndarray) -> np.ndarray:
    block = gram[np.ix_(passive, passive)]
    _, solution, failed = dposv(block, right)
    return np.linalg.lstsq(block, right, rcond=None)[0] if failed else solution


def _descend(
    gram: np.ndarray, pull: np.ndarray, weights: np.ndarray, passive: list[int]
) -> tuple[np.ndarray, list[int]]:
    """The minimiser over the passive columns, dropping those that would turn negative on the way."""
    weights = weights.copy()
    while passive:
        aim = _solve(gram, passive, pull[passive])
        now = weights[passive]
        blocked = aim <= 0
        if not blocked.any():
            weights[passive] = aim
            break
        steps = np.full(len(passive), np.inf)
        steps[blocked] = now[blocked] / (now[blocked] - aim[blocked] + 1e-300)
        step = min(1.0, float(steps.min()))
        weights[passive] = now + step * (aim - now)
        leaving = steps <= step * (1 + 1e-12)
        weights[[j for j, out in zip(passive, leaving, strict=True) if out]] = 0.0
        passive = [j for j, out in zip(passive, leaving, strict=True) if not out]
    return weights, passive


def _enter(
    gram: np.ndarray, gain: float, weights: np.ndarray, passive: list[int], entering: int
) -> tuple[np.ndarray, list[int]]:
    """Raise one weight while the others keep the fit optimal; a dependent column trades places with one of
    them."""
    direction = -_solve(gram, passive, gram[passive, entering]) if passive else np.empty(0)
    curvature = gram[entering, entering] + float(gram[entering, passive] @ direction)
    step = gain / curvature if curvature > DEPENDENT else np.inf
    falling = direction < 0
    limits = np.full(len(passive), np.inf)
    limits[falling] = weights[passive][falling] / -direction[falling]
    bound = float(limits.min(initial=np.inf))
    step = min(step, bound)
    if not np.isfinite(step):
        return weights, passive
    weights = weights.copy()
    weights[passive] += step * direction
    weights[entering] = step
    leaving = limits <= step
    weights[[j for j, out in zip(passive, leaving, strict=True) if out]] = 0.0
    return weights, [j for j, out in zip(passive, leaving, strict=True) if not out] + [entering]
