"""The cones of a certificate's cover, with how near to beta each is bounded (statement 7.2)."""

from __future__ import annotations

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
        tuple(_leaf(side, cover, bits, *leaf) for leaf in checker.leaves(side, cover, bits))
        for side, bits in (
            (g, checker.Bits(cover.plus, "cover")),
            (g.negated(), checker.Bits(cover.minus, "cover")),
        )
    )
    return plus, minus


def _leaf(
    g: checker.Kinks,
    cover: checker.Cover,
    bits: checker.Bits,
    box: checker.Box,
    c: list[int],
    undecided: checker.Undecided,
) -> Leaf:
    """The bound of `checker.leaf_holds`."""
    shares, rows, constant = checker.kinks_above(g, cover, bits, undecided)
    total = checker.plus([value << checker.CHORD_BITS for value in c], shares, rows)
    total = [value << cover.depth for value in total]
    total[box.j] += constant if box.lo[box.j] > 0 else -constant
    square = checker.square_on_cone(total, box.lo, box.hi, box.j, g.free)
    assert square is not None  # nothing is free
    one = 1 << cover.depth
    ends = [tuple(end / one for end in corner) for corner in (box.lo, box.hi)]
    return Leaf(box.j, ends[0], ends[1], sqrt(square / g.limit))
