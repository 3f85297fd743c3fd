"""From what a relaxation with fourth or sixth moments proposes to a function that the checker proves to be
above the landscape (statement 7.8c)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from .. import checker
from ..pricing.landscape import Landscape
from .monomials import Monomials, monomials, powers
from .pieces import UNIT
from .proposals import Form
from .sextic import semidefinite

ONE = 1 << 8 * checker.PARAMETER
CORNERS = -26.0, 0.0  # powers of two that are shares of beta for the linear part
SHARE_BITS = 40
TURNS, LOOKED_AT = 60, 10
WEIGHT = 0.003  # of the height, against the distance to the nearest matrix

Terms = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def form_function(
    landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Form, gain: float
) -> tuple[float, checker.Form]:
    """The least share of beta that bounds the function of one sign, and the function as the checker has it.

    Args:
        landscape: of the problem, with as many coordinates as its certificate has.
        firsts: the first row on each of the checker's hyperplanes.
        terms: rows, weights, base and beta, as :meth:`~duality_checks.cover.proof.Coordinates.terms`.
        bound: what is proposed.
        gain: what its multipliers are multiplied by, to be shares of beta.
    """
    left = _Left.of(landscape, firsts, terms, bound)
    corner, least, found = left.best(gain * left.turned.T @ bound.gram @ left.turned)
    return least, checker.Form(bound.degree, rounded(corner / least), left.rows, _written(found, left.model))


def rounded(share: float) -> Fraction:
    """A share of beta as it is written."""
    return Fraction(round(share * 2**SHARE_BITS), 2**SHARE_BITS)


def polished(landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Form, gain: float) -> Form:
    """The same proposal with a matrix of the form whose least eigenvalue is higher: matrices of the form, and
    the nearest positive semidefinite ones, in turn; arguments as for :func:`form_function`."""
    left = _Left.of(landscape, firsts, terms, bound)
    corner, least, found = left.best(gain * left.turned.T @ bound.gram @ left.turned)
    model, sphere, target = left.model, left.sphere, left.form(corner)
    even = model.spread(sphere)
    size = float((even**2).sum())
    best = found
    near, missing = found, np.zeros_like(found)
    for number in range(1, TURNS + 1):
        aimed = near - missing
        toward = aimed + model.spread(target - model.form(aimed))
        # The matrix of target less height times the sphere that is nearest, but for the height itself.
        height = (WEIGHT * len(found) + float((even * (toward - aimed)).sum())) / size
        matrix = toward - height * even
        near = semidefinite(matrix + missing)
        missing = missing + matrix - near
        if number % LOOKED_AT == 0:
            lowest = height + float(np.linalg.eigvalsh(matrix)[0])
            if 1.0 - lowest < least:
                least, best = 1.0 - lowest, matrix + height * np.eye(len(found))
    return replace(bound, gram=left.turned @ best @ left.turned.T / gain)


@dataclass(frozen=True, eq=False, slots=True)
class _Left:
    """What is left of beta by the curves of one sign, as a form in the user's columns.

    Attributes:
        model: the monomials of the form.
        turned: from products of the user's columns to those of the landscape's.
        rows: the parameters of the curves, as they are written.
        constant, fixed, ramp: their constant, squares and higher powers, and the square of the linear part.
        sphere: a power of ``norm(u)^2``.
    """

    model: Monomials
    turned: np.ndarray
    rows: bytes
    constant: float
    fixed: np.ndarray
    ramp: np.ndarray
    sphere: np.ndarray

    @classmethod
    def of(cls, landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Form) -> _Left:
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
                numbers = [
                    _whole(0.5 * (1 + facing * float(bound.slopes[own]))),
                    _whole(float(bound.lows[own])),
                ]
                slope, low = (number / ONE for number in numbers)
                share, curve = min(slope, 1 - slope), checker.below(low, half)
            linear = linear + weights[h] * slope * rows[h]
            even[:, h] = weights[h] * lengths[h] * share * np.array(curve)
            data += [number.to_bytes(checker.PARAMETER, "big") for number in numbers]
        model = Monomials.of(rows.shape[1], half)
        units = rows[counted] / lengths[counted, None]
        forms = [even[k, counted] @ powers(units, 2 * k) for k in range(1, half + 1)]
        return cls(
            model,
            model.turned(landscape.basis),
            b"".join(data),
            float(even[0].sum()),
            np.sum([model.raised(form, 2 * k) for k, form in enumerate(forms, start=1)], axis=0),
            model.raised(powers(linear, 2), 2),
            model.form(np.eye(len(model.scales))),
        )

    def form(self, corner: float) -> np.ndarray:
        """Its coefficients, where that share of beta is for the linear part."""
        return (1 - corner - self.constant) * self.sphere - self.fixed - self.ramp / (4 * corner)

    def best(self, gram: np.ndarray) -> tuple[float, float, np.ndarray]:
        """The best share of beta for the linear part, the least that bounds the function then, and the matrix
        of the form that is nearest to a given one, with more or less on its diagonal."""
        rest = self.model.form(gram)

        def nearest(corner: float) -> tuple[float, np.ndarray]:
            missing = self.form(corner) - rest
            # What is a multiple of a power of norm(u) goes to the diagonal, where it raises all eigenvalues.
            norm = float(missing @ self.sphere) / float(self.sphere @ self.sphere)
            even = self.model.spread(missing - norm * self.sphere)
            found = gram + norm * np.eye(len(gram)) + even
            return 1.0 - float(np.linalg.eigvalsh(found)[0]) + len(found) / UNIT, found

        tried = minimize_scalar(lambda power: nearest(2.0**power)[0], bounds=CORNERS, method="bounded")
        corner = 2.0 ** float(tried.x)
        return (corner, *nearest(corner))


def _whole(share: float) -> int:
    """A share as it is written: neither 0 nor 1."""
    return min(max(round(share * ONE), 1), ONE - 1)


def _written(gram: np.ndarray, model: Monomials) -> bytes:
    """The entries that a form does not say, as the checker reads them: those of two products where the last
    variable of the first is after the first one of the second, in the order of the columns."""
    own = np.array(monomials(model.rank, model.half))
    column, row = np.tril_indices(len(gram))
    open_ones = own[row, -1] > own[column, 0]
    row, column = row[open_ones], column[open_ones]
    most = 2.0 ** (8 * checker.MULTIPLIER - 1) - 1
    scaled = UNIT * model.scales[row] * model.scales[column] * gram[row, column]
    numbers = np.clip(np.rint(scaled), -most, most).astype(">i4")
    return numbers.tobytes()
