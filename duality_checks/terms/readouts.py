"""Readouts: how the rows of the features make the outputs of the samples, and patches for convolution.

A readout is the matrix T of the theory (section 0) with one entry 1 in each column: row k of the features
belongs to sample ``samples[k]``, and ``f_i`` is the sum over the rows of sample i. The identity is the fully
connected network. An average-pooled convolution has the patches of each input as rows: with patches divided
by their number, ``f_i`` is the average over the patches, since the activation is positively homogeneous.
Every statement holds with ``v`` replaced by ``T'v``, and the rank is at most the filter's size whatever n.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix


@dataclass(frozen=True, slots=True)
class Readout:
    """Which sample each row belongs to.

    Args:
        samples: sample index of each row, length N; every index from 0 to the largest occurs.

    Raises:
        InputError: an index that is no number from 0, or a sample without rows.

    Example:
        >>> readout = Readout((0, 0, 1))
        >>> readout.pool(np.array([1.0, 2.0, 5.0])), readout.spread(np.array([7.0, 8.0]))
        (array([3., 5.]), array([7., 7., 8.]))
    """

    samples: tuple[int, ...]
    is_identity: bool = field(init=False, repr=False, compare=False)

    if TYPE_CHECKING:  # more is taken than is kept

        def __init__(self, samples: Iterable[Any]) -> None: ...

    def __post_init__(self) -> None:
        samples = tuple(self.samples)
        for k, sample in enumerate(samples):
            if isinstance(sample, bool) or not isinstance(sample, int | np.integer) or sample < 0:
                raise InputError(
                    f"readout[{k}]={sample!r} is no sample index; give 0, 1, ... for each row of X"
                )
        samples = tuple(map(int, samples))
        missing = set(range(max(samples, default=-1) + 1)) - set(samples)
        if missing:
            raise InputError(
                f"readout: sample {min(missing)} has no row of X; number the samples without gaps"
            )
        object.__setattr__(self, "samples", samples)
        object.__setattr__(self, "is_identity", samples == tuple(range(len(samples))))

    @classmethod
    def identity(cls, n: int) -> Readout:
        """One row a sample: the fully connected network."""
        return cls(tuple(range(n)))

    @property
    def groups(self) -> tuple[int, ...]:
        """Which sample each row belongs to: `samples`, whatever is made of a sample's rows."""
        return self.samples

    @property
    def rows(self) -> int:
        """N, the number of rows."""
        return len(self.samples)

    @property
    def n(self) -> int:
        """The number of samples."""
        return max(self.samples) + 1

    def pool(self, values: np.ndarray) -> np.ndarray:
        """``T values``: N, or N x m, to n, or n x m."""
        if self.is_identity:
            return values
        pooled = np.zeros((self.n, *values.shape[1:]), dtype=values.dtype)
        np.add.at(pooled, np.array(self.samples), values)
        return pooled

    def spread(self, v: np.ndarray) -> np.ndarray:
        """``T'v``: n to N."""
        return v if self.is_identity else np.asarray(v)[np.array(self.samples)]


def parse_readout(readout: Any, rows: int) -> Readout:
    """A readout for so many rows from ``"identity"``, sample indices, or a readout.

    Raises:
        InputError: another length, or not a readout.

    Example:
        >>> parse_readout("identity", 2).samples, parse_readout([1, 0, 0], 3).n
        ((0, 1), 2)
    """
    if isinstance(readout, str) and readout == "identity":
        return Readout.identity(rows)
    if isinstance(readout, str) or not isinstance(readout, Readout | Sequence | np.ndarray):
        raise InputError(
            f"readout={readout!r} is unknown; use 'identity' or a sample index for each row of X"
        )
    found = readout if isinstance(readout, Readout) else Readout(tuple(readout))
    if found.rows != rows:
        raise InputError(f"readout has {found.rows} entries but X has {rows} rows; give one sample a row")
    return found


def patches_1d(inputs: Any, size: int, stride: int = 1, *, bias: bool = False) -> tuple[ExactMatrix, Readout]:
    """The patches of signals, for an average-pooled convolution in one dimension.

    Args:
        inputs: n x L signals, exact as in :func:`~hyperplane_arrangements.exact.exact_matrix`.
        size: length of the filter.
        stride: step between patches.
        bias: append a one to every patch before averaging (the convolution then has a bias).

    Returns:
        The patches divided by their number K, one a row (n*K x size), and the readout that sums them: with
        these, ``f_i`` is the average over the patches of ``phi(patch'w) alpha``.

    Raises:
        InputError: a size or stride that leaves no patch.

    Example:
        >>> patches, readout = patches_1d([[1, 2, 3]], size=2)
        >>> [[str(x) for x in row] for row in patches.fractions], readout.samples
        ([['1/2', '1'], ['1', '3/2']], (0, 0))
    """
    return _averaged(windows_1d(inputs, size, stride), bias)


