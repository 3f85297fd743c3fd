"""Circular convolution, proven: p* between two rationals (statement 5.4).

Filters in floats are rationals, and a circular convolution is a sum of products: the objective of the network
is a rational upper bound. A rational v bounds p* from below by `v'y - 1/2 v'v` if, with `g = X'v`,

    abs(sum_l g_l exp(-2 pi i k l/d)) <= beta     for all k

(the plain DFT: the factor `1/sqrt(d)` of the unitary one cancels). Arb encloses the cosines and sines
in balls, so the largest modulus is below a rational, and v is scaled down by as much as that needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix, exact_vector
from hyperplane_arrangements.exact.rational import ZERO, Vector, dot
from hyperplane_arrangements.values.findings import Finding

from ..arguments import positive
from ..exact.enclosures import Enclosed
from ..exact.norms import root_below
from .circular import circular_optimum

_PRECISION = 160


@dataclass(frozen=True, slots=True)
class CircularProof(Enclosed):
    """`lower <= p* <= upper`, with what proves it; all rational.

    Attributes:
        X: n x d.
        y: length n.
        beta: weight decay.
        filter, output: u and w, length d: one filter is enough.
        dual: v, length n.
        lower: `v'y - 1/2 v'v`.
        upper: the training objective of the network.
    """

    X: ExactMatrix
    y: Vector
    beta: Fraction
    filter: Vector
    output: Vector
    dual: Vector
    lower: Fraction
    upper: Fraction

    def check(self) -> Finding:
        """Verify the proof from the definitions: sums of products, and balls around cosines and sines."""
        return Finding.of(f"{float(self.lower)} <= p* <= {float(self.upper)}", self._steps())

    def _steps(self) -> Iterator[tuple[None, bool, str]]:
        exact = objective(self.X, self.y, self.beta, self.filter, self.output)
        yield None, self.upper == exact, "upper is not the network's objective"
        value = dot(self.dual, self.y) - dot(self.dual, self.dual) / 2
        yield None, self.lower == value, "lower is not v'y - 1/2 v'v"
        short = reach_squared(self.X, self.dual) <= self.beta**2
        yield None, short, "a frequency of X'v is larger than beta"


def prove_circular(X: Any, y: Any, beta: Any) -> CircularProof:
    """Train the linear convolutional network to its global optimum, and prove how good it is.

    Args:
        X: n x d; floats are the rationals they are.
        y: length n.
        beta: weight decay, positive.

    Returns:
        The proof, with a gap as small as the conic solver leaves it.

    Raises:
        InputError: shapes that do not fit, or a bad number.
        ConvexLandscapeError: the solver failed.

    Example:
        >>> proof = prove_circular([[1, 1], [1, -1]], [3, 0], beta=1)
        >>> proof.check().holds, proof.lower <= Fraction(11, 8) <= proof.upper, proof.relative_gap < 1e-8
        (True, True, True)
    """
    matrix, target, decay = exact_matrix(X), exact_vector(y), positive(beta, "beta")
    found = circular_optimum(X, y, beta)
    u, w = (tuple(Fraction(float(x)) for x in part) for part in (found.filter, found.output))
    fit = matrix.times(convolved(u, w))
    v = tuple(a - b for a, b in zip(target, fit, strict=True))
    square, reach = dot(v, v), reach_squared(matrix, v)
    best = max(dot(v, target) / square, ZERO) if square else ZERO
    scale = min(best, root_below(decay**2 / reach)) if reach else best
    v = tuple(scale * x for x in v)
    lower = dot(v, target) - dot(v, v) / 2
    upper = objective(matrix, target, decay, u, w)
    return CircularProof(matrix, target, decay, u, w, v, lower, upper)


def convolved(u: Vector, w: Vector) -> Vector:
    """`z_k = sum_i u_i w_{k-i mod d}`, exactly.

    Example:
        >>> convolved((ZERO, Fraction(1), ZERO), (Fraction(1), Fraction(2), Fraction(3)))
        (Fraction(3, 1), Fraction(1, 1), Fraction(2, 1))
    """
    return tuple(sum((u[i] * w[k - i] for i in range(len(u))), ZERO) for k in range(len(w)))


def objective(X: ExactMatrix, y: Vector, beta: Fraction, u: Vector, w: Vector) -> Fraction:
    """`1/2 norm(X (u * w) - y)^2 + beta/2 (norm(u)^2 + norm(w)^2)`, exactly.

    Example:
        >>> one = Fraction(1)
        >>> objective(exact_matrix([[1]]), (Fraction(2),), one, (one,), (one,))
        Fraction(3, 2)
    """
    residual = [a - b for a, b in zip(X.times(convolved(u, w)), y, strict=True)]
    return (dot(residual, residual) + beta * (dot(u, u) + dot(w, w))) / 2


def reach_squared(X: ExactMatrix, v: Vector) -> Fraction:
    """A rational just above `max_k abs(sum_l g_l exp(-2 pi i k l/d))^2`, `g = X'v`; proven.

    Raises:
        InputError: another length of v.

    Example:
        >>> above = reach_squared(exact_matrix([[1, 1]]), (Fraction(1),))
        >>> 4 <= above < 4 + Fraction(1, 10**30)
        True
    """
    from flint import arb, ctx, fmpq

    if len(v) != X.shape[0]:
        raise InputError(f"v has {len(v)} entries but X has {X.shape[0]} rows; give one entry a row")
    d = X.shape[1]
    kept = ctx.prec
    ctx.prec = _PRECISION
    try:
        g = [arb(fmpq(*dot(column, v).as_integer_ratio())) for column in zip(*X.fractions, strict=True)]
        turns = [fmpq(2 * step, d) for step in range(d)]
        cosines, sines = [arb.cos_pi_fmpq(t) for t in turns], [arb.sin_pi_fmpq(t) for t in turns]
        moduli = []
        for k in range(d // 2 + 1):  # g is real: frequency d - k has the modulus of k
            real = sum((x * cosines[k * step % d] for step, x in enumerate(g)), arb(0))
            imaginary = sum((x * sines[k * step % d] for step, x in enumerate(g)), arb(0))
            mantissa, exponent = (real * real + imaginary * imaginary).upper().man_exp()
            moduli.append(Fraction(int(mantissa)) * Fraction(2) ** int(exponent))
    finally:
        ctx.prec = kept
    return max(moduli)
