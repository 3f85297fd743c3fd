"""Forms of degree 4 and 6, and their matrices in the products of half as many variables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np


def monomials(rank: int, degree: int) -> list[tuple[int, ...]]:
    """The variables of all monomials of a degree, in order, those of each in order too."""
    return list(combinations_with_replacement(range(rank), degree))


def numbers(variables: np.ndarray, rank: int) -> np.ndarray:
    """The number of each monomial among all of its degree, by its variables (the last axis) in any order."""
    degree = variables.shape[-1]
    digits = rank ** np.arange(degree)
    codes = np.array(monomials(rank, degree)) @ digits
    order = np.argsort(codes)
    return np.asarray(order[np.searchsorted(codes[order], np.sort(variables, axis=-1) @ digits)])


def multinomials(indices: list[tuple[int, ...]]) -> np.ndarray:
    """How often each monomial is among all products of so many variables."""
    return np.array(
        [factorial(len(one)) / prod(factorial(one.count(i)) for i in {*one}) for one in indices], float
    )


def powers(vectors: np.ndarray, degree: int) -> np.ndarray:
    """The coefficients of ``(vector'u)^degree``, ... x D, in the order of :func:`monomials`."""
    indices = monomials(vectors.shape[-1], degree)
    return np.asarray(multinomials(indices) * np.prod(vectors[..., np.array(indices)], axis=-1))


@dataclass(frozen=True, eq=False, slots=True)
class Monomials:
    """Those of degree 2 half in r variables, as products of two of degree half.

    The products of a vector are those of `half` of its entries, in the order of :func:`monomials`, times the
    scales: the inner product of two vectors' products is a power of that of the vectors.

    Attributes:
        half: 2 or 3.
        indices: the variables of each, D x 2 half.
        scales: the roots of the multinomials of the products, length P.
        places: the number of the monomial that two products have, P x P.
    """

    half: int
    indices: np.ndarray
    scales: np.ndarray
    places: np.ndarray

    @classmethod
    def of(cls, rank: int, half: int) -> Monomials:
        """All of them."""
        own = monomials(rank, half)
        parts = np.array(own)
        both = np.concatenate(np.broadcast_arrays(parts[:, None], parts[None]), axis=2)
        every = np.array(monomials(rank, 2 * half))
        return cls(half, every, np.sqrt(multinomials(own)), numbers(both, rank))

    @property
    def rank(self) -> int:
        """r."""
        return int(self.indices.max()) + 1

    @property
    def counts(self) -> np.ndarray:
        """By how much each coefficient is spread, length D: the multinomials of the monomials."""
        return np.bincount(self.places.ravel(), self._shares.ravel() ** 2, len(self.indices))

    def form(self, gram: np.ndarray) -> np.ndarray:
        """The coefficients of the form whose matrix in products is given, length D."""
        return np.bincount(self.places.ravel(), (self._shares * gram).ravel(), len(self.indices))

    def spread(self, form: np.ndarray) -> np.ndarray:
        """The least matrix in :func:`products` of a form with these coefficients, P x P."""
        return np.asarray(self._shares * (form / self.counts)[self.places])

    def matrix(self, moments: np.ndarray) -> np.ndarray:
        """The moments of all pairs of products, P x P, from those of the monomials, length D."""
        return np.asarray(self._shares * moments[self.places])

    def raised(self, forms: np.ndarray, degree: int) -> np.ndarray:
        """The coefficients of forms of a lower degree times a power of ``norm(u)^2``, ... x D.

        Args:
            forms: one coefficient a monomial of that degree, in the order of :func:`monomials`, on the last
                axis.
            degree: even.
        """
        rank, found = self.rank, forms.T
        for lower in range(degree, 2 * self.half, 2):
            indices = np.array(monomials(rank, lower))
            above = np.zeros((len(monomials(rank, lower + 2)), *found.shape[1:]))
            for k in range(rank):
                two = np.full((len(indices), 2), k)
                np.add.at(above, numbers(np.concatenate([indices, two], axis=1), rank), found)
            found = above
        return found.T

    def turned(self, basis: np.ndarray) -> np.ndarray:
        """The matrix that turns the products of u into those of ``basis'u``, P x P."""
        rank, own = len(basis), monomials(len(basis), self.half)
        number = {one: k for k, one in enumerate(own)}
        tensor = np.zeros((*(rank,) * self.half, len(own)))
        for one in np.ndindex(*(rank,) * self.half):
            place = number[tuple(sorted(one))]
            tensor[(*one, place)] = 1 / self.scales[place]
        flat = tensor.reshape(-1, len(own))
        for axis in range(self.half):
            tensor = np.moveaxis(np.tensordot(basis.T, tensor, axes=(1, axis)), 0, axis)
        return np.asarray(flat.T @ tensor.reshape(-1, len(own)))

    @property
    def _shares(self) -> np.ndarray:
        return np.asarray(self.scales[:, None] * self.scales)
