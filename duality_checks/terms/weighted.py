"""Weights of samples: a weight scales the loss of its sample, and a sample given twice has weight 2.

``ell(f) = sum_k w_k loss(f_k; y_k)`` with ``w_k > 0`` has the dual objective

    ``d(v) = inf_f ell(f) + v'f = sum_k w_k inf_f (loss(f; y_k) + (v_k / w_k) f) = sum_k w_k d_k(v_k / w_k)``,

where ``d_k`` is that of the loss itself: so ``v / w`` must be in its domain (proofs_notes/2.4b-losses.md).
All is rational where the loss and the weights are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError
from hyperplane_arrangements.exact import exact_vector, fits_float, in_short

from .losses import Loss


@dataclass(frozen=True, slots=True)
class Scaled(Loss):
    """``weight * loss``, for one sample.

    Args:
        base: the loss.
        weight: positive.

    Example:
        >>> from .losses import parse_loss
        >>> twice = Scaled(parse_loss("l1"), Fraction(2))
        >>> twice.inside(Fraction(5), Fraction(1)), twice.above(Fraction(4), Fraction(1))
        (Fraction(2, 1), Fraction(6, 1))
    """

    base: Loss
    weight: Fraction

    @property
    def name(self) -> str:
        return f"{self.weight} * {self.base.name}"

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return float(self.weight) * self.base.values(f, y)

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return float(self.weight) * self.base.slope(f, y)

    def duals(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        return float(self.weight) * self.base.duals(v / float(self.weight), y)

    def inside(self, v: Fraction, y: Fraction) -> Fraction:
        return self.weight * self.base.inside(v / self.weight, y)

    def clip(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        return float(self.weight) * self.base.clip(v / float(self.weight), y)

    def multiple_of_shares(self, u: np.ndarray, y: np.ndarray, weights: np.ndarray, brake: float) -> float:
        own = float(self.weight)
        return self.base.multiple_of_shares(u / own, y, own * weights, brake)

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        return self.weight * self.base.above(f, y)

    def below(self, v: Fraction, y: Fraction) -> Fraction:
        return self.weight * self.base.below(v / self.weight, y)


@dataclass(frozen=True)
class Weighted(Loss):
    """A loss whose samples have weights.

    Args:
        base: the loss of one sample; not weighted itself.
        weights: one a sample, positive.

    Example:
        >>> from .losses import parse_loss
        >>> loss = Weighted(parse_loss("squared"), (Fraction(2), Fraction(1, 3)))
        >>> loss.upper([Fraction(3), Fraction(3)], [Fraction(0), Fraction(0)])
        Fraction(21, 2)
        >>> loss.lower([Fraction(2), Fraction(1)], [Fraction(3), Fraction(3)])
        Fraction(13, 2)
    """

    base: Loss
    weights: tuple[Fraction, ...]

    @property
    def name(self) -> str:
        return f"weighted {self.base.name}"

    @property
    def labels(self) -> bool:  # type: ignore[override]
        return self.base.labels

    @property
    def strictly_convex(self) -> bool:  # type: ignore[override]
        return self.base.strictly_convex

    @property
    def smooth(self) -> bool:  # type: ignore[override]
        return self.base.smooth

    @property
    def degree(self) -> int:  # type: ignore[override]
        return self.base.degree

    @cached_property
    def floats(self) -> np.ndarray:
        """The weights rounded to float64, length n."""
        return np.array([float(weight) for weight in self.weights])

    def in_units(self, unit: Fraction) -> Weighted:
        return Weighted(self.base.in_units(unit), self.weights)

    def one(self, k: int) -> Scaled:
        return Scaled(self.base, self.weights[k])

    def values(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.floats * self.base.values(f, y)

    def slope(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.floats * self.base.slope(f, y)

    def curvature(self, f: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.floats * self.base.curvature(f, y)

    def duals(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.floats * self.base.duals(v / self.floats, y)

    def clip(self, v: np.ndarray, y: np.ndarray) -> np.ndarray:
        return self.floats * self.base.clip(v / self.floats, y)

    def multiple(self, v: np.ndarray, y: np.ndarray, brake: float = 0.0) -> float:
        return self.base.multiple_of_shares(v / self.floats, y, self.floats, brake)

    def multiple_of_shares(self, u: np.ndarray, y: np.ndarray, weights: np.ndarray, brake: float) -> float:
        return self.base.multiple_of_shares(u / self.floats, y, self.floats * weights, brake)

    # Of one sample nothing can be said without its number: see `one`.

    def inside(self, v: Fraction, y: Fraction) -> Fraction:
        raise self._without_number()

    def above(self, f: Fraction, y: Fraction) -> Fraction:
        raise self._without_number()

    def below(self, v: Fraction, y: Fraction) -> Fraction:
        raise self._without_number()

    def _without_number(self) -> ConvexLandscapeError:
        return ConvexLandscapeError(
            f"the {self.name} loss differs from sample to sample; ask one(k) for that of k"
        )


def unweighted(loss: Loss) -> Loss:
    """The loss without its weights.

    Example:
        >>> from .losses import parse_loss
        >>> unweighted(Weighted(parse_loss("l1"), (Fraction(2),))).name
        'l1'
    """
    return loss.base if isinstance(loss, Weighted) else loss


def weighted(loss: Loss, weights: Any, count: int) -> Loss:
    """The loss with weights of its samples: itself where all of them are 1.

    Args:
        loss: a loss; one that has weights keeps them where none are given.
        weights: one positive number a sample, in any form that :func:`exact_vector` takes; None for ones.
        count: the number n of samples.

    Raises:
        InputError: another number of weights, or one that is not positive.

    Example:
        >>> from .losses import parse_loss
        >>> weighted(parse_loss("l1"), [1, "1/2"], 2).weights, weighted(parse_loss("l1"), [1, 1], 2).name
        ((Fraction(1, 1), Fraction(1, 2)), 'l1')
    """
    if weights is None:
        if not isinstance(loss, Weighted):
            return loss
        weights = loss.weights
    exact = exact_vector(weights, name="sample_weights")
    if len(exact) != count:
        raise InputError(
            f"sample_weights has {len(exact)} entries but there are {count} samples; give one a sample"
        )
    for k, weight in enumerate(exact):
        if weight <= 0:
            remedy = "drop that sample" if weight == 0 else "weights are positive"
            raise InputError(f"sample_weights[{k}]={in_short(weight)} is not positive; {remedy}")
        if not fits_float(weight):
            raise InputError(
                f"sample_weights[{k}] is {in_short(weight)}, beyond the range of floats; rescale them"
            )
    base = unweighted(loss)
    return base if set(exact) == {Fraction(1)} else Weighted(base, exact)


def weights_of(loss: Loss, count: int) -> Sequence[Fraction]:
    """The weights of so many samples: ones where the loss has none.

    Example:
        >>> from .losses import parse_loss
        >>> weights_of(parse_loss("l1"), 2)
        (Fraction(1, 1), Fraction(1, 1))
    """
    return loss.weights if isinstance(loss, Weighted) else (Fraction(1),) * count
