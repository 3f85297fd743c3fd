"""A picture of the data with the learned function, over one or two features, or of the fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .drawing.axis import Axis, apart, around
from .drawing.level import zero_lines
from .drawing.marks import INK, MUTED, PAPER, PLUS, Dots, Field, Line, Mark, Picture

if TYPE_CHECKING:
    from ..networks.two_layer import TwoLayerNetwork
    from ..problem import TrainingProblem

_MOST_POINTS = 2000  # more than that cover each other
_GRID = 240
_GAP = np.full((1, 2), np.nan)


def function_picture(
    problem: TrainingProblem, network: TwoLayerNetwork, names: Sequence[str] | None = None
) -> Picture:
    """The data with the learned function: over one or two features, else the fit against the targets.

    A constant column of the data counts as a bias. Over one feature the kinks of the neurons are marked;
    over two the neurons are lines, and the side they are on for is hatched. Of many samples those in
    :func:`drawn_samples` are drawn.

    Args:
        problem: the problem; where a readout pools rows, given against learned is drawn.
        network: the network.
        names: of the columns and then of the target.
    """
    labels = list(names or [*(f"feature {j + 1}" for j in range(problem.d)), "target"])
    free, bias = _split(problem)
    alone = problem.readout.is_identity  # a sample of several rows is no point over their columns
    if alone and len(free) == 1:
        return _curve(problem, network, free[0], bias, (labels[free[0]], labels[-1]))
    if alone and len(free) == 2:
        return _plane(problem, network, free, bias, (labels[free[0]], labels[free[1]]))
    return _fit(problem, network, labels[-1])


def drawn_samples(problem: TrainingProblem) -> slice:
    """Which samples are drawn: all, or every k-th of them where more would cover each other."""
    return slice(None, None, -(-problem.n // _MOST_POINTS))


def varying_columns(problem: TrainingProblem) -> list[int]:
    """The columns of the data that are not constant: all but a bias.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> varying_columns(TrainingProblem([[3, 1], [4, 1]], [0, 0], beta=1))
        [0]
    """
    return [j for j in range(problem.d) if np.ptp(problem.features[:, j]) > 0]


def _split(problem: TrainingProblem) -> tuple[list[int], np.ndarray]:
    """The columns that vary, and the row whose other entries, the constant ones, every sample shares."""
    varying = varying_columns(problem)
    shared = problem.features[0].copy()
    shared[varying] = 0.0
    return varying, shared


def _curve(
    problem: TrainingProblem, network: TwoLayerNetwork, j: int, shared: np.ndarray, names: tuple[str, str]
) -> Picture:
    x = problem.features[:, j]
    across = Axis(names[0], *apart(float(x.min()), float(x.max()), 0.06))
    heights, slopes = network.hidden @ shared, network.hidden[:, j]
    crossing = np.divide(-heights, slopes, out=np.full(len(slopes), np.inf), where=slopes != 0)
    kinks = np.unique(crossing[(crossing > across.low) & (crossing < across.high)])
    grid = np.concatenate([[across.low], kinks, [across.high]])
    curve = np.column_stack([grid, _along(network, grid, j, shared)])
    some = drawn_samples(problem)
    samples = np.column_stack([x[some], problem.target[some]])
    up = around(names[1], np.concatenate([curve[:, 1], problem.target]))
    walls = [_line((kink, up.low), (kink, up.high)) for kink in kinks]
    marks = (
        Line(np.concatenate(walls or [_GAP]), MUTED, 0.7, (1.4, 2.1)),
        Line(curve, PLUS, 2.0),
        Dots(curve[1:-1], size=7, fill=PAPER, edge=PLUS, edge_width=1.6),
        Dots(samples),
    )
    return Picture(marks, across, up)


def _line(*points: tuple[float, float]) -> np.ndarray:
    return np.concatenate([np.array(points, dtype=float), _GAP])


def _along(network: TwoLayerNetwork, values: np.ndarray, j: int, shared: np.ndarray) -> np.ndarray:
    table = np.tile(shared, (len(values), 1))
    table[:, j] = values
    return network.predict(table)


def _plane(
    problem: TrainingProblem,
    network: TwoLayerNetwork,
    free: list[int],
    shared: np.ndarray,
    names: tuple[str, str],
) -> Picture:
    points = problem.features[:, free]
    ends = [apart(*end, 0.08) for end in zip(points.min(axis=0), points.max(axis=0), strict=True)]
    box = (*ends[0], *ends[1])
    grid = [np.linspace(low, high, _GRID) for low, high in ends]
    table = np.tile(shared, (_GRID * _GRID, 1))
    table[:, free[0]], table[:, free[1]] = np.tile(grid[0], _GRID), np.repeat(grid[1], _GRID)
    surface = network.predict(table).reshape(_GRID, _GRID)
    highest = max(float(np.abs(problem.target).max()), 1e-300)
    marks: list[Mark] = [Field(surface / max(float(np.abs(surface).max()), highest), box, 0.75)]
    if surface.min() < 0 < surface.max():
        marks.append(Line(zero_lines(grid[0], grid[1], surface), INK, 1.4))
    lines = [_neuron_line(weights[free], float(weights @ shared), box) for weights in network.hidden]
    if lines:
        marks.append(Line(np.concatenate([line for line, _ in lines]), MUTED, 1.1, opacity=0.8))
        marks.append(Line(np.concatenate([strokes for _, strokes in lines]), MUTED, 0.9))
    some = drawn_samples(problem)
    area = float(np.clip(3000 / len(points), 7, 26))
    style = {"size": area**0.5, "edge": INK, "edge_width": 0.027 * area}
    marks.append(Dots(points[some], **style, tones=problem.target[some] / highest))
    return Picture(tuple(marks), Axis(names[0], *ends[0]), Axis(names[1], *ends[1]))


def _neuron_line(weights: np.ndarray, height: float, box: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The line where a neuron switches, and short strokes into the side it is on for."""
    corner, size = np.array([box[0], box[2]]), np.array([box[1] - box[0], box[3] - box[2]])
    # In units of the box, so that the strokes are at right angles on paper.
    normal, offset = weights * size, height + weights @ corner
    if not normal.any():
        return _GAP, _GAP
    unit = normal / np.linalg.norm(normal)
    foot = -offset * normal / (normal @ normal)
    along = np.array([-unit[1], unit[0]])
    steps = foot + np.linspace(-2, 2, 101)[:, None] * along
    steps = steps[((steps >= 0) & (steps <= 1)).all(axis=1)]
    line = foot + np.array([[-2.0], [2.0], [np.nan]]) * along
    strokes = np.stack([steps, steps + 0.018 * unit, np.full_like(steps, np.nan)], axis=1).reshape(-1, 2)
    return corner + line * size, corner + strokes * size


def _fit(problem: TrainingProblem, network: TwoLayerNetwork, name: str) -> Picture:
    outputs = network.outputs(problem)
    both = np.concatenate([outputs, problem.target])
    ends, some = np.array([both.min(), both.max()]), drawn_samples(problem)
    marks = (
        Line(np.column_stack([ends, ends]), MUTED, 0.9, (2.7, 2.7)),
        Dots(np.column_stack([problem.target[some], outputs[some]]), fill=PLUS),
    )
    return Picture(marks, around(f"{name}, given", ends), around(f"{name}, learned", ends))
