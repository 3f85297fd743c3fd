"""The graph of chambers: neighbours share a wall, distance counts the hyperplanes between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..errors import InputError
from ..exact.rows import canonical
from ..exact.sign_vectors import read_signs
from ..plain import PlainArrangement
from ..values.findings import Finding
from .central import central_form
from .flats import intersection_lattice


def separating_rows(first: Any, second: Any) -> tuple[int, ...]:
    """Return the rows whose sign differs between two chambers.

    Args:
        first: n signs, also as a text.
        second: n signs.

    Raises:
        InputError: of different lengths.

    Example:
        >>> separating_rows([1, 1, -1], [1, -1, 1]), separating_rows("++-", "+-+")
        ((1, 2), (1, 2))
    """
    a, b = read_signs(first, "first"), read_signs(second, "second")
    if len(a) != len(b):
        raise InputError(f"sign vectors have lengths {len(a)} and {len(b)}; give two of one length")
    return tuple(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)


def distance(arrangement: PlainArrangement, first: Any, second: Any) -> int:
    """Return how many hyperplanes separate two chambers; repeated rows count once.

    It is the distance in the tope graph: a generic segment from one chamber to the other crosses each of
    these hyperplanes once, and no other.

    Args:
        arrangement: n rows.
        first: n signs of a chamber.
        second: n signs of a chamber.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> distance(Arrangement([[1, 0], [2, 0], [0, 1]]), [1, 1, 1], [-1, -1, 1])
        1
    """
    rows = central_form(arrangement).rows
    return len({canonical(rows[i]) for i in separating_rows(first, second)})


def tope_graph(arrangement: PlainArrangement, max_chambers: int = 100_000) -> Any:
    """Return the graph of chambers as a networkx Graph.

    Args:
        arrangement: central or affine.
        max_chambers: refuse more chambers than this.

    Returns:
        Nodes 0, 1, ... in the order of `arrangement.chambers()`, with the attribute `signs` (a tuple); edges
        between chambers that share a wall, with the attribute `row`: the first row of the hyperplane they
        share.

    Raises:
        TooLargeError: more chambers than `max_chambers`, counted before any is enumerated.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> graph = tope_graph(braid(4))
        >>> graph.number_of_nodes(), graph.number_of_edges()
        (24, 36)
    """
    from networkx import Graph

    signs = np.asarray(chambers(arrangement, max_chambers).signs)
    graph = Graph()
    # A list at a time: the collector would go through all of them again and again.
    graph.add_nodes_from((i, {"signs": tuple(row.tolist())}) for i, row in enumerate(signs))
    rows = [group[0] for group in _hyperplanes(arrangement)]
    for row, (lower, upper) in zip(rows, _neighbours(signs[:, rows] > 0), strict=True):
        graph.add_edges_from(zip(lower.tolist(), upper.tolist(), strict=True), row=row)
    return graph


def _hyperplanes(arrangement: PlainArrangement) -> list[list[int]]:
    """Return the rows of each distinct hyperplane."""
    form = central_form(arrangement)
    groups: dict[tuple[int, ...], list[int]] = {}
    for i, row in enumerate(form.rows[: form.n]):
        if any(row) and not (form.affine and not any(row[1:])):
            groups.setdefault(canonical(row), []).append(i)
    return list(groups.values())


def _neighbours(sides: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each hyperplane the pairs of chambers, on its negative and its positive side, that it alone
    separates.

    A chamber's key is the sum modulo two of random numbers, one for each hyperplane that it is on the
    positive side of. Distinct chambers have distinct keys, or others are drawn: so the neighbour behind a
    wall, if there is one, is the one chamber with the key that it must have. Whether it is one, its sides
    tell.

    Args:
        sides: P x H, whether a chamber is on the positive side of a hyperplane, no two rows equal.
    """
    packed = np.packbits(sides, axis=1, bitorder="little")
    own, keys = _keys(sides)
    order = np.argsort(keys)
    ordered = keys[order]
    for h, key in enumerate(own):
        wanted = np.sort(keys[~sides[:, h]] ^ key)  # what is in order is found in a fraction of the time
        places = np.searchsorted(ordered, wanted).clip(max=len(order) - 1)
        found = ordered[places] == wanted
        upper, lower = order[places[found]], order[np.searchsorted(ordered, wanted[found] ^ key)]
        first = np.argsort(lower)
        lower, upper = lower[first], upper[first]
        between = packed[lower] ^ packed[upper]
        between[:, h >> 3] ^= np.uint8(1 << (h & 7))
        alone = ~between.any(axis=1)
        yield lower[alone], upper[alone]


