"""Paths between optimal networks of one width, through such networks only, or a proof of none (5.6).

A path is a list of networks in which neighbours agree, place by place, on the atom wherever both have a
weight. Between neighbours the weights change linearly and the directions stay, so all on the way are optimal.
There is no path when one of the two networks cannot move at all, or when the polytope's vertices fall into
two sides such that no face with at most m atoms has vertices on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import Vector, combination

from .lineup import NONE, ZERO, Lineup, read_lineup
from .optimal_set import OptimalSet
from .staircase import Staircase, support


@dataclass(frozen=True, slots=True)
class Passage:
    """What leads from one optimal network to another at their width, or what stands between them.

    Attributes:
        found: the set of optima.
        start: the network it begins at.
        end: the network it ends at.
        waypoints: networks from the one to the other, neighbours of which agree; empty if there is no path.
        alone: where there is no path because one of the two is isolated: that one.
        side: where there is no path because of a wall: the vertices on the side of the start.
    """

    found: OptimalSet
    start: Lineup
    end: Lineup
    waypoints: tuple[Lineup, ...] = ()
    alone: Lineup | None = None
    side: frozenset[int] = frozenset()

    @property
    def exists(self) -> bool:
        """Whether there is a path."""
        return bool(self.waypoints)

    @property
    def is_proven(self) -> bool:
        """Whether the path, or that there is none, was confirmed without a tolerance.

        The waypoints are checked one by one, or the isolated network, or the wall, pair by pair.
        """
        return self.found.is_proven and not self.fault()

    def fault(self) -> str:
        """What is wrong with the path or the proof, in words; empty if nothing is."""
        if self.waypoints:
            return self._fault_of_path()
        if self.alone is not None:
            return self._fault_of_isolation(self.alone)
        return self._fault_of_wall()

    def at(self, share: Fraction) -> Lineup:
        """The network at a share of the way, between 0 and 1; each step takes as long as the others.

        Raises:
            InputError: there is no path, or the share is not between 0 and 1.
        """
        if not self.waypoints or not 0 <= share <= 1:
            raise InputError(f"share = {share} of a path of {len(self.waypoints)} networks; give 0 to 1")
        whole, part = divmod(Fraction(share) * (len(self.waypoints) - 1), 1)
        first = self.waypoints[int(whole)]
        return first.toward(self.waypoints[int(whole) + 1], part) if part else first

    def _fault_of_path(self) -> str:
        if (self.waypoints[0], self.waypoints[-1]) != (self.start, self.end):
            return "the path does not lead from the start to the end"
        if not all(_is_optimal(self.found, lineup) for lineup in self.waypoints):
            return "a network on the path is not optimal"
        agreed = all(a.agrees(b) for a, b in pairwise(self.waypoints))
        return "" if agreed else "a step changes the direction of a neuron"

    def _fault_of_isolation(self, alone: Lineup) -> str:
        if self.start == self.end or alone not in (self.start, self.end):
            return "the isolated network is not one of the two"
        vertices = set(self.found.vertices)
        stuck = alone.is_spread and alone.total(len(self.found.atoms)) in vertices
        return "" if stuck else "the network that is called isolated can move"

    def _fault_of_wall(self) -> str:
        width, size = self.start.width, len(self.found.atoms)
        supports = [support(vertex) for vertex in self.found.vertices]
        narrow = [i for i, atoms in enumerate(supports) if len(atoms) <= width]
        others = [i for i in narrow if i not in self.side]
        if any(len(supports[i] | supports[j]) <= width for i in self.side for j in others):
            return "a face with no more atoms than the width has vertices on both sides"
        here, there = support(self.start.total(size)), support(self.end.total(size))
        apart = any(supports[i] <= here for i in self.side) and any(supports[i] <= there for i in others)
        return "" if apart else "the two networks are not on different sides"

    def __str__(self) -> str:
        width = self.start.width
        how = "proven" if self.is_proven else "numerical"
        if self.waypoints:
            steps = len(self.waypoints) - 1
            return f"a path of {steps} step{'s' * (steps != 1)} through optima of width {width} ({how})"
        if self.alone is not None:
            return f"no path at width {width}: one of the two is isolated ({how})"
        return f"no path at width {width}: every face that joins their sides has more atoms ({how})"


def connect_optima(found: OptimalSet, start: Any, end: Any, width: int | None = None) -> Passage:
    """A path between two optimal networks through optimal networks of one width, or a proof of none.

    Args:
        found: the set of optima.
        start: a :class:`Lineup`, or a network, which :func:`read_lineup` reads.
        end: likewise.
        width: m; zero neurons are added to what has fewer. The larger of the two widths if None.

    Returns:
        The path, whose `is_proven` checks it anew, or what stands in the way.

    Raises:
        InputError: a width below that of a network, or neurons that are no optimum.

    Example:
        >>> from duality_checks.theorems.t5_1_optimal_set import rhombus
        >>> found = rhombus().found
        >>> ends = [found.network(vertex) for vertex in found.vertices]
        >>> for width in (2, 3, 4):
        ...     print(connect_optima(found, *ends, width))
        no path at width 2: one of the two is isolated (proven)
        no path at width 3: every face that joins their sides has more atoms (proven)
        a path of 3 steps through optima of width 4 (proven)
    """
    from networkx import has_path, node_connected_component, shortest_path

    start, end = (x if isinstance(x, Lineup) else read_lineup(found, x) for x in (start, end))
    width = max(start.width, end.width) if width is None else width
    start, end = _placed(found, start, width, "start"), _placed(found, end, width, "end")
    passage = Passage(found, start, end)
    if start.agrees(end):
        return replace(passage, waypoints=(start, end) if start != end else (start,))
    vertices = set(found.vertices)
    for lineup in (start, end):
        if lineup.is_spread and lineup.total(len(found.atoms)) in vertices:
            return replace(passage, alone=lineup)
    graph = Staircase(found).graph()
    graph.remove_edges_from([(i, j) for i, j, size in graph.edges(data="weight") if size > width])
    first, last = _vertex_of(found, start), _vertex_of(found, end)
    if not has_path(graph, first, last):
        return replace(passage, side=frozenset(node_connected_component(graph, first)))
    way = [found.vertices[i] for i in shortest_path(graph, first, last)]
    return replace(passage, waypoints=tuple(_without_repeats(_waypoints(start, end, way))))


def _placed(found: OptimalSet, lineup: Lineup, width: int, name: str) -> Lineup:
    """The network with zero neurons up to a width, once it is known to be optimal."""
    if width < lineup.width:
        raise InputError(f"width = {width} is less than the {lineup.width} neurons of {name}; widen it")
    if not _is_optimal(found, lineup):
        raise InputError(
            f"{name} is not optimal: its neurons do not add up to the fit of the optima; take weights from "
            "the set of optima"
        )
    free = width - lineup.width
    return Lineup((*lineup.atoms, *[NONE] * free), (*lineup.weights, *[ZERO] * free))


def _is_optimal(found: OptimalSet, lineup: Lineup) -> bool:
    """Whether the neurons add up to the fit of the optima: exactly, or to the tolerance of the set."""
    columns = [atom.column for atom in found.atoms]
    if max(lineup.atoms, default=NONE) >= len(columns):
        return False
    n, total = found.problem.n, lineup.total(len(columns))
    fits = zip(combination(total, columns, n), combination(found.vertices[0], columns, n), strict=True)
    allowed = Fraction(1e3 * found.tolerance) * max([Fraction(1), *found.vertices[0]])
    return all(abs(a - b) <= allowed for a, b in fits)


def _vertex_of(found: OptimalSet, lineup: Lineup) -> int:
    """A vertex that the network can shed neurons to become."""
    atoms = support(lineup.total(len(found.atoms)))
    return next(i for i, vertex in enumerate(found.vertices) if support(vertex) <= atoms)


def _waypoints(start: Lineup, end: Lineup, way: list[Vector]) -> Iterator[Lineup]:
    """Merge copies, shed neurons down to a vertex, walk from vertex to vertex, put the neurons in the places
    that they have at the end, and undo the first two."""
    yield start
    now = _merged(start)
    for vertex in way:
        yield now
        now = _reweighed(_with_neurons(now, vertex), vertex)
    last = _merged(end)
    target = _reweighed(last, way[-1])
    while now != target:
        yield now
        now = _one_move(now, target)
    yield from (target, last, end)


def _merged(lineup: Lineup) -> Lineup:
    """Each atom's whole weight on the first of its neurons."""
    total = lineup.total(max(lineup.atoms, default=NONE) + 1)
    firsts = [i != NONE and i not in lineup.atoms[:place] for place, i in enumerate(lineup.atoms)]
    pairs = zip(lineup.atoms, firsts, strict=True)
    return Lineup(lineup.atoms, tuple(total[i] if first else ZERO for i, first in pairs))


