"""The master for max pooling where its chambers are listed (statement 2.15).

The conic program over chambers, of the rows and their comparisons, finds where neurons belong; from there on
they are only reweighed (:mod:`.atoms`), with the maxima of their own dual point as new ones.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ..pricing.landscape import first_rows
from ..terms.max_pooling import MaxPooling, selection
from .atoms import Atoms
from .conic import Conic
from .program import Blocks
from .walls import chamber_walls


class MaxConic(Conic):
    """The chambers at hand of a problem with max pooling."""

    most = 60

    def cells(self, place: int, directions: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """The signs of rows and comparisons on chambers of the list, each with its witness."""
        chambers = self.pricing.chambers_of(directions)
        return [(self.pricing.signs[chamber], self._points[chamber]) for chamber in chambers]

    def walls(self, place: int, inside: np.ndarray) -> np.ndarray:
        """Among rows and comparisons."""
        first, normals = self._hyperplanes
        walls = np.zeros(len(self.pricing.rows), dtype=bool)
        walls[first] = chamber_walls(normals, inside)
        return walls

    def columns(self, group: Blocks) -> np.ndarray:
        """By the largest row of each sample."""
        problem = self.problem
        if not len(group):
            return np.empty((problem.n, 0))
        assert isinstance(problem.readout, MaxPooling)
        largest = selection(problem.readout, problem.kappa, group.signs)
        slopes = largest.slopes(float(problem.kappa)) * group.outputs[:, None]
        return np.concatenate(list(slopes[:, :, None] * group.rows[largest.rows]), axis=1)

    def then(self) -> Atoms:
        """The neurons alone, with the dual point and the bounds of the chambers."""
        atoms = Atoms(self.problem, self.pricing, self.found)
        atoms.dual, atoms.lower, atoms.best = self.dual, self.lower, self.best
        return atoms

    @cached_property
    def _hyperplanes(self) -> tuple[np.ndarray, np.ndarray]:
        """The first row or comparison on each hyperplane, and its unit normal."""
        first = first_rows(np.asarray(self.problem.arrangement.hyperplane_of_row))
        normals = self.pricing.rows[first]
        return first, normals / np.linalg.norm(normals, axis=1, keepdims=True)

    @cached_property
    def _points(self) -> np.ndarray:
        """A point of each chamber in coordinates of the row space, P x r."""
        found = self.problem.arrangement.chambers().witnesses
        sizes = np.abs(found).max(axis=1, keepdims=True)
        points: np.ndarray = (found / sizes).astype(float) @ self.pricing.basis
        return points
