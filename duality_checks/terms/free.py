"""What the penalty leaves free: an output intercept, a linear skip, hidden biases (statement 2.14).

A free intercept adds a constant to every output, a linear skip the term ``x'b``: with ``B`` the matrix of
their columns the network is ``f = sum_j T phi(X w_j) alpha_j + B theta``, and ``theta`` costs nothing. Free
biases are the weights on the column of ones of ``X``: the norm acts on the other weights only. A neuron whose
other weights vanish is then a constant that costs nothing, so free biases come with the intercept.

Each column of ``B`` is an equation of the dual: ``B'v = 0``, that is ``1'v = 0`` or ``X'v = 0``.

A *decayed* intercept is not free: it costs ``beta/2 b^2``, as where weight decay acts on every parameter (the
``weight_decay`` of PyTorch's SGD and Adam). In place of its equation the dual objective has one more term,
``min_b beta/2 b^2 - b 1'v = -(1'v)^2 / (2 beta)``. The hidden biases that belong to it are the weights on a
column of ones, penalised like the rest; beside free ones it would cost nothing, for they make constants.
"""

from __future__ import annotations

from dataclasses import dataclass

from hyperplane_arrangements.errors import InputError

NOTHING = "nothing"
DECAYED = "decayed-intercept"
NAMES = (NOTHING, "intercept", "linear", "intercept+linear", DECAYED, "biases", "biases+linear")


@dataclass(frozen=True, slots=True)
class Free:
    """What the penalty leaves free, or the intercept that it does not.

    Attributes:
        name: as in problem files, one of `NAMES`.

    Example:
        >>> free = parse_free("biases")
        >>> free.intercept, free.linear, free.biases, bool(parse_free("nothing"))
        (True, False, True, False)
    """

    name: str

    def __bool__(self) -> bool:
        return self.name != NOTHING

    @property
    def intercept(self) -> bool:
        """Whether the output has a constant, free or decayed; free hidden biases bring one."""
        return "intercept" in self.name or self.biases

    @property
    def decayed(self) -> bool:
        """Whether the constant costs ``beta/2`` times its square."""
        return self.name == DECAYED

    @property
    def linear(self) -> bool:
        """Whether the output has a free linear term of the features."""
        return "linear" in self.name

    @property
    def biases(self) -> bool:
        """Whether the weights on the column of ones are not penalised."""
        return "biases" in self.name


def parse_free(name: str | Free) -> Free:
    """What is free by this name: parts of `intercept`, `linear` and `biases`, joined by `+`; `nothing`; or
    `decayed-intercept`.

    Raises:
        InputError: no such parts.

    Example:
        >>> parse_free("linear+intercept").name
        'intercept+linear'
    """
    if isinstance(name, Free):
        return name
    parts = "+".join(sorted(str(name).split("+")))
    if parts not in NAMES:
        raise InputError(f"free={name!r} is unknown; use {', '.join(NAMES[:-1])} or {NAMES[-1]}")
    return Free(parts)
