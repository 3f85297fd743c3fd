"""Pictures of a trained network: its function, and the dual landscape over the chambers (extra `plot`).

Every function takes `ax=` and returns the Axes it drew on. Colours are those of the report's light theme;
the report replaces them by variables of its style sheet, which is how they follow a dark screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.pictures.canvas import axes_of

from ..pricing.landscape import Landscape
from .slack import chamber_values, values_by_chamber

if TYPE_CHECKING:
    from ..networks.two_layer import TwoLayerNetwork
    from ..problem import TrainingProblem

INK, MUTED, RULE, PAPER = "#1d2730", "#66727c", "#d3d9de", "#fffefb"
PLUS, MINUS = "#dd6b35", "#2e7fb8"

_PIXELS = 460
_MANY = 300
_MOST_CIRCLES = 120
_MOST_POINTS = 2000  # more than that cover each other
_ARCS = 360
_ENTRIES_AT_ONCE = 4_000_000
# How fast colour fades with slack: at half of beta an eighth of it is left.
_FADE = 3
# Below this share of beta a chamber would be too pale to be seen.
_PALE = 0.15


def plot_function(
    problem: TrainingProblem, network: TwoLayerNetwork, *, ax: Any = None, names: Sequence[str] | None = None
) -> Any:
    """Draw the data with the learned function: over one or two features, else the fit against the targets.

    A constant column of the data counts as a bias. Over one feature the kinks of the neurons are marked;
    over two the neurons are lines, and the side they are on for is hatched. Of many samples those in
    :func:`drawn_samples` are drawn.

    Args:
        problem: the problem; where a readout pools rows, given against learned is drawn.
        network: the network.
        ax: matplotlib Axes; a new figure if None.
        names: of the columns and then of the target.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    ax = axes_of(ax)
    labels = list(names or [*(f"feature {j + 1}" for j in range(problem.d)), "target"])
    free, bias = _split(problem)
    apart = problem.readout.is_identity  # a sample of several rows is no point over their columns
    if apart and len(free) == 1:
        _curve(ax, problem, network, free[0], bias)
        label_axes(ax, labels[free[0]], labels[-1])
    elif apart and len(free) == 2:
        _plane(ax, problem, network, free, bias)
        label_axes(ax, labels[free[0]], labels[free[1]])
    else:
        _fit(ax, problem, network)
        label_axes(ax, f"{labels[-1]}, given", f"{labels[-1]}, learned")
    return ax


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


def _curve(ax: Any, problem: TrainingProblem, network: TwoLayerNetwork, j: int, shared: np.ndarray) -> None:
    x = problem.features[:, j]
    margin = 0.06 * float(np.ptp(x))
    low, high = float(x.min()) - margin, float(x.max()) + margin
    heights = network.hidden @ shared
    slopes = network.hidden[:, j]
    crossing = np.divide(-heights, slopes, out=np.full(len(slopes), np.inf), where=slopes != 0)
    kinks = np.unique(crossing[(crossing > low) & (crossing < high)])
    grid = np.concatenate([[low], kinks, [high]])
    ax.plot(grid, _along(network, grid, j, shared), color=PLUS, lw=2, zorder=3, solid_joinstyle="round")
    for kink in kinks:
        ax.axvline(kink, color=MUTED, lw=0.7, ls=(0, (2, 3)), zorder=1)
    ax.plot(kinks, _along(network, kinks, j, shared), "o", ms=7, mfc=PAPER, mec=PLUS, mew=1.6, zorder=4)
    some = drawn_samples(problem)
    ax.plot(x[some], problem.target[some], "o", ms=4.5, color=INK, mec=PAPER, mew=0.5, zorder=5)
    ax.set_xlim(low, high)


def _along(network: TwoLayerNetwork, values: np.ndarray, j: int, shared: np.ndarray) -> np.ndarray:
    table = np.tile(shared, (len(values), 1))
    table[:, j] = values
    return network.predict(table)