def _keys(sides: np.ndarray, bits: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """A random number for each hyperplane, and their sums for the chambers, all distinct."""
    random = np.random.default_rng(0)
    while True:
        own = random.integers(2**bits, size=sides.shape[1], dtype=np.uint64)
        keys = np.zeros(len(sides), np.uint64)
        for side, key in zip(sides.T, own, strict=True):
            keys[side] ^= key
        if len(np.unique(keys)) == len(keys):
            return own, keys


def check_simplicial(arrangement: PlainArrangement, max_chambers: int = 100_000) -> Finding:
    """Check whether every chamber of a central arrangement is a simplicial cone: as many walls as the rank.

    Args:
        arrangement: central.
        max_chambers: refuse more chambers than this.

    Returns:
        A finding whose witness is the signs of a chamber with more walls.

    Raises:
        InputError: the arrangement is affine.

    Example:
        >>> from hyperplane_arrangements.families import generic, type_b
        >>> check_simplicial(type_b(3)).holds, check_simplicial(generic(6, 3)).holds
        (True, False)
    """
    if arrangement.offsets is not None:
        raise InputError(
            "arrangement is affine; being simplicial is defined for central ones, so test its cone"
        )
    claim = "every chamber is a simplicial cone"
    graph = tope_graph(arrangement, max_chambers)
    for node, walls in graph.degree():
        if walls != arrangement.rank:
            signs = graph.nodes[node]["signs"]
            return Finding(
                claim, False, signs, f"chamber {node} has {walls} walls in rank {arrangement.rank}"
            )
    return Finding(claim, True)


def check_simple(arrangement: PlainArrangement) -> Finding:
    """Check whether the hyperplanes are in general position: flats of codimension k < r lie on k hyperplanes.

    For an affine arrangement those of codimension r are included, and their cone must be in general position
    too (no parallels), so that its chambers number `sum C(n, k)`.

    Args:
        arrangement: central or affine; repeated rows count once.

    Returns:
        A finding whose witness is the set of rows through one flat that are too many.

    Example:
        >>> from hyperplane_arrangements.families import generic, near_pencil
        >>> check_simple(generic(6, 3)).holds
        True
        >>> sorted(check_simple(near_pencil(5)).witness)
        [0, 1, 2, 3]
    """
    claim = "the hyperplanes are in general position"
    groups = _hyperplanes(arrangement)
    lattice = intersection_lattice(arrangement)
    for level in lattice.levels if lattice.affine else lattice.levels[:-1]:
        for flat in level:
            through = sum(group[0] in flat.rows for group in groups)
            if through > flat.rank:
                reason = f"{through} hyperplanes meet in a flat of codimension {flat.rank}"
                return Finding(claim, False, flat.rows, reason)
    if lattice.affine:
        return _no_parallels(claim, lattice.flat_counts, len(groups))
    return Finding(claim, True)


def _no_parallels(claim: str, flat_counts: tuple[int, ...], n: int) -> Finding:
    from math import comb

    for k, count in enumerate(flat_counts):
        if count != comb(n, k):
            reason = f"only {count} of the {comb(n, k)} sets of {k} hyperplanes meet"
            return Finding(claim, False, k, reason)
    return Finding(claim, True)