def windows_1d(inputs: Any, size: int, stride: int) -> list[list[list[Fraction]]]:
    """The patches of each signal, one after the other, undivided.

    Raises:
        InputError: a size or stride that leaves no patch.

    Example:
        >>> [[[int(x) for x in patch] for patch in own] for own in windows_1d([[1, 2, 3]], 2, 1)]
        [[[1, 2], [2, 3]]]
    """
    signals = exact_matrix(inputs, name="inputs")
    starts = _starts(signals.shape[1], size, stride, "signal")
    return [[list(row[s : s + size]) for s in starts] for row in signals.fractions]


def patches_2d(
    inputs: Any, size: tuple[int, int], stride: int = 1, *, bias: bool = False
) -> tuple[ExactMatrix, Readout]:
    """The patches of images, for an average-pooled convolution in two dimensions; as :func:`patches_1d`.

    Args:
        inputs: n images of equal shape H x W (an n x H x W array or nested lists).
        size: height and width of the filter.
        stride: step between patches in both directions.
        bias: append a one to every patch before averaging.

    Returns:
        The patches, read row by row and divided by their number, and the readout.

    Raises:
        InputError: images of different shapes, or a size or stride that leaves no patch.

    Example:
        >>> patches, readout = patches_2d([[[1, 2], [3, 4]]], size=(1, 2))
        >>> [[str(x) for x in row] for row in patches.fractions], readout.samples
        ([['1/2', '1'], ['3/2', '2']], (0, 0))
    """
    return _averaged(windows_2d(inputs, size, stride), bias)


def windows_2d(inputs: Any, size: tuple[int, int], stride: int) -> list[list[list[Fraction]]]:
    """The patches of each image, read row by row and undivided.

    Raises:
        InputError: images of different shapes, or a size or stride that leaves no patch.

    Example:
        >>> [[[int(x) for x in patch] for patch in own] for own in windows_2d([[[1, 2], [3, 4]]], (1, 2), 1)]
        [[[1, 2], [3, 4]]]
    """
    images = [exact_matrix(image, name=f"inputs[{i}]") for i, image in enumerate(inputs)]
    shapes = {image.shape for image in images}
    if len(shapes) != 1:
        raise InputError(
            f"inputs: the images have shapes {sorted(shapes)}; give at least one, all of one shape"
        )
    ((high, wide),) = shapes
    tops = _starts(high, size[0], stride, "image's height")
    lefts = _starts(wide, size[1], stride, "image's width")
    patches = []
    for image in images:
        rows = image.fractions
        patches.append(
            [
                [x for row in rows[top : top + size[0]] for x in row[left : left + size[1]]]
                for top in tops
                for left in lefts
            ]
        )
    return patches


def _starts(length: int, size: int, stride: int, what: str) -> range:
    if not 1 <= size <= length or stride < 1:
        raise InputError(
            f"size={size} and stride={stride} leave no patch; give a size from 1 to the {what} {length} and "
            "a stride of at least 1"
        )
    return range(0, length - size + 1, stride)


def stacked(patches: list[list[Any]], bias: bool, share: int = 1) -> tuple[ExactMatrix, tuple[int, ...]]:
    """All patches, one a row and divided by the share, and the input that each belongs to.

    Args:
        patches: of each input, as many for all of them.
        bias: append a one to each before it is divided.
        share: what they are divided by.

    Example:
        >>> stacked([[[3], [4]]], bias=True)[0].integers.tolist()
        [[3, 1], [4, 1]]
    """
    ones = [1] if bias else []
    rows = [[Fraction(x) / share for x in [*patch, *ones]] for own in patches for patch in own]
    return exact_matrix(rows, name="patches"), tuple(i for i, own in enumerate(patches) for _ in own)


def _averaged(patches: list[list[Any]], bias: bool) -> tuple[ExactMatrix, Readout]:
    rows, samples = stacked(patches, bias, len(patches[0]))
    return rows, Readout(samples)
