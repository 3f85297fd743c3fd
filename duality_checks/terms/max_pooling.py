"""Max pooling: the output of a sample is, neuron by neuron, the largest over its rows (statement 2.15).

``f_i = sum_j alpha_j max_k phi(x_ik'w_j)`` over the rows k of sample i. As ``phi(t) = max(t, kappa t)`` for
``kappa < 1``, each neuron's output is the largest of the linear functions ``x_ik'w`` and ``kappa x_ik'w``:
convex, and linear wherever the order of these does not change. So the rows that cut space into chambers are
those of X and those that compare two rows of one sample. No statement about sums over rows holds for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix

from .readouts import Readout, parse_readout, stacked, windows_1d, windows_2d


@dataclass(frozen=True, slots=True)
class MaxPooling:
    """Which sample each row belongs to, where the largest of a sample's rows counts.

    Rows that a sample repeats are taken for one; samples with the same rows are not, and each costs what it
    costs alone. With each of 60 samples twice (three rows each, of rank 3) training, certificate and check
    took 1.7 to 1.8 times the CPU seconds; sample weights of 2 say the same for nothing.

    Args:
        groups: sample index of each row, length N; every index from 0 to the largest occurs.

    Raises:
        InputError: an index that is no number from 0, or a sample without rows.

    Example:
        >>> pooling = MaxPooling((0, 0, 1))
        >>> pooling.pool(np.array([[1.0, 7.0], [2.0, 5.0], [-3.0, 0.0]]))
        array([[ 2.,  7.],
               [-3.,  0.]])
    """

    groups: tuple[int, ...]

    if TYPE_CHECKING:  # more is taken than is kept

        def __init__(self, groups: Iterable[Any]) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", Readout(self.groups).samples)

    @property
    def is_identity(self) -> bool:
        """Never: not even with one row a sample, which is written as a :class:`Readout`."""
        return False

    @property
    def rows(self) -> int:
        """N, the number of rows."""
        return len(self.groups)

    @property
    def n(self) -> int:
        """The number of samples."""
        return max(self.groups) + 1

    @property
    def samples(self) -> NoReturn:
        """What sums over rows ask for; refused, since their statements are false here.

        Raises:
            InputError: always.
        """
        refuse("this")

    def spread(self, v: np.ndarray) -> NoReturn:
        """``T'v``: there is no T.

        Raises:
            InputError: always.
        """
        refuse("this")

    def members(self) -> list[list[int]]:
        """The rows of each sample, in order.

        Example:
            >>> MaxPooling((0, 1, 0)).members()
            [[0, 2], [1]]
        """
        found: list[list[int]] = [[] for _ in range(self.n)]
        for row, sample in enumerate(self.groups):
            found[sample].append(row)
        return found

    def pool(self, values: np.ndarray) -> np.ndarray:
        """The largest of each sample's rows, column by column: N, or N x m, to n, or n x m."""
        pooled = np.full((self.n, *values.shape[1:]), -np.inf)
        np.maximum.at(pooled, np.array(self.groups), values)
        return pooled


def parse_pooling(readout: Any, rows: int) -> Readout | MaxPooling:
    """What makes outputs of so many rows: a :class:`MaxPooling`, or anything that sums rows
    (:func:`~.readouts.parse_readout`), which the maximum over one row each is.

    Raises:
        InputError: another length, or no readout.

    Example:
        >>> parse_pooling(MaxPooling((0, 0)), 2), parse_pooling(MaxPooling((1, 0)), 2)
        (MaxPooling(groups=(0, 0)), Readout(samples=(1, 0)))
    """
    if not isinstance(readout, MaxPooling):
        return parse_readout(readout, rows)
    sums = parse_readout(Readout(readout.groups), rows)
    return sums if sums.n == sums.rows else readout


def max_patches_1d(
    inputs: Any, size: int, stride: int = 1, *, bias: bool = False
) -> tuple[ExactMatrix, MaxPooling]:
    """The patches of signals, for a max-pooled convolution in one dimension.

    Args:
        inputs: n x L signals, exact as in :func:`~hyperplane_arrangements.exact.exact_matrix`.
        size: length of the filter.
        stride: step between patches.
        bias: append a one to every patch (the convolution then has a bias).

    Returns:
        The patches, one a row (n*K x size), and the readout that takes the largest of each signal's.

    Raises:
        InputError: a size or stride that leaves no patch.

    Example:
        >>> patches, readout = max_patches_1d([[1, 2, 3]], size=2)
        >>> patches.integers.tolist(), readout.groups
        ([[1, 2], [2, 3]], (0, 0))
    """
    rows, groups = stacked(windows_1d(inputs, size, stride), bias)
    return rows, MaxPooling(groups)


def max_patches_2d(
    inputs: Any, size: tuple[int, int], stride: int = 1, *, bias: bool = False
) -> tuple[ExactMatrix, MaxPooling]:
    """The patches of images, for a max-pooled convolution in two dimensions; as :func:`max_patches_1d`.

    Args:
        inputs: n images of equal shape H x W (an n x H x W array or nested lists).
        size: height and width of the filter.
        stride: step between patches in both directions.
        bias: append a one to every patch.

    Returns:
        The patches, read row by row, and the readout.

    Raises:
        InputError: images of different shapes, or a size or stride that leaves no patch.

    Example:
        >>> max_patches_2d([[[1, 2], [3, 4]]], size=(1, 2))[0].integers.tolist()
        [[1, 2], [3, 4]]
    """
    rows, groups = stacked(windows_2d(inputs, size, stride), bias)
    return rows, MaxPooling(groups)


