"""From curves in floats to quadratic functions that the checker proves to be above the landscape
(statement 7.8)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .. import checker
from ..cover.proof import Coordinates
from ..exact.rounding import on_a_grid
from ..pricing.landscape import Landscape, first_rows
from ..problem import TrainingProblem
from .cylinder import Balls, balls, heights, scaled
from .form_proof import Terms, form_function, polished
from .pieces import UNIT, Piece
from .proposals import Bound, Form, Relaxation

ATTEMPTS = 7
ROOM = 2.0**-30
SHARE_BITS = 40
TURNS = 80
TINY = 1e-150
GOLDEN = 0.381966
ONE = 1 << 8 * checker.PARAMETER


def proven(
    problem: TrainingProblem, stated: checker.Problem, landscape: Landscape, relaxation: Relaxation
) -> tuple[tuple[Fraction, ...], checker.Quadratic] | None:
    """The largest multiple of the dual that its quadratic functions prove feasible; None if they prove none.

    Args:
        problem: with the penalty of the 2-norm.
        stated: as the checker reads it.
        landscape: of it, from :func:`~.cylinder.landscape_of`.
        relaxation: what is proposed.

    Example:
        >>> from duality_checks.training.relaxation import relax
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, -1, 2], beta="1/2")
        >>> landscape, stated = Landscape.of(problem), checker.read_problem(problem.to_json())
        >>> dual, functions = proven(problem, stated, landscape, relax(problem, landscape))
        >>> checker.quadratic_proves(stated, dual, functions)
        >>> bool(checker.dual_value(stated, dual) > 0.9)
        True
    """
    scale = problem.loss.multiple(relaxation.dual, problem.target)
    room, beta = ROOM, float(problem.beta)
    coordinates = Coordinates(stated, None)
    # The checker's hyperplanes come in the order of their first rows.
    firsts = np.sort(first_rows(problem.arrangement.hyperplane_of_row))
    bounds, parts = relaxation.bounds, balls(problem.d, problem.bias)
    for attempt in range(ATTEMPTS):
        dual, _ = on_a_grid(problem, scale * relaxation.dual)
        if not any(dual):
            return None
        terms = scaled(problem, coordinates.terms(dual))
        found = [_written(landscape, firsts, terms, bound, scale / beta, parts) for bound in bounds]
        reach = max(high for high, _ in found)
        if attempt == 0 and any(isinstance(bound, Form) for bound in bounds):
            # Matrices are polished where the dual about fits, but may come to prove more of it.
            fitting = scale / reach
            terms = coordinates.terms(on_a_grid(problem, fitting * relaxation.dual)[0])
            bounds = tuple(_polished(landscape, firsts, terms, bound, fitting / beta) for bound in bounds)
            continue
        written = [(bound.piece, function) for bound, (_, function) in zip(bounds, found, strict=True)]
        plus, minus = (_tree([pair for pair in written if pair[0].side == side]) for side in (1.0, -1.0))
        quadratic = checker.Quadratic(plus, minus)
        if reach <= 1.0 - 0.5 * room:
            try:
                checker.quadratic_proves(stated, dual, quadratic)
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
    landscape: Landscape, firsts: np.ndarray, terms: Terms, bound: Bound | Form, gain: float, parts: Balls
) -> tuple[float, checker.Piece | checker.Form]:
    """The least share of beta that bounds one function, and the function as the checker has it."""
    if isinstance(bound, Form):
        return form_function(landscape, firsts, terms, bound, gain)
    return _function(landscape, firsts, terms, bound, gain, parts)


def _tree(found: list[tuple[Piece, checker.Piece | checker.Form]], depth: int = 0) -> checker.Part:
    """The pieces behind so many cuts, as they were cut."""
    first, function = found[0]
    if len(first.path) == depth:
        return function
    parts = ([pair for pair in found if pair[0].path[depth][1] == side] for side in (True, False))
    above, below = (_tree(part, depth + 1) for part in parts)
    return checker.Cut(first.path[depth][0], above, below)


def _function(
    landscape: Landscape,
    firsts: np.ndarray,
    terms: Terms,
    bound: Bound,
    gain: float,
    parts: Balls,
) -> tuple[float, checker.Piece]:
    """The least share of beta that bounds one quadratic function, and the function as the checker has it,
    with the shares of beta that its squares get for that."""
    rows, weights, base, beta = terms
    weights, base = bound.piece.side * weights, bound.piece.side * base
    counted = np.flatnonzero(weights)
    data, linear, matrix, constant = [], base.copy(), [], 0.0
    lengths = heights(rows, parts)
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
    least, *diagonal = _least(linear, squares, constant / beta, parts)
    # Shares are of beta, which the function is to reach.
    share, *bias = [Fraction(round(s / least * 2**SHARE_BITS), 2**SHARE_BITS) for s in diagonal]
    if not 0 < diagonal[0] < least:
        share = Fraction(1, 2)
    return least, checker.Piece(share, b"".join(data), products, *bias)


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


def _least(linear: np.ndarray, squares: np.ndarray, constant: float, parts: Balls) -> tuple[float, ...]:
    """The least bound of a function, its parts being in unit balls, and what each gets for its squares."""
    if len(parts) == 1:
        return _least_bound(linear, squares, constant)
    own, (last,) = parts
    across, corner, pull = squares[own, last], float(squares[last, last]), float(linear[last])

    def with_room(room: float) -> tuple[float, float, float]:
        # The last coordinate gets so much more than it takes, and is where the rest is largest.
        eliminated = squares[np.ix_(own, own)] + np.outer(across, across) / room
        least, share = _least_bound(
            linear[own] + pull / room * across, eliminated, constant + corner + room + pull**2 / (4 * room)
        )
        return least, share, corner + room

    # A share is not negative, and what is added beside the room is at least an eigenvalue.
    low = max(-corner, 0.0)
    start = low + max(float(np.abs(squares).max()), abs(pull), TINY)
    floor = constant + corner + float(np.linalg.eigvalsh(squares[np.ix_(own, own)])[-1])
    high = max(with_room(start)[0] - floor, start)
    for _ in range(TURNS):
        # The bound is convex in the room.
        left, right = low + GOLDEN * (high - low), high - GOLDEN * (high - low)
        low, high = (low, right) if with_room(left)[0] <= with_room(right)[0] else (left, high)
    return with_room(0.5 * (low + high))


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
