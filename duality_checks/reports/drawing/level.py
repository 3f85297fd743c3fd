"""Where a function on a grid is 0: lines between the points where it is positive and the others."""

from __future__ import annotations

import numpy as np

_STRAIGHT = 1e-6  # the sine of a turn that nobody sees
_SAME = 1e-9  # a distance, relative to the whole grid, that is none


def zero_lines(across: np.ndarray, up: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """The lines on which a function is 0, linear along the sides of the squares of a grid.

    Args:
        across: ascending, c of them, at least 2.
        up: ascending, r of them, at least 2.
        heights: the function, r x c.

    Returns:
        m x 2, a row of nan after each line; a line that is straight over many squares has its ends alone.

    Example:
        >>> ticks = np.array([0.0, 1.0, 2.0])
        >>> zero_lines(ticks, ticks, np.add.outer(ticks, ticks) - 1.5)[:-1].tolist()
        [[1.5, 0.0], [0.0, 1.5]]
    """
    chains = _chains(_pieces(heights > 0))
    if not chains:
        return np.empty((0, 2))
    parts = [_without_straight(_points(np.array(chain), across, up, heights), across, up) for chain in chains]
    end = np.full((1, 2), np.nan)
    return np.concatenate([part for points in parts for part in (points, end)])


def _pieces(inside: np.ndarray) -> np.ndarray:
    """Pairs of sides of one square that a line goes through; a side is 2 (its first corner) + (1 if it goes
    up)."""
    rows, columns = inside.shape
    corner = np.arange(rows * columns).reshape(rows, columns)[:-1, :-1]
    low, high = 2 * corner, 2 * (corner + columns)
    left, right = low + 1, low + 3
    sides = np.stack([low, right, high, left], axis=-1)
    a, b, c, d = inside[:-1, :-1], inside[:-1, 1:], inside[1:, 1:], inside[1:, :-1]
    crossed = np.stack([a != b, b != c, c != d, d != a], axis=-1)
    twice = crossed.all(axis=-1)
    once = crossed.any(axis=-1) & ~twice
    pairs = [sides[once][crossed[once]].reshape(-1, 2)]
    # Opposite corners are alike in these: the two of a side and its neighbour belong together, either way.
    pairs += [sides[twice][:, pair] for pair in ([0, 1], [2, 3])]
    return np.concatenate(pairs)


def _chains(pairs: np.ndarray) -> list[list[int]]:
    """Pieces with common sides, end to end; those in a ring begin and end in one side."""
    neighbours: dict[int, list[int]] = {}
    for a, b in pairs.tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    chains = []
    starts = sorted(neighbours, key=lambda side: len(neighbours[side]))
    for start in starts:
        if not neighbours[start]:
            continue
        chain = [start]
        while neighbours[chain[-1]]:
            here, following = chain[-1], neighbours[chain[-1]].pop()
            neighbours[following].remove(here)
            chain.append(following)
        chains.append(chain)
    return chains


def _points(sides: np.ndarray, across: np.ndarray, up: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Where the function is 0 on sides of squares."""
    first, goes_up = sides // 2, sides % 2 == 1
    columns = heights.shape[1]
    row, column = first // columns, first % columns
    row_after, column_after = row + goes_up, column + ~goes_up
    a, b = heights[row, column], heights[row_after, column_after]
    share = a / (a - b)
    x = across[column] + share * (across[column_after] - across[column])
    y = up[row] + share * (up[row_after] - up[row])
    return np.column_stack([x, y])


def _without_straight(points: np.ndarray, across: np.ndarray, up: np.ndarray) -> np.ndarray:
    """Without the points at which a line does not turn."""
    size = (across[-1] - across[0], up[-1] - up[0])
    moved = np.linalg.norm(np.diff(points, axis=0) / size, axis=1) > _SAME
    points = points[np.concatenate([[True], moved])]
    steps = np.diff(points, axis=0) / size
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    turns = steps[:-1, 0] * steps[1:, 1] - steps[:-1, 1] * steps[1:, 0]
    kept = np.ones(len(points), bool)
    kept[1:-1] = np.abs(turns) > _STRAIGHT
    return points[kept]
