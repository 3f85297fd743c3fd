"""Multipliers: the shortest vector that a chamber's rows can make of a gradient (statement 2.3), in floats.

For a chamber with signs S and a gradient c, `min_{lambda >= 0} norm(c + X'S lambda)` is the length of the
projection of c onto the chamber. Each is a least squares problem with nonnegative unknowns, solved by an
active set of at most `rank` rows (Lawson and Hanson), all chambers side by side: in round t every chamber
that is not done takes its t-th row. Floats only propose: a certificate rounds the multipliers and proves the
bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hyperplane_arrangements.machine.cores import blocks

_ROUNDS = 100
# A row with so small a slack, relative to the gradient, is on the right side: floats cannot tell it better.
_SLACK = 1e-15
_LEAST = 1e-300
# So many chambers at once share the cost of a round.
_CHAMBERS_AT_ONCE = 50_000


def cone_multipliers(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray, enough: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers of the projections of gradients onto chambers.

    Args:
        rows: the data in coordinates of its row space, n x r (an isometry keeps the multipliers).
        signs: one chamber a row, B x n in {-1, 0, 1}; 0 for rows to leave out.
        gradients: one gradient a chamber, B x r.
        enough: a gradient is left as it is once it is no longer than this, on the way to its projection.

    Returns:
        `support`, B x r row numbers padded with -1, and `values`, B x r multipliers >= 0 padded with 0.

    Example:
        The projection of (-1, 1) onto the quadrant is (0, 1): one unit of the first row.

        >>> quadrant, gradient = np.ones((1, 2), np.int8), np.array([[-1.0, 1.0]])
        >>> cone_multipliers(np.eye(2), quadrant, gradient)
        (array([[ 0, -1]]), array([[1., 0.]]))
        >>> cone_multipliers(np.eye(2), quadrant, gradient, enough=1.5)
        (array([[-1, -1]]), array([[0., 0.]]))
    """
    faces = _on_all(rows, signs, gradients, enough)
    return faces.support, faces.values


