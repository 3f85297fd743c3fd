"""Statement 5.6: how the optimal networks of width m hang together, for every m."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from typing import Any

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, combination

from ..networks.objective import activated
from ..optima.lineup import Lineup, line_up
from ..optima.optimal_set import OptimalSet, exact_optimal_set
from ..optima.passage import Passage, connect_optima
from ..optima.staircase import Staircase
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .rationals import rank_of
from .t5_1_optimal_set import along_axes, basic_solutions, rhombus
from .t5_1_optimal_set import draw as draw_optima

_MOST_ORDERS = 400
_MOST_ATOMS = 4
Order = tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Stairs:
    """A set of optima that is known exactly, and the width from which on it is claimed to be connected."""

    found: OptimalSet
    connected_from: int


@all_hold
def check(instance: Stairs) -> Iterator[Outcome]:
    """Each stair against all orders of all vertices, the five regimes, and a path or none between pairs."""
    found = instance.found
    stairs = Staircase(found)
    yield from _the_polytope(found)
    least, largest, n = min(found.widths), max(found.widths), found.problem.n
    promised = min(least + largest, n + 1)
    yield equal(stairs.promised, promised, "the width the theorem names")
    single = len(found.vertices) == 1 and largest <= 1
    for width in range(least, promised + 2):
        graph = orders(found, width)
        if len(graph) > _MOST_ORDERS:
            continue
        pieces, alone = _pieces(graph), sum(1 for _, degree in graph.degree() if not degree)
        stair = stairs.at(width)
        yield equal(stair.pieces, pieces, f"pieces at width {width}")
        yield equal(stair.isolated, alone, f"isolated networks at width {width}")
        yield that(stair.is_finite == (not graph.edges), f"finite at width {width} is decided wrongly")
        # The regimes of the theorem; with one network in all, the zero one or a neuron's, they are void.
        yield that((width == least or not least) == (not graph.edges), "finite at m* and only there")
        yield that(bool(alone) == (width in found.widths or not least), "isolated at widths of vertices")
        if width == largest and not single:
            yield that(pieces > 1, "not connected at M*")
        if width >= promised:
            yield equal(pieces, 1, "pieces from min(m* + M*, n + 1) on")
        connected = pieces == 1
        yield that(connected or width < instance.connected_from, f"connected from width {width} on fails")
        yield that(not connected or width != instance.connected_from - 1, "it is connected earlier")
        yield from _passages(found, width, graph)
    rank = rank_of([atom.column for atom in found.atoms])
    yield at_least(rank + 1, stairs.connected_from, "connected from rank + 1 on")


def _the_polytope(found: OptimalSet) -> Iterator[Outcome]:
    """Atoms are what their directions output, each once, and the vertices the basic solutions."""
    for atom in found.atoms:
        outputs = tuple(atom.output * x for x in activated(found.problem, atom.direction))
        yield that(outputs == atom.column, "a column is not s phi(Xq)")
    if len(found.atoms) <= _MOST_ATOMS:
        fit = _fit(found, found.vertices[0])
        basic = basic_solutions([atom.column for atom in found.atoms], fit)
        yield that(set(found.vertices) == basic, "the vertices are not the basic solutions")


def orders(found: OptimalSet, width: int) -> Any:
    """All ways to put the neurons of all vertices into places, joined where they agree, as a networkx Graph.

    Two of them agree if a convex cell of optimal networks holds both; each cell holds one; so the pieces of
    this graph are those of the optimal networks of that width, and its single nodes the isolated ones.
    """
    from networkx import Graph

    graph = Graph()
    for vertex in found.vertices:
        used = [i for i, t in enumerate(vertex) if t]
        for places in permutations(range(width), len(used)):
            order: list[int | None] = [None] * width
            for atom, place in zip(used, places, strict=True):
                order[place] = atom
            graph.add_node(tuple(order))
        if len(graph) > _MOST_ORDERS:
            return graph
    graph.add_edges_from((a, b) for a, b in combinations(graph, 2) if _agree(a, b))
    return graph


def _agree(a: Order, b: Order) -> bool:
    return all(i == j or i is None or j is None for i, j in zip(a, b, strict=True))


def _pieces(graph: Any) -> int:
    from networkx import number_connected_components

    return int(number_connected_components(graph))


def _passages(found: OptimalSet, width: int, graph: Any) -> Iterator[Outcome]:
    """From each narrow vertex to the next and to its own reverse order: a path exactly where there is one."""
    from networkx import has_path

    narrow = [vertex for vertex, size in zip(found.vertices, found.widths, strict=True) if size <= width]
    for first, second in zip(narrow, [*narrow[1:], narrow[0]], strict=True):
        start = line_up(found, first, width)
        there = line_up(found, second, width)
        end = Lineup(there.atoms[::-1], there.weights[::-1])
        passage = connect_optima(found, start, end)
        possible = has_path(graph, _order(start), _order(end))
        yield that(passage.exists == possible, f"a path at width {width} is decided wrongly")
        yield that(not passage.fault(), f"passage at width {width}: {passage.fault()}")
        yield from _all_optimal(passage)


def _all_optimal(passage: Passage) -> Iterator[Outcome]:
    """The objective at each waypoint and on the way to the next, and no neuron that turns."""
    found, size = passage.found, len(passage.found.atoms)
    for here, there in pairwise(passage.waypoints):
        yield that(_agree(_order(here), _order(there)), "a neuron turns on the way")
        for lineup in (here, here.toward(there, Fraction(1, 3)), there):
            objective = found.rescaled_objective(lineup.total(size))
            yield equal(objective, found.value, "the objective on the way")


def _order(lineup: Lineup) -> Order:
    pairs = zip(lineup.atoms, lineup.weights, strict=True)
    return tuple(i if t else None for i, t in pairs)


def _fit(found: OptimalSet, weights: Vector) -> Vector:
    return combination(weights, [atom.column for atom in found.atoms], found.problem.n)


def triangle(first: Fraction, second: Fraction) -> OptimalSet:
    """Two samples at an angle of 120 degrees and of equal length: the neuron between them does what one for
    each does together, `2 a_0 = a_1 + a_2`. The plane has no rational such vectors; four dimensions have.

    Args:
        first: fit of the first sample, not negative.
        second: of the second.
    """
    rows = [[2, 0, 0, 0], [-1, 1, 1, 1]]
    problem = TrainingProblem(rows, [1 + first, 1 + second], 2)
    return exact_optimal_set(problem, (Fraction(1), Fraction(1)))


def box() -> OptimalSet:
    """Both sides of three axes tie: the eight corners of a box. Opposite corners fit, and so do the four
    corners of either tetrahedron."""
    return along_axes((1, 2, 2), [True] * 3, Fraction(0), [Fraction(1, 2)]).found


def fixed() -> Iterator[Stairs]:
    """Both bounds attained (m* + M*, then n + 1), neither attained, twins, one neuron, no neuron."""
    yield Stairs(rhombus().found, 4)
    yield Stairs(triangle(Fraction(2), Fraction(2)), 3)
    yield Stairs(triangle(Fraction(2), Fraction(1)), 3)
    yield Stairs(box(), 5)
    yield Stairs(along_axes((3, 4), [False, False], Fraction(-1), [Fraction(1)]).found, 2)
    yield Stairs(along_axes((3, 4), [False, False], Fraction(0), [Fraction(1)]).found, 1)
    yield Stairs(along_axes((3, 4), [True, True], Fraction(0), [Fraction(0)]).found, 0)


def draw(rng: np.random.Generator) -> Stairs:
    """Random ties along axes, or two samples at 120 degrees with a random fit."""
    if rng.integers(2):
        found = draw_optima(rng).found
    else:
        first, second = (Fraction(int(x), 2) for x in rng.integers(0, 5, 2))
        found = triangle(first, second)
    return Stairs(found, Staircase(found).connected_from)


def control() -> Stairs:
    """The rhombus, claimed to be connected as soon as no network is isolated: from M* + 1 on."""
    return replace(next(fixed()), connected_from=3)


THEOREM = Theorem(
    id="5.6",
    name="staircase of connectivity",
    statement=(
        "Unless zero is optimal: the optimal networks of width m are finitely many exactly at m = m*, the "
        "least width of a vertex of the polytope of 5.1; some are isolated exactly where a vertex has m "
        "neurons, so at M*, the largest, and not beyond; all are connected at m >= min(m* + M*, n + 1)."
    ),
    source="Kim, Mishkin and Pilanci 2025, on the staircase of connectivity; pieces for every m derived",
    note="5.6-staircase.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="optimal networks are connected as soon as none is isolated",
    control=control,
)
