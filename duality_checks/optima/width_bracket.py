"""The least width of an optimal network between two proven bounds, without the vertices of all optima (5.1).

Optima are the points of ``{t >= 0 : sum_i t_i a_i = f}``, a_i the columns of the atoms, and the width of a
point is the number of its nonzero weights. If ``t_i <= M_i`` everywhere, the width of a point is at least
``sum_i t_i / M_i``: its least value is a linear program, whose dual solution z is a proof. Where that is not
enough an atom is either counted as one or left out: a tree of such proofs, which may end early.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from math import ceil
from typing import TYPE_CHECKING

from hyperplane_arrangements.exact import exact_vector
from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector, combination, dot

from ..exact.programs import in_cone, maximise
from ..terms.given import whole

if TYPE_CHECKING:
    from ..problem import TrainingProblem

PROGRAMS = 1000


@dataclass(frozen=True, slots=True)
class Leaf:
    """A proof about the points that use all of some atoms and none of others.

    Args:
        counted: the atoms that are used, and count as one each.
        left_out: the atoms that are not.
        proof: z with ``z'a_i <= 0`` for counted atoms and ``z'a_i <= 1/M_i`` for the others that are not left
            out: such a point has at least ``len(counted) + z'f`` atoms. None where ``z'a_i <= 0`` for all
            and ``z'f > 0`` is the proof, in ``empty``.
        empty: z that proves that there is no such point.
    """

    counted: frozenset[int]
    left_out: frozenset[int]
    proof: Vector | None
    empty: Vector | None = None

    def bound(self, fit: Vector) -> int | None:
        """The least number of atoms of such a point, as far as this proves it; None if there is none."""
        return None if self.proof is None else len(self.counted) + max(0, ceil(dot(self.proof, fit)))


@dataclass(frozen=True, slots=True)
class WidthBracket:
    """``lower <= m* <= upper``, proven: m* is the least width of an optimal network.

    Attributes:
        columns: of the atoms, ``s phi(X q)``.
        fit: f*.
        lower: no optimum is narrower.
        upper: the number of nonzero weights of ``weights``.
        weights: an optimum.
        caps: z_i for each atom, with ``z_i'a_j >= 0`` for all j and ``z_i'a_i >= 1``: ``t_i <= z_i'f``.
        leaves: the proof of ``lower``.

    Example:
        >>> e, f, g = ((Fraction(a), Fraction(b)) for a, b in ((1, 0), (0, 1), (1, 1)))
        >>> found = bracket_columns([e, f, g], (Fraction(2), Fraction(2)))
        >>> found.lower, found.upper, [str(t) for t in found.weights], found.refusal()
        (1, 1, ['0', '0', '2'], '')
    """

    columns: tuple[Vector, ...]
    fit: Vector
    lower: int
    upper: int
    weights: Vector
    caps: tuple[Vector, ...]
    leaves: tuple[Leaf, ...]

    def refusal(self) -> str:
        """What is wrong with the proof, in rationals; empty where both bounds are proven."""
        if min(self.weights, default=ZERO) < 0 or combination(self.weights, self.columns, len(self.fit)) != (
            self.fit
        ):
            return "the weights are no optimum"
        if self.upper != sum(map(bool, self.weights)):
            return "the upper bound is not the width of the optimum"
        for i, z in enumerate(self.caps):
            if dot(z, self.columns[i]) < 1 or any(dot(z, a) < 0 for a in self.columns):
                return f"the cap of atom {i} is not proven"
        if not _cover_all({(leaf.counted, leaf.left_out) for leaf in self.leaves}, len(self.columns)):
            return "the leaves leave out some points"
        return next((said for said in map(self._wrong, self.leaves) if said), "")

    def _wrong(self, leaf: Leaf) -> str:
        bound = leaf.bound(self.fit)
        z = leaf.empty if leaf.proof is None else leaf.proof
        if z is None or (bound is None and dot(z, self.fit) <= 0):
            return "a leaf is not proven empty"
        if bound is not None and bound < self.lower:
            return "a leaf proves less than the lower bound"
        for i, a in enumerate(self.columns):
            share = ZERO if bound is None or i in leaf.counted else _share(dot(self.caps[i], self.fit))
            if i not in leaf.left_out and share is not None and dot(z, a) > share:
                return f"a leaf's proof fails at atom {i}"
        return ""

    def __str__(self) -> str:
        if self.lower == self.upper:
            return f"the least width of an optimal network is {self.lower} (proven)"
        return f"the least width of an optimal network is from {self.lower} to {self.upper} (proven)"


def _share(cap: Fraction) -> Fraction | None:
    """``1/M``; None, no limit, for an atom that no optimum uses."""
    return 1 / cap if cap else None


def _cover_all(parts: set[tuple[frozenset[int], frozenset[int]]], size: int) -> bool:
    """Whether every set of atoms is in a part: is split by an atom, or is one."""

    def covered(counted: frozenset[int], left_out: frozenset[int]) -> bool:
        if (counted, left_out) in parts:
            return True
        below = [part for part in parts if counted <= part[0] and left_out <= part[1]]
        undecided = set(range(size)) - counted - left_out
        shared = [i for i in undecided if all(i in one | other for one, other in below)]
        return bool(below and shared) and any(
            covered(counted | {i}, left_out) and covered(counted, left_out | {i}) for i in shared[:1]
        )

    return covered(frozenset(), frozenset())


def bracket_width(
    problem: TrainingProblem, dual: Sequence[Fraction], *, programs: int = PROGRAMS
) -> WidthBracket:
    """The least width of an optimal network, between bounds that are proven whenever the search ends.

    Args:
        problem: squared loss, 2-norm; small enough to project onto each chamber in rationals.
        dual: v, a rational optimal dual, as for :func:`.optimal_set.exact_optimal_set`.
        programs: linear programs after which the search ends; the bounds then may differ.

    Raises:
        InputError: v is not feasible, or no network has the fit ``y - v`` at the price that v allows.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> rows = [[3, 0], [-3, 0], [0, 4], [0, -4]]
        >>> problem = TrainingProblem(rows, ["14/5", "14/5", "21/5", "21/5"], beta=5)
        >>> print(bracket_width(problem, (Fraction(1),) * 4))
        the least width of an optimal network is 2 (proven)
    """
    from .optimal_set import exact_atoms, not_optimal

    problem.require_standard("the width of optima")
    v = exact_vector(dual, "dual")
    columns = [atom.column for atom in exact_atoms(problem, v)]
    fit = tuple(y - x for y, x in zip(problem.y, v, strict=True))
    if not in_cone(fit, columns):
        raise not_optimal()
    return bracket_columns(columns, fit, programs=programs)


def bracket_columns(columns: Sequence[Vector], fit: Vector, *, programs: int = PROGRAMS) -> WidthBracket:
    """The least number of nonzero weights of ``{t >= 0 : sum_i t_i columns[i] = fit}``, which is bounded and
    not empty.

    Args:
        columns: N vectors of length n.
        fit: length n.
        programs: linear programs after which the search ends, those for the caps not counted.

    Example:
        >>> rows = (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1)
        >>> columns = [tuple(map(Fraction, row)) for row in rows]
        >>> print(bracket_columns(columns, tuple(map(Fraction, (1, 2, 1)))))
        the least width of an optimal network is 2 (proven)
    """
    columns, most = tuple(columns), whole(programs, "programs", least=1)
    caps = tuple(_cap(columns, fit, i) for i in range(len(columns)))
    shares = [_share(dot(z, fit)) for z in caps]
    best = _basic(columns, fit)
    ties, heap, closed = count(), list[tuple[int, int, Leaf, Vector]](), list[Leaf]()
    done = 0
    waiting = [(frozenset[int](), frozenset[int]())]
    while waiting or heap:
        for counted, left_out in waiting:
            leaf, weights = _leaf(columns, fit, shares, counted, left_out)
            done += 1
            if weights is not None and _width(weights) < _width(best):
                best = weights
            bound = leaf.bound(fit)
            if bound is None or weights is None:
                closed.append(leaf)
            else:
                heappush(heap, (bound, next(ties), leaf, weights))
        if not heap or heap[0][0] >= _width(best) or done >= most:
            break
        _, _, leaf, weights = heappop(heap)
        i = _to_split(weights, leaf, shares)
        waiting = [(leaf.counted | {i}, leaf.left_out), (leaf.counted, leaf.left_out | {i})]
    lower = min([_width(best), *(bound for bound, *_ in heap)])
    leaves = (*closed, *(leaf for _, _, leaf, _ in heap))
    return WidthBracket(columns, tuple(fit), lower, _width(best), best, caps, leaves)


def _width(weights: Vector) -> int:
    return sum(map(bool, weights))


def _basic(columns: Sequence[Vector], fit: Vector) -> Vector:
    """A point with independent columns, at most as many as their rank (Caratheodory)."""
    weights = in_cone(fit, columns).weights
    assert weights is not None
    return tuple(weights)


def _cap(columns: Sequence[Vector], fit: Vector, i: int) -> Vector:
    """z of the program ``max t_i``: ``min z'f`` over ``z'a_j >= [i = j]``."""
    rows = [(-ONE if i == j else ZERO, *a) for j, a in enumerate(columns)]
    return maximise(rows, 0, tuple(-f for f in fit))[0]


def _leaf(
    columns: Sequence[Vector],
    fit: Vector,
    shares: Sequence[Fraction | None],
    counted: frozenset[int],
    left_out: frozenset[int],
) -> tuple[Leaf, Vector | None]:
    """The best proof about a part, and the weights where the program has its optimum."""
    out = left_out | {i for i, share in enumerate(shares) if share is None}
    kept = [i for i in range(len(columns)) if i not in out]
    chosen = [columns[i] for i in kept]
    membership = in_cone(fit, chosen)
    if membership.direction is not None:
        return Leaf(counted, left_out, None, tuple(-x for x in membership.direction)), None
    if not chosen:
        return Leaf(counted, left_out, (ZERO,) * len(fit)), (ZERO,) * len(columns)
    costs = [ZERO if i in counted else shares[i] or ZERO for i in kept]
    rows = [(cost, *(-x for x in a)) for cost, a in zip(costs, chosen, strict=True)]
    z, duals = maximise(rows, 0, fit)
    found = dict(zip(kept, (duals.get(k, ZERO) for k in range(len(kept))), strict=True))
    return Leaf(counted, left_out, z), tuple(found.get(i, ZERO) for i in range(len(columns)))


def _to_split(weights: Vector, leaf: Leaf, shares: Sequence[Fraction | None]) -> int:
    """The atom whose weight says least of whether it is used: the nearest to half of its cap."""

    def doubt(i: int) -> Fraction:
        return abs((shares[i] or ZERO) * weights[i] - Fraction(1, 2))

    return min(_open(weights, leaf), key=doubt)


def _open(weights: Vector, leaf: Leaf) -> Iterator[int]:
    return (i for i, t in enumerate(weights) if t and i not in leaf.counted)
