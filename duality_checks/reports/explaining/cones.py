"""The cones of a cover, as the checker walks them, and what each compares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from ... import checker


@dataclass(frozen=True, slots=True)
class Cone:
    """The cone over one box on a face of the cube, for z ('+') or -z ('-').

    Attributes:
        sign: of z.
        box: the two ends of each coordinate; on the face itself they are equal.
        slopes: of the line above each row that has both signs on it, by the number of the first row of X on
            that hyperplane; hyperplanes without weight are left out.
        above: c; the landscape is at most c't on the cone.
        short: e; c't <= e't on the cone, and norm(e)^2 / beta^2 is at most `share`.
        share: what the checker compares with 1.
    """

    sign: str
    box: tuple[tuple[Fraction, Fraction], ...]
    slopes: dict[int, Fraction]
    above: tuple[Fraction, ...]
    short: tuple[Fraction, ...]
    share: Fraction

    @property
    def point(self) -> tuple[Fraction, ...]:
        """The middle of the box."""
        return tuple((a + b) / 2 for a, b in self.box)


def cones(problem: checker.Problem, dual: Sequence[Fraction], cover: checker.Cover) -> list[Cone]:
    """All cones of a cover that the checker accepts, in the order of its bits."""
    shift = 2 * cover.depth + checker.CHORD_BITS
    g = checker.kinks(problem, dual, cover.basis, shift)
    rows, row_scale = checker.integer_rows(problem.rows)
    basis_scale = checker.integer_rows(cover.basis or [])[1]
    _, scale, _ = checker.cleared(problem, dual, problem.kappa.denominator * row_scale * basis_scale)
    unit = Fraction(1, problem.kappa.denominator * row_scale * basis_scale * scale << shift)
    first: dict[checker.Row, int] = {}
    for k, row in enumerate(rows):
        if any(row):
            first.setdefault(checker.primitive(row), k)
    labels = list(first.values())
    sides = [
        _Side("+", g, cover, checker.Bits(cover.plus, "cover.plus"), labels, unit),
        _Side("-", g.negated(), cover, checker.Bits(cover.minus, "cover.minus"), labels, unit),
    ]
    return [_cone(side, *leaf) for side in sides for leaf in checker.leaves(side.g, cover, side.bits)]


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two trees: what the checker reads, the row that names each hyperplane, the unit of c."""

    sign: str
    g: checker.Kinks
    cover: checker.Cover
    bits: checker.Bits
    labels: list[int]
    unit: Fraction


def _cone(side: _Side, leaf: checker.Box, c: list[int], undecided: checker.Undecided) -> Cone:
    g, cover = side.g, side.cover
    _, j, lo, hi, _, _ = leaf
    total, constant = [value << checker.CHORD_BITS for value in c], 0
    one = 1 << checker.CHORD_BITS
    slopes: dict[int, Fraction] = {}
    for k, low, high in undecided:
        if g.weights[k] > 0:
            share = (high << checker.CHORD_BITS) // (high - low)
            constant += g.weights[k] * max(-share * low, (one - share) * high)
        else:
            slope = side.bits.slope(k, cover.bits, int(low + high > 0))
            share = slope << (checker.CHORD_BITS - cover.bits)
        slopes[side.labels[k]] = Fraction(share, one)
        total = [t + share * g.weights[k] * x for t, x in zip(total, g.rows[k], strict=True)]
    total = [value << cover.depth for value in total]
    total[j] += constant if lo[j] > 0 else -constant
    square = checker.square_on_cone(total, lo, hi, j, g.free)
    assert square is not None  # the checker has accepted it
    box = tuple(
        (Fraction(a, 1 << cover.depth), Fraction(b, 1 << cover.depth)) for a, b in zip(lo, hi, strict=True)
    )
    # The unit is that of the limit, which has the depth twice; here it is once.
    above = tuple((side.unit * value) * (1 << cover.depth) for value in total)
    return Cone(side.sign, box, slopes, above, shortened(above, box, j, g.free), Fraction(square, g.limit))


def shortened(
    c: Sequence[Fraction], box: Sequence[tuple[Fraction, Fraction]], j: int, free: int | None
) -> tuple[Fraction, ...]:
    """The shortest e with ``e_i = clip(c_i, tau lo_i, tau hi_i)`` and ``c't <= e't`` on the cone over a box.

    What a clipped coordinate lacks goes to coordinate j; in the free one e is 0. The checker takes the next
    integer for tau, this the best one.

    Example:
        >>> F = Fraction
        >>> e = shortened([F(3), F(4)], [(F(1), F(1)), (F(-1), F(1, 3))], 0, None)
        >>> *map(str, e),
        ('39/10', '13/10')
    """
    sigma = 1 if box[j][0] > 0 else -1
    others = [i for i in range(len(c)) if i not in (j, free)]
    fixed = sigma * c[j]
    if free is not None and free != j:
        fixed += max(c[free] * end for end in box[free])

    def clipped(tau: Fraction) -> list[Fraction]:
        return [min(max(c[i], tau * box[i][0]), tau * box[i][1]) for i in others]

    def left(tau: Fraction) -> Fraction:
        ends = zip(others, clipped(tau), strict=True)
        return fixed + sum(((c[i] - e) * box[i][1 if c[i] > e else 0] for i, e in ends), Fraction(0))

    def excess(tau: Fraction) -> Fraction:
        return left(tau) - (0 if j == free else tau)

    tau = _zero(excess, {c[i] / end for i in others for end in box[i] if end * c[i] > 0})
    e = dict(zip(others, clipped(tau), strict=True))
    e[j] = Fraction(0) if j == free else sigma * max(left(tau), Fraction(0))
    return tuple(e.get(i, Fraction(0)) for i in range(len(c)))


def _zero(f: Callable[[Fraction], Fraction], bends: set[Fraction]) -> Fraction:
    """The least tau >= 0 at which a falling function, linear between its bends, is not positive."""
    places = [Fraction(0), *sorted(bends)]
    places.append(places[-1] + 1)
    if f(places[0]) <= 0:
        return places[0]
    for a, b in pairwise(places):
        at_a, at_b = f(a), f(b)
        if at_b <= 0 or b == places[-1]:
            return a + at_a * (b - a) / (at_a - at_b)
    raise AssertionError("there is a last place")
