"""Ascents end at local maxima: of sums, of norms of sums, and of sums of maxima."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duality_checks.cover.climbing import climb
from duality_checks.cover.coupled import Coupled
from duality_checks.cover.maxima import Maxima
from duality_checks.cover.search import Function, Searched

# A function, and at a point how far off the nearest kink is behind which it may be larger.
Landscape = tuple[Searched, Callable[[np.ndarray], float]]


def some_sum(seed: int, r: int) -> Landscape:
    rng = np.random.default_rng(seed)
    g = Function.of(rng.normal(size=(30, r)), rng.normal(size=30), np.zeros(r))
    convex = g.rows[g.weights > 0] / np.linalg.norm(g.rows[g.weights > 0], axis=1, keepdims=True)
    return g, lambda u: float(np.abs(convex @ u).min(initial=1.0))


def some_norm(seed: int, r: int) -> Landscape:
    rng = np.random.default_rng(seed)
    g = Coupled.of(rng.normal(size=(8, r)), rng.normal(size=(8, 2)), rng.normal(size=(2, r)))

    def distance(u: np.ndarray) -> float:
        along = g.weights @ (g.base @ u + np.maximum(g.rows @ u, 0) @ g.weights)
        convex = g.rows[along > 0] / np.linalg.norm(g.rows[along > 0], axis=1, keepdims=True)
        return float(np.abs(convex @ u).min(initial=1.0))

    return g, distance


def some_maxima(seed: int, r: int) -> Landscape:
    rng = np.random.default_rng(seed)
    pieces, weights = rng.normal(size=(5, 3, r)), rng.normal(size=5)
    g = Maxima.of(pieces.reshape(15, r), np.repeat(np.arange(5), 3), weights)

    def distance(u: np.ndarray) -> float:
        found = [1.0]
        for rows in pieces[weights > 0]:
            best = int((rows @ u).argmax())
            apart = np.delete(rows[best] - rows, best, axis=0)
            found += (apart @ u / np.linalg.norm(apart, axis=1)).tolist()
        return min(found)

    return g, distance


@pytest.mark.parametrize("some", [some_sum, some_norm, some_maxima])
@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(2, 5))
@example(10, 2)  # it stopped before a kink that it had come near to with few rows
@example(366, 2)  # a row of positive weight changes its side so near that the function is larger behind it
def test_an_ascent_ends_at_a_local_maximum_if_it_is_positive_and_never_falls(
    some: Any, seed: int, r: int
) -> None:
    rng = np.random.default_rng(seed)
    g, distance = some(seed, r)
    size = float(np.linalg.norm(g.sizes))
    starts = rng.normal(size=(5, r))
    starts /= np.linalg.norm(starts, axis=1, keepdims=True)
    points, values = climb(g, climb(g, starts)[0])  # twice: an ascent has so many steps, and a few take more
    assert (values >= g.values(starts)).all()
    assert np.linalg.norm(points, axis=1) == pytest.approx(1)
    assert values == pytest.approx(g.values(points), abs=1e-9 * size)
    for point, value in zip(points, values, strict=True):
        radius = min(1e-5, distance(point) / 8)
        near = point + radius * rng.normal(size=(50, r))
        near /= np.linalg.norm(near, axis=1, keepdims=True)
        assert value <= 0 or g.values(near).max() <= value + 1e-4 * radius * size
