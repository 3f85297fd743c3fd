"""The cones of a certificate's cover, with how near to beta each is bounded (statement 7.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from ... import checker

if TYPE_CHECKING:
    from ...certificates.certificate import Certificate
    from ...problem import TrainingProblem


@dataclass(frozen=True, slots=True)
class Leaf:
    """One cone of a cover: that over a box on a face of the cube.

    Attributes:
        face: the coordinate that is 1 or -1 there.
        lower, upper: the ends of the box, in the cover's coordinates.
        share: what the cone's function is proven to stay below, as a share of `beta norm(u)`, rounded.
    """

    face: int
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    share: float


def leaves(problem: TrainingProblem, certificate: Certificate) -> tuple[tuple[Leaf, ...], tuple[Leaf, ...]]:
    """All cones of a certificate's cover: those that bound `v'phi(Xu)`, and those that bound its negative.

    The boxes are those the checker walks, bounded by its own functions; that the bounds hold is for it to
    say.

    Args:
        problem: with sums for a readout and no free biases.
        certificate: for it.

    Raises:
        InputError: the certificate has no cover, or not of all directions with sums.

    Example:
        >>> from duality_checks import TrainingProblem, certify, train
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [1, 1], beta="1/2")
        >>> plus, minus = leaves(problem, certify(problem, train(problem), list_at_most=0))
        >>> 1 - 1e-6 < max(leaf.share for leaf in plus) <= 1
        True
    """
    cover, stated = certificate.cover, checker.read_problem(problem.to_json())
    if cover is None or stated.largest or stated.bias is not None:
        raise InputError(
            "certificate has no cover of all directions by sums; certify the problem with list_at_most=0"
        )
    g = checker.kinks(stated, certificate.dual, cover.basis, 2 * cover.depth + checker.CHORD_BITS)
    plus, minus = (
        tuple(_side(side, cover, checker.Bits(bits, "cover")))
        for side, bits in ((g, cover.plus), (g.negated(), cover.minus))
    )
    return plus, minus


def _side(g: checker.Kinks, cover: checker.Cover, bits: checker.Bits) -> Iterator[Leaf]:
    """The faces in the order of their trees, as `checker.faces_hold` has it."""
    r, one = len(g.base), 1 << cover.depth
    for j in range(r):
        for sigma in (1, -1):
            lower, upper = [-one] * r, [one] * r
            lower[j] = upper[j] = sigma * one
            yield from _tree(g, cover, bits, j, lower, upper)


def _tree(
    g: checker.Kinks, cover: checker.Cover, bits: checker.Bits, j: int, lower: list[int], upper: list[int]
) -> Iterator[Leaf]:
    stack = [(lower, upper)]
    while stack:
        lower, upper = stack.pop()
        i = bits.halved((len(lower) - 1).bit_length())
        if i is None:
            yield _leaf(g, cover, bits, j, lower, upper)
            continue
        middle = (lower[i] + upper[i]) // 2
        stack.append(([*lower[:i], middle, *lower[i + 1 :]], upper))
        stack.append((lower, [*upper[:i], middle, *upper[i + 1 :]]))


def _leaf(
    g: checker.Kinks, cover: checker.Cover, bits: checker.Bits, j: int, lower: list[int], upper: list[int]
) -> Leaf:
    """The bound of `checker.leaf_holds`."""
    c, undecided = checker.decided(g, g.base, checker.box_spans(g, lower, upper))
    shares, rows, constant = checker.kinks_above(g, cover, bits, undecided)
    total = checker.plus([value << checker.CHORD_BITS for value in c], shares, rows)
    total = [value << cover.depth for value in total]
    total[j] += constant if lower[j] > 0 else -constant
    square = checker.square_on_cone(total, lower, upper, j, g.free)
    assert square is not None  # nothing is free
    one = 1 << cover.depth
    ends = [tuple(end / one for end in corner) for corner in (lower, upper)]
    return Leaf(j, ends[0], ends[1], sqrt(square / g.limit))