def refuse(purpose: str) -> NoReturn:
    """Say that something is for sums over rows alone.

    Raises:
        InputError: always.

    Example:
        >>> refuse("the path")
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: the path needs outputs that are sums over rows of X, and
        the problem has max pooling; train, certify and check take it
    """
    raise InputError(
        f"{purpose} needs outputs that are sums over rows of X, and the problem has max pooling; train, "
        "certify and check take it"
    )


def require_sums(readout: Readout | MaxPooling, purpose: str) -> Readout:
    """The readout, if it sums rows.

    Args:
        readout: of a problem.
        purpose: what needs that, for the message.

    Raises:
        InputError: it takes maxima.

    Example:
        >>> require_sums(Readout((0, 0)), "the path").n
        1
    """
    if isinstance(readout, MaxPooling):
        refuse(purpose)
    return readout


def comparisons(pooling: MaxPooling, kappa: Fraction) -> Iterator[tuple[int, int, Fraction]]:
    """Triples (k, l, s): the rows ``x_k - s x_l`` whose signs order what a neuron makes of rows k and l.

    ``x_k - x_l`` for each two rows k < l of a sample, and for ``kappa < 0``, where the activation of a
    negative input can be the larger one, ``x_k - kappa x_l`` and ``x_l - kappa x_k`` after it.

    Example:
        >>> [(k, l, str(s)) for k, l, s in comparisons(MaxPooling((0, 0, 1)), Fraction(-1, 2))]
        [(0, 1, '1'), (0, 1, '-1/2'), (1, 0, '-1/2')]
    """
    for rows in pooling.members():
        for first, second in combinations(rows, 2):
            yield first, second, Fraction(1)
            if kappa < 0:
                yield first, second, kappa
                yield second, first, kappa


def compared(X: ExactMatrix, pooling: MaxPooling, kappa: Fraction) -> ExactMatrix:
    """The rows of X and, below them, those that :func:`comparisons` gives: on a chamber of all of these every
    neuron's outputs are linear.

    Example:
        >>> rows = compared(exact_matrix([[3, 1], [1, 1]]), MaxPooling((0, 0)), Fraction(0))
        >>> rows.integers.tolist()
        [[3, 1], [1, 1], [2, 0]]
    """
    rows = list(X.fractions)
    found: list[Sequence[Any]] = [*rows]
    for first, second, s in comparisons(pooling, kappa):
        found.append([a - s * b for a, b in zip(rows[first], rows[second], strict=True)])
    return exact_matrix(found, name="X")


@dataclass(frozen=True, eq=False, slots=True)
class Selection:
    """Which row of each sample is the largest on each of P chambers.

    Attributes:
        rows: P x n, numbers of rows of X.
        above: whether the activation's slope is 1 there, not kappa: P x n.
    """

    rows: np.ndarray
    above: np.ndarray

    def slopes(self, kappa: float) -> np.ndarray:
        """The slope of each sample, P x n."""
        return np.where(self.above, 1.0, kappa)


def selection(pooling: MaxPooling, kappa: Fraction, signs: np.ndarray) -> Selection:
    """The largest row of each sample from the signs of all rows of :func:`compared`, P x E.

    Example:
        On the chamber where the second row is negative and the first is not, the first is the larger one.

        >>> found = selection(MaxPooling((0, 0)), Fraction(0), np.array([[1, -1, 1], [-1, -1, -1]]))
        >>> found.rows.tolist(), found.above.tolist()
        ([[0], [1]], [[True], [False]])
    """
    place = {triple: i for i, triple in enumerate(comparisons(pooling, kappa), pooling.rows)}
    chambers = np.arange(len(signs))
    above = signs[:, : pooling.rows] >= 0
    chosen = np.empty((len(signs), pooling.n), np.int64)
    for sample, rows in enumerate(pooling.members()):
        best = np.full(len(signs), rows[0])
        for later, row in enumerate(rows[1:], 1):
            wins = np.zeros(len(signs), bool)
            for other in rows[:later]:
                here = best == other
                wins[here] = _is_larger(signs[here], other, row, place, kappa)
            best = np.where(wins, row, best)
        chosen[:, sample] = best
    return Selection(chosen, above[chambers[:, None], chosen])


def _is_larger(
    signs: np.ndarray,
    first: int,
    second: int,
    place: dict[tuple[int, int, Fraction], int],
    kappa: Fraction,
) -> np.ndarray:
    """Whether phi is larger at the second of two rows of a sample than at the first, on some chambers."""
    one, other = signs[:, first] >= 0, signs[:, second] >= 0
    difference = signs[:, place[first, second, Fraction(1)]]
    if kappa >= 0:
        return np.where(one == other, difference < 0, other)
    return np.select(
        [one & other, ~one & ~other, one],
        [difference < 0, difference > 0, signs[:, place[first, second, kappa]] < 0],
        signs[:, place[second, first, kappa]] > 0,
    )
