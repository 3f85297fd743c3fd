"""The relaxation of training (statement 7.9) as its own solver has it, for problems of many rows.

Given the moments u, U and m of all pieces, only the sizes a on one hyperplane have to do with one another. So
the unknowns are moments, which are few, and sizes, which :mod:`.interior` eliminates; what has to be positive
are slacks, concave functions of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from ..terms.losses import Datafit
from .pieces import Piece
from .program import skips_of

ROOM = 0.1


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """Values of the unknowns, or steps between two.

    Attributes:
        moments: u, the upper triangle of U column by column, and m of each piece, p x D.
        sizes: a of each piece, p x h.
        theta: of what has no price, length q.
    """

    moments: np.ndarray
    sizes: np.ndarray
    theta: np.ndarray

    def plus(self, step: Place, share: float) -> Place:
        """So much of a step further."""
        pairs = ((self.moments, step.moments), (self.sizes, step.sizes), (self.theta, step.theta))
        return Place(*(mine + share * more for mine, more in pairs))


@dataclass(frozen=True, eq=False, slots=True)
class Slacks:
    """What is positive inside.

    Attributes:
        rows: a - t, a + t, a - q and sqrt(m q) - a for heights t = x_k'u, q = x_k'U x_k, 4 x p x h.
        masses: m - trace U, length p.
        facets: of each piece f'u - norm(U f), then f'U g for pairs.
        matrices: (U, u; u', m), positive definite, p x (r + 1) x (r + 1).
    """

    rows: np.ndarray
    masses: np.ndarray
    facets: list[np.ndarray]
    matrices: np.ndarray

    @property
    def are_positive(self) -> bool:
        """Whether all are, but for the matrices."""
        parts = (self.rows, self.masses, *self.facets)
        return all(bool((part > 0).all()) for part in parts)


@dataclass(frozen=True, eq=False)
class Program:
    """The program of pieces for a problem.

    Attributes:
        datafit: the loss.
        beta: in floats.
        normals: h x r.
        squares: what makes q of the upper triangle of U, h x r(r+1)/2.
        sides: of the pieces, p x 1.
        facets: of each piece, k x r.
        odd, even: of each sample: what t and a of its hyperplane are multiplied by.
        owner: which samples are on a hyperplane, sparse, h x n.
        skips: columns without a price, n x q.
        decay: what half of the square of each of their weights costs.
    """

    datafit: Datafit
    beta: float
    normals: np.ndarray
    squares: np.ndarray
    sides: np.ndarray
    facets: list[np.ndarray]
    odd: np.ndarray
    even: np.ndarray
    owner: Any
    skips: np.ndarray
    decay: np.ndarray

    @classmethod
    def of(cls, problem: TrainingProblem, landscape: Landscape, pieces: tuple[Piece, ...]) -> Program:
        """That of a problem whose rows are samples, without free biases.

        Args:
            problem: with the penalty of the 2-norm, and a smooth loss.
            landscape: of it.
            pieces: of the sphere.
        """
        normals, kappa = landscape.normals, landscape.kappa
        some = np.flatnonzero(landscape.hyperplane_of_row >= 0)
        places = landscape.hyperplane_of_row[some], some
        k, i = np.tril_indices(normals.shape[1])
        skips, decay = skips_of(problem)
        return cls(
            Datafit(problem.loss, problem.target),
            float(problem.beta),
            normals,
            np.where(i == k, 1.0, 2.0) * normals[:, i] * normals[:, k],
            np.array([[piece.side] for piece in pieces]),
            [piece.facets(landscape.basis) for piece in pieces],
            0.5 * (1 + kappa) * landscape.lengths,
            0.5 * (1 - kappa) * np.abs(landscape.lengths),
            sparse.csr_matrix((np.ones(len(some)), places), shape=(len(normals), problem.n)),
            skips,
            decay,
        )

    @property
    def rank(self) -> int:
        """r."""
        return self.normals.shape[1]

    @cached_property
    def weight(self) -> float:
        """How much a matrix counts beside a row, or else it would hardly be seen beside so many."""
        return float(np.sqrt(len(self.normals)))

    @cached_property
    def degree(self) -> float:
        """How often mu the products of slacks and prices add up to."""
        facets = sum(len(lines) + len(pairs) for lines, pairs in zip(self.facets, self.crossed, strict=True))
        return len(self.sides) * (4 * len(self.normals) + 1 + self.weight * (self.rank + 1)) + facets

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Where u, U and m are in (U, u; u', m): rows and columns, length D each."""
        k, i = np.tril_indices(self.rank)
        ends = np.full(self.rank, self.rank)
        return np.concatenate([np.arange(self.rank), i, ends[:1]]), np.concatenate([ends, k, ends[:1]])

    @cached_property
    def trace(self) -> np.ndarray:
        """What makes ``m - trace U`` of moments, length D."""
        i, k = self.places
        found = np.where(i == k, -1.0, 0.0)
        found[-1] = 1.0
        return found

    @cached_property
    def turned(self) -> list[np.ndarray]:
        """For each piece what makes (f'u, U f) of moments for each facet, k x (r + 1) x D."""
        found = []
        for facets in self.facets:
            maps = np.zeros((len(facets), self.rank + 1, len(self.trace)))
            maps[:, 0, : self.rank] = facets
            for at, (i, k) in enumerate(zip(*self.places, strict=True)):
                if k < self.rank:
                    maps[:, 1 + i, at] = facets[:, k]
                    maps[:, 1 + k, at] = facets[:, i]
            found.append(maps)
        return found

    @cached_property
    def crossed(self) -> list[np.ndarray]:
        """For each piece what makes f'U g of moments for each facet f with each later one, pairs x D."""
        found = []
        for facets, maps in zip(self.facets, self.turned, strict=True):
            earlier, later = np.triu_indices(len(facets), 1)
            found.append(np.einsum("pi,pij->pj", facets[earlier], maps[later, 1:]))
        return found

    def local(self, moments: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """t and q of each piece, p x h, and m, p x 1."""
        t = moments[:, : self.rank] @ self.normals.T
        return t, moments[:, self.rank : -1] @ self.squares.T, moments[:, -1:]

    def outputs(self, place: Place) -> np.ndarray:
        """f, length n."""
        t, _, _ = self.local(place.moments)
        heights, sizes = (self.owner.T @ (self.sides * part).sum(axis=0) for part in (t, place.sizes))
        found: np.ndarray = self.odd * heights + self.even * sizes + self.skips @ place.theta
        return found

    def objective(self, place: Place) -> float:
        """The loss, and what masses and weights cost."""
        paid = self.beta * place.moments[:, -1].sum() + 0.5 * self.decay @ place.theta**2
        return self.datafit.value(self.outputs(place)) + float(paid)

    def matrices(self, moments: np.ndarray) -> np.ndarray:
        """(U, u; u', m) of each piece."""
        i, k = self.places
        found = np.zeros((len(moments), self.rank + 1, self.rank + 1))
        found[:, i, k] = found[:, k, i] = moments
        return found

    def slacks(self, place: Place) -> Slacks:
        """Those at a place; nan where m q is negative."""
        t, q, m = self.local(place.moments)
        a = place.sizes
        with np.errstate(invalid="ignore"):
            rows = np.array([a - t, a + t, a - q, np.sqrt(m * q) - a])
        facets = []
        for maps, pairs, moments in zip(self.turned, self.crossed, place.moments, strict=True):
            turned = maps @ moments
            balls = turned[:, 0] - np.linalg.norm(turned[:, 1:], axis=1)
            facets.append(np.concatenate([balls, pairs @ moments]))
        return Slacks(rows, place.moments @ self.trace, facets, self.matrices(place.moments))

    def facet_slopes(self, piece: int, moments: np.ndarray) -> np.ndarray:
        """The slopes of what is positive for the facets of a piece, a row each."""
        maps = self.turned[piece]
        turned = maps[:, 1:] @ moments
        units = turned / np.linalg.norm(turned, axis=1, keepdims=True)
        return np.concatenate([maps[:, 0] - np.einsum("ki,kij->kj", units, maps[:, 1:]), self.crossed[piece]])

    @cached_property
    def start(self) -> Place:
        """Moments well inside all pieces, whose masses together cost half of what the loss is without any."""
        i, k = self.places
        loss = self.datafit.value(np.zeros(len(self.odd))) or 1.0
        mass = loss / (2 * self.beta * len(self.sides))
        found = []
        for facets in self.facets:
            inside, margin = _inside(facets)
            matrix = np.zeros((self.rank + 1, self.rank + 1))
            matrix[:-1, :-1] = 0.5 * np.outer(inside, inside) + margin * np.eye(self.rank) / (2 * self.rank)
            matrix[:-1, -1], matrix[-1, -1] = 0.6 * inside, 1.0
            found.append(mass * matrix[i, k])
        moments = np.array(found)
        t, q, m = self.local(moments)
        return Place(moments, 0.5 * (np.maximum(np.abs(t), q) + np.sqrt(m * q)), np.zeros(len(self.decay)))


def _inside(facets: np.ndarray) -> tuple[np.ndarray, float]:
    """A direction well inside a piece, and how far moments about it may be spread; 0 on the whole sphere."""
    count, rank = facets.shape
    if not count:
        return np.zeros(rank), 1.0
    units = facets / np.linalg.norm(facets, axis=1, keepdims=True)
    found = linprog(
        np.append(np.zeros(rank), -1.0),
        A_ub=np.hstack([-units, np.ones((count, 1))]),
        b_ub=np.zeros(count),
        bounds=[(-1, 1)] * rank + [(None, 1)],
    ).x[:rank]
    inside = found / max(float(np.linalg.norm(found)), np.finfo(float).tiny)
    return inside, ROOM * float((units @ inside).min()) ** 2
