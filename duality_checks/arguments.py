"""The arguments of a training problem: readers of what users give, and what is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import (
    ExactMatrix,
    clipped,
    exact_matrix,
    exact_vector,
    fits_float,
    in_short,
)
from hyperplane_arrangements.exact.rational import Vector

from .checker import MAX_DIGITS
from .data.problem_file import Stated

NAMED_ACTIVATIONS = {"relu": Fraction(0), "abs": Fraction(-1)}
_TOO_LONG = 10**MAX_DIGITS


def parse_activation(activation: Any) -> Fraction:
    """The slope ``kappa < 1`` on the negative side of ``phi(t) = max(t, 0) + kappa * min(t, 0)``.

    Args:
        activation: ``"relu"`` (0), ``"abs"`` (-1), ``"leaky:K"`` with a decimal or a fraction ``K``, or the
            slope itself as an int, float or Fraction.

    Returns:
        The exact slope. A float means the dyadic rational that it is; text means the exact decimal.

    Raises:
        InputError: the name is unknown, the slope is no finite number, or it is not below 1: at 1 the
            network is linear, and above it ``u -> -u`` gives an equal problem below 1.

    Example:
        >>> parse_activation("leaky:0.1"), parse_activation("abs")
        (Fraction(1, 10), Fraction(-1, 1))
    """
    if isinstance(activation, str):
        if activation in NAMED_ACTIVATIONS:
            return NAMED_ACTIVATIONS[activation]
        name, _, slope = activation.partition(":")
        if name != "leaky" or not slope:
            raise InputError(
                f"activation={activation!r} is unknown; use 'relu', 'abs', 'leaky:K' with a slope K below 1, "
                "or for a problem 'slopes:A,B' (only positively homogeneous ones have a convex program)"
            )
        activation = slope
    (kappa,) = exact_vector([activation], name="activation slope")
    if kappa >= 1:
        raise InputError(
            f"activation slope kappa={in_short(kappa)} is not below 1: at 1 the network is linear; above 1 "
            "divide by kappa and use the slope 1/kappa"
        )
    return kappa


def positive(value: Any, name: str) -> Fraction:
    """``value`` as an exact positive number, or an InputError that names it.

    Example:
        >>> positive("0.25", "beta")
        Fraction(1, 4)
    """
    (number,) = exact_vector([value], name=name)
    if number <= 0:
        shown = value[:60] if isinstance(value, str) else clipped(value)
        raise InputError(f"{name}={shown} is not positive; the convex program needs {name} > 0")
    return number


def target_columns(y: Any) -> tuple[Vector, ...]:
    """The targets of each output: of a vector one, of a table its columns."""
    rows = isinstance(y, list | tuple) and len(y) > 0
    if getattr(y, "shape", ())[1:] or (rows and (isinstance(y[0], list | tuple) or getattr(y[0], "ndim", 0))):
        return tuple(zip(*exact_matrix(y, name="y").fractions, strict=True))
    return (exact_vector(y, name="y"),)


def ones_of(X: ExactMatrix) -> list[int]:
    """The columns that hold nothing but ones."""
    return [j for j, column in enumerate(zip(*X.fractions, strict=True)) if all(x == 1 for x in column)]


def require_one_column_of_ones(X: ExactMatrix) -> None:
    """Refuse X if free biases do not know which column is theirs."""
    found = ones_of(X)
    if len(found) != 1:
        which = f"columns {found} of ones" if found else "no column of ones"
        raise InputError(
            f"free biases are the weights on the column of ones of X, and X has {which}; give it exactly one"
        )


def require_digits(problem: Stated) -> None:
    """Refuse numbers too long for the file of the problem, which Python cannot even print."""
    _require_short("beta", problem.beta)
    _require_short("kappa", problem.kappa)
    _require_short("huber delta", getattr(problem.plain_loss, "delta", Fraction(0)))
    _require_of_targets(problem, _is_short, _require_short)
    for i, weight in enumerate(problem.sample_weights if problem.is_weighted else ()):
        _require_short(f"sample_weights[{i}]", weight)
    if max(problem.X.largest, *problem.X.denominators) >= _TOO_LONG:
        for i, row in enumerate(problem.X.fractions):
            for j, value in enumerate(row):
                _require_short(f"X[{i}, {j}]", value)


def _is_short(value: Fraction) -> bool:
    return value.denominator < _TOO_LONG and -_TOO_LONG < value.numerator < _TOO_LONG


def _require_short(name: str, value: Fraction) -> None:
    if not _is_short(value):
        raise InputError(
            f"{name}, about {in_short(value)}, has more than {MAX_DIGITS} digits as a fraction; round it"
        )


def require_floats(problem: Stated) -> None:
    """Refuse numbers that no float is near: proofs are exact, but what they prove is found in floats."""
    try:
        _ = problem.X.floats
    except InputError as error:
        raise InputError(f"X{error}") from None
    _require_of_targets(problem, lambda y: -y.denominator <= y.numerator <= y.denominator, _require_float)
    for name, value in (
        ("kappa", problem.kappa),
        ("huber delta", getattr(problem.plain_loss, "delta", Fraction(0))),
    ):
        if abs(value) > 1:
            _require_float(name, value)
    _require_beta_float(problem.beta)


def _require_float(name: str, value: Fraction) -> None:
    if not fits_float(value):
        raise InputError(f"{name} is {in_short(value)}, beyond the range of floats; rescale the data")


def _require_beta_float(beta: Fraction) -> None:
    if not fits_float(beta):
        raise InputError(
            f"beta is {in_short(beta)}, beyond the range of floats, 5e-324 to 1.8e308; rescale y and "
            "beta together"
        )


def require_beta(beta: Fraction) -> None:
    """Refuse a beta that is no float, or too long for a file."""
    _require_beta_float(beta)
    _require_short("beta", beta)


def _require_of_targets(
    problem: Stated, holds: Callable[[Fraction], bool], require: Callable[[str, Fraction], None]
) -> None:
    """Ask of the targets, by name, what does not hold at once."""
    for k, target in enumerate(problem.targets):
        for i, y in enumerate(target):
            if not holds(y):
                require(f"y[{i}]" if len(problem.targets) == 1 else f"y[{i}, {k}]", y)


def require_treated(problem: Stated) -> None:
    """Refuse what is not treated beside max pooling, by name."""
    if problem.free:
        raise InputError(
            f"free={problem.free.name!r} beside max pooling is not treated; leave free out, and give X a "
            "column of ones for biases"
        )
    if problem.penalty.polyhedral:
        raise InputError(
            f"penalty={problem.penalty.name!r} beside max pooling is not treated; use penalty='2-norm'"
        )
