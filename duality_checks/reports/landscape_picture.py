"""A picture of the dual landscape: each chamber of the arrangement in a tone by its slack (statement 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.cores import blocks

from ..pricing.landscape import Landscape
from .drawing.axis import Axis, around
from .drawing.marks import INK, MINUS, MUTED, PAPER, PLUS, Columns, Dots, Field, Line, Mark, Picture
from .half_spheres import flattened, great_circles, pixels_of_half, whitened
from .slack import chamber_values, sharing

if TYPE_CHECKING:
    from ..networks.two_layer import TwoLayerNetwork
    from ..problem import TrainingProblem

_PIXELS = 460
_MANY = 300
# Of many hyperplanes, chambers of so many pixels have one tone.
_LARGE = 4
_MOST_CIRCLES = 120
_ARCS = 360
# How fast colour fades with slack: at half of beta an eighth of it is left.
_FADE = 3
_TIED = 1e-9  # a share that rounding alone may make of two equal values
# Below this share of beta a chamber would be too pale to be seen.
_PALE = 0.15
_RIM = 1.03


def drawn_rank(problem: TrainingProblem) -> int:
    """The rank at which the landscape is drawn: that of the data, or what floats can tell of it.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> drawn_rank(TrainingProblem([[1, 0], [0, 1]], [1, 1], beta=1))
        2
    """
    exact, drawn = problem.arrangement.rank, problem.bias is None and not problem.is_max_pooled
    return Landscape.of(problem).rank if drawn and exact in (2, 3) else exact


def landscape_picture(
    problem: TrainingProblem,
    dual: np.ndarray,
    network: TwoLayerNetwork,
    pole: Sequence[float] | None = None,
) -> Picture:
    """The arrangement with each chamber in a tone by its dual slack `beta - norm(Proj c)` (statement 2.3).

    Full colour is slack 0: there, and only there, neurons sit. One colour is for `v` (positive output
    weights), the other for `-v`. At rank 2 the landscape `v'phi(Xu)` is drawn over the angle of u, between
    the lines at `beta` and `-beta` which it may touch and not cross; of many chambers the ones a degree apart
    are coloured. At rank 3 half of the sphere is drawn, equal areas as equal areas, in coordinates in which
    the data are white; of more than 300 hyperplanes, chambers of under 4 pixels by the landscape at these.

    Args:
        problem: of rank 2 or 3.
        dual: v, length n.
        network: whose neurons are marked.
        pole: at rank 3 the centre of the half shown, r numbers in the white coordinates; where most rows are
            positive if None.

    Raises:
        InputError: another rank.
    """
    landscape = Landscape.of(problem)
    if landscape.rank not in (2, 3):
        raise InputError(f"problem has rank {landscape.rank}; its landscape is drawn at rank 2 or 3")
    dual, beta = np.asarray(dual, dtype=float), float(problem.beta)
    if landscape.rank == 2:
        return _ring(landscape, dual, network, beta)
    return _disc(landscape, dual, network, beta, pole)


def _ring(landscape: Landscape, dual: np.ndarray, network: TwoLayerNetwork, beta: float) -> Picture:
    turns = np.arctan2(-landscape.normals[:, 0], landscape.normals[:, 1])
    walls = np.sort(np.concatenate([turns, np.where(turns > 0, turns - np.pi, turns + np.pi)]))
    weights = network.hidden @ landscape.basis
    angles = np.arctan2(weights[:, 1], weights[:, 0])
    few = len(walls) <= _ARCS
    edges = np.concatenate([[-np.pi], walls, [np.pi]]) if few else np.linspace(-np.pi, np.pi, _ARCS + 1)
    middles = _circle((edges[1:] + edges[:-1]) / 2)
    if few:
        tones = _tones(*chamber_values(landscape, dual, middles), beta)
    else:  # a chamber is thinner than a line, and all of its values are about the same
        seen = _heights(landscape, dual, middles)
        tones = _tones(seen, -seen, beta)
    grid = np.sort(np.concatenate([np.linspace(-np.pi, np.pi, 721), walls if few else angles]))
    curve = np.column_stack([np.degrees(grid), _heights(landscape, dual, _circle(grid))])
    ticks = np.degrees(walls) if few else np.unique(np.round(np.degrees(walls)))
    marks: list[Mark] = [Columns(np.degrees(edges), tones, 0.55)]
    for level, color in ((beta, PLUS), (-beta, MINUS)):
        marks.append(Line(np.array([[-180.0, level], [180.0, level]]), color, 1.1, (4.4, 2.2)))
    marks += [
        Line(curve, INK, 1.4),
        Dots(np.column_stack([ticks, np.zeros(len(ticks))]), "bar", 5, edge=MUTED, edge_width=1),
    ]
    for sign, color in ((1, PLUS), (-1, MINUS)):
        some = np.degrees(angles[np.sign(network.output) == sign])
        places = np.column_stack([some, np.full(len(some), sign * beta)])
        marks.append(Dots(places, size=8, fill=PAPER, edge=color, edge_width=1.8))
    across = Axis("angle of the weights u, in degrees", -180, 180, ticks=(-180, -90, 0, 90, 180))
    return Picture(tuple(marks), across, around("v'phi(Xu)", [beta, -beta, *curve[:, 1]]))


def _heights(landscape: Landscape, dual: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """The landscape at some directions, in a bounded amount of memory."""
    parts = blocks(len(directions), len(landscape.normals))
    return np.concatenate([landscape.values(dual, directions[part]) for part in parts])


def _circle(angles: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _tones(plus: np.ndarray, minus: np.ndarray, beta: float) -> np.ndarray:
    """Tones by how close the larger of two chamber values comes to beta; the first, but for roundings."""
    nearest = np.where(plus >= minus - _TIED * np.abs(minus), plus, -minus) / beta
    return np.asarray(np.sign(nearest) * np.clip(np.abs(nearest), 0, 1) ** _FADE)


def _disc(
    landscape: Landscape,
    dual: np.ndarray,
    network: TwoLayerNetwork,
    beta: float,
    pole: Sequence[float] | None,
) -> Picture:
    white, turn = whitened(landscape, pole)
    few = len(landscape.normals) <= _MANY
    inside, points = pixels_of_half(_PIXELS if few else _PIXELS // 2)
    directions = points @ (np.linalg.inv(white) @ turn).T
    heights = _heights(landscape, dual, directions / np.linalg.norm(directions, axis=1, keepdims=True))
    seen = _tones(heights, -heights, beta)
    # Of a chamber no larger than some pixels all values are about the same.
    large = sharing(landscape, directions) >= (1 if few else _LARGE)
    seen[large] = _tones(*chamber_values(landscape, dual, directions[large], _PALE * beta), beta)
    tones = np.zeros(inside.shape)
    tones[inside] = seen
    marks: list[Mark] = [Field(tones, (-1, 1, -1, 1))]
    normals = landscape.normals @ np.linalg.inv(white) @ turn
    if len(normals) <= _MOST_CIRCLES:
        thin = max(0.25, 0.9 - len(normals) / 150)
        marks.append(Line(great_circles(normals), MUTED, thin, opacity=0.8))
    marks.append(Line(_circle(np.linspace(-np.pi, np.pi, 181)), INK, 1.1))
    neurons = network.hidden @ landscape.basis @ white.T @ turn
    neurons /= np.maximum(np.linalg.norm(neurons, axis=1, keepdims=True), 1e-300)
    for sign, shape in ((1, "up"), (-1, "down")):
        seen = neurons[(np.sign(network.output) == sign) & (neurons[:, 2] >= 0)]
        marks.append(Dots(flattened(seen), shape, 8, PAPER, INK, 1.3))  # type: ignore[arg-type]
    return Picture(tuple(marks), Axis("", -_RIM, _RIM), Axis("", -_RIM, _RIM), bare=True)
