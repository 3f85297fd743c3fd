"""From curves in floats to quadratic functions that the checker proves to be above the landscape
(statement 7.8)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from .. import checker
from ..cover.proof import Coordinates
from ..exact.rounding import on_a_grid
from ..pricing.landscape import Landscape, first_rows
from ..problem import TrainingProblem
from .cylinder import extents, terms_of
from .form_proof import ONE, Terms, form_function, polished, rounded
from .pieces import UNIT, Piece
from .proposals import Bound, Form, Relaxation

ATTEMPTS = 7
ROOM = 2.0**-30
TURNS = 80
TINY = 1e-150
GOLDEN = 0.381966


def proven(
    problem: TrainingProblem, coordinates: Coordinates, landscape: Landscape, relaxation: Relaxation
) -> tuple[tuple[Fraction, ...], checker.Quadratic] | None:
    """The largest multiple of the dual that its quadratic functions prove feasible; None if they prove none.

    Args:
        problem: with the penalty of the 2-norm.
        coordinates: of it, in which the functions are.
        landscape: of it, from :func:`~.cylinder.landscape_of`.
        relaxation: what is proposed.

    Example:
        >>> from duality_checks.training.cylinder import coordinates_of
        >>> from duality_checks.training.relaxation import relax
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, -1, 2], beta="1/2")
        >>> landscape, coordinates = Landscape.of(problem), coordinates_of(problem)
        >>> dual, functions = proven(problem, coordinates, landscape, relax(problem, landscape))
        >>> checker.quadratic_proves(coordinates.stated, dual, functions)
        >>> bool(checker.dual_value(coordinates.stated, dual) > 0.9)
        True
    """
    scale = problem.loss.multiple(relaxation.dual, problem.target)
    room, beta = ROOM, float(problem.beta)
    # The checker's hyperplanes come in the order of their first rows.
    firsts = np.sort(first_rows(problem.arrangement.hyperplane_of_row))
    bounds = relaxation.bounds
    frames = {span: _Frame.of(coordinates, span) for span in {bound.piece.span for bound in bounds}}
    for attempt in range(ATTEMPTS):
        dual, _ = on_a_grid(problem, scale * relaxation.dual)
        if not any(dual):
            return None
        terms = terms_of(problem, coordinates, dual)
        found = [
            _written(landscape, firsts, terms, bound, scale / beta, frames[bound.piece.span])
            for bound in bounds
        ]
        reach = max(high for high, _ in found)
        if attempt == 0 and any(isinstance(bound, Form) for bound in bounds):
            # Matrices are polished where the dual about fits, but may come to prove more of it.
            fitting = scale / reach
            terms = terms_of(problem, coordinates, on_a_grid(problem, fitting * relaxation.dual)[0])
            bounds = tuple(_polished(landscape, firsts, terms, bound, fitting / beta) for bound in bounds)
            continue
        written = [(bound.piece, function) for bound, (_, function) in zip(bounds, found, strict=True)]
        plus, minus = (_tree([pair for pair in written if pair[0].side == side]) for side in (1.0, -1.0))
        quadratic = checker.Quadratic(coordinates.basis, plus, minus)
        if reach <= 1.0 - 0.5 * room:
            try:
                checker.quadratic_proves(coordinates.stated, dual, quadratic)
            except checker.Refusal:
                room *= 16
            else:
                return dual, quadratic
        scale *= min((1.0 - room) / reach, 1.0)
    return None


def _polished(
    landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Bound | Form, gain: float
) -> Bound | Form:
    return polished(landscape, firsts, terms, bound, gain) if isinstance(bound, Form) else bound


def _written(
    landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Bound | Form, gain: float, frame: _Frame
) -> tuple[float, checker.Piece | checker.Form]:
    """The least share of beta that bounds one function, and the function as the checker has it."""
    if isinstance(bound, Form):
        return form_function(landscape, firsts, terms, bound, gain)
    return _function(landscape, firsts, terms, bound, gain, frame)


def _tree(found: list[tuple[Piece, checker.Piece | checker.Form]], depth: int = 0) -> checker.Part:
    """The pieces behind so many cuts, as they were cut."""
    first, function = found[0]
    if len(first.path) == depth:
        return function
    parts = ([pair for pair in found if pair[0].path[depth][1] == side] for side in (True, False))
    above, below = (_tree(part, depth + 1) for part in parts)
    at = first.path[depth][0]
    if isinstance(at, Fraction):
        return checker.BiasCut(at, above, below)
    return checker.Cut(at, above, below)


@dataclass(frozen=True, eq=False, slots=True)
class _Frame:
    """Where one function is to be a bound.

    Attributes:
        bias: the coordinate of free biases, if any, and the span of the bias in multiples of R.
        span: likewise.
        sides: for each of the checker's hyperplanes 1 or -1 where heights have but one sign, else 0.
    """

    bias: int | None
    span: tuple[float, float]
    sides: list[int]

    @classmethod
    def of(cls, coordinates: Coordinates, span: checker.Span) -> _Frame:
        """The one of a span."""
        stated = coordinates.stated
        g = checker.kinks(stated, (Fraction(0),) * len(stated.target), coordinates.basis, 0)
        reach = checker.bias_limit(g)
        sides = [checker.fixed_side(row, g.free, reach, span) for row in g.rows]
        return cls(stated.bias, (float(span[0]), float(span[1])), sides)

    def heights(self, rows: np.ndarray) -> np.ndarray:
        """How large heights get, for each row."""
        if self.bias is None:
            return np.linalg.norm(rows, axis=1)
        low, high = extents(rows, self.bias, self.span)
        return np.maximum(high, -low)


def _function(
    landscape: Landscape,
    firsts: np.ndarray,
    terms: Terms,
    bound: Bound,
    gain: float,
    frame: _Frame,
) -> tuple[float, checker.Piece]:
    """The least share of beta that bounds one quadratic function, and the function as the checker has it,
    with the shares of beta that its squares get for that."""
    rows, weights, base, beta = terms
    weights, base = bound.piece.side * weights, bound.piece.side * base
    straight = weights * (np.array(frame.sides) > 0)
    base = base + straight @ rows
    counted = np.flatnonzero(weights * (np.array(frame.sides) == 0))
    data, linear, matrix, constant = [], base.copy(), [], 0.0
    lengths = frame.heights(rows)
    curves = bound.curves
    for h in counted.tolist():
        k = firsts[h]
        own = landscape.hyperplane_of_row[k]
        # The checker's hyperplanes look like their first rows, the landscape's in a way of their own.
        facing = float(np.sign(landscape.lengths[k]))
        if weights[h] > 0:
            tau = min(max(round(float(curves.widths[own]) * ONE) if own >= 0 else 1, 1), ONE - 1)
            data.append(tau.to_bytes(checker.PARAMETER, "big"))
            width = tau / ONE * lengths[h]
            linear += 0.5 * weights[h] * rows[h]
            matrix.append(0.25 * weights[h] / width)
            constant += 0.25 * weights[h] * width
        else:
            slope, bend = (facing * curves.slopes[own], curves.bends[own]) if own >= 0 else (0.0, 0.0)
            b = min(max(int(0.5 * bend * ONE), 0), ONE // 2 - 1)
            a = min(max(round(0.5 * (1 + slope) * ONE), b), ONE - 1 - b)
            data += [number.to_bytes(checker.PARAMETER, "big") for number in (a, b)]
            linear += weights[h] * a / ONE * rows[h]
            matrix.append(weights[h] * b / ONE / lengths[h])
    squares = (rows[counted].T * np.array(matrix)) @ rows[counted]
    products, along, across = _products(landscape, bound, gain)
    linear, squares = linear / beta + along, squares / beta + across
    if frame.bias is not None:
        least, *shares = _least_in_span(linear, squares, constant / beta, frame.bias, frame.span)
        # Half of what is left goes to the squares.
        share, bias = map(rounded, (shares[0] + 0.5 * max(1 - least, 0.0), shares[1]))
        return least, checker.Piece(share, b"".join(data), products, bias)
    least, diagonal = _least_bound(linear, squares, constant / beta)
    share = rounded(diagonal / least if 0 < diagonal < least else 0.5)
    return least, checker.Piece(share, b"".join(data), products)


def _products(landscape: Landscape, bound: Bound, gain: float) -> tuple[bytes, np.ndarray, np.ndarray]:
    """The multipliers of products of cuts, a gain times those proposed; the linear part and the squares of
    what they add up to."""
    facets = bound.piece.facets(np.eye(len(landscape.basis)))
    pairs = _whole(gain * bound.pairs)
    vectors = _whole(gain * landscape.lift(bound.vectors))
    data = b"".join(
        number.to_bytes(checker.MULTIPLIER, "big", signed=True)
        for number in (*pairs.astype(int).tolist(), *vectors.astype(int).ravel().tolist())
    )
    pairs, vectors = pairs / UNIT, vectors / UNIT
    earlier, later = np.triu_indices(len(facets), 1)
    half = (facets[earlier].T * pairs) @ facets[later] + facets.T @ vectors
    along = (np.linalg.norm(vectors, axis=1) + 1 / UNIT) @ facets
    return data, along, 0.5 * (half + half.T)


def _whole(shares: np.ndarray) -> np.ndarray:
    """The nearest multipliers that can be written."""
    most = 2.0 ** (8 * checker.MULTIPLIER - 1) - 1
    return np.clip(np.rint(shares * UNIT), -most, most)


def _least_in_span(
    linear: np.ndarray, squares: np.ndarray, constant: float, bias: int, span: tuple[float, float]
) -> tuple[float, float, float]:
    """The least bound of a function where the bias is in a span, and what the squares and the chord get."""
    own, (low, high) = np.arange(len(linear)) != bias, span
    across, corner = squares[own, bias], float(squares[bias, bias])

    def with_room(room: float) -> tuple[float, float, float]:
        # r (t - low)(high - t) is added, which leaves the square of the bias t so much below 0: it is
        # eliminated where the function is largest.
        r = corner + room
        pull = float(linear[bias]) + r * (low + high)
        eliminated = squares[np.ix_(own, own)] + np.outer(across, across) / room
        rest = constant - r * low * high + pull**2 / (4 * room)
        least, share = _least_bound(linear[own] + pull / room * across, eliminated, rest)
        return least, share, r

    # The bound is convex in the room, and r is not negative.
    start = max(-corner, 0.0)
    step = max(float(np.abs(squares).max()), float(np.abs(linear).max()), TINY)
    while with_room(start + 2 * step)[0] < with_room(start + step)[0]:
        step *= 2
    left, right = start, start + 2 * step
    for _ in range(TURNS):
        first, second = left + GOLDEN * (right - left), right - GOLDEN * (right - left)
        left, right = (left, second) if with_room(first)[0] <= with_room(second)[0] else (first, right)
    return with_room(0.5 * (left + right))


def _least_bound(linear: np.ndarray, squares: np.ndarray, constant: float) -> tuple[float, float]:
    """The least ``constant + s + c'(s - Q)^-1 c / 4`` over s above the eigenvalues of Q, and that s."""
    values, vectors = np.linalg.eigh(squares)
    pull = 0.5 * (vectors.T @ linear)
    low = float(values[-1])
    high = low + float(np.linalg.norm(pull)) + TINY
    for _ in range(TURNS):
        middle = 0.5 * (low + high)
        rising = np.linalg.norm(pull / np.maximum(middle - values, TINY)) < 1
        low, high = (low, middle) if rising else (middle, high)
    rest = float((pull**2 / np.maximum(high - values, TINY)).sum())
    return constant + high + rest, high