def _with_neurons(lineup: Lineup, vertex: Vector) -> tuple[int, ...]:
    """Its atoms, with those that the vertex needs besides in places that are free."""
    missing = iter(sorted(support(vertex) - set(lineup.atoms)))
    return tuple(i if i != NONE else next(missing, NONE) for i in lineup.atoms)


def _reweighed(atoms: Lineup | tuple[int, ...], vertex: Vector) -> Lineup:
    places = atoms.atoms if isinstance(atoms, Lineup) else atoms
    return Lineup(places, tuple(vertex[i] if i != NONE else ZERO for i in places))


def _one_move(now: Lineup, target: Lineup) -> Lineup:
    """One neuron goes to a free place: to its own if that is free, else out of the way of another."""
    free = [place for place, i in enumerate(now.atoms) if i == NONE]
    wanted = [place for place in free if target.atoms[place] != NONE]
    if wanted:
        to = wanted[0]
        source = now.atoms.index(target.atoms[to])
    else:
        to = free[0]
        pairs = enumerate(zip(now.atoms, target.atoms, strict=True))
        source = next(place for place, (i, j) in pairs if i not in (NONE, j))
    atoms, weights = list(now.atoms), list(now.weights)
    atoms[to], weights[to] = atoms[source], weights[source]
    atoms[source], weights[source] = NONE, ZERO
    return Lineup(tuple(atoms), tuple(weights))


def _without_repeats(lineups: Iterator[Lineup]) -> Iterator[Lineup]:
    before = None
    for lineup in lineups:
        if lineup != before:
            yield lineup
        before = lineup
