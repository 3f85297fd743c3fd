"""Losses with their exact values, conjugates and dual domains (proofs_notes/2.4b-losses.md).

A loss is a sum over samples, ``ell(f) = sum_k loss(f_k; y_k)``. Its dual objective is
``d(v) = inf_f ell(f) + v'f = -ell*(-v)``, finite on a domain that is convex and contains 0. For any ``v`` in
the domain with dual norm at most beta, ``d(v) <= p*`` (statement 2.4). Each loss states both sides twice: in
floats for solvers, and in rationals for proofs, where a value that is not rational (logistic) is enclosed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_vector
from hyperplane_arrangements.exact.rational import ONE, ZERO, long_dot, total
from hyperplane_arrangements.exact.scaled import over_one_denominator

from .logarithms import entropy_below, log_one_plus_exp_above


@dataclass(frozen=True, slots=True)
class Loss(ABC):
    """A convex loss of one output and one target; the vectors below hold one entry a sample.

    Attributes:
        name: as in problem files.
        labels: whether targets must be labels, -1 or +1.
        strictly_convex: whether second derivatives exist and are positive everywhere.
        smooth: whether first derivatives exist and are Lipschitz, so that ``v`` follows from ``f``.
        degree: where targets are no labels, ``loss(c f; c y) = c**degree * loss_c(f; y)``, and loss_c is the
            loss :meth:`in_units` of c.
        curved: the largest c for which ``loss(f; y) - c f^2/2`` is convex in f.
        conjugate_curved: the largest c for which ``d(v) + c v^2/2`` is concave: 1 over the largest second
            derivative of the loss.
        dual_curvature: the c for which ``d(v) = v'y - c v'v/2`` in the domain; None if there is none.
    """

    labels: ClassVar[bool] = False
    strictly_convex: ClassVar[bool] = False
    smooth: ClassVar[bool] = True
    degree: ClassVar[int] = 1
    curved: ClassVar[int] = 0
    conjugate_curved: ClassVar[int] = 0
    dual_curvature: ClassVar[int | None] = None

    def in_units(self, unit: Fraction) -> Loss:
        """The loss of outputs and targets that are measured in a unit, up to the unit's power."""
        return self

    @property
    @abstractmethod
    def name(self) -> str:
        """The name in problem files."""

    @abstractmethod
    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The loss of each sample."""

    def value(self, f: np.ndarray, y: np.ndarray) -> float:
        """``ell(f)``."""
        return float(self.values(f, y).sum())

    @abstractmethod
    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        """``v`` with ``-v`` in the subdifferential of the loss at ``f``; at a kink, one of several."""

    def curvature(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The second derivatives, 0 at kinks and on linear pieces."""
        return np.zeros(len(f))

    @abstractmethod
    def duals(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The part of each sample in ``d(v)``, for ``v`` in the domain."""

    def dual(self, v: np.ndarray, y: np.ndarray) -> float:
        """``d(v)`` for ``v`` in the domain."""
        return float(self.duals(v, y).sum())

    def one(self, k: int) -> Loss:
        """The loss of sample k; the same for all, unless they are weighted (:mod:`.weighted`)."""
        return self

    @abstractmethod
    def inside(self, v: Fraction, y: Fraction) -> Fraction:
        """The point of the domain nearest to ``v``, for one sample, exactly."""

    @abstractmethod
    def clip(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        """:meth:`inside` for all samples, in floats."""

    def multiple(self, v: np.ndarray, y: np.ndarray, brake: float = 0.0) -> float:
        """The ``t >= 0`` with ``t v`` in the domain and ``d(t v) - brake t^2/2`` largest, in floats.

        The brake is what a penalised intercept takes off the dual objective (:mod:`.free`).
        """
        return self.multiple_of_shares(v, y, np.ones(len(v)), brake)

    @abstractmethod
    def multiple_of_shares(self, u: np.ndarray, y: np.ndarray, weights: np.ndarray, brake: float) -> float:
        """:meth:`multiple` of ``v = weights * u`` for a loss with these weights of its samples."""

    def exactly_inside(self, v: Sequence[Fraction], y: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """:meth:`inside` for all samples, exactly.

        Example:
            >>> parse_loss("l1").exactly_inside([Fraction(3), Fraction(-1, 2)], [Fraction(0)] * 2)
            (Fraction(1, 1), Fraction(-1, 2))
        """
        return tuple(self.one(k).inside(a, b) for k, (a, b) in enumerate(zip(v, y, strict=True)))

    def holds(self, v: Sequence[Fraction], y: Sequence[Fraction]) -> bool:
        """Whether ``v`` is in the domain, exactly."""
        return self.exactly_inside(v, y) == tuple(v)

    @abstractmethod
    def above(self, f: Fraction, y: Fraction) -> Fraction:
        """The loss of one sample, or a rational just above it."""

    @abstractmethod
    def below(self, v: Fraction, y: Fraction) -> Fraction:
        """The dual objective of one sample, or a rational just below it."""

    def upper(self, f: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
        """``ell(f)`` exactly; for the logistic loss a proven upper bound.

        Example:
            >>> parse_loss("huber:1/2").upper([Fraction(3)], [Fraction(1)])
            Fraction(7, 8)
        """
        return total(self.one(k).above(a, b) for k, (a, b) in enumerate(zip(f, y, strict=True)))

    def lower(self, v: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
        """``d(v)`` exactly; for the logistic loss a proven lower bound.

        Raises:
            InputError: ``v`` is not in the domain, where ``d`` is minus infinity.

        Example:
            >>> parse_loss("l1").lower([Fraction(1, 2)], [Fraction(3)])
            Fraction(3, 2)
        """
        for k, (a, b) in enumerate(zip(v, y, strict=True)):
            if self.one(k).inside(a, b) != a:
                raise InputError(
                    f"v[{k}]={a} is outside the dual domain of the {self.name} loss; clip it with inside()"
                )
        return self.lower_inside(v, y)

    def lower_inside(self, v: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
        """:meth:`lower` where ``v`` is known to be in the domain."""
        if self.dual_curvature is None:
            return total(self.one(k).below(a, b) for k, (a, b) in enumerate(zip(v, y, strict=True)))
        v, y = over_one_denominator(v), over_one_denominator(y)
        straight = long_dot(v, y)
        return straight - self.dual_curvature * long_dot(v, v) / 2 if self.dual_curvature else straight

    def require_targets(self, y: Sequence[Fraction]) -> None:
        """Refuse targets that are no labels where the loss needs labels.

        Raises:
            InputError: naming the first such entry.
        """
        if self.labels:
            for k, value in enumerate(y):
                if abs(value) != 1:
                    raise InputError(
                        f"y[{k}]={value} is no label; the {self.name} loss needs every label to be exactly "
                        "-1 or +1 (recode two classes so, on the command line by --labels NO,YES, or use the "
                        "squared loss)"
                    )


@dataclass(frozen=True, slots=True)
class OnInterval(Loss):
    """A loss whose dual domain is an interval around 0, ``abs(v) <= most``; of labels its half,
    ``0 <= v y <= most``. With a `dual_curvature` c its dual objective is ``d(v) = v y - c v^2/2`` there.

    Attributes:
        most: the largest ``abs(v)`` in the domain; None if there is none.
    """

    most: ClassVar[Fraction | None] = None

    def duals(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        return v * y - 0.5 * (self.dual_curvature or 0) * v * v

    def below(self, v: Fraction, y: Fraction) -> Fraction:
        return v * (y - (self.dual_curvature or 0) * v / 2)

    def inside(self, v: Fraction, y: Fraction) -> Fraction:
        if self.labels:
            a = max(v * y, ZERO)
            return a * y if self.most is None else min(a, self.most) * y
        return v if self.most is None else min(max(v, -self.most), self.most)

    def clip(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        most = np.inf if self.most is None else float(self.most)
        if self.labels:
            return np.clip(v * y, 0.0, most) * y
        return v if self.most is None else np.clip(v, -most, most)

    def multiple_of_shares(self, u: np.ndarray, y: np.ndarray, weights: np.ndarray, brake: float) -> float:
        largest = float(np.abs(u).max(initial=0.0))
        if largest == 0:
            return 0.0
        rise, bend = float(u @ (weights * y)), brake
        if self.dual_curvature:
            bend += self.dual_curvature * float(u @ (weights * u))
        return _best(rise, bend) if self.most is None else _best_up_to(float(self.most) / largest, rise, bend)


@dataclass(frozen=True, slots=True)
class Squared(OnInterval):
    """``1/2 (f - y)^2``, with ``d(v) = v y - v^2/2`` everywhere."""

    dual_curvature = 1
    name = "squared"
    curved = 1
    conjugate_curved = 1
    strictly_convex = True
    degree = 2

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 0.5 * (f - y) ** 2

    def value(self, f: np.ndarray, y: np.ndarray) -> float:
        return float(0.5 * (f - y) @ (f - y))

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return y - f

    def curvature(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.ones(len(f))

    def dual(self, v: np.ndarray, y: np.ndarray) -> float:
        return float(v @ y - 0.5 * v @ v)

    def lower(self, v: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
        return self.lower_inside(v, y)

    def upper(self, f: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
        f, y = over_one_denominator(f), over_one_denominator(y)
        return (long_dot(f, f) + long_dot(y, y)) / 2 - long_dot(f, y)

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        return (f - y) ** 2 / 2


@dataclass(frozen=True, slots=True)
class Absolute(OnInterval):
    """``abs(f - y)``, with ``d(v) = v y`` for ``abs(v) <= 1``."""

    dual_curvature = 0
    most = ONE
    name = "l1"
    smooth = False

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.abs(f - y)

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.sign(y - f)

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        return abs(f - y)


@dataclass(frozen=True, slots=True)
class Huber(OnInterval):
    """``(f - y)^2/2`` up to ``abs(f - y) = delta`` and linear beyond.

    ``d(v) = v y - v^2/2`` for ``abs(v) <= delta``.

    Args:
        delta: where the loss becomes linear, positive.
    """

    dual_curvature = 1
    degree = 2
    conjugate_curved = 1
    delta: Fraction

    @property
    def name(self) -> str:
        return f"huber:{self.delta}"

    @property
    def most(self) -> Fraction:  # type: ignore[override]
        return self.delta

    def in_units(self, unit: Fraction) -> Huber:
        return Huber(self.delta / unit)

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        v = self.slope(f, y)
        return v * (y - f) - 0.5 * v * v

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.clip(y - f, y)

    def curvature(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (np.abs(f - y) <= float(self.delta)).astype(float)

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        error = abs(f - y)
        return error**2 / 2 if error <= self.delta else self.delta * (error - self.delta / 2)


@dataclass(frozen=True, slots=True)
class Hinge(OnInterval):
    """``max(0, 1 - y f)`` on labels, with ``d(v) = a`` for ``a = v y`` in [0, 1]."""

    dual_curvature = 0
    most = ONE
    name = "hinge"
    labels = True
    smooth = False

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.maximum(0.0, 1 - y * f)

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.where(y * f < 1, y, 0.0)

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        return max(ZERO, 1 - y * f)


@dataclass(frozen=True, slots=True)
class SquaredHinge(OnInterval):
    """``1/2 max(0, 1 - y f)^2`` on labels, with ``d(v) = a - a^2/2`` for ``a = v y >= 0``."""

    dual_curvature = 1
    name = "squared-hinge"
    conjugate_curved = 1
    labels = True

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 0.5 * np.maximum(0.0, 1 - y * f) ** 2

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return y * np.maximum(0.0, 1 - y * f)

    def curvature(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (y * f < 1).astype(float)

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        return max(ZERO, 1 - y * f) ** 2 / 2


@dataclass(frozen=True, slots=True)
class Logistic(OnInterval):
    """``log(1 + exp(-y f))`` on labels.

    ``d(v) = -a log a - (1-a) log(1-a)``, the entropy, for ``a = v y`` in [0, 1].
    """

    most = ONE
    name = "logistic"
    conjugate_curved = 4
    labels = True
    strictly_convex = True

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.logaddexp(0.0, -y * f)

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return y * np.exp(-np.logaddexp(0.0, y * f))

    def curvature(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.exp(-np.logaddexp(0.0, y * f) - np.logaddexp(0.0, -y * f))

    def duals(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        from scipy.special import entr

        a = np.clip(v * y, 0.0, 1.0)
        return np.asarray(entr(a) + entr(1 - a))

    def multiple_of_shares(self, u: np.ndarray, y: np.ndarray, weights: np.ndarray, brake: float) -> float:
        a = u * y
        largest = float(np.abs(a).max(initial=0.0))
        if largest == 0:
            return 0.0
        low, high = 0.0, 1 / largest
        for _ in range(100):
            middle = 0.5 * (low + high)
            part = middle * a
            slopes = np.log1p(-np.minimum(part, 1 - 1e-16)) - np.log(np.maximum(part, 1e-300))
            rising = a @ (weights * slopes) > brake * middle
            low, high = (middle, high) if rising else (low, middle)
        return low

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        return log_one_plus_exp_above(-y * f)

    def below(self, v: Fraction, y: Fraction) -> Fraction:
        return entropy_below(v * y)


def _best(rise: float, bend: float) -> float:
    """The ``t >= 0`` where ``rise t - bend t^2/2`` is largest; 0 where floats see no bend."""
    return max(rise, 0.0) / bend if bend > 0 else 0.0


def _best_up_to(most: float, rise: float, bend: float) -> float:
    """The same for ``t <= most``, where a straight line rises up to the end.

    Example:
        >>> _best_up_to(3.0, 1.0, 0.0), _best_up_to(3.0, 1.0, 0.5)
        (3.0, 2.0)
    """
    if rise <= 0:
        return 0.0
    return min(most, rise / bend) if bend > 0 else most


@dataclass(frozen=True, eq=False, slots=True)
class Datafit:
    """A loss with its targets, as a function of the outputs f alone (float64).

    Args:
        loss: the loss.
        target: y, length n.

    Example:
        >>> fit = Datafit(parse_loss("squared"), np.array([3.0]))
        >>> fit.value(np.zeros(1)), fit.slope(np.zeros(1))
        (4.5, array([3.]))
    """

    loss: Loss
    target: np.ndarray

    def value(self, f: np.ndarray) -> float:
        """``ell(f)``."""
        return self.loss.value(f, self.target)

    def slope(self, f: np.ndarray) -> np.ndarray:
        """``v = -ell'(f)``; for the squared loss the residual."""
        return self.loss.slope(f, self.target)

    def curvature(self, f: np.ndarray) -> np.ndarray:
        """The second derivatives."""
        return self.loss.curvature(f, self.target)


SIMPLE = {loss.name: loss for loss in (Squared(), Absolute(), Hinge(), SquaredHinge(), Logistic())}


def parse_loss(name: str | Loss) -> Loss:
    """The loss with this name: squared, l1, huber:DELTA, hinge, squared-hinge or logistic.

    Raises:
        InputError: no such loss, or a ``delta`` that is not positive.

    Example:
        >>> parse_loss("huber:0.5").name, parse_loss("logistic").labels
        ('huber:1/2', True)
    """
    if isinstance(name, Loss):
        return name
    if isinstance(name, str) and name in SIMPLE:
        return SIMPLE[name]
    kind, _, delta = str(name).partition(":")
    if kind != "huber" or not delta:
        raise InputError(f"loss={name!r} is unknown; use {', '.join(SIMPLE)} or huber:DELTA")
    (number,) = exact_vector([delta], name="huber delta")
    if number <= 0:
        raise InputError(f"huber delta={number} is not positive; beyond which error is the loss linear?")
    return Huber(number)
