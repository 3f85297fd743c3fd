"""Statement 7.3: on the cone over a box the best slopes make the bound exact, but for the chords."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import project, root_above, root_below
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .concave import Concave, combined
from .samples import degenerate_problems, random_problem, random_rationals


@dataclass(frozen=True, slots=True)
class Leaf:
    """A box on a face of the cube, and slopes for its undecided rows of negative weight.

    Attributes:
        problem: X and kappa.
        v: length n.
        j: the coordinate of the face; lo and hi agree there, and are 1 or -1.
        lo: length d.
        hi: length d.
        slopes: one for each undecided row of negative weight, in the rows' order.
    """

    problem: TrainingProblem
    v: Vector
    j: int
    lo: Vector
    hi: Vector
    slopes: tuple[Fraction, ...] = ()

    @property
    def facets(self) -> tuple[Vector, ...]:
        """Normals of the cone over the box: the height of its face, both ends of each other coordinate."""
        d, sigma = self.problem.d, self.lo[self.j]
        height = tuple(sigma if i == self.j else Fraction(0) for i in range(d))
        found = [height]
        for i in range(d):
            if i != self.j:
                unit = tuple(Fraction(int(i == k)) for k in range(d))
                found.append(combined(unit, [height], [-self.lo[i]]))
                found.append(combined(tuple(-x for x in unit), [height], [self.hi[i]]))
        return tuple(found)

    def intervals(self) -> list[tuple[Fraction, Fraction]]:
        """Between which values each row lies on the box."""
        found = []
        for row in self.problem.X.fractions:
            ends = [sorted((x * a, x * b)) for x, a, b in zip(row, self.lo, self.hi, strict=True)]
            found.append((sum((a for a, _ in ends), Fraction(0)), sum((b for _, b in ends), Fraction(0))))
        return found

    def chord(self, row: Vector, low: Fraction, high: Fraction) -> Vector:
        """The chord above phi on the cone, of a row that is undecided on the box."""
        kappa, share = self.problem.kappa, (1 - self.problem.kappa) * high / (high - low)
        return combined(tuple((kappa + share) * x for x in row), [self.facets[0]], [-share * low])

    def losses(self) -> Fraction:
        """By how much the chords together may be too high on unit vectors: each most where the row is 0."""
        undecided = [(v, span) for v, span in zip(self.v, self.intervals(), strict=True) if v > 0]
        return sum(
            (v * (1 - self.problem.kappa) * b * -a / (b - a) for v, (a, b) in undecided if a < 0 < b),
            Fraction(0),
        )

    def estimated(self, chords: bool = True) -> Concave:
        """The function with chords for the undecided rows of positive weight, concave; or as it is."""
        base, rows, weights = (Fraction(0),) * self.problem.d, [], []
        for v, row, (low, high) in zip(self.v, self.problem.X.fractions, self.intervals(), strict=True):
            if low >= 0 or high <= 0:
                base = combined(base, [row], [v if low >= 0 else v * self.problem.kappa])
            elif v > 0 and chords:
                base = combined(base, [self.chord(row, low, high)], [v])
            elif v:
                rows.append(row)
                weights.append(v)
        return Concave(base, tuple(rows), tuple(weights), self.facets, self.problem.kappa)


def best(leaf: Leaf) -> Leaf:
    """The leaf with the slopes that make its bound least."""
    f = leaf.estimated()
    found = f.tightest(f.highest())
    assert found is not None, "the minimum meets the maximum"
    return replace(leaf, slopes=found.slopes)


@all_hold
def check(leaf: Leaf) -> Iterator[Outcome]:
    """The bound is at least the largest value on the cone, found by all signs of undecided rows; equal to
    that of the function with chords; and above the former by no more than the chords are."""
    f = leaf.estimated()
    square = project(f.facets, (1,) * len(f.facets), f.linear(leaf.slopes)).square
    truth = leaf.estimated(chords=False).highest()
    yield at_least(square, dot(truth, truth), "the bound's square >= the largest value's")
    yield that(all(leaf.problem.kappa <= s <= 1 for s in leaf.slopes), "a slope is outside [kappa, 1]")
    highest = f.highest()
    yield equal(square, dot(highest, highest), "the best bound, squared")
    above = root_above(dot(truth, truth)) + leaf.losses()
    yield at_least(above, root_below(square), "largest value + loss of the chords >= bound")


def whole_face(problem: TrainingProblem, v: Vector, j: int = 0, sigma: int = 1) -> Leaf:
    """A face of the cube as one box."""
    lo = tuple(Fraction(sigma if i == j else -1) for i in range(problem.d))
    hi = tuple(Fraction(sigma if i == j else 1) for i in range(problem.d))
    return Leaf(problem, v, j, lo, hi)


def shaded() -> Leaf:
    """``3 u_1 + u_2 - max(u_1, 0)`` on the cone over [-1/4, 1] x {1}: largest at its corner, with slope 1."""
    problem, one = TrainingProblem([[3, 1], [1, 0]], [0, 0], 1), Fraction(1)
    return Leaf(problem, (one, -one), 1, (Fraction(-1, 4), one), (one, one))


def fixed() -> Iterator[Leaf]:
    """The worked example; whole faces for one problem a degeneracy; and z = 0."""
    yield best(shaded())
    for problem in degenerate_problems():
        for j in range(problem.d):
            yield best(whole_face(problem, problem.y, j, (-1) ** j))
    first = degenerate_problems()[0]
    yield best(whole_face(first, (Fraction(0),) * first.n))


def draw(rng: np.random.Generator) -> Leaf:
    """A random dyadic box on a random face, for a random problem and vector."""
    problem = random_problem(rng)
    j, ends = int(rng.integers(problem.d)), np.sort(rng.integers(-4, 5, (2, problem.d)), axis=0)
    ends[1] += ends[0] == ends[1]
    ends[:, j] = 4 * int(rng.choice([-1, 1]))
    lo, hi = (tuple(Fraction(int(x), 4) for x in end) for end in ends)
    return best(Leaf(problem, tuple(random_rationals(rng, problem.n)), j, lo, hi))


def control() -> Leaf:
    """A slope outside [kappa, 1]: 2 shortens c, and the bound is below the function."""
    return replace(shaded(), slopes=(Fraction(2),))


THEOREM = Theorem(
    id="7.3",
    name="best slopes",
    statement=(
        "On the cone K over a box the least norm(Proj_K c(s)) over slopes s in [kappa, 1] is the largest "
        "value on unit vectors of K of the function with chords for the undecided rows with v_k > 0; these "
        "are too high by v_k (1 - kappa) h_k abs(l_k) / (h_k - l_k) at most."
    ),
    source="derived",
    note="7.3-best-slopes.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="any slope that makes c short will do",
    control=control,
)
