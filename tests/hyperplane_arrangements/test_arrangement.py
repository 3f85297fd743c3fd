"""The package's front door: names that exist, and methods that answer as the functions behind them do."""

from __future__ import annotations

import ast
import pickle
from importlib import import_module
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hyperplane_arrangements
from hyperplane_arrangements import Arrangement, InputError, families
from hyperplane_arrangements.geometry.faces import bounded_chambers, cocircuits, faces
from hyperplane_arrangements.geometry.flats import (
    characteristic_polynomial,
    count_bounded_chambers,
    intersection_lattice,
    poincare_polynomial,
    whitney_numbers,
)
from hyperplane_arrangements.geometry.shapes import chamber_shape
from hyperplane_arrangements.strategies import affine_arrangements, arrangements

either = st.one_of(arrangements(), affine_arrangements())


@pytest.mark.parametrize("name", hyperplane_arrangements.__all__)
def test_every_public_name_is_there_and_is_documented(name):
    value = getattr(hyperplane_arrangements, name)
    home = import_module(f"hyperplane_arrangements.{hyperplane_arrangements._HOME[name]}")
    assert value is getattr(home, name)
    assert name == "FAMILIES" or value.__doc__


def test_type_checkers_see_the_names_that_are_imported_when_used():
    tree = ast.parse(Path(hyperplane_arrangements.__file__).read_text(encoding="utf-8"))
    (seen,) = [node for node in tree.body if isinstance(node, ast.If)]
    names = {alias.name: step.module for step in seen.body for alias in step.names}
    modules = set(hyperplane_arrangements._MODULES)
    assert {
        name: home for name, home in names.items() if name not in modules
    } == hyperplane_arrangements._HOME
    assert set(names) == {*hyperplane_arrangements.__all__, *modules}


def test_no_public_name_is_a_module_in_disguise():
    """Importing a module sets an attribute of that name on its package: no function may share it."""
    homes = (*hyperplane_arrangements._NAMES, *hyperplane_arrangements._MODULES.values())
    modules = {home.partition(".")[0] for home in homes} | set(hyperplane_arrangements._MODULES)
    assert not modules & set(hyperplane_arrangements.__all__)


def test_modules_are_attributes_and_other_names_are_not():
    assert hyperplane_arrangements.families is families
    assert {"Arrangement", "families"} <= set(dir(hyperplane_arrangements))
    with pytest.raises(AttributeError, match="has no attribute 'chamber'"):
        hyperplane_arrangements.chamber  # noqa: B018


@given(either)
@settings(deadline=None, max_examples=25)
def test_methods_answer_as_the_functions_do(arrangement):
    assert arrangement.flats() == intersection_lattice(arrangement)
    assert arrangement.whitney_numbers() == whitney_numbers(arrangement)
    assert arrangement.characteristic_polynomial() == characteristic_polynomial(arrangement)
    assert arrangement.poincare_polynomial() == poincare_polynomial(arrangement)
    assert arrangement.f_vector() == faces(arrangement).f_vector == arrangement.faces().f_vector
    assert np.array_equal(arrangement.cocircuits(), cocircuits(arrangement))
    assert arrangement.tope_graph().number_of_nodes() == arrangement.count_chambers()


@given(st.one_of(affine_arrangements(), affine_arrangements(degeneracy="parallel"), arrangements()))
@settings(deadline=None, max_examples=50)
def test_bounded_chambers_are_those_without_a_ray_by_double_description(arrangement):
    expected = [s for s in arrangement.chambers().signs if chamber_shape(arrangement, s).is_bounded]
    found = bounded_chambers(arrangement)
    assert found.tolist() == [s.tolist() for s in expected]
    assert len(found) == count_bounded_chambers(arrangement) == arrangement.count_bounded_chambers()


def test_bounded_chambers_of_shi_are_as_many_as_published():
    """(n - 1)^(n - 1): Athanasiadis (1996); in dimension n the braid's lineality is divided out."""
    assert [len(families.shi(n).bounded_chambers()) for n in (2, 3, 4)] == [1, 4, 27]


def test_nothing_but_rows_without_normal_is_one_bounded_chamber():
    assert Arrangement([[0, 0]], [1]).bounded_chambers().tolist() == [[-1]]


def test_distance_in_the_graph_is_the_number_of_separating_hyperplanes():
    arrangement = families.type_b(3)
    graph = arrangement.tope_graph()
    signs = arrangement.chambers().signs
    for node, steps in nx.single_source_shortest_path_length(graph, 5).items():
        assert arrangement.distance(signs[5], signs[node]) == steps


def test_shapes_angles_and_verdicts_through_the_front_door():
    arrangement = families.type_b(3)
    assert arrangement.check_simplicial() and not arrangement.check_simple()
    assert len(arrangement.chamber_shape(arrangement.chambers().signs[0]).rays) == 3
    assert arrangement.solid_angles() == pytest.approx(np.full(48, 1 / 48))
    assert len(arrangement.zonotope().vertices().integers) == 48
    with pytest.raises(InputError, match="affine"):
        families.shi(3).zonotope()


def test_methods_cost_an_arrangement_nothing():
    arrangement = Arrangement([[1, 0], [0, 1]])
    assert Arrangement.__slots__ == () and not hasattr(arrangement, "__dict__")
    assert pickle.loads(pickle.dumps(arrangement)) == arrangement


def test_a_notebook_shows_facts_and_a_picture():
    shown = Arrangement([[1, 0], [0, 1], [1, 1]], [0, 0, 1])._repr_html_()
    assert "affine arrangement: 3 rows in dimension 2, rank 2, 7 chambers" in shown and "<svg" in shown


def test_pictures_through_the_front_door(tmp_path):
    import matplotlib

    matplotlib.use("Agg")
    arrangement = Arrangement([[1, 0], [0, 1], [1, 1]])
    assert arrangement.draw("lines").lines
    assert arrangement.save_picture(tmp_path / "a.svg").read_text().startswith("<?xml")


def test_a_hopeless_arrangement_is_shown_at_once_with_a_bound():
    hopeless = Arrangement(np.random.default_rng(0).normal(size=(300, 7)))
    bound = hyperplane_arrangements.upper_bound(300, 7)
    assert hopeless._repr_html_() == (
        f"<div><p>central arrangement: 300 rows in dimension 7, rank 7, at most {bound} chambers</p></div>"
    )