def cone_projections(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Projections of gradients onto chambers.

    Not from the multipliers, which cancel where rows are nearly dependent.

    Args:
        rows, signs, gradients: as for :func:`cone_multipliers`.

    Returns:
        `support`, as there, and the projections, B x r.

    Example:
        >>> quadrant, gradient = np.ones((1, 2), np.int8), np.array([[-1.0, 1.0]])
        >>> cone_projections(np.eye(2), quadrant, gradient)
        (array([[ 0, -1]]), array([[0., 1.]]))
    """
    faces = _on_all(rows, signs, gradients, 0.0)
    return faces.support, faces.residuals


def _on_all(rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray, enough: float) -> _Faces:
    """The faces of all chambers, for rows of any length."""
    faces = _Faces(np.full(gradients.shape, -1), np.zeros(gradients.shape), gradients.copy())
    lengths = np.linalg.norm(rows, axis=1)
    used = lengths > 0
    if not used.any():
        return faces
    units, signs = rows[used] / lengths[used, None], signs[:, used]
    for part in blocks(len(gradients), 1, _CHAMBERS_AT_ONCE):
        faces.put(part, _projections(units, signs[part], gradients[part], enough))
    owner, found = np.flatnonzero(used), faces.support >= 0
    faces.support[found] = owner[faces.support[found]]
    faces.values[found] /= lengths[faces.support[found]]
    return faces


@dataclass(frozen=True, eq=False, slots=True)
class _Faces:
    """Rows chosen on each of B chambers, with what they leave of the gradient.

    Attributes:
        support: row numbers padded with -1, B x r.
        values: multipliers padded with 0, B x r.
        residuals: gradients plus multiples of signed rows, B x r.
    """

    support: np.ndarray
    values: np.ndarray
    residuals: np.ndarray

    def put(self, chambers: np.ndarray | slice, other: _Faces) -> None:
        """Overwrite some chambers."""
        self.support[chambers] = other.support
        self.values[chambers] = other.values
        self.residuals[chambers] = other.residuals

    def __getitem__(self, chambers: np.ndarray) -> _Faces:
        return _Faces(self.support[chambers], self.values[chambers], self.residuals[chambers])


def _projections(units: np.ndarray, signs: np.ndarray, gradients: np.ndarray, enough: float) -> _Faces:
    """Lawson and Hanson's method on every chamber; the rows are unit vectors."""
    sizes = np.linalg.norm(gradients, axis=1)
    floors, lengths, open_ = _SLACK * sizes, np.full(len(sizes), np.inf), np.flatnonzero(sizes > enough)
    faces = _first(units, signs, gradients, open_, floors[open_])
    for _ in range(_ROUNDS):
        now = (faces.residuals[open_] ** 2).sum(axis=1)
        # Rounding has taken over once a residual no longer shrinks, or r rows have annihilated it.
        going = (now < lengths[open_]) & (now > enough * enough) & (faces.support[open_, -1] < 0)
        open_ = open_[going]
        lengths[open_] = now[going]
        enter, least = _steepest(units, signs[open_], faces[open_])
        going = least < -floors[open_]
        open_, enter = open_[going], enter[going]
        if len(open_) == 0:
            break
        faces.support[open_, (faces.support[open_] >= 0).sum(axis=1)] = enter
        faces.put(open_, _settled(units, signs[open_], gradients[open_], faces[open_]))
    return faces


def _first(
    units: np.ndarray, signs: np.ndarray, gradients: np.ndarray, open_: np.ndarray, floors: np.ndarray
) -> _Faces:
    """The first row of the open chambers: its multiplier is how far the gradient is on its wrong side."""
    faces = _Faces(np.full(gradients.shape, -1), np.zeros(gradients.shape), gradients.copy())
    enter, least = _steepest(units, signs[open_], faces[open_])
    open_, enter, least = (part[least < -floors] for part in (open_, enter, least))
    faces.support[open_, 0], faces.values[open_, 0] = enter, -least
    faces.residuals[open_] -= (least * signs[open_, enter])[:, None] * units[enter]
    return faces


def _steepest(units: np.ndarray, signs: np.ndarray, faces: _Faces) -> tuple[np.ndarray, np.ndarray]:
    """The row that each residual is furthest on the wrong side of, and how far (negative)."""
    enter, least = np.empty(len(signs), np.intp), np.empty(len(signs))
    for part in blocks(len(signs), len(units)):
        slacks = faces.residuals[part] @ units.T
        slacks *= signs[part]
        at, slots = np.nonzero(faces.support[part] >= 0)
        slacks[at, faces.support[part][at, slots]] = 0.0
        enter[part] = slacks.argmin(axis=1)
        least[part] = slacks[np.arange(len(slacks)), enter[part]]
    return enter, least


def _settled(units: np.ndarray, signs: np.ndarray, gradients: np.ndarray, faces: _Faces) -> _Faces:
    """Least squares on the chosen rows, without those whose multipliers would turn negative on the way."""
    moving = np.arange(len(gradients))
    while len(moving):
        before = faces[moving]
        trials, residuals = _least_squares(units, signs[moving], gradients[moving], before.support)
        chosen = before.support >= 0
        falls = chosen & (trials <= 0.0)
        # Walk towards the trial until the first multiplier reaches zero, and drop it.
        steps, room = np.full(trials.shape, 2.0), np.maximum(before.values - trials, _LEAST)
        np.divide(before.values, room, out=steps, where=falls)
        blocked = steps.argmin(axis=1)
        step = np.minimum(steps.min(axis=1, initial=2.0), 1.0)
        walked = before.values + step[:, None] * (trials - before.values)
        stopped = np.logical_or.reduce(falls, axis=1)
        walked[stopped, blocked[stopped]] = 0.0
        kept = chosen & (~stopped[:, None] | (walked > 0.0))
        order = np.argsort(~kept, axis=1, kind="stable")
        support = np.take_along_axis(np.where(kept, before.support, -1), order, axis=1)
        values = np.take_along_axis(np.where(kept, walked, 0.0), order, axis=1)
        faces.put(moving, _Faces(support, values, np.where(stopped[:, None], gradients[moving], residuals)))
        moving = moving[stopped & kept.any(axis=1)]
    return faces


def _least_squares(
    units: np.ndarray, signs: np.ndarray, gradients: np.ndarray, support: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Multiples of the chosen rows that leave the least of each gradient, and what they leave.

    Gram-Schmidt, twice for orthogonality to the last digit; a slot without a row has a column of zeros.
    """
    slots, last = int((support >= 0).sum(axis=1).max(initial=0)), support.T
    sides = np.where(last >= 0, np.take_along_axis(signs.T, np.maximum(last, 0), axis=0), 0)[:slots]
    # Chambers come last, so that every step below runs along memory.
    basis = np.ascontiguousarray(units[last[:slots]].transpose(0, 2, 1)) * sides[:, None]
    upper = np.zeros((slots, slots, len(support)))
    trials, residuals = np.zeros(last.shape), gradients.T.copy()
    for t, column in enumerate(basis):
        for _ in range(2):
            for i in range(t):
                part = np.einsum("rb,rb->b", basis[i], column)
                upper[i, t] += part
                column -= part * basis[i]
        upper[t, t] = np.maximum(np.sqrt(np.einsum("rb,rb->b", column, column)), _LEAST)
        column /= upper[t, t]
        trials[t] = -np.einsum("rb,rb->b", column, residuals)
        residuals += trials[t] * column
    for t in reversed(range(slots)):
        trials[t] -= np.einsum("sb,sb->b", upper[t, t + 1 :], trials[t + 1 : slots])
        trials[t] /= upper[t, t]
    return trials.T, residuals.T
