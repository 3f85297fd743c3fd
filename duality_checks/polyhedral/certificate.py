"""Certificates for the 1-norm and the infinity norm: multipliers by exact linear programs, one a chamber.

The bounds are tight by linear programming duality: ``max {c'u : u in C, norm(u) <= 1}`` is
``min_{lambda >= 0} norm_*(c + X'S lambda)``. So an exact optimal dual vector has exact multipliers, and the
certificate's gap is zero (statement 2.7).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..checker import Chamber
from ..exact.norms import Vector, gradient
from .optimum import ball_facets, maximise

if TYPE_CHECKING:
    from ..problem import TrainingProblem

ZERO, ONE = Fraction(0), Fraction(1)

Parts = tuple[tuple[Vector, ...], Vector, Vector, tuple[Chamber, ...]]


def exact_parts(problem: TrainingProblem, solution: Any) -> Parts:
    """The hidden weights, the output weights, a feasible dual and all chambers with multipliers.

    Args:
        problem: with a polyhedral norm.
        solution: ``exact_network`` and ``exact_dual`` are used where it has them, else ``network`` and
            ``dual``, whose floats are rationals.

    Returns:
        The parts of a certificate. The dual is scaled down just enough to be feasible, exactly.

    Example:
        >>> from duality_checks import TrainingProblem, train
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1, penalty="1-norm")
        >>> hidden, output, dual, chambers = exact_parts(problem, train(problem))
        >>> [str(z) for z in dual], len(chambers)
        (['1', '1'], 2)
    """
    from ..certificate import _integer_point

    exact = getattr(solution, "exact_network", None) or _rationals(solution.network)
    dual = tuple(getattr(solution, "exact_dual", None) or map(Fraction, map(float, solution.dual)))
    dual = tuple(problem.loss.inside(z, y) for z, y in zip(dual, problem.y, strict=True))
    listed = problem.arrangement.chambers()
    proofs = [_multipliers(problem, signs, dual) for signs in listed.signs.tolist()]
    worst = max((bound for _, _, bound in proofs), default=ZERO)
    share = min(ONE, problem.beta / worst) if worst else ONE
    chambers = tuple(
        Chamber(_integer_point(point), _scaled(plus, share), _scaled(minus, share))
        for point, (plus, minus, _) in zip(listed.witnesses, proofs, strict=True)
    )
    return exact.hidden, exact.output, tuple(share * z for z in dual), chambers


def _rationals(network: Any) -> Any:
    from ..exact.setting import RationalNetwork

    return RationalNetwork.of(network)


def _scaled(multipliers: dict[int, Fraction], share: Fraction) -> dict[int, Fraction]:
    return {row: share * value for row, value in multipliers.items()}


def _multipliers(
    problem: TrainingProblem, signs: Sequence[int], dual: Vector
) -> tuple[dict[int, Fraction], dict[int, Fraction], Fraction]:
    """Multipliers for z and for -z on one chamber, and the larger of the two bounds they prove.

    Where the gradient itself is short enough it is the bound, and no multipliers are needed.
    """
    spread = tuple(dual[sample] for sample in problem.readout.samples)
    c = gradient(problem, signs, spread)
    square = problem.penalty.dual_square(c)
    if square <= problem.beta**2:
        return {}, {}, ZERO
    rows = problem.X.fractions
    used = [k for k, sign in enumerate(signs) if sign]
    cone = [(ZERO, tuple(signs[k] * x for x in rows[k])) for k in used]
    ball = [(ONE, tuple(-x for x in facet)) for facet in ball_facets(problem.penalty.name, problem.d)]
    found = []
    for side in (1, -1):
        _, values = maximise(tuple(side * x for x in c), cone + ball)
        lambdas = {k: value for k, value in zip(used, values, strict=False) if value}
        found.append((lambdas, sum(values[len(used) :], ZERO)))
    (plus, above), (minus, below) = found
    return plus, minus, max(above, below)
