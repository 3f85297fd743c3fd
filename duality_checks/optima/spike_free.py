"""Spike-free data, decided exactly, and the rectified ellipsoid (statement 5.3).

X is spike-free (for the ReLU) when for every u of length at most 1 the vector `(Xu)_+` is `Xz` for some z of
length at most 1. Then every neuron can be replaced by one that is positive on all samples, and the convex
program needs the two blocks of the cone `{Xu >= 0}` only.

With `X^+` the pseudo-inverse and D the pattern of a chamber, `X^+ (Xu)_+ = M u`, `M = X^+ D X`, on that
chamber. So the condition is a linear one, `D X = X M`, and a quadratic one, `u'(I - M'M)u >= 0` on the cone:
copositivity of a small matrix for each set of r extreme rays, which is decided in rational arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError, TooLargeError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix
from hyperplane_arrangements.exact.cddlib import generators
from hyperplane_arrangements.exact.rational import (
    ZERO,
    Vector,
    combination,
    determinant,
    dot,
    independent_rows,
    inverse,
    null_space,
    times,
    transposed,
)

if TYPE_CHECKING:
    from ..problem import TrainingProblem
    from ..stationary_points.blocks import Block

HIGHEST_RANK = 3
Matrix = list[list[Fraction]]


@dataclass(frozen=True, slots=True)
class SpikeFree:
    """Whether data are spike-free, with the reason.

    Attributes:
        holds: the verdict, exact.
        reason: why not, empty if they are.
        witness: a u for which `(Xu)_+` is no `Xz` with `norm(z) <= norm(u)`, if they are not.

    Example:
        >>> decide_spike_free([[3, 4], [-4, 3]]).holds  # orthogonal rows of equal length
        True
        >>> print(decide_spike_free([[1], [-1]]))
        not spike-free: (Xu)_+ is outside the span of X at u = (1)
    """

    holds: bool
    reason: str
    witness: Vector | None

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        if self.witness is None:
            return "spike-free"
        shown = ", ".join(str(x) if len(str(x)) < 9 else f"{float(x):.6g}" for x in self.witness)
        return f"not spike-free: {self.reason} at u = ({shown})"


def decide_spike_free(X: Any) -> SpikeFree:
    """Whether data are spike-free, in rational arithmetic, chamber by chamber.

    Args:
        X: n x d of rank at most 3.

    Returns:
        The verdict, with a witness if it is negative.

    Raises:
        TooLargeError: the rank is above 3.
    """
    from hyperplane_arrangements.arrangement import Arrangement

    matrix = X if isinstance(X, ExactMatrix) else exact_matrix(X)
    arrangement = Arrangement(matrix)
    if arrangement.rank > HIGHEST_RANK:
        raise TooLargeError(
            f"X has rank {arrangement.rank}; spike-freeness is decided up to rank {HIGHEST_RANK}: "
            "reduce the rank",
            predicted=arrangement.rank,
            limit=HIGHEST_RANK,
        )
    rows = [list(row) for row in matrix.fractions]
    inverse_of_x = pseudo_inverse(matrix)
    for signs in arrangement.chambers().signs.tolist():
        gated = [[x if sign > 0 else ZERO for x in row] for sign, row in zip(signs, rows, strict=True)]
        m = times(inverse_of_x, gated)
        rays = chamber_rays(matrix, signs)
        for ray in rays:
            wanted = [dot(row, ray) for row in gated]
            if [dot(row, _apply(m, ray)) for row in rows] != wanted:
                return SpikeFree(False, "(Xu)_+ is outside the span of X", ray)
        found = _longer(m, rays, arrangement.rank)
        if found is not None:
            return SpikeFree(False, "the shortest z with Xz = (Xu)_+ is longer than u", found)
    return SpikeFree(True, "", None)


def _longer(m: Matrix, rays: Sequence[Vector], rank: int) -> Vector | None:
    """A u in the cone of the rays with `norm(Mu) > norm(u)`, None if there is none.

    A point of a cone of dimension r is in the cone of r of its rays (Caratheodory).
    """
    images = [_apply(m, ray) for ray in rays]
    for chosen in combinations(range(len(rays)), min(rank, len(rays))):
        form = [[dot(rays[i], rays[j]) - dot(images[i], images[j]) for j in chosen] for i in chosen]
        weights = negative_point(form)
        if weights is not None:
            return combination(weights, [rays[i] for i in chosen], len(rays[0]))
    return None


def negative_point(form: Sequence[Sequence[Fraction]]) -> Vector | None:
    """Weights `a >= 0` with `a'Qa < 0`, or None: then Q is copositive; exact (Hadeler 1983).

    A form all of whose principal parts of one size less are copositive fails to be so if and only if its
    determinant is negative and no entry of its adjugate is: then the adjugate's row sums are such weights.

    Args:
        form: a small symmetric matrix of rationals.

    Example:
        >>> one, two = Fraction(1), Fraction(2)
        >>> negative_point([[one, -one], [-one, one]]) is None
        True
        >>> [str(x) for x in negative_point([[one, -two], [-two, one]])]
        ['3', '3']
    """
    size = len(form)
    if size == 0:
        return None
    for left_out in range(size):
        kept = [i for i in range(size) if i != left_out]
        smaller = negative_point([[form[i][j] for j in kept] for i in kept])
        if smaller is not None:
            weights = iter(smaller)
            return tuple(ZERO if i == left_out else next(weights) for i in range(size))
    if determinant([list(row) for row in form]) >= 0:
        return None
    adjugate = [[(-1) ** (i + j) * _minor(form, j, i) for j in range(size)] for i in range(size)]
    if min(min(row) for row in adjugate) < 0:
        return None
    # For a = adj 1: a'Qa = det * 1'adj 1 < 0.
    return tuple(sum(row, ZERO) for row in adjugate)


def _minor(form: Sequence[Sequence[Fraction]], row: int, column: int) -> Fraction:
    return determinant(
        [[x for j, x in enumerate(line) if j != column] for i, line in enumerate(form) if i != row]
    )


def pseudo_inverse(matrix: ExactMatrix) -> Matrix:
    """The Moore-Penrose inverse, exactly: with X = BR, R independent rows of X, `R'(RR')^-1 (B'B)^-1 B'`.

    Example:
        >>> [[str(x) for x in row] for row in pseudo_inverse(exact_matrix([[1], [2]]))]
        [['1/5', '2/5']]
    """
    x = [list(row) for row in matrix.fractions]
    r = [x[i] for i in independent_rows(matrix)]
    gram = inverse(times(r, transposed(r)))
    b = times(times(x, transposed(r)), gram)
    left = times(transposed(r), gram)
    return times(times(left, inverse(times(transposed(b), b))), transposed(b))


def chamber_rays(matrix: ExactMatrix, signs: Sequence[int]) -> tuple[Vector, ...]:
    """The extreme rays of a closed chamber within the row space of X, exactly (cddlib).

    Example:
        >>> sorted(tuple(map(int, ray)) for ray in chamber_rays(exact_matrix([[1, 0], [0, 1]]), (1, 1)))
        [(0, 1), (1, 0)]
    """
    kernel = null_space([tuple(map(int, row)) for row in matrix.integers.tolist()], matrix.shape[1])
    held = [[0, *row] for row in kernel]
    sided = [
        [ZERO, *(sign * x for x in row)] for sign, row in zip(signs, matrix.fractions, strict=True) if sign
    ]
    _, rays, lines = generators(sided, held)
    return (*rays, *lines, *(tuple(-x for x in line) for line in lines))


def two_blocks(problem: TrainingProblem) -> tuple[Block, ...]:
    """The cone `{Xu >= 0}` with both output signs: all that spike-free data need.

    Raises:
        InputError: the activation is not the ReLU; another loss, penalty or readout, or something free.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> [block.label for block in two_blocks(TrainingProblem([[3, 4], [-4, 3]], [1, -2], beta=1))]
        ['++|+', '++|-']
    """
    from ..stationary_points.blocks import Block

    problem.require_standard("the program of two blocks")
    if problem.kappa:
        raise InputError(f"kappa is {problem.kappa}; spike-free data are a notion of the ReLU (kappa 0)")
    signs = tuple(int(any(row)) for row in problem.X.fractions)
    return Block(signs, 1), Block(signs, -1)


def plot_rectified_ellipsoid(X: Any, *, ax: Any = None, title: str | None = None) -> Any:
    """Draw `Q_X = {(Xu)_+ : norm(u) <= 1}` for two samples, over the ellipse `{Xu}` it comes from.

    Where the data are spike-free, Q_X is the part of the ellipse in the quadrant; else its spikes stick out
    along the axes.

    Args:
        X: 2 x d.
        ax: matplotlib Axes; a new figure if None.
        title: above the picture; the verdict if None.

    Returns:
        The Axes.

    Raises:
        InputError: not two samples.
        MissingExtraError: matplotlib is not installed.
    """
    from hyperplane_arrangements.pictures.canvas import INK, axes_of

    matrix = X if isinstance(X, ExactMatrix) else exact_matrix(X)
    if matrix.shape[0] != 2:
        raise InputError(f"X has {matrix.shape[0]} rows; the picture is of two samples")
    ax = axes_of(ax)
    left, sizes, _ = np.linalg.svd(matrix.floats, full_matrices=False)
    angle = np.linspace(0, 2 * pi, 400)
    circle = np.stack([np.cos(angle), np.sin(angle)])[: len(sizes)]
    ellipse = (left * sizes) @ circle
    inside = np.concatenate([share * ellipse for share in np.linspace(0, 1, 60)], axis=1)
    rectified = np.maximum(inside, 0)
    ax.plot(*ellipse, color=INK, lw=1)
    ax.plot(*rectified, ".", color="#c8553d", ms=1.5)
    ax.set_aspect("equal")
    ax.axhline(0, color=INK, lw=0.4)
    ax.axvline(0, color=INK, lw=0.4)
    if title is None and len(sizes) <= HIGHEST_RANK:
        title = "spike-free" if decide_spike_free(matrix) else "not spike-free"
    ax.set_title(title, color=INK)
    return ax


def _apply(matrix: Matrix, u: Sequence[Fraction]) -> Vector:
    return tuple(dot(row, u) for row in matrix)