def _plane(
    ax: Any, problem: TrainingProblem, network: TwoLayerNetwork, free: list[int], shared: np.ndarray
) -> None:
    points = problem.features[:, free]
    low, high = points.min(axis=0), points.max(axis=0)
    low, high = low - 0.08 * (high - low), high + 0.08 * (high - low)
    across, up = (np.linspace(a, b, 240) for a, b in zip(low, high, strict=True))
    table = np.tile(shared, (240 * 240, 1))
    table[:, free[0]], table[:, free[1]] = np.tile(across, 240), np.repeat(up, 240)
    surface = network.predict(table).reshape(240, 240)
    reach = max(float(np.abs(surface).max()), float(np.abs(problem.target).max()), 1e-300)
    box = (low[0], high[0], low[1], high[1])
    ax.imshow(_two_colors(surface / reach, 0.75), extent=box, origin="lower", aspect="auto", zorder=0)
    if surface.min() < 0 < surface.max():
        ax.contour(across, up, surface, levels=[0.0], colors=[INK], linewidths=1.4, zorder=2)
    for weights in network.hidden:
        _neuron_line(ax, weights[free], float(weights @ shared), box)
    some = drawn_samples(problem)
    colors = _two_colors(problem.target[some] / max(float(np.abs(problem.target).max()), 1e-300), 1.0)
    size = float(np.clip(3000 / len(points), 7, 26))
    ax.scatter(*points[some].T, c=colors, s=size, edgecolors=INK, linewidths=0.027 * size, zorder=4)
    ax.set(xlim=box[:2], ylim=box[2:])


def _two_colors(values: np.ndarray, most: float) -> np.ndarray:
    """One colour for each sign, the more opaque the larger; on any background."""
    from matplotlib.colors import to_rgb

    colors = np.empty((*values.shape, 4))
    colors[..., :3] = np.where((values > 0)[..., None], to_rgb(PLUS), to_rgb(MINUS))
    colors[..., 3] = most * np.clip(np.abs(values), 0, 1)
    return colors


def _neuron_line(ax: Any, weights: np.ndarray, height: float, box: tuple[float, ...]) -> None:
    """The line where a neuron switches, with short strokes into the side it is on for."""
    size = np.array([box[1] - box[0], box[3] - box[2]])
    # In units of the box, so that the strokes are at right angles on paper.
    normal, offset = weights * size, height + weights @ np.array([box[0], box[2]])
    if not normal.any():
        return
    unit = normal / np.linalg.norm(normal)
    foot = -offset * normal / (normal @ normal)
    along = np.array([-unit[1], unit[0]])
    steps = foot + np.linspace(-2, 2, 101)[:, None] * along
    steps = steps[((steps >= 0) & (steps <= 1)).all(axis=1)]
    corner = np.array([box[0], box[2]])
    line = foot + np.array([[-2.0], [2.0]]) * along
    ax.plot(*(corner + line * size).T, color=MUTED, lw=1.1, alpha=0.8, zorder=3)
    strokes = np.stack([steps, steps + 0.018 * unit, np.full_like(steps, np.nan)], axis=1).reshape(-1, 2)
    ax.plot(*(corner + strokes * size).T, color=MUTED, lw=0.9, zorder=3)


def _fit(ax: Any, problem: TrainingProblem, network: TwoLayerNetwork) -> None:
    outputs = network.outputs(problem)
    both = np.concatenate([outputs, problem.target])
    ends = [float(both.min()), float(both.max())]
    ax.plot(ends, ends, color=MUTED, lw=0.9, ls=(0, (3, 3)), zorder=1)
    some = drawn_samples(problem)
    ax.plot(problem.target[some], outputs[some], "o", ms=4.5, color=PLUS, mec=PAPER, mew=0.5, zorder=3)


