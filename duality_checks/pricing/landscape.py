"""The dual landscape ``g(u) = v' phi(X u)`` on the unit sphere, in coordinates where it is simplest.

In an orthonormal basis of the row space of ``X`` and with parallel rows merged into hyperplanes ``h_j`` (unit
normals),

    ``v' phi(X u) = a' u + sum_j bend_j * abs(h_j' u)``:

a linear part and one kink a hyperplane. ``-v`` negates both parts, and ``-u`` negates the linear one, so a
single sweep over half of the sphere serves both signs of ``v``. A readout T replaces ``v`` by ``T'v``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..problem import TrainingProblem
from ..terms.free import NAMES
from ..terms.max_pooling import require_sums
from ..terms.readouts import Readout

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement

SAME = 1e-13  # the distance of unit normals that floats do not tell apart
SPANS = 1e-12  # what unit normals span by less than this, relatively, is rounding
SMALLEST, LARGEST = 1e-50, 1e50  # products of half a dozen such numbers neither underflow nor overflow


def first_rows(owner: np.ndarray) -> np.ndarray:
    """The first row on each hyperplane, from the hyperplane of each row (-1: none).

    Example:
        >>> first_rows(np.array([-1, 1, 0, 1])).tolist()
        [2, 1]
    """
    nonzero = np.flatnonzero(owner >= 0)
    rows: np.ndarray = nonzero[np.unique(owner[nonzero], return_index=True)[1]]
    return rows


@dataclass(frozen=True, eq=False)
class Landscape:
    """The part of the dual landscape that does not depend on ``v``.

    Attributes:
        basis: orthonormal basis of the row space of ``X``, d x r, or of the part of it that floats can tell.
        rows: ``X`` in that basis, n x r.
        normals: unit normals of the hyperplanes that floats can tell apart, h x r.
        hyperplane_of_row: index of each row's hyperplane, -1 for a zero row, length n.
        lengths: ``rows[k] = lengths[k] * normals[hyperplane_of_row[k]]``, signed, 0 for a zero row, length n.
        kappa: slope of the activation on the negative side.
        readout: which sample each row belongs to.

    All arrays are float64 roundings: the landscape proposes, certificates prove.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> landscape = Landscape.of(TrainingProblem([[3, 4], [-6, -8], [0, 0]], [1, 1, 1], beta=1))
        >>> landscape.rank, landscape.hyperplane_of_row.tolist(), landscape.lengths.tolist()
        (1, [0, 0, -1], [5.0, -10.0, 0.0])
    """

    basis: np.ndarray
    rows: np.ndarray
    normals: np.ndarray
    hyperplane_of_row: np.ndarray
    lengths: np.ndarray
    kappa: float
    readout: Readout

    @classmethod
    def of(cls, problem: TrainingProblem) -> Landscape:
        """The landscape of a training problem; rank and parallel rows are decided exactly.

        But where rows are independent only by differences that are nothing but rounding beside them, the rank
        is that of what is left without these: the landscape changes by as little.

        Raises:
            InputError: free biases, which have many landscapes (:mod:`.free`), max pooling, or numbers whose
                squares leave the range of floats.
        """
        problem.require_penalised("one landscape of all directions", NAMES[: NAMES.index("biases")])
        readout = require_sums(problem.readout, "a landscape of rows")
        require_squares(problem)
        arrangement, basis = problem.arrangement, _facing(row_space(problem).T).T
        rows = problem.features @ basis
        return cls.on(arrangement, basis, rows, float(problem.kappa), readout)

    @classmethod
    def on(
        cls, arrangement: Arrangement, basis: np.ndarray, rows: np.ndarray, kappa: float, readout: Readout
    ) -> Landscape:
        """The landscape of rows in given coordinates; zero and parallel rows are those of the arrangement."""
        owner = np.asarray(arrangement.hyperplane_of_row)
        representatives = first_rows(owner)
        rows = np.where((owner >= 0)[:, None], rows, 0.0)
        normals = rows[representatives] / np.linalg.norm(rows[representatives], axis=1)[:, None]
        side = np.asarray(arrangement.orientation_of_row, dtype=float)
        normals *= side[representatives][:, None]
        lengths = side * np.linalg.norm(rows, axis=1)
        normals, owner, lengths = _told_apart(normals, owner, lengths)
        certain = _certain_directions(normals)
        if certain is not None:
            basis, rows, normals = basis @ certain, rows @ certain, normals @ certain
            normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        return cls(basis, rows, normals, owner, lengths, kappa, readout)

    @property
    def rank(self) -> int:
        """The rank r of the data, as far as floats can tell."""
        return self.basis.shape[1]

    @property
    def is_even(self) -> bool:
        """Whether ``phi(-t) = phi(t)``: then u and -u are one neuron (statement 2.10)."""
        return self.kappa == -1.0

    @cached_property
    def _incidence(self) -> tuple[np.ndarray, np.ndarray]:
        nonzero = self.hyperplane_of_row >= 0
        return nonzero, self.hyperplane_of_row[nonzero]

    @cached_property
    def _orientations(self) -> np.ndarray:
        return np.sign(self.lengths).astype(np.int8)

    def sides(self, face: np.ndarray) -> np.ndarray:
        """The signs of all rows on a face, from those of the hyperplanes (int8, length h); 0 for a zero row,
        int8, length n."""
        signs: np.ndarray = face[self.hyperplane_of_row] * self._orientations
        return signs

    def parts(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The linear part ``a`` (length r) and the bends (length h) of ``v' T phi(X u)``."""
        nonzero, owner = self._incidence
        lengths, weights = self.lengths[nonzero], self.readout.spread(v)[nonzero]
        count = len(self.normals)
        odd = 0.5 * (1 + self.kappa) * np.bincount(owner, lengths * weights, count)
        even = 0.5 * (1 - self.kappa) * np.bincount(owner, np.abs(lengths) * weights, count)
        return odd @ self.normals, even

    def values(self, v: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """``v' phi(X u)`` at many directions (m x r), length m."""
        linear, bends = self.parts(v)
        return directions @ linear + np.abs(directions @ self.normals.T) @ bends

    def outputs(self, directions: np.ndarray) -> np.ndarray:
        """``T phi(X u)`` at many directions (m x r), as columns: n x m."""
        found = self.rows @ directions.T
        np.multiply(found, self.kappa, out=found, where=found < 0)
        return self.readout.pool(found)

    def lift(self, directions: np.ndarray) -> np.ndarray:
        """Directions (m x r) in the user's coordinates, m x d, with the same norms."""
        return directions @ self.basis.T


def require_squares(problem: TrainingProblem) -> None:
    """Refuse rows, targets, weight decay or slopes that floats cannot square."""
    sizes, targets = np.abs(problem.features).max(axis=1), np.abs(problem.Y).max(axis=1)
    sized = np.asarray(problem.arrangement.hyperplane_of_row)[: len(sizes)] >= 0  # and rows that compare them
    rows = np.flatnonzero(sized & ((sizes < SMALLEST) | (sizes > LARGEST))).tolist()
    named = [(f"X[{k}]", sizes[k]) for k in rows]
    named += [(f"y[{i}]", targets[i]) for i in np.flatnonzero(targets > LARGEST).tolist()]
    slopes = (("kappa", problem.kappa), ("huber delta", getattr(problem.loss, "delta", 0)))
    named += [(name, float(size)) for name, size in slopes if abs(size) > LARGEST]
    for name, size in [*named, ("beta", float(problem.beta))]:
        if not SMALLEST <= abs(size) <= LARGEST:
            raise InputError(
                f"{name} is of size {size:.3g}, and training takes {SMALLEST:g} to {LARGEST:g}; "
                "rescale the problem"
            )


def _certain_directions(normals: np.ndarray) -> np.ndarray | None:
    """An orthonormal basis, r x q, of the part of the space that unit normals span by more than rounding;
    None where that is all of it."""
    _, sizes, right = np.linalg.svd(normals, full_matrices=False)
    count = int((sizes > SPANS * sizes[0]).sum())
    return None if count == normals.shape[1] else right[:count].T


def _told_apart(
    normals: np.ndarray, owner: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same with normals merged that differ by little more than rounding.

    Between two such hyperplanes no direction has a float that can be trusted to lie there, and a sweep that
    tried to would lose its way.
    """
    if normals.shape[1] == 2 and _all_apart(normals):
        return normals, owner, lengths
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    h = len(normals)
    pairs = KDTree(np.vstack([normals, -normals])).query_pairs(SAME, output_type="ndarray") % h
    if len(pairs) == 0:
        return normals, owner, lengths
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(h, h))
    _, group = connected_components(graph, directed=False)
    _, first = np.unique(group, return_index=True)
    side = np.append(np.sign((normals * normals[first][group]).sum(axis=1)), 1.0)
    return normals[first], np.append(group, -1)[owner], lengths * side[owner]


def _all_apart(normals: np.ndarray) -> bool:
    """Whether no two unit normals in the plane are nearly the same or opposite: no neighbours by angle."""
    sided = normals * np.where(normals[:, 1] < 0, -1.0, 1.0)[:, None]
    sided = sided[np.argsort(np.arctan2(sided[:, 1], sided[:, 0]), kind="stable")]
    following = np.vstack([sided[1:], -sided[:1]])
    return len(normals) < 2 or bool(np.linalg.norm(following - sided, axis=1).min() > 2 * SAME)


def row_space(problem: TrainingProblem) -> np.ndarray:
    """An orthonormal basis of the span of the rows in floats, d x r. Small rows are as certain as large
    ones."""
    sizes = np.abs(problem.features).max(axis=1, keepdims=True)
    units = problem.features / np.where(sizes > 0, sizes, 1.0)
    _, _, right = np.linalg.svd(units, full_matrices=False)
    return right[: problem.arrangement.rank].T


def _facing(axes: np.ndarray) -> np.ndarray:
    """The rows of a decomposition, which machines mirror as they like, with a positive first entry among the
    large ones."""
    first = np.argmax(2 * np.abs(axes) > np.abs(axes).max(axis=1, keepdims=True), axis=1)
    facing: np.ndarray = axes * np.sign(np.take_along_axis(axes, first[:, None], axis=1))
    return facing
