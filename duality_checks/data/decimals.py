"""Many decimals at once: ``-12.50`` or ``1.5e-03``, no fractions. As exact as one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hyperplane_arrangements.exact import ExactMatrix

from .cells import LARGEST_POWER, LONGEST

_NEWLINE, _POINT, _MINUS, _PLUS, _ZERO, _E = b"\n.-+0e"
_TO_PARTS = bytes.maketrans(b"e", b"\n")
_DIGITS = 19  # that an unsigned machine integer holds
_MACHINE = 2**63


def decimal_matrix(cells: Sequence[str], width: int, decimal: str = ".") -> ExactMatrix | None:
    """The numbers in cells of text, row by row; None where a cell is anything but a decimal.

    Args:
        cells: n * width texts, n at least 1.
        width: at least 1.
        decimal: the decimal mark, a point or a comma.

    Example:
        >>> decimal_matrix(["0.50", "1e-1", "-.25", "2."], 2).fractions[1]
        (Fraction(-1, 4), Fraction(2, 1))
        >>> decimal_matrix(["0.5", "1/3"], 2) is None
        True
    """
    text = "\n".join([*cells, ""]).replace("E", "e")
    if decimal != ".":
        text = text.replace(".", " ").replace(decimal, ".")
    content = text.encode("ascii", "replace")
    marks = np.frombuffer(content, dtype=np.uint8)
    lines = np.flatnonzero(marks == _NEWLINE)
    if len(lines) != len(cells) or np.diff(lines, prepend=-1).max() > LONGEST + 1:
        return None  # a cell of several lines, or of absurd length
    # Parts are mantissas and exponents.
    ends = np.flatnonzero((marks == _NEWLINE) | (marks == _E)) if b"e" in content else lines
    exponent = np.concatenate(([False], marks[ends[:-1]] == _E))
    sizes, negative = _sizes(content), _negative(marks, ends)
    powers = _powers(marks, ends, exponent)
    if sizes is None or negative is None or powers is None:
        return None
    given = _signed(sizes[exponent], negative[exponent])
    if (abs(given) > LARGEST_POWER).any():
        return None
    powers[np.flatnonzero(exponent) - 1] += given.astype(np.int64)
    numbers, powers = _signed(sizes[~exponent], negative[~exponent]), powers[~exponent]
    return _over_least(numbers.reshape(-1, width), powers.reshape(-1, width))


def _sizes(content: bytes) -> np.ndarray | None:
    """The parts without points and signs: machine integers if all fit, else Python's; None if one is none."""
    digits = content.translate(_TO_PARTS, b".+-")
    marks = np.frombuffer(digits, dtype=np.uint8)
    lengths = np.diff(np.flatnonzero(marks == _NEWLINE), prepend=-1) - 1
    if np.count_nonzero(marks - np.uint8(_ZERO) <= 9) + len(lengths) != len(marks) or lengths.min() < 1:
        return None
    sizes = np.fromstring(digits.decode(), dtype=np.uint64, sep="\n")
    long = np.flatnonzero(lengths > _DIGITS)
    if len(long):
        parts = digits.split(b"\n")
        exact = [int(parts[k]) for k in long]
        sizes = sizes if max(exact) < 2 * _MACHINE else sizes.astype(object)
        sizes[long] = np.array(exact, dtype=sizes.dtype)
    return sizes


def _negative(marks: np.ndarray, ends: np.ndarray) -> np.ndarray | None:
    """Which parts have a minus; None where a sign stands elsewhere than first."""
    signs = np.flatnonzero((marks == _MINUS) | (marks == _PLUS))
    before = marks[signs - 1]  # of the very first mark the last, a newline
    if ((before != _NEWLINE) & (before != _E)).any():
        return None
    negative = np.zeros(len(ends), dtype=bool)
    negative[np.searchsorted(ends, signs[marks[signs] == _MINUS])] = True
    return negative


def _signed(sizes: np.ndarray, negative: np.ndarray) -> np.ndarray:
    """Machine integers if all fit, else Python's."""
    numbers = sizes.astype(np.int64 if sizes.max(initial=0) < _MACHINE else object)
    numbers[negative] = -numbers[negative]
    return numbers


def _powers(marks: np.ndarray, ends: np.ndarray, exponent: np.ndarray) -> np.ndarray | None:
    """The powers of ten that points stand for; None where a point or an exponent is one too many."""
    points = np.flatnonzero(marks == _POINT)
    pointed = np.searchsorted(ends, points)
    nested = exponent & (marks[ends] == _E)
    if (pointed[1:] == pointed[:-1]).any() or exponent[pointed].any() or nested.any():
        return None
    powers = np.zeros(len(ends), dtype=np.int64)
    powers[pointed] = points + 1 - ends[pointed]
    return powers


def _over_least(numbers: np.ndarray, powers: np.ndarray) -> ExactMatrix:
    """Each number times ten to its power, each row over its least common denominator."""
    least = np.minimum(powers.min(axis=1), 0)
    shifts = powers - least[:, None]
    most = int(max(shifts.max(), -least.min()))
    machine = numbers.dtype != object and int(abs(numbers).max() or 1) * 10**most < _MACHINE
    kind = np.int64 if machine else object
    tens: np.ndarray = np.array([10**k for k in range(most + 1)], dtype=kind)
    numbers, denominators = numbers.astype(kind) * tens[shifts], tens[-least]
    # What a power of ten has in common with a whole row is small after one number, and mostly 1 after four.
    common, rows = denominators, np.arange(len(numbers))
    for column in numbers.T:
        common = np.gcd(common, column[rows])
        rows, common = rows[common != 1], common[common != 1]
    numbers[rows] //= common[:, None]
    denominators[rows] //= common
    integers = numbers.astype(object)
    integers.flags.writeable = False
    return ExactMatrix(integers, tuple(denominators.tolist()))
