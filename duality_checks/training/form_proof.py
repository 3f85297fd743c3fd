"""From what a relaxation with fourth or sixth moments proposes to a function that the checker proves to be
above the landscape (statement 7.8c)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from .. import checker
from ..pricing.landscape import Landscape
from .monomials import Monomials, monomials, multinomials
from .proposals import Form

ONE = 1 << 8 * checker.PARAMETER
UNIT = 2.0**checker.PRODUCT_BITS
CORNERS = -26.0, 0.0  # powers of two that are shares of beta for the linear part
SHARE_BITS = 40

Terms = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def form_function(
    landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Form, gain: float
) -> tuple[float, checker.Form]:
    """The least share of beta that bounds the function of one sign, and the function as the checker has it.

    Args:
        landscape: of the problem, whose X has full column rank.
        firsts: the first row on each of the checker's hyperplanes.
        terms: rows, weights, base and beta, as :meth:`~duality_checks.cover.proof.Coordinates.terms`.
        bound: what is proposed.
        gain: what its multipliers are multiplied by, to be shares of beta.
    """
    rows, weights, base, beta = terms
    weights, linear = bound.piece.side * weights / beta, bound.piece.side * base / beta
    lengths = np.linalg.norm(rows, axis=1)
    counted = np.flatnonzero(weights)
    half = bound.degree // 2
    data, even = [], np.zeros((half + 1, len(rows)))
    for h in counted.tolist():
        own = landscape.hyperplane_of_row[firsts[h]]
        if weights[h] > 0:
            numbers = [_whole(float(point)) for point in bound.highs[own]]
            slope, share, curve = 0.5, 0.5, checker.above([number / ONE for number in numbers])
        else:
            facing = float(np.sign(landscape.lengths[firsts[h]]))
            numbers = [_whole(0.5 * (1 + facing * float(bound.slopes[own]))), _whole(float(bound.lows[own]))]
            slope, low = (number / ONE for number in numbers)
            share, curve = min(slope, 1 - slope), checker.below(low, half)
        linear = linear + weights[h] * slope * rows[h]
        even[:, h] = weights[h] * lengths[h] * share * np.array(curve)
        data += [number.to_bytes(checker.PARAMETER, "big") for number in numbers]
    model = Monomials.of(rows.shape[1], half)
    units = rows[counted] / lengths[counted, None]
    squared = _coefficients(units, even[1, counted], 2)
    others = [_coefficients(units, even[k, counted], 2 * k) for k in range(2, half + 1)]
    fixed = sum(model.raised(form, 2 * k) for k, form in enumerate([squared, *others], start=1))
    ramp = model.raised(_coefficients(linear[None], np.ones(1), 2), 2)
    turned = model.turned(landscape.basis)
    gram = gain * (turned.T @ bound.gram @ turned)
    sphere, constant = model.form(np.eye(len(gram))), float(even[0].sum())
    rest = model.form(gram)

    def proven(corner: float) -> tuple[float, np.ndarray]:
        missing = (1 - corner - constant) * sphere - fixed - ramp / (4 * corner) - rest
        # What is a multiple of a power of norm(u) goes to the diagonal, where it raises all eigenvalues.
        norm = float(missing @ sphere) / float(sphere @ sphere)
        found = gram + norm * np.eye(len(gram)) + model.spread(missing - norm * sphere)
        return 1.0 - float(np.linalg.eigvalsh(found)[0]) + len(found) / UNIT, found

    tried = minimize_scalar(lambda power: proven(2.0**power)[0], bounds=CORNERS, method="bounded")
    corner = 2.0 ** float(tried.x)
    least, found = proven(corner)
    share_of_beta = Fraction(round(corner / least * 2**SHARE_BITS), 2**SHARE_BITS)
    return least, checker.Form(bound.degree, share_of_beta, b"".join(data), _written(found, model))


def _whole(share: float) -> int:
    """A share as it is written: neither 0 nor 1."""
    return min(max(round(share * ONE), 1), ONE - 1)


def _coefficients(vectors: np.ndarray, weights: np.ndarray, degree: int) -> np.ndarray:
    """Those of the sum of weighted powers of ``vector'u``."""
    indices = monomials(vectors.shape[1], degree)
    return np.asarray((weights @ np.prod(vectors[:, np.array(indices)], axis=2)) * multinomials(indices))


def _written(gram: np.ndarray, model: Monomials) -> bytes:
    """The entries that a form does not say, as the checker reads them: those of two products where the last
    variable of the first is after the first one of the second, in the order of the columns."""
    own = np.array(monomials(int(model.indices.max()) + 1, model.half))
    column, row = np.tril_indices(len(gram))
    open_ones = own[row, -1] > own[column, 0]
    row, column = row[open_ones], column[open_ones]
    most = 2.0 ** (8 * checker.MULTIPLIER - 1) - 1
    scaled = UNIT * model.scales[row] * model.scales[column] * gram[row, column]
    numbers = np.clip(np.rint(scaled), -most, most).astype(">i4")
    return numbers.tobytes()
