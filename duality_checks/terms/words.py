"""Terms of a problem, and numbers of things, in words."""

from __future__ import annotations

from fractions import Fraction

# The norms of a neuron's output weights; what shares neurons has the second.
COUPLINGS = ("1-norm", "2-norm")


def activation_name(kappa: Fraction) -> str:
    """The activation in words.

    Example:
        >>> activation_name(Fraction(0)), activation_name(Fraction(-1)), activation_name(Fraction(1, 10))
        ('ReLU', 'absolute value', 'leaky ReLU of slope 1/10')
    """
    names = {Fraction(0): "ReLU", Fraction(-1): "absolute value"}
    return names.get(kappa, f"leaky ReLU of slope {kappa}")


def count(number: int, noun: str) -> str:
    """A number and its noun.

    Example:
        >>> count(1, "neuron"), count(2, "neuron")
        ('1 neuron', '2 neurons')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
