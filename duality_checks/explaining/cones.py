"""The cones of a cover, as the checker walks them, and what each compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .. import checker


@dataclass(frozen=True, slots=True)
class Cone:
    """The cone over one box on a face of the cube, for z ('+') or -z ('-').

    Attributes:
        sign: of z.
        box: the two ends of each coordinate; on the face itself they are equal.
        undecided: how many hyperplanes of X pass through it, those without weight left out.
        share: norm(e)^2 / beta^2 of the vector e above the landscape there; at most 1.
    """

    sign: str
    box: tuple[tuple[Fraction, Fraction], ...]
    undecided: int
    share: Fraction


def cones(problem: checker.Problem, dual: Sequence[Fraction], cover: checker.Cover) -> list[Cone]:
    """All cones of a cover that the checker accepts, in the order of its bits."""
    g = checker.kinks(problem, dual, cover.basis, 2 * cover.depth + checker.CHORD_BITS)
    plus = _walk("+", g, cover, checker.Bits(cover.plus, "cover.plus"))
    return plus + _walk("-", g.negated(), cover, checker.Bits(cover.minus, "cover.minus"))


def _walk(sign: str, g: checker.Kinks, cover: checker.Cover, bits: checker.Bits) -> list[Cone]:
    found: list[Cone] = []
    one = 1 << cover.depth
    width = (len(g.base) - 1).bit_length()
    for j in range(len(g.base)):
        for sigma in (one, -one):
            lo, hi = [-one] * len(g.base), [one] * len(g.base)
            lo[j] = hi[j] = sigma
            stack = [(lo, hi)]
            while stack:
                lo, hi = stack.pop()
                i = bits.halved(width)
                if i is None:
                    found.append(_cone(sign, g, cover, bits, j, lo, hi))
                    continue
                middle = (lo[i] + hi[i]) // 2
                stack.append(([*lo[:i], middle, *lo[i + 1 :]], hi))
                stack.append((lo, [*hi[:i], middle, *hi[i + 1 :]]))
    return found


def _cone(
    sign: str,
    g: checker.Kinks,
    cover: checker.Cover,
    bits: checker.Bits,
    j: int,
    lo: list[int],
    hi: list[int],
) -> Cone:
    """One leaf, computed from its box alone."""
    c, undecided = checker.decided(g, g.base, checker.box_spans(g, lo, hi))
    total, constant = [value << checker.CHORD_BITS for value in c], 0
    one = 1 << checker.CHORD_BITS
    for k, low, high in undecided:
        if g.weights[k] > 0:
            share = (high << checker.CHORD_BITS) // (high - low)
            constant += g.weights[k] * max(-share * low, (one - share) * high)
        else:
            slope = bits.slope(k, cover.bits, int(low + high > 0))
            share = slope << (checker.CHORD_BITS - cover.bits)
        total = [t + share * g.weights[k] * x for t, x in zip(total, g.rows[k], strict=True)]
    total = [value << cover.depth for value in total]
    total[j] += constant if lo[j] > 0 else -constant
    square = checker.square_on_cone(total, lo, hi, j, g.free)
    assert square is not None  # the checker has accepted it
    one = 1 << cover.depth
    box = tuple((Fraction(a, one), Fraction(b, one)) for a, b in zip(lo, hi, strict=True))
    return Cone(sign, box, len(undecided), Fraction(square, g.limit))
