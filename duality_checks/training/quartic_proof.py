"""From what a relaxation with fourth moments proposes to a function of degree 4 that the checker proves to be
above the landscape (statement 7.8c)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from .. import checker
from ..pricing.landscape import Landscape
from .proposals import Quartic
from .quartic import Monomials, products

ONE = 1 << 8 * checker.PARAMETER
UNIT = 2.0**checker.PRODUCT_BITS
CORNERS = -26.0, 0.0  # powers of two that are shares of beta for the linear part
SHARE_BITS = 40

Terms = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def quartic_function(
    landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Quartic, gain: float
) -> tuple[float, checker.Quartic]:
    """The least share of beta that bounds the function of one sign, and the function as the checker has it.

    Args:
        landscape: of the problem, whose X has full column rank.
        firsts: the first row on each of the checker's hyperplanes.
        terms: rows, weights, base and beta, as :meth:`~duality_checks.cover.proof.Coordinates.terms`.
        bound: what is proposed.
        gain: what its multipliers are multiplied by, to be shares of beta.
    """
    rows, weights, base, beta = terms
    weights, base = bound.piece.side * weights, bound.piece.side * base
    lengths = np.linalg.norm(rows, axis=1)
    counted = np.flatnonzero(weights)
    data, linear, constant = [], base / beta, 0.0
    squares, fourths = np.zeros(len(rows)), np.zeros(len(rows))
    for h in counted.tolist():
        own = landscape.hyperplane_of_row[firsts[h]]
        above, below = (_whole(float(point)) for point in bound.points[own])
        weight, length = weights[h] / beta, lengths[h]
        if weight > 0:
            numbers, x = [above], above / ONE
            share = weight * length / (4 * x * (1 + x) ** 2)
            linear = linear + 0.5 * weight * rows[h]
            squares[h], fourths[h] = share * ((1 + x) ** 2 + 2 * x**2), -share
            constant += share * x**2 * (1 + 2 * x)
        else:
            facing = float(np.sign(landscape.lengths[firsts[h]]))
            slope = _whole(0.5 * (1 + facing * float(bound.slopes[own])))
            numbers, y = [slope, below], below / ONE
            least = weight * length * min(slope, ONE - slope) / ONE
            linear = linear + weight * slope / ONE * rows[h]
            squares[h], fourths[h] = 1.5 * least / y, -0.5 * least / y**3
        data += [number.to_bytes(checker.PARAMETER, "big") for number in numbers]
    units = rows[counted] / lengths[counted, None]
    square = (units.T * squares[counted]) @ units
    lifted = _lifted(landscape.basis)
    monomials = Monomials.of(rows.shape[1])
    gram = lifted.T @ (gain * bound.gram) @ lifted
    quartic = products(units)
    rest = gram - (quartic.T * -fourths[counted]) @ quartic

    sphere = monomials.form(np.eye(len(gram)))

    def proven(corner: float) -> tuple[float, np.ndarray]:
        squared = square + np.outer(linear, linear) / (4 * corner)
        left = (1 - corner - constant) * np.eye(len(square)) - squared
        missing = _times_norm(left, monomials) - monomials.form(rest)
        # What is a multiple of norm(u)^4 goes to the diagonal, where it raises all eigenvalues.
        norm = float(missing @ sphere) / float(sphere @ sphere)
        found = gram + norm * np.eye(len(gram)) + monomials.spread(missing - norm * sphere)
        return 1.0 - float(np.linalg.eigvalsh(found)[0]) + len(found) / UNIT, found

    tried = minimize_scalar(lambda power: proven(2.0**power)[0], bounds=CORNERS, method="bounded")
    corner = 2.0 ** float(tried.x)
    least, found = proven(corner)
    share = Fraction(round(corner / least * 2**SHARE_BITS), 2**SHARE_BITS)
    return least, checker.Quartic(share, b"".join(data), _written(found))


def _whole(share: float) -> int:
    """A share as it is written: neither 0 nor 1."""
    return min(max(round(share * ONE), 1), ONE - 1)


def _lifted(basis: np.ndarray) -> np.ndarray:
    """The matrix that turns the products of u into those of ``basis'u``."""
    d = len(basis)
    i, k = np.triu_indices(d)
    eye = np.eye(d)
    both = products((eye[i] + eye[k]) @ basis) - products(eye[i] @ basis) - products(eye[k] @ basis)
    matrix: np.ndarray = (np.where(i == k, 0.5, np.sqrt(0.5))[:, None] * both).T
    return matrix


def _times_norm(matrix: np.ndarray, monomials: Monomials) -> np.ndarray:
    """The coefficients of ``norm(u)^2 u'Mu``."""
    i, k = np.triu_indices(len(matrix))
    pair = np.where(i == k, 1.0, np.sqrt(2.0)) * matrix[i, k]
    norm = np.where(i == k, 1.0, 0.0)
    return monomials.form(0.5 * (np.outer(pair, norm) + np.outer(norm, pair)))


def _written(gram: np.ndarray) -> bytes:
    """The entries that a form does not say, as the checker reads them: of those for ``u_i u_j`` and
    ``u_k u_l`` the ones with j > k, in the order of the columns."""
    i, j = np.triu_indices((np.sqrt(8 * len(gram) + 1).astype(int) - 1) // 2)
    scale = np.where(i == j, 1.0, np.sqrt(2.0))
    column, row = np.tril_indices(len(gram))
    open_ones = j[row] > i[column]
    row, column = row[open_ones], column[open_ones]
    most = 2.0 ** (8 * checker.MULTIPLIER - 1) - 1
    numbers = np.clip(np.rint(UNIT * (scale[:, None] * scale * gram)[row, column]), -most, most)
    return b"".join(
        number.to_bytes(checker.MULTIPLIER, "big", signed=True) for number in numbers.astype(int).tolist()
    )
