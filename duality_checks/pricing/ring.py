"""Rank 2: all local maxima of ``abs(a'u + sum_j bend_j abs(h_j'u))`` on the circle, by one cumulative sum.

Sorted by angle, hyperplane j is crossed at a ray ``r_j`` of the upper half; with the tangent ``t_j`` there,
``abs(h_j'u) = abs(t_j'u)``, and ``t_j'u`` is negative before the ray and positive behind it. So the even part
has the gradient ``E = sum_j +-bend_j t_j``, which changes by one term at each ray. Four vectors
``s (E + r a)``, s and r = +-1, serve both signs of v at u and at -u: each is a maximum where it lies inside
its arc, or else an end of the arc is one, if the landscape falls on both of its sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

Found = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False, slots=True)
class Ring:
    """The rays of an arrangement of rank 2 in order.

    Attributes:
        order: the hyperplanes by the angle of their rays, length h.
        rays: unit vectors at angles in [0, pi), increasing, h x 2.
        tangents: the rays turned by a right angle, h x 2.
    """

    order: np.ndarray
    rays: np.ndarray
    tangents: np.ndarray

    @classmethod
    def of(cls, normals: np.ndarray) -> Ring:
        """The ring of unit normals, h x 2."""
        upper = (normals[:, 0] < 0) | ((normals[:, 0] == 0) & (normals[:, 1] > 0))
        tangents = np.where(upper, 1.0, -1.0)[:, None] * normals
        rays = np.column_stack([tangents[:, 1], -tangents[:, 0]])
        order = np.argsort(np.arctan2(rays[:, 1], rays[:, 0]), kind="stable")
        return cls(order, rays[order], tangents[order])

    def maxima(self, linear: np.ndarray, bends: np.ndarray, sides: int, floor: float) -> Found:
        """Every local maximum above a floor, in no order.

        Args:
            linear: a, length 2.
            bends: length h, in the order of the normals.
            sides: 2, or 1 where a is 0 and one of u and -u will do.
            floor: only larger values are wanted.

        Returns:
            Values (m), unit vectors (m x 2), signs of v (m) and the hyperplane that each lies on (m x 1; -1:
            none).

        Example:
            >>> ring = Ring.of(np.array([[1.0, 0.0], [0.0, 1.0]]))
            >>> values, directions, *_ = ring.maxima(np.zeros(2), np.array([3.0, 4.0]), 1, 0.0)
            >>> values.tolist(), directions.round(1).tolist()
            ([5.0, 5.0], [[0.6, 0.8], [-0.6, 0.8]])
        """
        # In extended precision where there is one: sums of many terms are as good as their terms.
        steps = (bends[self.order, None] * self.tangents).astype(np.longdouble)
        behind = 2 * np.cumsum(steps, axis=0) - steps.sum(axis=0)
        before = (behind - 2 * steps).astype(float)
        behind = behind.astype(float)
        ends = np.vstack([self.tangents[1:], -self.tangents[:1]])
        parts = []
        for s, r in product((1.0, -1.0), (1.0, -1.0)[:sides]):
            ahead, back = s * (behind + r * linear), s * (before + r * linear)
            slope = (ahead * self.tangents).sum(axis=1)
            sizes = np.linalg.norm(ahead, axis=1)
            inside = np.flatnonzero((slope > 0) & ((ahead * ends).sum(axis=1) < 0) & (sizes > floor))
            units = r * ahead[inside] / sizes[inside, None]
            parts.append((sizes[inside], units, s, np.full(len(inside), -1)))
            heights = (ahead * self.rays).sum(axis=1)
            rising = (back * self.tangents).sum(axis=1) >= 0
            tops = np.flatnonzero(rising & (slope <= 0) & (heights > floor))
            parts.append((heights[tops], r * self.rays[tops], s, self.order[tops]))
        return (
            np.concatenate([values for values, _, _, _ in parts]),
            np.concatenate([directions for _, directions, _, _ in parts]),
            np.concatenate([np.full(len(values), s) for values, _, s, _ in parts]),
            np.concatenate([kinks for *_, kinks in parts])[:, None],
        )
