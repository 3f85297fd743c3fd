"""Statement 1.1b: the chambers of a supersolvable arrangement are a product over its exponents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix

from .catalogue import Outcome, Theorem, all_hold, equal, that
from .samples import Row, degenerate


@dataclass(frozen=True, slots=True)
class Supersolvable:
    """Rows in R^d, and the exponents that are claimed."""

    rows: tuple[tuple[int, ...], ...]
    exponents: tuple[int, ...]


def chained(rows: list[Row]) -> Supersolvable:
    """The claim with the exponents of a chain of modular flats."""
    chain = Arrangement(exact_matrix(rows)).modular_chain()
    assert chain is not None, "there is a chain"
    return Supersolvable(tuple(map(tuple, rows)), chain.exponents)


def graph(edges: list[tuple[int, int]], count: int) -> list[Row]:
    """The rows ``u_i = u_j`` for the edges of a graph."""
    return [[(k == i) - (k == j) for k in range(count)] for i, j in edges]


@all_hold
def check(instance: Supersolvable) -> Iterator[Outcome]:
    """Compare with the chambers, listed one by one, and with values of the characteristic polynomial."""
    arrangement = Arrangement(exact_matrix(instance.rows))
    yield that(len(instance.exponents) == arrangement.rank, "not as many exponents as the rank")
    listed = {tuple(signs) for signs in arrangement.chambers().signs.tolist()}
    yield equal(prod(e + 1 for e in instance.exponents), len(listed), "the number of chambers")
    polynomial = arrangement.characteristic_polynomial()
    for value in range(-2, 3):
        claimed = value ** (arrangement.dimension - arrangement.rank)
        claimed *= prod(value - e for e in instance.exponents)
        yield equal(claimed, int(polynomial.eval(value)), f"chi({value})")


def fixed() -> Iterator[Supersolvable]:
    """Orders of four numbers, the mirrors of the cube, lines with repeats, and two triangles."""
    yield chained(graph([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)], 4))
    cube = [[1, 0, 0], [0, 1, 0], [0, 0, 1], *([1, s, 0] for s in (1, -1))]
    yield chained([*cube, *([1, 0, s] for s in (1, -1)), *([0, 1, s] for s in (1, -1))])
    yield chained([[1, 0], [2, 1], [-1, 3], [2, 0], [0, 0]])
    yield chained(graph([(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)], 4))


def draw(rng: np.random.Generator) -> Supersolvable:
    """A random chordal graph, each vertex joined to a clique before it; rows doubled, turned around, zero."""
    count = int(rng.integers(2, 6))
    edges, cliques = list[tuple[int, int]](), list[tuple[int, ...]]([(0,)])
    for vertex in range(1, count):
        clique = cliques[int(rng.integers(len(cliques)))]
        joined = tuple(i for i in clique if rng.integers(3)) or clique[:1]
        edges += [(i, vertex) for i in joined]
        cliques.append((*joined, vertex))
    return chained([*graph(edges, count), *degenerate(rng, graph(edges[:1], count))])


def control() -> Supersolvable:
    """Four planes in general position, which have no chain, with exponents that add up to four."""
    return Supersolvable(((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)), (1, 1, 2))


THEOREM = Theorem(
    id="1.1b",
    name="supersolvable arrangements",
    statement=(
        "With a chain of modular flats, e_k the hyperplanes that its k-th flat adds, there are "
        "prod_k (1 + e_k) chambers, and chi(t) = t^(d - r) prod_k (t - e_k)."
    ),
    source="Stanley 1972; Björner, Edelman and Ziegler 1990",
    note="1.1b-supersolvable.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="four planes in general position are supersolvable, with exponents 1, 1, 2",
    control=control,
)
