"""The staircase against the cells of its definition, glued in the space of networks by linear programs."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from math import factorial

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from duality_checks import Staircase, TrainingProblem
from duality_checks.optima.optimal_set import optimal_set
from duality_checks.theorems import t5_1_optimal_set as optima
from duality_checks.theorems import t5_6_staircase as statement
from hyperplane_arrangements.errors import InputError

seeds = st.integers(0, 10**6)


class Cells:
    """All ways to give each of m neurons an atom: each a polytope of weights, found by SciPy's programs.

    Nothing here knows of vertices, faces or supports. Two cells meet where the weights of all neurons on
    which they differ are zero, so in networks of the neurons on which they agree.
    """

    def __init__(self, found, width):
        columns = np.array([[float(x) for x in atom.column] for atom in found.atoms])
        self.columns = columns.reshape(-1, found.problem.n).T
        self.fit = self.columns @ np.array([float(x) for x in found.vertices[0]])
        self.width, self.known = width, {}
        self.graph = nx.Graph()
        labels = product(range(len(found.atoms)), repeat=width)
        self.graph.add_nodes_from(a for a in labels if self.possible(frozenset(a)))
        for a, b in combinations(self.graph, 2):
            if self.possible(frozenset(i for i, j in zip(a, b, strict=True) if i == j)):
                self.graph.add_edge(a, b)

    def possible(self, atoms):
        """Whether neurons on these atoms alone reach the fit."""
        if atoms not in self.known:
            if atoms:
                chosen = self.columns[:, sorted(atoms)]
                found = linprog(np.zeros(len(atoms)), A_eq=chosen, b_eq=self.fit, method="highs")
                self.known[atoms] = found.status == 0
            else:
                self.known[atoms] = not np.abs(self.fit).max(initial=0) > 1e-12
        return self.known[atoms]

    def is_point(self, a):
        """Whether every weight of a cell has one value: the least and the largest are equal."""
        key = tuple(sorted(a))
        if key not in self.known:
            chosen, ends = self.columns[:, key], []
            for place in range(self.width):
                cost = np.eye(self.width)[place]
                low, high = (
                    linprog(s * cost, A_eq=chosen, b_eq=self.fit, method="highs").fun for s in (1, -1)
                )
                ends.append(abs(low + high))
            self.known[key] = max(ends) < 1e-9
        return self.known[key]

    @property
    def pieces(self):
        return nx.number_connected_components(self.graph)

    @property
    def isolated(self):
        """Pieces that are single networks."""
        return sum(1 for piece in nx.connected_components(self.graph) if all(map(self.is_point, piece)))


@settings(deadline=None, max_examples=12)
@given(seeds, st.integers(0, 2))
def test_every_stair_is_that_of_the_cells(seed, extra) -> None:
    found = statement.draw(np.random.default_rng(seed)).found
    stairs = Staircase(found)
    width = stairs.least + extra
    if not 0 < width < 5:
        return
    cells, stair = Cells(found, width), stairs.at(width)
    assert cells.pieces == stair.pieces
    assert stair.is_finite == all(map(cells.is_point, cells.graph))
    assert cells.isolated == stair.isolated


@pytest.mark.parametrize(
    ("width", "pieces", "isolated"), [(2, 4, 4), (3, 2, 0), (4, 1, 0), (5, 1, 0)], ids=str
)
def test_the_rhombus_step_by_step(width, pieces, isolated) -> None:
    """Two vertices of two neurons without a common atom: both orders alone, then joined, then all."""
    stair = Staircase(optima.rhombus().found).at(width)
    assert (stair.pieces, stair.isolated, stair.is_connected) == (pieces, isolated, pieces == 1)
    assert stair.is_finite == (width == 2)


def test_connected_at_one_width_and_not_at_the_next() -> None:
    """A single neuron fits, or two others do: width 1 is a point, at width 2 the others are alone."""
    stairs = Staircase(statement.triangle(Fraction(2), Fraction(2)))
    assert (stairs.least, stairs.largest, stairs.promised, stairs.connected_from) == (1, 2, 3, 3)
    assert [(stair.pieces, stair.isolated) for stair in stairs.steps] == [(1, 1), (3, 2), (1, 0)]


def test_a_width_between_the_least_and_the_largest_without_isolated_networks() -> None:
    """Opposite corners of a box, and its two tetrahedra: no vertex has three neurons."""
    found = statement.box()
    columns = [atom.column for atom in found.atoms]
    fit = tuple(sum(t * c[k] for t, c in zip(found.vertices[0], columns, strict=True)) for k in range(6))
    assert set(found.vertices) == optima.basic_solutions(columns, fit)
    stairs = Staircase(found)
    assert [(stair.pieces, stair.isolated) for stair in stairs.steps] == [(8, 8), (4, 0), (49, 48), (1, 0)]
    assert (stairs.promised, stairs.connected_from) == (6, 5)
    assert str(stairs).splitlines()[2:] == [
        "width 4: 1 piece and 48 isolated networks",
        "width 5: 1 piece",
        "connected from width 5 on (proven); the theorem promises it from width 6 on",
    ]


def test_twins_join_one_wider_than_they_are() -> None:
    """Absolute values: each of three neurons is shared with its twin, so T is a cube. Neighbours have four
    atoms; the theorem promises six."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(8, 2)).round(3).tolist(), np.sign(rng.normal(size=8)).tolist()
    stairs = Staircase(optimal_set(TrainingProblem(X, y, "1/2", "abs")))
    assert (stairs.least, stairs.largest, len(stairs.found.vertices)) == (3, 3, 8)
    assert (stairs.connected_from, stairs.promised) == (4, 6)
    assert stairs.at(3).pieces == factorial(3) * 8
    assert str(stairs).endswith("(numerical, tolerance 1e-07); the theorem promises it from width 6 on")


def test_one_neuron_and_none() -> None:
    one = Staircase(list(statement.fixed())[5].found)
    assert one.steps == (one.at(1),) and one.at(1).is_connected and one.at(1).isolated == 1
    assert one.at(2).isolated == 0 and not one.at(2).is_finite and one.at(2).is_connected
    none = Staircase(list(statement.fixed())[6].found)
    assert none.connected_from == none.promised == 0
    for width in (0, 3):
        assert (none.at(width).pieces, none.at(width).isolated, none.at(width).is_finite) == (1, 1, True)


def test_a_width_at_which_no_network_is_optimal_is_refused() -> None:
    stairs = Staircase(optima.rhombus().found)
    with pytest.raises(
        InputError,
        match=r"width = 1 is less than m\* = 2: no network so narrow attains p\*; give 2 or more",
    ):
        stairs.at(1)
