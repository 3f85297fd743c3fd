"""The poset of regions from a base chamber, its rank generating function, and the Varchenko matrix.

Edelman (1984), A partial order on the regions of R^n dissected by hyperplanes; Varchenko (1993), Bilinear
form of a real configuration of hyperplanes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..errors import InputError
from ..exact.sign_vectors import read_signs, signs_text
from ..plain import PlainArrangement
from .faces import faces
from .flats import Flat, IntersectionLattice
from .tope_graph import tope_graph


def region_poset(arrangement: PlainArrangement, base: Any = 0, max_chambers: int = 20_000) -> Any:
    """Return the poset of regions as a networkx DiGraph whose edges lead away from the base chamber.

    A chamber is below another if the hyperplanes that separate it from the base separate the other too; the
    edges are those of the tope graph, so the graph is the Hasse diagram.

    Args:
        arrangement: central or affine.
        base: the index of a chamber, or its signs.
        max_chambers: refuse more than this.

    Returns:
        Nodes 0, 1, ... in the order of `arrangement.chambers()`, with the attributes `signs` and `rank`, the
        number of hyperplanes to the base; edges with the attribute `row`.

    Raises:
        InputError: the base is no chamber.
        TooLargeError: more chambers than `max_chambers`.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> poset = region_poset(braid(3), "+++")
        >>> sorted(rank for _, rank in poset.nodes(data="rank"))
        [0, 1, 1, 2, 2, 3]
    """
    from networkx import DiGraph

    graph = tope_graph(arrangement, max_chambers)
    ranks = _distances(arrangement, base, max_chambers)
    poset = DiGraph()
    poset.add_nodes_from((i, {"signs": graph.nodes[i]["signs"], "rank": int(ranks[i])}) for i in graph)
    for i, j, row in graph.edges(data="row"):
        poset.add_edge(*((i, j) if ranks[i] < ranks[j] else (j, i)), row=row)
    return poset


def distance_enumerator(arrangement: PlainArrangement, base: Any = 0, max_chambers: int = 1_000_000) -> Any:
    """Return the sum of q^d over all chambers, d the number of hyperplanes to the base, a sympy `Poly` in q.

    Args:
        arrangement: central or affine.
        base: the index of a chamber, or its signs.
        max_chambers: refuse more than this.

    Raises:
        InputError: the base is no chamber.
        TooLargeError: more chambers than `max_chambers`.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> distance_enumerator(braid(3)).as_expr().factor()
        (q + 1)*(q**2 + q + 1)
    """
    from sympy import Poly, Symbol

    counts = np.bincount(_distances(arrangement, base, max_chambers))
    return Poly.from_dict({(k,): int(c) for k, c in enumerate(counts) if c}, Symbol("q"))


def _first_rows(arrangement: PlainArrangement) -> list[int]:
    """The first row of each hyperplane (not infinity)."""
    of_row = arrangement.hyperplane_of_row.tolist()
    return sorted(of_row.index(h) for h in set(of_row) if h >= 0 and h != arrangement.distinct.infinity)


def _distances(arrangement: PlainArrangement, base: Any, max_chambers: int) -> np.ndarray:
    signs = np.asarray(chambers(arrangement, max_chambers).signs)
    if isinstance(base, (int, np.integer)):
        if not 0 <= base < len(signs):
            raise InputError(f"base is {base}; give an index below {len(signs)}, or signs")
        start = signs[base]
    else:
        start = np.array(read_signs(base, "base"))
        if start.shape != signs.shape[1:] or not (signs == start).all(axis=1).any():
            raise InputError(f"base is {signs_text(start)}, no chamber; take one of arrangement.chambers()")
    rows = _first_rows(arrangement)
    return (signs[:, rows] != start[rows]).sum(axis=1)


def varchenko_matrix(arrangement: PlainArrangement, weights: Sequence[Any] | None = None) -> Any:
    """Return the matrix whose entry at two chambers is the product of the weights of the hyperplanes between.

    Args:
        arrangement: central or affine, with at most 500 chambers.
        weights: one for each row, the first of a repeated hyperplane's counts; symbols a0, a1, ... if None.

    Returns:
        A sympy `Matrix`, rows and columns in the order of `arrangement.chambers()`.

    Raises:
        InputError: weights of the wrong number.
        TooLargeError: more than 500 chambers.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> varchenko_matrix(Arrangement([[1]]))
        Matrix([
        [ 1, a0],
        [a0,  1]])
    """
    from sympy import Matrix, prod, sympify

    given = _weights(arrangement, weights)
    signs = np.asarray(chambers(arrangement, 500).signs)
    rows = _first_rows(arrangement)
    between = signs[:, None, rows] != signs[None, :, rows]
    return Matrix(
        len(signs),
        len(signs),
        lambda i, j: sympify(prod(given[rows[k]] for k in np.flatnonzero(between[i, j]))),
    )


def _weights(arrangement: PlainArrangement, weights: Sequence[Any] | None) -> list[Any]:
    from sympy import Symbol

    given = [Symbol(f"a{i}") for i in range(arrangement.n)] if weights is None else list(weights)
    if len(given) != arrangement.n:
        raise InputError(f"weights has {len(given)} entries; give {arrangement.n}, one a row")
    return given


@dataclass(frozen=True, slots=True)
class VarchenkoFactor:
    """A factor `1 - a_F^2` of the determinant, a_F the product of the weights of the hyperplanes through F.

    Attributes:
        rows: the first row of each hyperplane through the flat F.
        multiplicity: how often it occurs.
    """

    rows: tuple[int, ...]
    multiplicity: int

    def value(self, weights: Sequence[Any]) -> Any:
        """`1 - a_F^2` for weights of the rows."""
        product: Any = 1
        for row in self.rows:
            product = product * weights[row]
        return 1 - product * product


def varchenko_factors(arrangement: PlainArrangement) -> tuple[VarchenkoFactor, ...]:
    """Return the factors of the determinant of the Varchenko matrix.

    Varchenko (1993): `det V = prod_F (1 - a_F^2)^(n(F) p(F))` over the flats F but the whole space, n(F) the
    number of chambers of the arrangement cut out on F, and p(F) the beta invariant of the hyperplanes through
    F: the derivative of their characteristic polynomial at 1, up to sign, modulo F.

    Args:
        arrangement: central or affine.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> [(factor.rows, factor.multiplicity) for factor in varchenko_factors(braid(3))]
        [((0,), 2), ((1,), 2), ((2,), 2), ((0, 1, 2), 1)]
    """
    listed = faces(arrangement)
    lattice = listed.lattice
    spanning = Counter(frozenset(np.flatnonzero(row == 0).tolist()) for row in listed.covectors)
    first = set(_first_rows(arrangement))
    found = []
    for flat in (flat for level in lattice.levels[1:] for flat in level):
        multiplicity = spanning[flat.rows] * _beta(lattice, flat)
        if multiplicity:
            found.append(VarchenkoFactor(tuple(sorted(flat.rows & first)), multiplicity))
    return tuple(found)


def _beta(lattice: IntersectionLattice, top: Flat) -> int:
    """The beta invariant of the hyperplanes through a flat."""
    under = [flat for level in lattice.levels[: top.rank + 1] for flat in level if not flat.mask & ~top.mask]
    return abs(sum(flat.moebius * (top.rank - flat.rank) for flat in under))
