"""The staircase of connectivity: the optimal networks of width m, piece by piece, for every m (5.6).

A network of width m is m neurons in their places. In an optimum each of them is zero or points along an atom
of :mod:`.optimal_set`, so it is a place with an atom and a weight `t >= 0`, and the weights summed for each
atom are a point of the polytope T with at most m nonzero entries. Such points form faces of T. Two vertices
are in the same piece if a chain of vertices leads from one to the other in which neighbours have at most m
atoms between them; a vertex of exactly m neurons is alone, in each of its m! orders; all other orders are
joined through a neuron that is zero. So every question about the pieces is one about supports of vertices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import Any

from hyperplane_arrangements.errors import InputError

from .optimal_set import OptimalSet


@dataclass(frozen=True, slots=True)
class Stair:
    """The optimal networks of one width.

    Attributes:
        width: m, the number of neurons, zero ones included.
        groups: the pieces of the set up to the order of neurons, each by its vertices of T.
        rigid: the vertices of exactly m neurons, each of them a group of its own.
        pieces: the number of connected pieces in the space of weights `(w_1, alpha_1, ..., w_m, alpha_m)`.
        isolated: how many of them are single networks.
        is_finite: whether all of them are.
    """

    width: int
    groups: tuple[tuple[int, ...], ...]
    rigid: tuple[int, ...]
    pieces: int
    isolated: int
    is_finite: bool

    @property
    def is_connected(self) -> bool:
        """Whether any two optimal networks of this width are joined by a path of such networks."""
        return self.pieces == 1

    def group(self, vertex: int) -> tuple[int, ...]:
        """The vertices in the piece of this one, itself among them."""
        return next(group for group in self.groups if vertex in group)

    def __str__(self) -> str:
        alone = f"{self.isolated} isolated network{'s' * (self.isolated != 1)}"
        wide = self.pieces - self.isolated
        parts = [f"{wide} piece{'s' * (wide != 1)}"] if wide else []
        return f"width {self.width}: " + " and ".join([*parts, *([alone] if self.isolated else [])])


@dataclass(frozen=True, slots=True)
class Staircase:
    """The pieces of the set of optimal networks, width by width; as proven as the set of optima itself.

    Attributes:
        found: the set of optima.

    Example:
        >>> from fractions import Fraction
        >>> from duality_checks import TrainingProblem, exact_optimal_set
        >>> rows = [[3, 0], [-3, 0], [0, 4], [0, -4]]
        >>> problem = TrainingProblem(rows, ["14/5", "14/5", "21/5", "21/5"], beta=5)
        >>> stairs = Staircase(exact_optimal_set(problem, (Fraction(1),) * 4))
        >>> print(stairs)
        width 2: 4 isolated networks
        width 3: 2 pieces
        width 4: 1 piece
        connected from width 4 on (proven); the theorem promises it from width 4 on
    """

    found: OptimalSet

    @property
    def least(self) -> int:
        """`m*`, the least width at which p* is attained."""
        return self.found.minimum_width

    @property
    def largest(self) -> int:
        """`M*`, the largest number of neurons of a vertex: of an optimum that cannot be reduced."""
        return max(self.found.widths)

    @property
    def promised(self) -> int:
        """`min(m* + M*, n + 1)`, from where on the theorem promises that the set is connected."""
        return min(self.least + self.largest, self.found.problem.n + 1)

    @property
    def connected_from(self) -> int:
        """The least width from which on the set of optimal networks is connected at every width."""
        from networkx import minimum_spanning_edges

        edges = minimum_spanning_edges(self.graph(), data=True)
        joined = max((data["weight"] for *_, data in edges), default=0)
        orders = self.largest + 1 if self.largest > 1 or len(self.found.vertices) > 1 else self.largest
        return max(joined, orders)

    @property
    def steps(self) -> tuple[Stair, ...]:
        """The stairs from `m*` to the width from which on the set is connected."""
        return tuple(self.at(width) for width in range(self.least, self.connected_from + 1))

    def graph(self) -> Any:
        """The vertices of T as a networkx Graph, each pair joined by an edge of weight `abs(union of their
        supports)`: the width at which they are joined by a segment of optimal networks."""
        from networkx import Graph

        graph = Graph()
        graph.add_nodes_from(range(len(self.found.vertices)))
        graph.add_weighted_edges_from(self._pairs())
        return graph

    def at(self, width: int) -> Stair:
        """The pieces at one width.

        Raises:
            InputError: a width below `m*`, where no network attains p*.
        """
        from networkx import connected_components

        if width < self.least:
            raise InputError(
                f"width = {width} is less than m* = {self.least}: no network so narrow attains p*; give "
                f"{self.least} or more"
            )
        graph = self.graph()
        graph.remove_nodes_from([i for i, size in enumerate(self.found.widths) if size > width])
        graph.remove_edges_from([(i, j) for i, j, size in graph.edges(data="weight") if size > width])
        groups = tuple(sorted(tuple(sorted(group)) for group in connected_components(graph)))
        rigid = tuple(i for i, size in enumerate(self.found.widths) if size == width)
        alone = factorial(width) * len(rigid)
        pieces = alone + len(groups) - len(rigid)
        if not self.least:  # the zero network is the only optimum, at every width
            return Stair(width, groups, rigid, 1, 1, True)
        return Stair(width, groups, rigid, pieces, alone, width == self.least)

    def _pairs(self) -> Iterator[tuple[int, int, int]]:
        supports = [support(vertex) for vertex in self.found.vertices]
        for (i, first), (j, second) in combinations(enumerate(supports), 2):
            yield i, j, len(first | second)

    def __str__(self) -> str:
        how = "proven" if self.found.is_proven else f"numerical, tolerance {self.found.tolerance:g}"
        return "\n".join(
            [
                *map(str, self.steps),
                f"connected from width {self.connected_from} on ({how}); the theorem promises it from width "
                f"{self.promised} on",
            ]
        )


def support(weights: Any) -> frozenset[int]:
    """The indices of the nonzero entries.

    Example:
        >>> sorted(support((0, 2, 1)))
        [1, 2]
    """
    return frozenset(i for i, x in enumerate(weights) if x)
