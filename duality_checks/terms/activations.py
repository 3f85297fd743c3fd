"""Any two slopes: a piecewise linear activation with one kink, at 0, reduces to ``phi_kappa``, ``kappa < 1``.

Let ``psi(t) = A max(t, 0) + B min(t, 0)`` with ``A != B``. If ``B/A < 1`` then ``psi(t) = A phi_{B/A}(t)``;
otherwise ``A/B < 1`` and ``psi(t) = -B phi_{A/B}(-t)``. The sign of the factor joins the output weight,
``-t`` is ``-w``, and the factor's size divides beta (proofs_notes/2.1b-activations-and-readouts.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_vector


class Neurons(Protocol):
    """Of a network with ``phi_kappa``: the weights into its neurons (m x d) and out of them (m)."""

    @property
    def kappa(self) -> Fraction: ...

    @property
    def hidden(self) -> np.ndarray: ...

    @property
    def output(self) -> np.ndarray: ...


def phi(values: np.ndarray, kappa: Fraction) -> np.ndarray:
    """The activation of slope kappa below 0, in float64, entry by entry.

    Example:
        >>> phi(np.array([3.0, -2.0]), Fraction(1, 2))
        array([ 3., -1.])
    """
    activated: np.ndarray = np.maximum(values, 0) + float(kappa) * np.minimum(values, 0)
    return activated


@dataclass(frozen=True, slots=True)
class Slopes:
    """The activation ``psi(t) = above * max(t, 0) + below * min(t, 0)``.

    Args:
        above: slope for positive t.
        below: slope for negative t, another one.

    Raises:
        InputError: equal slopes: such a network is linear.

    Example:
        >>> minus_relu_mirrored = Slopes(Fraction(0), Fraction(3))
        >>> minus_relu_mirrored.kappa, minus_relu_mirrored.factor, minus_relu_mirrored.side
        (Fraction(0, 1), Fraction(-3, 1), -1)
    """

    above: Fraction
    below: Fraction

    def __post_init__(self) -> None:
        if self.above == self.below:
            raise InputError(
                f"activation slopes {self.above} and {self.below} are equal: such a network is linear; "
                "give two different slopes"
            )

    @classmethod
    def parse(cls, text: str) -> Slopes:
        """The slopes in ``slopes:A,B``: A for positive and B for negative arguments, exactly.

        Raises:
            InputError: not two numbers, or equal ones.

        Example:
            >>> Slopes.parse("slopes:2,-0.5")
            Slopes(above=Fraction(2, 1), below=Fraction(-1, 2))
        """
        parts = text.removeprefix("slopes:").split(",")
        if not text.startswith("slopes:") or len(parts) != 2:
            raise InputError(f"activation={text!r}; write 'slopes:A,B', such as slopes:2,-1/2")
        return cls(*exact_vector(parts, name="activation slopes"))

    @property
    def side(self) -> int:
        """+1 if ``psi(t) = factor * phi_kappa(t)``, -1 if ``psi(t) = factor * phi_kappa(-t)``."""
        return 1 if self.above and self.below / self.above < 1 else -1

    @property
    def factor(self) -> Fraction:
        """What ``phi_kappa`` is multiplied by."""
        return self.above if self.side > 0 else -self.below

    @property
    def kappa(self) -> Fraction:
        """The slope of the reduced activation, below 1."""
        return self.below / self.above if self.side > 0 else self.above / self.below

    def reduced_beta(self, beta: Fraction) -> Fraction:
        """The weight decay of the reduced problem, which has the same optimum: ``beta / abs(factor)``."""
        return beta / abs(self.factor)

    def weights(self, network: Neurons) -> tuple[np.ndarray, np.ndarray]:
        """Hidden (m x d) and output weights (m) of the same function with ``psi`` for ``phi_kappa``.

        Both layers shrink by the root of ``abs(factor)``, so a balanced network stays balanced. Its intercept
        and its linear skip stay as they are.

        Raises:
            InputError: the network has another activation than the reduced one.

        Example:
            >>> from duality_checks import TwoLayerNetwork
            >>> Slopes(Fraction(-4), Fraction(0)).weights(TwoLayerNetwork([[2.0]], [2.0]))
            (array([[1.]]), array([-1.]))
        """
        if network.kappa != self.kappa:
            raise InputError(
                f"the network's activation has kappa={network.kappa}, the reduced one kappa={self.kappa}; "
                "give a network that was trained for these slopes"
            )
        root = float(abs(self.factor)) ** 0.5
        sign = 1 if self.factor > 0 else -1
        return self.side * network.hidden / root, sign * network.output / root
