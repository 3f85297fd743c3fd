"""Rigorous float proof of statement 2.3, chamber by chamber. Imported only when it runs.

Rows join the active set of :mod:`.multipliers` one at a time, and the search ends as soon as the bound is
proven, which is mostly after one or two: nobody asks here for the shortest vector. A chamber it calls proven
is proven; one it leaves open is for better multipliers or exact arithmetic.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from ..cover.vectors_kernel import add_multiple, inner, set_multiple
from .bounds import UNIT

ROUNDS = 20
LEAST = 1e-300


@inner_njit(nogil=True)
def _gradient(signs, terms, gain, rest, gradient):
    """``gain * (sum of the terms of positive sign) + rest``."""
    for i in range(len(gradient)):
        gradient[i] = 0.0
    for k in range(len(signs)):
        if signs[k] > 0:
            add_multiple(gradient, 1.0, terms[k])
    for i in range(len(gradient)):
        gradient[i] = gain * gradient[i] + rest[i]


@inner_njit(nogil=True)
def _fit(units, signs, gradient, chosen, size, basis, upper, trial, residual):
    """Least squares on the chosen rows by Gram-Schmidt: the multiples, and what is left of the gradient."""
    set_multiple(residual, 1.0, gradient)
    for t in range(size):
        set_multiple(basis[t], signs[chosen[t]], units[chosen[t]])
        for s in range(size):
            upper[s, t] = 0.0
        for _ in range(2):
            for s in range(t):
                part = inner(basis[s], basis[t])
                upper[s, t] += part
                add_multiple(basis[t], -part, basis[s])
        upper[t, t] = max(np.sqrt(inner(basis[t], basis[t])), LEAST)
        for i in range(len(residual)):
            basis[t, i] /= upper[t, t]
        trial[t] = -inner(basis[t], residual)
        add_multiple(residual, trial[t], basis[t])
    for t in range(size - 1, -1, -1):
        for s in range(t + 1, size):
            trial[t] -= upper[t, s] * trial[s]
        trial[t] /= upper[t, t]


@inner_njit(nogil=True)
def _settle(units, signs, gradient, chosen, values, size, basis, upper, trial, residual):
    """Walk towards the fit, dropping each multiplier that reaches zero on the way; how many are left."""
    while size > 0:
        _fit(units, signs, gradient, chosen, size, basis, upper, trial, residual)
        step, blocked = 1.0, -1
        for t in range(size):
            if trial[t] <= 0.0 and values[t] / max(values[t] - trial[t], LEAST) <= step:
                step, blocked = values[t] / max(values[t] - trial[t], LEAST), t
        kept = 0
        for t in range(size):
            value = values[t] + step * (trial[t] - values[t])
            if t != blocked and value > 0.0:
                chosen[kept], values[kept] = chosen[t], value
                kept += 1
        size = kept
        if blocked < 0:
            return size
    set_multiple(residual, 1.0, gradient)
    return 0


@inner_njit(nogil=True)
def _is_short(rows, lengths, signs, gradient, error, beta, chosen, values, size):
    """Whether ``norm(c + X'S lambda) <= beta`` is proven, as in :mod:`.bounds`; a multiplier counts as its
    float."""
    total, room = 0.0, 4.0 * (size + 8) * UNIT * (1.0 + 2.0**-40)
    for i in range(len(gradient)):
        value, sizes = gradient[i], 0.0
        for t in range(size):
            part = (values[t] / lengths[chosen[t]]) * signs[chosen[t]] * rows[chosen[t], i]
            value += part
            sizes += abs(part)
        bound = (abs(value) + error[i] + room * (sizes + abs(value))) / beta
        total += bound * bound
    return total * (1.0 + 2.0 * (len(gradient) + 10) * UNIT) <= 1.0


@cached_njit(nogil=True)
def prove_chambers(rows, units, lengths, signs, terms, gain, rest, error, beta, rank, proven):
    """For each chamber, whether ``v`` and ``-v`` are proven to be within beta on it.

    Args:
        rows: the data as floats, n x d.
        units, lengths: the rows over their lengths, n x d, and those, length n; zero rows have length 1.
        signs: one chamber a row, B x n.
        terms: ``v_k x_k``, n x d.
        gain, rest: the gradient is gain times the sum of the terms of positive sign, plus rest (length d).
        error: bound of the errors of its entries, length d.
        beta: rounded down.
        rank: of the data.
        proven: the answers, length B (output).
    """
    count, d = rows.shape
    gradient, residual, trial = np.zeros(d), np.zeros(d), np.zeros(rank)
    basis, upper = np.zeros((rank, d)), np.zeros((rank, rank))
    chosen, values = np.zeros(rank, np.int64), np.zeros(rank)
    for b in range(len(signs)):
        _gradient(signs[b], terms, gain, rest, gradient)
        proven[b] = True
        for _side in range(2):
            size = 0
            set_multiple(residual, 1.0, gradient)
            done = _is_short(rows, lengths, signs[b], gradient, error, beta, chosen, values, size)
            for _round in range(ROUNDS):
                if done or size == rank:
                    break
                enter, least = -1, 0.0
                for k in range(count):
                    slack = signs[b, k] * inner(units[k], residual)
                    if slack < least:
                        enter, least = k, slack
                for t in range(size):
                    if chosen[t] == enter:
                        enter = -1
                if enter < 0:
                    break
                chosen[size], values[size] = enter, 0.0
                size = _settle(
                    units, signs[b], gradient, chosen, values, size + 1, basis, upper, trial, residual
                )
                done = _is_short(rows, lengths, signs[b], gradient, error, beta, chosen, values, size)
            if not done:
                proven[b] = False
                break
            for i in range(d):
                gradient[i] = -gradient[i]
