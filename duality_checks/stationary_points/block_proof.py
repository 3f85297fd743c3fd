"""What proofs of an optimum over some blocks are made of, whatever the norm and the loss.

A network with every neuron in some block bounds the optimum over the blocks from above. From below a rational
v bounds it, once every block has multipliers, nonnegative on the rows that it holds to a side and free on
those that it holds at zero, which leave no more of `s X'Dv` than beta allows (statement 2.3 restricted).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hyperplane_arrangements.exact import ExactMatrix, signs
from hyperplane_arrangements.exact.rational import Vector, combination
from hyperplane_arrangements.values.findings import Finding

from ..networks.rational import RationalNetwork
from .blocks import Block

Step = tuple[int | None, bool, str]


@dataclass(frozen=True, slots=True)
class BlockProof(ABC):
    """A proof that the optimum over some blocks is between two rationals.

    Attributes:
        blocks: the blocks.
        network: a network all of whose neurons are in blocks.
        members: for each neuron the index of its block.
        dual: v, length n.
        multipliers: for each block the nonzero multipliers by row.
        lower: the dual objective of v.
        upper: the exact objective of the network.
    """

    blocks: tuple[Block, ...]
    network: RationalNetwork
    members: tuple[int, ...]
    dual: Vector
    multipliers: tuple[dict[int, Fraction], ...]
    lower: Fraction
    upper: Fraction

    @property
    def is_exact(self) -> bool:
        """Whether the bounds agree: the optimum is then known, and the network attains it."""
        return self.lower == self.upper

    @property
    def gap(self) -> Fraction:
        """`upper - lower`."""
        return self.upper - self.lower

    def check(self) -> Finding:
        """Verify every part of the proof in rational arithmetic, from the definitions.

        Returns:
            A finding; when it is refuted, the witness is the index of the neuron or block at fault.
        """
        return Finding.of(self._claim, self._steps())

    def _steps(self) -> Iterator[Step]:
        yield None, len(self.members) == self.network.width, "a neuron has no block"
        for j, (weights, member) in enumerate(zip(self.network.hidden, self.members, strict=True)):
            at = signs(self._rows, [weights])[0].tolist()
            inside = self.blocks[member].holds(at, self.network.output[j])
            yield j, inside, f"neuron {j} is not in block {member}"
        yield from self._bounds()
        yield None, len(self.multipliers) == len(self.blocks), "a block has no multipliers"
        for b, (block, lambdas) in enumerate(zip(self.blocks, self.multipliers, strict=True)):
            signed = all(value >= 0 or block.signs[k] == 0 for k, value in lambdas.items())
            yield b, signed, f"block {b} has a negative multiplier on a row that is not held at zero"
            end = moved(self._rows.fractions, block, self._pull(block), lambdas)
            for holds, reason in self._lengths(end):
                yield b, holds, f"block {b}: {reason}"

    @property
    @abstractmethod
    def _rows(self) -> ExactMatrix:
        """The rows that the blocks' signs are of."""

    @property
    @abstractmethod
    def _claim(self) -> str:
        """What is proven, as a sentence."""

    @abstractmethod
    def _bounds(self) -> Iterator[Step]:
        """That upper and lower are the objectives of the network and of v."""

    @abstractmethod
    def _pull(self, block: Block) -> Vector:
        """`s X'Dv` on a block."""

    @abstractmethod
    def _lengths(self, end: Vector) -> Iterator[tuple[bool, str]]:
        """That what the multipliers leave is within beta."""


def moved(rows: Sequence[Vector], block: Block, start: Vector, lambdas: Mapping[int, Fraction]) -> Vector:
    """`start + sum_k lambda_k S_k x_k`, with 1 for S_k where it is 0.

    Example:
        >>> one, two = Fraction(1), Fraction(2)
        >>> moved([(one,), (one,)], Block((-1, 0), 1), (two,), {0: one, 1: two})
        (Fraction(3, 1),)
    """
    weights = [value * (block.signs[k] or 1) for k, value in lambdas.items()]
    shift = combination(weights, [rows[k] for k in lambdas], len(start))
    return tuple(c + s for c, s in zip(start, shift, strict=True))


def walls(
    rows: Sequence[Vector], block: Block, chosen: Iterable[int]
) -> tuple[list[Vector], list[tuple[int, int]]]:
    """What multipliers of chosen rows may add: `S_k x_k` or, where S_k is 0, both of `+-x_k`.

    Returns:
        The vectors, and for each of them its row and the factor of its multiplier.

    Example:
        >>> one = Fraction(1)
        >>> walls([(one,), (one,)], Block((-1, 0), 1), [0, 1])[1]
        [(0, 1), (1, 1), (1, -1)]
    """
    found, owners = [], []
    for k in chosen:
        for side in (block.signs[k],) if block.signs[k] else (1, -1):
            found.append(tuple(side * x for x in rows[k]))
            owners.append((k, 1 if block.signs[k] else side))
    return found, owners


def by_row(owners: Iterable[tuple[int, int]], values: Iterable[Any]) -> dict[int, Any]:
    """The multipliers of :func:`walls` by row: both sides of a row held at zero together, zeros left out.

    Example:
        >>> by_row([(0, 1), (1, 1), (1, -1)], [0, 2, 5])
        {1: -3}
    """
    lambdas: dict[int, Any] = {}
    for (k, factor), value in zip(owners, values, strict=True):
        if value:
            lambdas[k] = lambdas.get(k, 0) + factor * value
    return lambdas
