"""One feature with free biases: the optimum is a linear spline, found exactly by a Lasso (statement 5.2).

With biases and the output constant unpenalised a neuron of hidden weight +-1 is `phi(x - t)` or `phi(t -
x)`, at the price beta a unit of output weight. Between neighbouring data points its outputs are affine in t,
so kinks may be moved to data points at no cost, and beyond the data the constant absorbs the rest. So the
program is a Lasso with a free constant over 2n atoms; it is solved in rationals, and its gap is exactly zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_vector
from hyperplane_arrangements.exact.rational import ZERO, Vector, combination, dot

from ..arguments import parse_activation, positive
from ..exact.polyhedral import nonnegative_lasso
from ..networks.rational import RationalNetwork


@dataclass(frozen=True, slots=True)
class Hinge:
    """A neuron `weight * phi(side * (x - kink))`, side +1 or -1."""

    kink: Fraction
    side: int
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Spline:
    """An optimal linear spline with its proof.

    Attributes:
        hinges: the neurons with nonzero weight; their kinks are data points.
        intercept: the free constant.
        kappa: slope of the activation on the negative side.
        fit: values at the data, length n.
        dual: v = y - fit: `1'v = 0` and `abs(v'phi) <= beta` on every atom.
        value: p*, exactly: primal and dual objectives are equal.

    Example:
        >>> found = spline_optimum([0, 1, 2, 3], [0, 0, 0, 3], beta=1)
        >>> [(str(h.kink), h.side, str(h.weight)) for h in found.hinges], str(found.value)
        ([('1', 1, '1')], '2')
    """

    hinges: tuple[Hinge, ...]
    intercept: Fraction
    kappa: Fraction
    fit: Vector
    dual: Vector
    value: Fraction

    @property
    def kinks(self) -> tuple[Fraction, ...]:
        """Where the spline bends, increasing, each once."""
        return tuple(sorted({hinge.kink for hinge in self.hinges}))

    @property
    def penalty(self) -> Fraction:
        """`sum abs(weight)`: what beta multiplies."""
        return sum((abs(hinge.weight) for hinge in self.hinges), ZERO)

    def __call__(self, x: Any) -> Fraction:
        """The spline at a point, exactly.

        Example:
            >>> spline_optimum([0, 1, 2, 3], [0, 0, 0, 3], beta=1)("5/2")
            Fraction(3, 2)
        """
        (point,) = exact_vector([x], "x")
        values = (h.weight * _phi(h.side * (point - h.kink), self.kappa) for h in self.hinges)
        return self.intercept + sum(values, ZERO)

    def network(self) -> RationalNetwork:
        """The spline as a network on (x, 1), hidden biases and the output constant free.

        It is the rescaled form: hidden weights +-1, so that `sum abs(alpha)` is the penalty.
        """
        hidden = tuple((Fraction(h.side), -h.side * h.kink) for h in self.hinges)
        return RationalNetwork(hidden, tuple(h.weight for h in self.hinges), self.intercept)


def spline_optimum(x: Any, y: Any, beta: Any, activation: Any = "relu") -> Spline:
    """The optimal network of any width on one feature, hidden biases and output constant unpenalised.

    `min 1/2 norm(f - y)^2 + beta/2 sum_j (w_j^2 + alpha_j^2)` over `f(x) = b + sum_j alpha_j phi(w_j x +
    b_j)`.

    Args:
        x: n numbers, repeats allowed.
        y: n numbers.
        beta: weight decay, positive.
        activation: as in :class:`~duality_checks.problem.TrainingProblem`.

    Returns:
        The spline, exactly.

    Raises:
        InputError: lengths that differ, or a bad number.

    Example:
        >>> spline_optimum([0, 1], [0, 2], beta=3).hinges  # too dear: a constant
        ()
    """
    points, target = exact_vector(x, "x"), exact_vector(y, "y")
    if len(points) != len(target):
        raise InputError(f"x has {len(points)} entries and y {len(target)}; give one target a sample")
    decay, kappa = positive(beta, "beta"), parse_activation(activation)
    candidates = [
        (kink, side, output) for kink in sorted(set(points)) for side in (1, -1) for output in (1, -1)
    ]
    raw = [tuple(s * _phi(side * (p - kink), kappa) for p in points) for kink, side, s in candidates]
    # The free constant is projected out: what is left are centred atoms and targets.
    atoms = [_centred(atom) for atom in raw]
    weights = nonnegative_lasso(atoms, _centred(target), decay)
    hinges = tuple(
        Hinge(kink, side, output * t)
        for (kink, side, output), t in zip(candidates, weights, strict=True)
        if t
    )
    sums = combination(weights, raw, len(points))
    intercept = sum((t - s for t, s in zip(target, sums, strict=True)), ZERO) / len(points)
    fit = tuple(intercept + s for s in sums)
    dual = tuple(t - f for t, f in zip(target, fit, strict=True))
    value = dot(dual, dual) / 2 + decay * sum(weights, ZERO)
    return Spline(hinges, intercept, kappa, fit, dual, value)


def kink_bound(x: Sequence[Fraction], dual: Sequence[Fraction], kappa: Fraction) -> Fraction:
    """`max abs(v'phi(+-(x - t)))` over ALL real t, for v with `1'v = 0`: attained at a data point, exactly.

    A spline is optimal if and only if this is at most beta for its residual (and its weights sit where it is
    beta).

    Raises:
        InputError: the entries of v do not sum to zero, so that far kinks have no bound.

    Example:
        >>> v = (Fraction(-1), Fraction(2), Fraction(-1))
        >>> kink_bound((ZERO, Fraction(1), Fraction(2)), v, ZERO)
        Fraction(1, 1)
    """
    if sum(dual, ZERO):
        raise InputError("the dual does not sum to zero; neurons with far kinks have unbounded price")
    values = (
        abs(sum((v * _phi(side * (p - kink), kappa) for v, p in zip(dual, x, strict=True)), ZERO))
        for kink in x
        for side in (1, -1)
    )
    return max(values, default=ZERO)


def function_space_penalty(spline: Spline) -> Fraction:
    """`max(total variation of f', abs(f'(-inf) + f'(inf)))`: the price of a function for ReLU networks.

    Savarese, Evron, Soudry and Srebro (2019) showed that no network of any width represents f for less: an
    independent measure of `spline.penalty` (ReLU).

    Example:
        >>> function_space_penalty(spline_optimum([0, 1, 2, 3], [0, 0, 0, 3], beta=1))
        Fraction(1, 1)
    """
    jumps: dict[Fraction, Fraction] = {}
    left = right = ZERO
    for hinge in spline.hinges:
        jumps[hinge.kink] = jumps.get(hinge.kink, ZERO) + hinge.weight
        if hinge.side > 0:
            right += hinge.weight
        else:
            left -= hinge.weight
    return max(sum(map(abs, jumps.values()), ZERO), abs(left + right))


def plot_spline(
    spline: Spline, x: Any, y: Any, *, ax: Any = None, title: str | None = None, color: str = "#2a6f97"
) -> Any:
    """Draw the spline, the data, and where it bends.

    Args:
        spline: from :func:`spline_optimum`.
        x: the data, n numbers.
        y: the targets.
        ax: matplotlib Axes; a new figure if None.
        title: above the picture.
        color: of the spline.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from hyperplane_arrangements.pictures.canvas import INK, axes_of

    ax = axes_of(ax)
    points = [float(p) for p in exact_vector(x, "x")]
    ax.plot(points, [float(t) for t in exact_vector(y, "y")], "o", color=INK, ms=4)
    margin = 0.08 * ((max(points) - min(points)) or 1.0)
    grid = sorted({*np.linspace(min(points) - margin, max(points) + margin, 200), *map(float, spline.kinks)})
    ax.plot(grid, [float(spline(g)) for g in grid], color=color)
    for kink in spline.kinks:
        ax.axvline(float(kink), color=color, lw=0.6, ls=":")
    if title:
        ax.set_title(title, color=INK)
    return ax


def _phi(t: Fraction, kappa: Fraction) -> Fraction:
    return t if t > 0 else kappa * t


def _centred(values: Vector) -> Vector:
    mean = sum(values, ZERO) / len(values)
    return tuple(value - mean for value in values)
