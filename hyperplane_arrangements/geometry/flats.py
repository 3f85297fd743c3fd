"""The intersection lattice, its Moebius function, and the polynomials and counts that follow from them.

Conventions: a flat is known by the set of rows that vanish on it (zero rows vanish everywhere). For an affine
arrangement of rank r in R^d the flats are the nonempty intersections, a semilattice; it is what remains of
the cone's lattice above no flat at infinity, so `chi_cone(t) = (t - 1) chi(t)`. Zaslavsky (1975), Facing up
to arrangements: `abs(chi(-1))` chambers, `abs(chi(1))` of them bounded once what all hyperplanes are parallel
to is divided out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..display import Shown
from ..enumeration.minors import divide_by_infinity, poincare_coefficients
from ..errors import TooLargeError
from ..exact.rows import Row, canonical, restrict
from ..plain import PlainArrangement
from .central import central_form


@dataclass(frozen=True, slots=True)
class Flat:
    """An intersection of hyperplanes.

    Attributes:
        mask: bit i is set when row i vanishes on the flat.
        rank: its codimension.
        moebius: the Moebius function from the whole space to it.
        equations: the distinct hyperplanes it is cut by, as primitive rows in coordinates of its own (for an
            affine arrangement infinity is among them).
    """

    mask: int
    rank: int
    moebius: int
    equations: tuple[Row, ...]

    @property
    def rows(self) -> frozenset[int]:
        """The rows of the arrangement that vanish on the flat."""
        return frozenset(_bits(self.mask))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


@dataclass(frozen=True, slots=True)
class IntersectionLattice(Shown):
    """All flats of an arrangement by rank (codimension).

    Attributes:
        levels: `levels[k]` are the flats of codimension k, `levels[0]` the whole space alone.
        covers: pairs (mask, mask) of flats of consecutive ranks, the first containing the second as a
            subspace.
        dimension: the dimension of the space.
        affine: whether the arrangement has offsets.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> lattice = intersection_lattice(Arrangement([[1, 0], [0, 1], [1, 1], [2, 2]]))
        >>> [[sorted(flat.rows) for flat in level] for level in lattice.levels]
        [[[]], [[0], [1], [2, 3]], [[0, 1, 2, 3]]]
        >>> lattice.whitney_numbers, lattice.flat_counts
        ((1, -3, 2), (1, 3, 1))
    """

    levels: tuple[tuple[Flat, ...], ...]
    covers: tuple[tuple[int, int], ...]
    dimension: int
    affine: bool

    def __iter__(self) -> Iterator[Flat]:
        return (flat for level in self.levels for flat in level)

    def __len__(self) -> int:
        return sum(map(len, self.levels))

    @property
    def flat_counts(self) -> tuple[int, ...]:
        """The Whitney numbers of the second kind: how many flats of each codimension."""
        return tuple(map(len, self.levels))

    @property
    def whitney_numbers(self) -> tuple[int, ...]:
        """The Whitney numbers of the first kind: the Moebius function summed over each codimension."""
        return tuple(sum(flat.moebius for flat in level) for level in self.levels)

    @property
    def face_counts(self) -> tuple[int, ...]:
        """How many faces of dimension 0, ..., d there are: Zaslavsky's f-vector, without enumerating one.

        The faces that span a flat are the chambers of the arrangement cut out on it (statement 1.3).
        """
        counts = [0] * (self.dimension + 1)
        for flat in self:
            coefficients = poincare_coefficients(flat.equations)
            chambers = divide_by_infinity(coefficients) if self.affine else coefficients
            counts[self.dimension - flat.rank] += sum(chambers)
        return tuple(counts)

    def to_networkx(self) -> Any:
        """Return the Hasse diagram as a networkx DiGraph.

        Nodes are frozensets of rows with attributes `rank` and `moebius`; edges lead up, from a flat to the
        flats of one more rank inside it.
        """
        from networkx import DiGraph

        graph = DiGraph()
        graph.add_nodes_from((flat.rows, {"rank": flat.rank, "moebius": flat.moebius}) for flat in self)
        graph.add_edges_from((frozenset(_bits(low)), frozenset(_bits(high))) for low, high in self.covers)
        return graph


@dataclass(frozen=True, slots=True)
class _Node:
    """A flat under construction: the hyperplanes cut out on it, each with the rows that become it."""

    cut: dict[Row, int]
    below: list[int]


def intersection_lattice(arrangement: PlainArrangement, max_flats: int = 1_000_000) -> IntersectionLattice:
    """Return the intersection lattice of an arrangement, exactly.

    Each flat carries the arrangement cut out on it; its distinct hyperplanes are the flats one rank further.

    Args:
        arrangement: central or affine.
        max_flats: the size at which to give up.

    Returns:
        The lattice (for an affine arrangement: the semilattice of nonempty intersections).

    Raises:
        TooLargeError: there are more than `max_flats` flats.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> intersection_lattice(braid(4)).flat_counts
        (1, 6, 7, 1)
    """
    form = central_form(arrangement)
    infinity = 1 << form.n if form.affine else 0
    root, zero = _group(form.rows)
    # A row 0.x = b with b != 0 is empty: parallel to infinity in the cone, and no hyperplane.
    if form.affine:
        root = {row: infinity if mask & infinity else mask for row, mask in root.items()}
    nodes = {zero: _Node(root, [])}
    moebius = {zero: 1}
    levels: list[tuple[Flat, ...]] = []
    covers: list[tuple[int, int]] = []
    while nodes:
        levels.append(tuple(Flat(m, len(levels), moebius[m], tuple(node.cut)) for m, node in nodes.items()))
        if sum(map(len, levels)) > max_flats:
            found = sum(map(len, levels))
            raise TooLargeError(
                f"the lattice has at least {found} flats, more than max_flats={max_flats}; raise it, or "
                "use characteristic_polynomial, which needs no lattice",
                predicted=found,
                limit=max_flats,
            )
        nodes = _next_level(nodes, infinity)
        for mask, node in nodes.items():
            covers += [(low, mask) for low in node.below]
            # Weisner's theorem for one atom below `mask`: Stanley (2012), Enumerative combinatorics 1, 3.9.
            atom = (mask & ~zero) & -(mask & ~zero)
            moebius[mask] = -sum(moebius[low] for low in node.below if not low & atom)
    return IntersectionLattice(tuple(levels), tuple(covers), form.dimension, form.affine)


def _group(rows: tuple[Row, ...]) -> tuple[dict[Row, int], int]:
    """Return the distinct primitive rows, each with the mask of its rows, and the mask of the zero rows."""
    groups: dict[Row, int] = {}
    zero = 0
    for i, row in enumerate(rows):
        if any(row):
            key = canonical(row)
            groups[key] = groups.get(key, 0) | 1 << i
        else:
            zero |= 1 << i
    return groups, zero


def _next_level(nodes: dict[int, _Node], infinity: int) -> dict[int, _Node]:
    """Return the flats of one more rank that are not at infinity."""
    result: dict[int, _Node] = {}
    for mask, node in nodes.items():
        for row, extra in node.cut.items():
            above = mask | extra
            if extra & infinity:
                continue
            if above not in result:
                result[above] = _Node(_cut(node.cut, row), [])
            result[above].below.append(mask)
    return result


def _cut(groups: dict[Row, int], normal: Row) -> dict[Row, int]:
    """Return the hyperplanes of a node cut out on one of them, merged where they coincide."""
    merged: dict[Row, int] = {}
    for row, mask in zip(restrict(groups, normal), groups.values(), strict=True):
        if any(row):
            merged[row] = merged.get(row, 0) | mask
    return merged


def whitney_numbers(arrangement: PlainArrangement) -> tuple[int, ...]:
    """Return the signed Whitney numbers of the first kind `(w_0, ..., w_r)`, without building the lattice.

    Args:
        arrangement: central or affine, of rank r.

    Returns:
        r + 1 integers of alternating sign; `chi(t) = sum_k w_k t^(d-k)`.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> whitney_numbers(braid(4))
        (1, -6, 11, -6)
    """
    form = central_form(arrangement)
    coefficients = poincare_coefficients(form.rows)
    if form.affine:
        coefficients = divide_by_infinity(coefficients)
    return tuple((-1) ** k * coefficient for k, coefficient in enumerate(coefficients))


def characteristic_polynomial(arrangement: PlainArrangement) -> Any:
    """Return the characteristic polynomial as a sympy `Poly` in t, of degree d (the dimension of the space).

    By deletion and restriction with memoised minors (module `characteristic`): resonance R_6 with its
    1,066,044 chambers in less than a second, in some hundredths of one once compiled code is loaded.

    Args:
        arrangement: central or affine.

    Example:
        >>> from hyperplane_arrangements.families import shi
        >>> characteristic_polynomial(shi(4)).as_expr().factor()
        t*(t - 4)**3
    """
    from sympy import Poly, Symbol

    d = arrangement.dimension
    terms = {(d - k,): w for k, w in enumerate(whitney_numbers(arrangement))}
    return Poly.from_dict(terms, Symbol("t"))


def poincare_polynomial(arrangement: PlainArrangement) -> Any:
    """Return `sum_k abs(w_k) t^k` as a sympy `Poly` in t: the Betti numbers of the complexified complement.

    Example:
        >>> from hyperplane_arrangements.families import type_b
        >>> poincare_polynomial(type_b(2)).as_expr()
        3*t**2 + 4*t + 1
    """
    from sympy import Poly, Symbol

    terms = {(k,): abs(w) for k, w in enumerate(whitney_numbers(arrangement))}
    return Poly.from_dict(terms, Symbol("t"))


def zaslavsky_chambers(arrangement: PlainArrangement) -> int:
    """Return `abs(chi(-1))`, the number of chambers (statement 1.1), without a search.

    Example:
        >>> from hyperplane_arrangements.families import catalan
        >>> zaslavsky_chambers(catalan(6))
        95040
    """
    return sum(map(abs, whitney_numbers(arrangement)))


def count_bounded_chambers(arrangement: PlainArrangement) -> int:
    """Return `abs(chi(1))`: how many chambers are bounded in the space the normals span.

    A chamber contains lines in every direction orthogonal to all normals; bounded means bounded across them.
    A central arrangement with a hyperplane has none, and the empty arrangement has one (a point, in its
    span).

    Example:
        >>> from hyperplane_arrangements.families import shi
        >>> count_bounded_chambers(shi(4))
        27
    """
    return abs(sum(whitney_numbers(arrangement)))
