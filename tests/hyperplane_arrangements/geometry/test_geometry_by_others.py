"""Shapes against SageMath's on 36 arrangements, cocircuits against TOPCOM's on 20: oracles kept in a file."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hyperplane_arrangements import Arrangement
from hyperplane_arrangements.geometry.shapes import Shapes, shapes

FOUND = json.loads((Path(__file__).parents[2] / "oracles" / "geometry_by_others.json").read_text())


def told(found: Shapes) -> tuple[list[list[int]], list[list[str]], list[list[int]]]:
    """What the oracle says of an arrangement, of ours."""
    counts: Counter[tuple[int, ...]] = Counter()
    vertices, rays = set(), set()
    for shape, facets in zip(found, found.wall_counts.tolist(), strict=True):
        counts[len(shape.vertices), len(shape.rays), facets] += 1
        vertices.update(shape.vertices)
        rays.update(primitive(ray) for ray in shape.rays)
    listed = sorted([*key, count] for key, count in counts.items())
    return listed, sorted([str(x) for x in v] for v in vertices), sorted(map(list, rays))


def primitive(ray: tuple[Fraction, ...]) -> tuple[int, ...]:
    denominator = np.lcm.reduce([x.denominator for x in ray])
    integers = [int(x * denominator) for x in ray]
    return tuple(x // int(np.gcd.reduce(integers)) for x in integers)


@pytest.mark.parametrize("expected", FOUND["shapes"], ids=lambda expected: expected["name"])
def test_shapes_are_those_of_sagemath(expected):
    found = shapes(Arrangement(expected["normals"], expected["offsets"]))
    assert told(found) == (expected["shapes"], expected["vertices"], expected["rays"])


def test_another_arrangement_has_other_shapes():
    """Negative control: one normal reflected, and the oracle refuses it."""
    expected = next(x for x in FOUND["shapes"] if x["name"] == "threshold_3")
    rows = [[*row] for row in expected["normals"]]
    rows[-1][0] *= -1
    assert told(shapes(Arrangement(rows)))[2] != expected["rays"]


@pytest.mark.parametrize("expected", FOUND["cocircuits"], ids=lambda expected: expected["name"])
def test_cocircuits_are_those_of_topcom(expected):
    rows = expected["normals"]
    pairs = [(frozenset(a), frozenset(b)) for a, b in expected["cocircuits"]]
    found = [
        (frozenset(np.flatnonzero(signs > 0).tolist()), frozenset(np.flatnonzero(signs < 0).tolist()))
        for signs in Arrangement(rows).cocircuits()
    ]
    assert len(found) == len(set(found)) == 2 * len(pairs)
    assert set(found) == {*pairs, *((b, a) for a, b in pairs)}
