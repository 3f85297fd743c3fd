"""Compiled: the projection onto the cone over a box, which needs one number.

``K = {tau w : tau >= 0, lo <= w <= hi}`` with ``w_j = sigma`` fixed. For any c and any ``tau >= 0`` the
vector e with ``e_i = clip(c_i, tau lo_i, tau hi_i)`` and ``sigma e_j = max(0, sigma c_j + sum_i max over w_i
of (c_i - e_i) w_i)`` satisfies ``c'u <= e'u`` on K, so ``norm(e)`` bounds ``c'u / norm(u)``; with the best
tau it is the projection of c.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyperplane_arrangements.kernel_cache import cached_njit

TURNS = 100
SETTLED = 2.0**-52


@cached_njit(nogil=True)
def bound_on_cone(c, lo, hi, j, e):
    """``norm(e)`` with the best tau, in floats; e is filled.

    Newton's method on a piecewise linear equation that only falls, kept inside a bracket.
    """
    r = len(c)
    sigma = lo[j]
    tau, least, most = 0.0, 0.0, np.inf
    for _ in range(TURNS):
        above, below = sigma * c[j], 1.0
        for i in range(r):
            if i == j:
                continue
            end = 0.0
            if c[i] > tau * hi[i]:
                end = hi[i]
            elif c[i] < tau * lo[i]:
                end = lo[i]
            above += end * c[i]
            below += end * end
        if above >= below * tau:
            least = tau
        else:
            most = tau
        wanted = max(above / below, 0.0)
        if abs(wanted - tau) <= SETTLED * tau or most <= least:
            break
        tau = wanted if least <= wanted <= most else 0.5 * (least + most)
    rest = sigma * c[j]
    size = 0.0
    for i in range(r):
        if i == j:
            continue
        e[i] = min(max(c[i], tau * lo[i]), tau * hi[i])
        left = c[i] - e[i]
        rest += left * (hi[i] if left > 0.0 else lo[i])
        size += e[i] * e[i]
    rest = max(rest, 0.0)
    e[j] = sigma * rest
    return sqrt(size + rest * rest)
