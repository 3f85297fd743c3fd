"""Circular convolution followed by a linear layer: a Lasso in the frequencies (statement 5.4).

The network is `f = sum_j X C(u_j) w_j` with `C(u)` the d x d circulant matrix of the filter u (`C(u) w = u *
w`, circular), trained with `beta/2 sum_j (norm(u_j)^2 + norm(w_j)^2)`. With the unitary DFT F, `F(u * w) =
sqrt(d) (Fu)(Fw)` entry by entry, so a frequency s_k of `z = sum_j u_j * w_j` costs `2 abs(s_k) / sqrt(d)` in
squares at least, and

    p* = min over real z of 1/2 norm(Xz - y)^2 + (beta / sqrt(d)) norm(Fz)_1.

The constant is `1/sqrt(d)` for the unitary DFT, that is `1/d` for `numpy.fft.fft`, which lacks the factor
`1/sqrt(d)`. Everything here is numerical; :mod:`.circular_proof` proves an interval around p*.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix, exact_vector

from ..arguments import positive

_TOLERANCE = 1e-11


@dataclass(frozen=True, eq=False, slots=True)
class CircularOptimum:
    """An optimal linear convolutional network, numerical.

    Attributes:
        weights: z, the end-to-end linear weights, length d.
        frequencies: `s = Fz` with the unitary DFT, complex, length d.
        filter: u, real, length d; one filter is enough.
        output: w, real, length d; `u * w = z`.
        value: the objective of this network: an upper bound on p*.
        lower: `v'y - 1/2 v'v` for a v with `abs(FX'v) <= beta/sqrt(d)`: a lower bound.
    """

    weights: np.ndarray
    frequencies: np.ndarray
    filter: np.ndarray
    output: np.ndarray
    value: float
    lower: float

    @property
    def relative_gap(self) -> float:
        """`(value - lower) / value`; 0 if both are 0."""
        return (self.value - self.lower) / self.value if self.value else 0.0


def frequency_price(beta: float, dimension: int) -> float:
    """`beta / sqrt(d)`: what a unit of `norm(Fz)_1` costs, F unitary.

    Example:
        >>> frequency_price(1.0, 4)
        0.5
    """
    return beta / sqrt(dimension)


def convolution(u: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The circular convolution, `z_k = sum_i u_i w_{k-i mod d}`, by its definition.

    Example:
        >>> convolution(np.array([0.0, 1.0, 0.0]), np.array([1.0, 2.0, 3.0]))
        array([3., 1., 2.])
    """
    return np.array([sum(u[i] * w[(k - i) % len(w)] for i in range(len(u))) for k in range(len(w))])


def network_objective(X: Any, y: Any, beta: float, filters: np.ndarray, outputs: np.ndarray) -> float:
    """The training objective of filters and output weights (both m x d), by the definition of the network.

    Example:
        >>> network_objective([[1, 0]], [2], 1.0, np.array([[1.0, 0.0]]), np.array([[1.0, 1.0]]))
        2.0
    """
    z = sum(convolution(u, w) for u, w in zip(filters, outputs, strict=True))
    residual = np.asarray(X, float) @ z - np.asarray(y, float)
    return float(0.5 * residual @ residual + 0.5 * beta * ((filters**2).sum() + (outputs**2).sum()))


def circular_optimum(X: Any, y: Any, beta: Any) -> CircularOptimum:
    """The global optimum of the two-layer linear network with circular convolution, any number of filters.

    Args:
        X: n x d.
        y: length n.
        beta: weight decay, positive.

    Returns:
        One filter that attains it, with a dual bound.

    Raises:
        InputError: shapes that do not fit, or a bad number.
        ConvexLandscapeError: the solver failed.

    Example:
        >>> found = circular_optimum([[1, 1], [1, -1]], [3, 0], beta=1)  # sees each frequency by itself
        >>> found.weights.round(6), found.relative_gap < 1e-8
        (array([1.25, 1.25]), True)
    """
    matrix, target = exact_matrix(X), exact_vector(y)
    if len(target) != matrix.shape[0]:
        raise InputError(f"y has {len(target)} entries and X {matrix.shape[0]} rows; give one target a row")
    data, goal = matrix.floats, np.array([float(t) for t in target])
    decay, d = float(positive(beta, "beta")), matrix.shape[1]
    z = _frequency_lasso(data, goal, frequency_price(decay, d))
    s = np.fft.fft(z, norm="ortho")
    u, w = factors(z)
    value = network_objective(data, goal, decay, u[None], w[None])
    return CircularOptimum(z, s, u, w, value, _dual_value(data, goal, z, frequency_price(decay, d)))


def factors(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cheapest real u, w with `u * w = z`: `norm(u)^2 + norm(w)^2 = 2 norm(Fz)_1 / sqrt(d)`.

    `Fw = sqrt(abs(Fz)) / d^(1/4)` is real and even, so w is real; the phases go to u.

    Example:
        >>> u, w = factors(np.array([1.0, 2.0, -1.0]))
        >>> np.allclose(convolution(u, w), [1, 2, -1]), bool(np.isclose(u @ u, w @ w))
        (True, True)
    """
    s = np.fft.fft(z, norm="ortho")
    sizes = np.sqrt(np.abs(s)) / len(z) ** 0.25
    # By the angle, since quotients of the smallest floats overflow.
    phases = np.exp(1j * np.angle(s))
    u = np.fft.ifft(sizes * phases, norm="ortho")
    w = np.fft.ifft(sizes, norm="ortho")
    return u.real, w.real


def _dual_value(data: np.ndarray, goal: np.ndarray, z: np.ndarray, price: float) -> float:
    v = goal - data @ z
    reach = float(np.abs(np.fft.fft(data.T @ v, norm="ortho")).max())
    square = float(v @ v)
    best = max(float(v @ goal) / square, 0.0) if square else 0.0
    t = min(best, price / reach) if reach > 0 else best
    return float(t * (v @ goal) - 0.5 * t * t * square)


def _frequency_lasso(data: np.ndarray, goal: np.ndarray, price: float) -> np.ndarray:
    """Minimise `1/2 norm(Xz - y)^2 + price norm(Fz)_1` over real z, numerically."""
    import clarabel
    from scipy import sparse

    from ..training.sparse_blocks import minimised

    n, d = data.shape
    size = n + 2 * d
    transform = np.fft.fft(np.eye(d), norm="ortho")
    fit = sparse.hstack([sparse.eye(n), sparse.csc_matrix(data), sparse.csc_matrix((n, d))])
    rows = np.zeros((3 * d, size))
    for k in range(d):
        rows[3 * k, n + d + k] = -1.0
        rows[3 * k + 1, n : n + d] = -transform[k].real
        rows[3 * k + 2, n : n + d] = -transform[k].imag
    quadratic = sparse.diags(np.r_[np.ones(n), np.zeros(2 * d)], format="csc")
    linear = np.r_[np.zeros(n + d), np.full(d, price)]
    cones = [clarabel.ZeroConeT(n), *(clarabel.SecondOrderConeT(3) for _ in range(d))]
    matrix = sparse.vstack([fit, sparse.csc_matrix(rows)], format="csc")
    right = np.r_[goal, np.zeros(3 * d)]
    found, *_ = minimised(quadratic, linear, matrix, right, cones, tolerance=_TOLERANCE)
    return found[n : n + d]