def drawn_rank(problem: TrainingProblem) -> int:
    """The rank at which the landscape is drawn: that of the data, or what floats can tell of it.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> drawn_rank(TrainingProblem([[1, 0], [0, 1]], [1, 1], beta=1))
        2
    """
    exact, drawn = problem.arrangement.rank, problem.bias is None and not problem.is_max_pooled
    return Landscape.of(problem).rank if drawn and exact in (2, 3) else exact


def plot_landscape(
    problem: TrainingProblem,
    dual: np.ndarray,
    network: TwoLayerNetwork,
    *,
    ax: Any = None,
    pole: Sequence[float] | None = None,
) -> Any:
    """Draw the arrangement with each chamber coloured by its dual slack `beta - norm(Proj c)` (statement
    2.3).

    Full colour is slack 0: there, and only there, neurons sit. One colour is for `v` (positive output
    weights), the other for `-v`. At rank 2 the landscape `v'phi(Xu)` is drawn over the angle of u, between
    the lines at `beta` and `-beta` which it may touch and not cross; of many chambers the ones a degree apart
    are coloured. At rank 3 half of the sphere is drawn,
    equal areas as equal areas, in coordinates in which the data are white.

    Args:
        problem: of rank 2 or 3.
        dual: v, length n.
        network: whose neurons are marked.
        ax: matplotlib Axes; a new figure if None.
        pole: at rank 3 the centre of the half shown, r numbers in the white coordinates; where most rows are
            positive if None.

    Returns:
        The Axes.

    Raises:
        InputError: another rank.
        MissingExtraError: matplotlib is not installed.
    """
    landscape = Landscape.of(problem)
    if landscape.rank not in (2, 3):
        raise InputError(f"problem has rank {landscape.rank}; its landscape is drawn at rank 2 or 3")
    ax = axes_of(ax)
    dual = np.asarray(dual, dtype=float)
    if landscape.rank == 2:
        _ring(ax, problem, landscape, dual, network)
    else:
        _disc(ax, problem, landscape, dual, network, pole)
    return ax


def _ring(
    ax: Any, problem: TrainingProblem, landscape: Landscape, dual: np.ndarray, network: TwoLayerNetwork
) -> None:
    beta = float(problem.beta)
    turns = np.arctan2(-landscape.normals[:, 0], landscape.normals[:, 1])
    walls = np.sort(np.concatenate([turns, np.where(turns > 0, turns - np.pi, turns + np.pi)]))
    weights = network.hidden @ landscape.basis
    angles = np.arctan2(weights[:, 1], weights[:, 0])
    few = len(walls) <= _ARCS
    edges = np.concatenate([[-np.pi], walls, [np.pi]]) if few else np.linspace(-np.pi, np.pi, _ARCS + 1)
    middles = _circle((edges[1:] + edges[:-1]) / 2)
    if few:
        shades = _shades(*chamber_values(landscape, dual, middles), beta)
    else:  # a chamber is thinner than a line, and all of its values are about the same
        seen = _heights(landscape, dual, middles)
        shades = _shades(seen, -seen, beta)
    _columns(ax, np.degrees(edges), shades * (1, 1, 1, 0.55))
    grid = np.sort(np.concatenate([np.linspace(-np.pi, np.pi, 721), walls if few else angles]))
    ax.plot(np.degrees(grid), _heights(landscape, dual, _circle(grid)), color=INK, lw=1.4, zorder=3)
    for level, color in ((beta, PLUS), (-beta, MINUS)):
        ax.axhline(level, color=color, lw=1.1, ls=(0, (4, 2)), zorder=2)
    for angle, sign in zip(np.degrees(angles), np.sign(network.output), strict=True):
        color = PLUS if sign > 0 else MINUS
        ax.plot(angle, sign * beta, "o", ms=8, mfc=PAPER, mec=color, mew=1.8, zorder=5)
    ax.set(xlim=(-180, 180), xticks=range(-180, 181, 90))
    ticks = np.degrees(walls) if few else np.unique(np.round(np.degrees(walls)))
    ax.plot(ticks, np.zeros(len(ticks)), "|", ms=5, color=MUTED, zorder=4, clip_on=False)
    label_axes(ax, "angle of the weights u, in degrees", "v'phi(Xu)")


