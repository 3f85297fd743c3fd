"""Sums of maxima, as max pooling makes them of a neuron's outputs, to be searched (statement 7.2b)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .boxes import Box
from .search import Found, Sum, found_by


@dataclass(frozen=True, eq=False, slots=True)
class Maxima(Sum):
    """``g(u) = sum_i weights_i max_p a_p'u`` over the pieces a_p of sample i, in floats.

    Attributes:
        rows: the pieces, M x r, those of one sample beside each other.
        owner: the sample of each, from 0 on, length M.
        weights: one a sample, none zero.
    """

    rows: np.ndarray
    owner: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, pieces: np.ndarray, owner: np.ndarray, weights: np.ndarray) -> Maxima:
        """The function without the samples whose weight is zero.

        Example:
            >>> pieces, owner = np.array([[2.0], [0.0], [5.0]]), np.array([0, 0, 1])
            >>> g = Maxima.of(pieces, owner, np.array([3.0, 0.0]))
            >>> g.values(np.array([[1.0], [-1.0]])).tolist(), g.sizes.tolist()
            ([6.0, 0.0], [6.0])
        """
        kept = np.flatnonzero(weights != 0)
        place = np.full(len(weights), -1)
        place[kept] = np.arange(len(kept))
        some = place[owner] >= 0
        return cls(
            np.ascontiguousarray(pieces[some], dtype=float),
            place[owner[some]].astype(np.int32),
            weights[kept].astype(float),
        )

    @property
    def starts(self) -> np.ndarray:
        """The first piece of each sample."""
        return np.searchsorted(self.owner, np.arange(len(self.weights)))

    def values(self, u: np.ndarray) -> np.ndarray:
        """g at many points (m x r), length m."""
        if not len(self.weights):
            return np.zeros(len(u))
        return np.maximum.reduceat(u @ self.rows.T, self.starts, axis=1) @ self.weights

    def negated(self) -> Maxima:
        """-g."""
        return Maxima(self.rows, self.owner, -self.weights)

    @property
    def sizes(self) -> np.ndarray:
        """For each coordinate the sum of the sizes of all terms, which bounds rounding errors."""
        if not len(self.weights):
            return np.zeros(self.rank)
        return np.abs(self.weights) @ np.maximum.reduceat(np.abs(self.rows), self.starts, axis=0)

    def searched(self, box: Box, floor: float, threshold: float, nodes: int) -> Found:
        """What :func:`.maxima_kernel.search_maxima` finds in a box."""
        from .maxima_kernel import search_maxima

        given = (self.rows, self.weights, self.owner, self.rounding, box.j)
        return found_by(search_maxima, given, self, box, np.zeros((1, self.rank)), (floor, threshold), nodes)

    def settled(self, points: np.ndarray, values: np.ndarray) -> None:
        """Move points up to local maxima; both arrays are updated."""
        from .maxima_ridge_kernel import settle_maxima

        lengths = np.linalg.norm(self.rows, axis=1)
        settle_maxima(self.rows, self.weights, self.owner, lengths, points, values)
