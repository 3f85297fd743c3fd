"""Where a function is 0: known lines, and the line that matplotlib draws."""

from __future__ import annotations

import numpy as np
import pytest

from duality_checks.reports.drawing.level import zero_lines

GRID = np.linspace(-1, 1, 61)
X, Y = np.meshgrid(GRID, GRID)


def split(points: np.ndarray) -> list[np.ndarray]:
    ends = np.flatnonzero(np.isnan(points[:, 0]))
    return [points[i:j] for i, j in zip([0, *(ends[:-1] + 1)], ends, strict=True)]


def test_a_straight_line_has_its_two_ends() -> None:
    (line,) = split(zero_lines(GRID, GRID, 2 * X - Y + 0.25))
    assert line.shape == (2, 2)
    assert np.allclose(2 * line[:, 0] - line[:, 1], -0.25) and np.allclose(np.abs(line[:, 1]), 1)


def test_a_circle_is_closed() -> None:
    (ring,) = split(zero_lines(GRID, GRID, X**2 + Y**2 - 0.5))
    assert np.allclose(ring[0], ring[-1], atol=1e-9)
    assert np.allclose((ring**2).sum(axis=1), 0.5, atol=2e-3)


def test_a_function_of_one_sign_is_nowhere_zero() -> None:
    assert len(zero_lines(GRID, GRID, X**2 + 1)) == len(zero_lines(GRID, GRID, -np.abs(X))) == 0


def test_where_a_plateau_of_zeros_ends_there_is_a_line() -> None:
    (line,) = split(zero_lines(GRID, GRID, np.maximum(X - 0.25, 0)))
    assert np.allclose(line[:, 0], 0.25, atol=2 / 60)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_line_as_matplotlibs(seed: int) -> None:
    """All points of one are on the other: random networks, with saddles, rings and several lines."""
    contour = pytest.importorskip("contourpy").contour_generator
    rng = np.random.default_rng(seed)
    weights, outer = rng.normal(size=(6, 3)), rng.normal(size=6)
    heights = np.maximum(np.stack([X, Y, np.ones_like(X)], -1) @ weights.T, 0) @ outer - 0.1
    mine, theirs = zero_lines(GRID, GRID, heights), contour(GRID, GRID, heights, name="serial").lines(0.0)
    assert len(split(mine)) == len(theirs) >= 1

    def dense(lines: list[np.ndarray]) -> np.ndarray:
        steps = np.linspace(0, 1, 400)[:, None, None]
        return np.concatenate([(a[:-1] * (1 - steps) + a[1:] * steps).reshape(-1, 2) for a in lines])

    for points, others in (
        (np.concatenate(theirs), split(mine)),
        (np.concatenate(split(mine)), list(theirs)),
    ):
        far = np.linalg.norm(points[:, None] - dense(others)[None], axis=2).min(axis=1)
        assert far.max() < 5e-3