def _columns(ax: Any, edges: np.ndarray, colors: np.ndarray) -> None:
    """One column from edge to edge in each colour, over the whole height; one artist for all."""
    from matplotlib.collections import PolyCollection

    corners = np.empty((len(colors), 4, 2))
    corners[:, :2, 0], corners[:, 2:, 0] = edges[:-1, None], edges[1:, None]
    corners[:, :, 1] = 0, 1, 1, 0
    across = ax.get_xaxis_transform()
    columns = PolyCollection(list(corners), facecolors=colors, linewidths=0, transform=across, zorder=0)
    ax.add_collection(columns)


def _heights(landscape: Landscape, dual: np.ndarray, directions: np.ndarray) -> np.ndarray:
    """The landscape at some directions, in a bounded amount of memory."""
    step = max(1, _ENTRIES_AT_ONCE // len(landscape.normals))
    parts = [directions[i : i + step] for i in range(0, len(directions), step)]
    return np.concatenate([landscape.values(dual, part) for part in parts])


def _circle(angles: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _shades(plus: np.ndarray, minus: np.ndarray, beta: float) -> np.ndarray:
    """Colours by how close the larger of two chamber values comes to beta."""
    nearest = np.where(plus >= minus, plus, -minus) / beta
    return _two_colors(np.sign(nearest) * np.clip(np.abs(nearest), 0, 1) ** _FADE, 1.0)


def _disc(
    ax: Any,
    problem: TrainingProblem,
    landscape: Landscape,
    dual: np.ndarray,
    network: TwoLayerNetwork,
    pole: Sequence[float] | None,
) -> None:
    from matplotlib.patches import Circle

    white, turn = _white(landscape, pole)
    inside, points = _half_sphere(_PIXELS if len(landscape.normals) <= _MANY else _PIXELS // 2)
    picture = np.zeros((*inside.shape, 4), np.uint8)
    beta = float(problem.beta)
    directions = points @ (np.linalg.inv(white) @ turn).T
    plus, minus, owner = values_by_chamber(landscape, dual, directions, _PALE * beta)
    picture[inside] = (255 * _shades(plus, minus, beta)).round().astype(np.uint8)[owner]
    image = ax.imshow(picture, extent=(-1, 1, -1, 1), origin="lower", interpolation="bilinear")
    image.set_clip_path(Circle((0, 0), 1, transform=ax.transData))
    normals = landscape.normals @ np.linalg.inv(white) @ turn
    if len(normals) <= _MOST_CIRCLES:
        ax.plot(*_great_circles(normals).T, color=MUTED, lw=max(0.25, 0.9 - len(normals) / 150), alpha=0.8)
    ax.add_patch(Circle((0, 0), 1, fill=False, edgecolor=INK, lw=1.1))
    directions = network.hidden @ landscape.basis @ white.T @ turn
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-300)
    for direction, sign in zip(directions, np.sign(network.output), strict=True):
        if direction[2] >= 0:
            shape = "^" if sign > 0 else "v"
            ax.plot(*_flattened(direction[None])[0], shape, ms=8, mfc=PAPER, mec=INK, mew=1.3, zorder=5)
    ax.set(xlim=(-1.03, 1.03), ylim=(-1.03, 1.03), aspect="equal")
    ax.set_axis_off()


def plotted_directions(
    problem: TrainingProblem, pole: Sequence[float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Which weights the points of :func:`plot_landscape` stand for.

    At rank 2 a point at the angle a is p = (cos a, sin a), at rank 3 a point of the disc is lifted to p on
    the sphere.

    Args:
        problem: of rank 2 or 3.
        pole: as there.

    Returns:
        A (d x r) and B (r x d): A p are the weights up to scale, and B A is the identity.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> there, back = plotted_directions(TrainingProblem([[1, 0, 0], [0, 2, 0]], [1, 1], beta=1))
        >>> bool(np.allclose(back @ there, np.eye(2)))
        True
    """
    landscape = Landscape.of(problem)
    if landscape.rank == 2:
        return landscape.basis, landscape.basis.T
    white, turn = _white(landscape, pole)
    return landscape.basis @ np.linalg.inv(white) @ turn, turn.T @ white @ landscape.basis.T


def far_side(problem: TrainingProblem) -> list[float]:
    """The pole that shows the other half of the sphere at rank 3: opposite to the default of
    `plot_landscape`.

    Args:
        problem: of rank 3.
    """
    return [-float(x) for x in _white(Landscape.of(problem), None)[1][:, 2]]


def _white(landscape: Landscape, pole: Sequence[float] | None) -> tuple[np.ndarray, np.ndarray]:
    """The map u -> z to coordinates in which `X u = Q z` with orthonormal columns of Q, and a rotation whose
    third column is the pole."""
    _, sizes, right = np.linalg.svd(landscape.rows, full_matrices=False)
    white = np.maximum(sizes, 1e-12 * sizes[0])[:, None] * right
    if pole is None:
        rows = landscape.rows @ np.linalg.inv(white)
        pole = rows.sum(axis=0) if np.linalg.norm(rows.sum(axis=0)) > 1e-9 else np.eye(3)[2]
    axis = np.asarray(pole, dtype=float) / np.linalg.norm(pole)
    frame = np.linalg.svd(axis[None])[2]
    return white, np.column_stack([frame[1], frame[2], axis])


def _lifted(flat: np.ndarray) -> np.ndarray:
    """Points of the unit disc on the upper half of the sphere, by Lambert's equal-area projection."""
    square = (flat**2).sum(axis=1, keepdims=True)
    return np.hstack([flat * np.sqrt(np.maximum(2 - square, 0)), 1 - square])


def _flattened(points: np.ndarray) -> np.ndarray:
    """The inverse of :func:`_lifted`.

    Example:
        >>> bool(np.allclose(_flattened(_lifted(np.array([[0.3, -0.4]]))), [[0.3, -0.4]]))
        True
    """
    return points[..., :2] / np.sqrt(1 + points[..., 2:])


@lru_cache(maxsize=1)
def _half_sphere(pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels of a square are in the disc, and their points on the upper half of the sphere."""
    ticks = (np.arange(pixels) + 0.5) / pixels * 2 - 1
    flat = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    inside = (flat**2).sum(axis=-1) <= 1
    return inside, _lifted(flat[inside])


def _great_circles(normals: np.ndarray) -> np.ndarray:
    """The upper halves of great circles, in the disc; a row of nan after each."""
    planes = np.linalg.svd(normals[:, None])[2][:, 1:]
    u, v = planes[:, :1], planes[:, 1:]
    # From where it enters the upper half to where it leaves.
    start = np.arctan2(-u[..., 2], v[..., 2])
    angles = (start + np.linspace(0, np.pi, 41))[..., None]
    points = np.cos(angles) * u + np.sin(angles) * v
    points *= np.where(points[:, 20:21, 2:] >= 0, 1, -1)
    points[..., 2] = np.maximum(points[..., 2], 0)
    curves = np.full((len(normals), 42, 2), np.nan)
    curves[:, :41] = _flattened(points)
    return curves.reshape(-1, 2)


def label_axes(ax: Any, across: str, up: str) -> None:
    """Axes without a box, with labels that are plain text whatever is in them."""
    ax.set_xlabel(across, color=INK, parse_math=False)
    ax.set_ylabel(up, color=INK, parse_math=False)
    ax.tick_params(colors=MUTED, labelsize=9)
    for name, spine in ax.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(RULE)
    ax.set_facecolor("none")
