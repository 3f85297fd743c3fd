"""Norms of sums of kinks, as outputs that share neurons make them, to be searched (statement 7.5b)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .boxes import Box
from .search import Found, Sum, found_by


@dataclass(frozen=True, eq=False, slots=True)
class Coupled(Sum):
    """``norm(base u + sum_h weights_h max(0, rows_h'u))`` with weights of q entries, in floats.

    Attributes:
        rows: h x r.
        weights: h x q, none zero.
        base: q x r.
    """

    rows: np.ndarray
    weights: np.ndarray
    base: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, weights: np.ndarray, base: np.ndarray) -> Coupled:
        """The function without the rows whose weights are zero.

        Example:
            >>> g = Coupled.of(np.eye(2), np.array([[3.0, 0.0], [0.0, 4.0]]), np.zeros((2, 2)))
            >>> g.values(np.array([[1.0, 0.0], [0.6, 0.8]])).round(9).tolist()
            [3.0, 3.67151195]
        """
        kept = (weights != 0).any(axis=1)
        return cls(
            np.ascontiguousarray(rows[kept], dtype=float),
            np.ascontiguousarray(weights[kept], dtype=float),
            np.ascontiguousarray(base, dtype=float),
        )

    def values(self, u: np.ndarray) -> np.ndarray:
        """It at many points (m x r), length m."""
        found: np.ndarray = np.linalg.norm(
            u @ self.base.T + np.maximum(u @ self.rows.T, 0) @ self.weights, axis=1
        )
        return found

    @property
    def sizes(self) -> np.ndarray:
        """For each coordinate the sum of the sizes of all terms, which bounds rounding errors."""
        found: np.ndarray = np.linalg.norm(self.weights, axis=1) @ np.abs(self.rows) + np.linalg.norm(
            self.base, axis=0
        )
        return found

    def searched(self, box: Box, floor: float, threshold: float, nodes: int) -> Found:
        """What :func:`.coupled_kernel.search_coupled` finds in a box."""
        from .coupled_kernel import search_coupled

        given = (self.rows, self.weights, self.rounding, box.j)
        return found_by(search_coupled, given, self, box, self.base, (floor, threshold), nodes)

    def settled(self, points: np.ndarray, values: np.ndarray) -> None:
        """Move points up to local maxima; both arrays are updated."""
        from .coupled_ridge_kernel import settle_coupled

        lengths = np.linalg.norm(self.rows, axis=1)
        settle_coupled(self.rows, self.weights, self.base, lengths, points, values)
