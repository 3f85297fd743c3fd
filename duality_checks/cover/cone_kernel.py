"""Compiled: the projection onto the cone over a box, which needs one number.

``K = {tau w : tau >= 0, lo <= w <= hi}`` with ``w_j = sigma`` fixed. For any c and any ``tau >= 0`` the
vector e with ``e_i = clip(c_i, tau lo_i, tau hi_i)`` and ``sigma e_j = max(0, sigma c_j + sum_i max over w_i
of (c_i - e_i) w_i)`` satisfies ``c'u <= e'u`` on K, so ``norm(e)`` bounds ``c'u / norm(u)``; with the best
tau it is the projection of c.

Where the norm leaves a coordinate out (a free bias, statement 7.5), e has to be 0 there. On the faces of
that coordinate ``sigma c_j + sum_i max (c_i - e_i) w_i`` has to be at most 0; what floats leave of it is
shared out over the shortest vector of the others.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

TURNS = 100
SETTLED = 2.0**-52
NONE_FREE = -1


@cached_njit(nogil=True)
def least_length(lo, hi, free):
    """The length of the shortest vector in a box, without the free coordinate."""
    square = 0.0
    for i in range(len(lo)):
        if i != free:
            near = max(lo[i], -hi[i], 0.0)
            square += near * near
    return sqrt(square)


@inner_njit(nogil=True)
def _best_tau(c, lo, hi, j, free, rest, own, least_size):
    """Newton's method on a piecewise linear equation that only falls, kept inside a bracket."""
    r = len(c)
    tau, least, most = 0.0, 0.0, np.inf
    for _ in range(TURNS):
        above, below, largest = rest, own, 0.0
        for i in range(r):
            if i in (j, free):
                continue
            end = 0.0
            if c[i] > tau * hi[i]:
                end = hi[i]
            elif c[i] < tau * lo[i]:
                end = lo[i]
            above += end * c[i]
            below += end * end
            largest = max(largest, abs(c[i]))
        if below == 0.0 and above <= 0.0:
            break
        if above >= below * tau:
            least = tau
        else:
            most = tau
        if below > 0.0:
            wanted = max(above / below, 0.0)
        else:
            wanted = 2 * tau + largest / (least_size if least_size > 0.0 else 1.0)
        if abs(wanted - tau) <= SETTLED * tau or most <= least:
            break
        inside = least < wanted < most
        tau = wanted if inside else 0.5 * (least + most) if most < np.inf else 2 * least + 1.0
    return tau


@cached_njit(nogil=True)
def bound_on_cone(c, lo, hi, j, free, rounding, e):
    """``norm(e)`` with the best tau, in floats.

    Args:
        c: length r.
        lo, hi: the box, ``lo_j = hi_j = +-1``.
        j: the coordinate of the face.
        free: the coordinate that the norm leaves out, or ``NONE_FREE``.
        rounding: what is nothing but rounding of c in the free coordinate.
        e: filled, but with the point's own free coordinate where ``e'u`` is attained.

    Returns:
        The bound; infinite where the cone has points of norm 0 on which c is positive.
    """
    r = len(c)
    sigma = lo[j]
    rest, own = sigma * c[j], 1.0
    if free == j:
        own = 0.0
    elif free >= 0:
        rest += max(c[free] * lo[free], c[free] * hi[free])
    size, least_size = 0.0, 1.0
    if free == j:
        least_size = least_length(lo, hi, free)
        if least_size == 0.0 and rest >= 0.0:
            tau = 0.0
            for i in range(r):
                end = hi[i] if c[i] > 0.0 else lo[i]
                if i != j:
                    e[i] = c[i] if c[i] * end > 0.0 else 0.0
                    size += e[i] * e[i]
                    if c[i] * end > 0.0:
                        tau = max(tau, c[i] / end)
            e[j] = sigma * tau
            return sqrt(size) if rest <= rounding else np.inf
    tau = _best_tau(c, lo, hi, j, free, rest, own, least_size)
    for i in range(r):
        if i in (j, free):
            continue
        e[i] = min(max(c[i], tau * lo[i]), tau * hi[i])
        left = c[i] - e[i]
        rest += left * (hi[i] if left > 0.0 else lo[i])
        size += e[i] * e[i]
    rest = max(rest, 0.0)
    if free == j:
        e[j] = sigma * tau
        if least_size > 0.0:
            return sqrt(size) + rest / least_size
        return sqrt(size) if rest <= rounding + 16 * SETTLED * abs(c[j]) else np.inf
    if free >= 0:
        e[free] = tau * (hi[free] if c[free] > 0.0 else lo[free])
    e[j] = sigma * rest
    return sqrt(size + rest * rest)
