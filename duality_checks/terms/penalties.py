"""Norms of the hidden weights: what is penalised, and the dual norm that each chamber's certificate bounds.

With ``beta/2 * sum_j (norm(w_j)^2 + alpha_j^2)`` a chamber's certificate is ``lambda >= 0`` with
``norm_*(c + X'S lambda) <= beta``, where ``norm_*`` is the dual norm (statements 2.3 and 2.7): for any norm,
``c'u <= (c + X'S lambda)'u <= norm_*(c + X'S lambda) * norm(u)`` on the chamber. The 2-norm is compared by
squares; the 1-norm and the infinity norm are rational themselves.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import ZERO


@dataclass(frozen=True, slots=True)
class Penalty(ABC):
    """A norm on the weights of a neuron.

    Attributes:
        name: as in problem files.
        polyhedral: whether the unit ball is a polytope, so that norms of rationals are rational.
    """

    name: ClassVar[str]
    polyhedral: ClassVar[bool] = True

    @abstractmethod
    def norms(self, vectors: np.ndarray) -> np.ndarray:
        """``norm(w)`` of each row, in floats."""

    @abstractmethod
    def square(self, w: Sequence[Fraction]) -> Fraction:
        """``norm(w)^2``, exactly."""

    @abstractmethod
    def dual_square(self, c: Sequence[Fraction]) -> Fraction:
        """``norm_*(c)^2``, exactly."""


@dataclass(frozen=True, slots=True)
class TwoNorm(Penalty):
    """Weight decay as usual; its own dual."""

    name = "2-norm"
    polyhedral = False

    def norms(self, vectors: np.ndarray) -> np.ndarray:
        return np.linalg.norm(vectors, axis=-1)

    def square(self, w: Sequence[Fraction]) -> Fraction:
        return sum((x * x for x in w), ZERO)

    def dual_square(self, c: Sequence[Fraction]) -> Fraction:
        return self.square(c)


@dataclass(frozen=True, slots=True)
class OneNorm(Penalty):
    """The sum of absolute weights: neurons that see few features."""

    name = "1-norm"

    def norms(self, vectors: np.ndarray) -> np.ndarray:
        return np.abs(vectors).sum(axis=-1)

    def square(self, w: Sequence[Fraction]) -> Fraction:
        return sum(map(abs, w), ZERO) ** 2

    def dual_square(self, c: Sequence[Fraction]) -> Fraction:
        return max(map(abs, c), default=ZERO) ** 2


@dataclass(frozen=True, slots=True)
class InfNorm(Penalty):
    """The largest absolute weight; neurons tend to the corners of a cube."""

    name = "inf-norm"

    def norms(self, vectors: np.ndarray) -> np.ndarray:
        return np.abs(vectors).max(axis=-1, initial=0.0)

    def square(self, w: Sequence[Fraction]) -> Fraction:
        return max(map(abs, w), default=ZERO) ** 2

    def dual_square(self, c: Sequence[Fraction]) -> Fraction:
        return sum(map(abs, c), ZERO) ** 2


PENALTIES: dict[str, Penalty] = {penalty.name: penalty for penalty in (TwoNorm(), OneNorm(), InfNorm())}


def parse_penalty(name: str | Penalty) -> Penalty:
    """The penalty with this name: 2-norm, 1-norm or inf-norm.

    Raises:
        InputError: no such penalty.

    Example:
        >>> parse_penalty("1-norm").square([Fraction(1, 2), Fraction(-1)])
        Fraction(9, 4)
    """
    if isinstance(name, Penalty):
        return name
    if not isinstance(name, str) or name not in PENALTIES:
        raise InputError(
            f"penalty={name!r} is unknown; use {', '.join(PENALTIES)} (norms with a rational certificate)"
        )
    return PENALTIES[name]
