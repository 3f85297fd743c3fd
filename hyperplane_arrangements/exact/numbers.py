"""Exact numbers in: the one door between data and integer arithmetic.

A float is an exact dyadic rational, and a text such as "0.1" an exact decimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite, lcm
from numbers import Rational
from operator import truediv
from typing import Any

import numpy as np

from ..errors import InputError
from ..values.pasting import MOST, Call, Pasted, number
from . import echelon
from .quadratic import Quadratic, irrational, quadratic_rows, read_quadratic

#: Integers up to this size are floats, and so are their sums up to this size.
EXACT = 2**53
_LARGEST_POWER = 4000  # of ten, in a text
# Integers below this are rounded as what they are over it, which is no less than the least normal float.
_SCALABLE = 2.0**1000


class _IrrationalError(InputError):
    """A number with a square root where a rational one is asked for."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExactMatrix(Pasted):
    """A rational matrix with one positive denominator a row.

    Where an entry has a square root (`quadratic.square_root`) all are quadratic numbers, with integer parts.

    Attributes:
        integers: n x d object array of Python integers.
        denominators: n positive integers; row i is `integers[i] / denominators[i]`.

    Example:
        >>> exact_matrix([[0.5, "1/3"]]).fractions
        ((Fraction(1, 2), Fraction(1, 3)),)
    """

    integers: np.ndarray
    denominators: tuple[int, ...]
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def _call(self) -> Call:
        return Call("exact_matrix", ([[number(x) for x in row] for row in self.fractions],))

    def _measured(self) -> str:
        n, d = self.shape
        return f"{n:,} x {d:,}" if n * d > MOST else ""

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns (n, d)."""
        n, d = self.integers.shape
        return n, d

    @property
    def fractions(self) -> tuple[tuple[Fraction, ...], ...]:
        """The entries as fractions: n tuples of d."""
        if "fractions" not in self._cache:
            pairs = zip(self.integers, self.denominators, strict=True)
            over = Fraction if self.is_rational else truediv
            self._cache["fractions"] = tuple(tuple(over(x, q) for x in row) for row, q in pairs)
        return self._cache["fractions"]

    @property
    def is_rational(self) -> bool:
        """Whether the entries are rational, not numbers a + b sqrt(d)."""
        return not irrational(self.integers)

    @property
    def floats(self) -> np.ndarray:
        """The entries rounded to nearest: n x d float64, read-only.

        Raises:
            InputError: an entry is beyond the range of float64.
        """
        if "floats" not in self._cache:
            try:
                rows = [[x / q for x in row] for row, q in zip(self.integers, self.denominators, strict=True)]
            except OverflowError:
                raise InputError(
                    f"{self._too_large()}, beyond the range of floats; rescale the data"
                ) from None
            self._cache["floats"] = _read_only(np.array(rows, dtype=np.float64).reshape(self.shape))
        return self._cache["floats"]

    def _too_large(self) -> str:
        """Where the first entry stands that no float is near, and its size."""
        for i, row in enumerate(self.fractions):
            for j, value in enumerate(row):
                if not fits_float(value):
                    return f"[{i}, {j}] is {in_short(value)}"
        return "an entry is"

    @property
    def scaled(self) -> np.ndarray:
        """The rows times positive numbers, entries at most 1, each rounded: n x d float64, read-only.

        An entry e is off by at most `2**-53 * abs(e) + 2**-1074`.
        """
        if "scaled" not in self._cache:
            self._cache["scaled"] = _read_only(scaled_floats(self.integers))
        return self._cache["scaled"]

    @property
    def over_one(self) -> tuple[np.ndarray, int]:
        """Integers, n x d, and one positive denominator that all entries have over them.

        Example:
            >>> integers, unit = exact_matrix([["1/2"], ["1/3"]]).over_one
            >>> integers.tolist(), unit
            ([[3], [2]], 6)
        """
        unit = lcm(*set(self.denominators))
        factors = unit // np.array(self.denominators, dtype=object)
        return self.integers * factors[:, None], unit

    def times(self, vector: Sequence[Fraction]) -> tuple[Fraction, ...]:
        """Rational rows times a vector of d rationals, exactly: n fractions.

        Example:
            >>> exact_matrix([[0.5, 1], [1, 0]]).times([Fraction(1), Fraction(2)])
            (Fraction(5, 2), Fraction(1, 1))
        """
        unit = lcm(*(x.denominator for x in vector))
        values = self.integers @ np.array([int(x * unit) for x in vector], dtype=object)
        pairs = zip(values.tolist(), self.denominators, strict=True)
        return tuple(Fraction(value, q * unit) for value, q in pairs)

    @property
    def largest(self) -> int:
        """The largest absolute value among `integers`."""
        if "largest" not in self._cache:
            self._cache["largest"] = max((abs(x) for x in self.integers.flat), default=0)
        return self._cache["largest"]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ExactMatrix):
            return NotImplemented
        return self.fractions == other.fractions

    def __hash__(self) -> int:
        return hash(self.fractions)


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array


def scaled_floats(integers: np.ndarray) -> np.ndarray:
    """Each row of integers over a power of two that brings it to at most 1, rounded to nearest.

    Args:
        integers: n x d object array of Python integers.

    Returns:
        n x d float64.
    """
    near = _rounded(integers)
    if near is not None and (np.abs(near) < _SCALABLE).all():
        _, exponents = np.frexp(np.abs(near).max(axis=1, initial=0.0))
        return np.ldexp(near, -exponents[:, None])
    result = np.zeros(integers.shape)
    for i, row in enumerate(integers):
        bits = max((x.bit_length() for x in row), default=0)
        result[i] = [x / (1 << bits) for x in row]
    return result


def _rounded(integers: np.ndarray) -> np.ndarray | None:
    """The nearest floats; None if a number is beyond them or has a square root."""
    if irrational(integers):
        return None
    try:
        return integers.astype(np.float64)
    except OverflowError:
        return None


def fits_float(value: Fraction) -> bool:
    """Whether a number is within the range of float64: rounding it neither overflows nor loses all of it.

    Example:
        >>> [fits_float(Fraction(text)) for text in ("0", "0.1", "1e400", "-1e-400")]
        [True, True, False, False]
    """
    try:
        return bool(float(value)) or not value
    except OverflowError:
        return False


def in_short(value: Fraction) -> str:
    """A number of any size in a few characters, for messages.

    Example:
        >>> in_short(Fraction("1e400")), in_short(Fraction(-1, 3))
        ('1.00e+400', '-0.333')
    """
    from decimal import Decimal

    return f"{Decimal(value.numerator) / Decimal(value.denominator):.3g}"


def clipped(value: Any, most: int = 60) -> str:
    """What was given, in at most so many characters, for messages.

    Python refuses to print integers of more than 4300 digits.

    Example:
        >>> clipped("spam"), clipped(10**5000), clipped("7" * 100, 10)
        ("'spam'", '1.00e+5000', "'77777777...")
    """
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except ValueError:
        text = in_short(Fraction(value)) if isinstance(value, Rational) else f"a {type(value).__name__}"
    return text if len(text) <= most else f"{text[: most - 1]}..."


def exact_scalar(value: Any, name: str = "value") -> Fraction:
    """One number as a fraction: float (exact dyadic), int, Fraction, Decimal, numpy, sympy, "0.1", "1/3".

    Args:
        value: the number.
        name: how an error message calls it.

    Returns:
        The fraction equal to it.

    Raises:
        InputError: it is no finite rational number.

    Example:
        >>> exact_scalar("0.1"), exact_scalar(0.5)
        (Fraction(1, 10), Fraction(1, 2))
    """
    if type(value) is Fraction:
        return value
    if type(value) is Quadratic:
        raise _IrrationalError(f"{name} is {clipped(value)}; give a rational number")
    if isinstance(value, (bool, np.bool_)):
        raise InputError(f"{name} is the boolean {value}; give a number")
    if isinstance(value, (int, np.integer)):
        return Fraction(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        raise InputError(f"{name} is {value!r}, a complex number; give a real one")
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            raise InputError(f"{name} is {value}; drop or impute it")
        return Fraction(*value.as_integer_ratio())
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if getattr(value, "is_Rational", False) is True and hasattr(value, "q"):
        return Fraction(int(value.p), int(value.q))
    return _fraction_of_text(value, name)


def _fraction_of_text(value: Any, name: str) -> Fraction:
    from decimal import Decimal

    if isinstance(value, (str, Decimal)):
        text = str(value).strip()
        if "sqrt" in text:
            raise _IrrationalError(f"{name} is {clipped(read_quadratic(text))}; give a rational number")
        power = re.search(r"[eE][+-]?(\d[\d_]*)$", text)
        # A few characters can ask for a billion digits.
        if power and int(power[1].replace("_", "")[:20]) > _LARGEST_POWER:
            raise InputError(f"{name} is {text[:40]!r}, a power of ten beyond {_LARGEST_POWER}; rescale it")
        try:
            return Fraction(text)
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            raise InputError(
                f"{name} is {clipped(value)}, no finite rational number; give one such as 0.1 or 1/3"
            ) from error
    raise InputError(
        f"{name} is {value!r} ({type(value).__name__}); give a float, an integer, a Fraction or a text"
    )


def exact_vector(values: Any, name: str = "y") -> tuple[Fraction, ...]:
    """A sequence of numbers as fractions.

    Args:
        values: n numbers, of any kind `exact_scalar` takes.
        name: how an error message calls it.

    Returns:
        n fractions.

    Raises:
        InputError: not one-dimensional, empty, or an entry is no finite rational number.

    Example:
        >>> exact_vector([1, 0.25])
        (Fraction(1, 1), Fraction(1, 4))
    """
    entries = _sequence(values, name, "a sequence of numbers")
    if not entries:
        raise InputError(f"{name} is empty; give at least one number")
    return tuple(exact_scalar(value, f"{name}[{i}]") for i, value in enumerate(entries))


def exact_matrix(rows: Any, name: str = "X") -> ExactMatrix:
    """A matrix of numbers, exactly.

    Args:
        rows: n x d: an array, or nested sequences of floats (exact dyadic rationals), integers, Fractions,
            sympy Rationals, or texts such as "0.1" and "1/3". An ExactMatrix is returned as it is.
        name: how an error message calls it.

    Returns:
        The exact matrix, rows in the order given.

    Raises:
        InputError: ragged, empty, not two-dimensional, or an entry is no finite rational number.

    Example:
        >>> exact_matrix([[0.5, 2], [1, 3]]).integers.tolist()
        [[1, 4], [1, 3]]
    """
    if isinstance(rows, ExactMatrix):
        return rows
    if isinstance(rows, np.ndarray):
        if rows.ndim != 2:
            raise InputError(f"{name} has {rows.ndim} dimensions; give a matrix, n rows by d columns")
        if rows.dtype.kind == "f" and not np.isfinite(rows).all():
            i, j = np.argwhere(~np.isfinite(rows))[0]
            raise InputError(f"{name}[{i}, {j}] is {rows[i, j]}; drop or impute the row")
        if rows.size and rows.dtype.kind in "iu":
            return ExactMatrix(_read_only(rows.astype(object)), (1,) * len(rows))
        if rows.size and rows.dtype.kind == "f" and rows.dtype.itemsize <= 8:
            return _of_floats(rows.astype(np.float64))
    table = [_sequence(row, f"{name}[{i}]", "a row") for i, row in enumerate(_sequence(rows, name, "rows"))]
    if not table or not table[0]:
        raise InputError(f"{name} is empty; give at least one row and one column")
    for i, row in enumerate(table):
        if len(row) != len(table[0]):
            raise InputError(
                f"{name}[{i}] has {len(row)} entries but {name}[0] has {len(table[0])}; "
                "give every row the same length"
            )
    try:
        integers, denominators = zip(
            *[_integers_over(row, name, i) for i, row in enumerate(table)], strict=True
        )
    except _IrrationalError:
        found = quadratic_rows(table, lambda value, i, j: exact_scalar(value, f"{name}[{i}, {j}]"))
        return ExactMatrix(_read_only(np.array(found[0], dtype=object)), found[1])
    return ExactMatrix(_read_only(np.array(integers, dtype=object)), denominators)


def _of_floats(rows: np.ndarray) -> ExactMatrix:
    """Finite float64 rows: each entry is an odd integer, or 0, times a power of two."""
    mantissas, exponents = np.frexp(rows)
    integers = (mantissas * 2.0**53).astype(np.int64)
    _, zeros = np.frexp((integers & -integers).astype(np.float64))  # one more than the zero bits at the end
    zeros = np.maximum(zeros - 1, 0)
    exponents = np.where(integers == 0, 0, exponents - 53 + zeros)
    common = np.minimum(exponents.min(axis=1), 0)
    shifts = (exponents - common[:, None]).astype(object)
    odd = (integers >> zeros).astype(object)
    return ExactMatrix(_read_only(odd << shifts), tuple(1 << k for k in (-common).tolist()))


def _integers_over(row: Sequence[Any], name: str, i: int) -> tuple[Sequence[int], int]:
    """A row as integers over their least common denominator."""
    kinds = set(map(type, row))
    if kinds == {int}:
        return row, 1
    if kinds == {Fraction} or (kinds == {float} and all(map(isfinite, row))):
        pairs = [value.as_integer_ratio() for value in row]
    else:
        pairs = [_ratio(value, name, i, j) for j, value in enumerate(row)]
    denominator = lcm(*[q for _, q in pairs])
    return [p if q == denominator else p * (denominator // q) for p, q in pairs], denominator


def _ratio(value: Any, name: str, i: int, j: int) -> tuple[int, int]:
    if type(value) is int:
        return value, 1
    return exact_scalar(value, f"{name}[{i}, {j}]").as_integer_ratio()


def _sequence(values: Any, name: str, what: str) -> Sequence[Any]:
    if type(values) in (list, tuple):
        return values
    if isinstance(values, (str, bytes, dict)) or not isinstance(values, Iterable):
        raise InputError(f"{name} is {values!r}; give {what}")
    if isinstance(values, np.ndarray) and values.ndim == 0:
        raise InputError(f"{name} is {values!r}; give {what}")
    return list(values)


def rank(matrix: ExactMatrix) -> int:
    """The exact rank.

    Example:
        >>> rank(exact_matrix([[0.1, 0.2], [0.2, 0.4]]))
        1
    """
    return len(pivot_columns(matrix))


def pivot_columns(matrix: ExactMatrix) -> tuple[int, ...]:
    """The columns that are independent of the columns before them.

    Args:
        matrix: n x d.

    Returns:
        Indices, increasing, as many as the rank; these columns span the column space.

    Example:
        >>> pivot_columns(exact_matrix([[1, 2, 0], [2, 4, 1]]))
        (0, 2)
    """
    return echelon.pivot_columns(matrix.integers)


def integer_row(values: Sequence[float]) -> list[int]:
    """Finite floats as integers over a common power of two.

    Example:
        >>> integer_row([0.5, -3.0])
        [1, -6]
    """
    pairs = [value.as_integer_ratio() for value in values]
    scale = max(q for _, q in pairs)  # all are powers of two
    return [p * (scale // q) for p, q in pairs]
