"""Certificates for the 1-norm and the infinity norm: multipliers by exact linear programs, one a chamber.

The bounds are tight by linear programming duality: ``max {c'u : u in C, norm(u) <= 1}`` is
``min_{lambda >= 0} norm_*(c + X'S lambda)``. So an exact optimal dual vector has exact multipliers, and the
certificate's gap is zero (statement 2.7). With free biases the multipliers cancel the bias as well (2.14).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector, dot

from ..checker import Chamber
from ..exact.judged import judged
from ..exact.norms import gradient
from ..exact.polyhedral import multipliers_on
from ..exact.rounding import on_a_grid
from ..networks.rational import RationalNetwork
from ..terms.given import reals
from .witnesses import integer_points

if TYPE_CHECKING:
    from ..problem import TrainingProblem


Parts = tuple[RationalNetwork, Vector, tuple[Chamber, ...]]
Proof = tuple[dict[int, Fraction], dict[int, Fraction], Fraction]


def exact_parts(problem: TrainingProblem, solution: Any) -> Parts:
    """The network, exactly, a feasible dual and all chambers with multipliers.

    Args:
        problem: with a polyhedral norm.
        solution: its exact network is used where it has one and its ``network`` is that one, rounded;
            likewise its exact dual. Else ``network`` and ``dual``, whose floats are rationals.

    Returns:
        The parts of a certificate. The dual is orthogonal to what is free, and scaled down just enough to be
        feasible, exactly.

    Example:
        >>> from duality_checks import TrainingProblem, train
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1, penalty="1-norm")
        >>> network, dual, chambers = exact_parts(problem, train(problem))
        >>> [str(z) for z in dual], len(chambers)
        (['1', '1'], 2)
    """
    network = _network(problem, solution)
    dual = _dual(problem, solution)
    listed = problem.arrangement.chambers()
    proofs = [_proof(problem, signs, dual) for signs in listed.signs.tolist()]
    worst = max((bound for _, _, bound in proofs), default=ZERO)
    share = min(ONE, problem.beta / worst) if worst else ONE
    chambers = tuple(
        Chamber(point, _scaled(plus, share), _scaled(minus, share))
        for point, (plus, minus, _) in zip(integer_points(problem.X, listed), proofs, strict=True)
    )
    return network, tuple(share * z for z in dual), chambers


def _network(problem: TrainingProblem, solution: Any) -> RationalNetwork:
    """The network of a solution; in its exact form only where that is the same network."""
    from ..training.polyhedral import balanced

    network, exact = judged(problem, solution.network), getattr(solution, "exact_network", None)
    if exact is None:
        return network
    exact = judged(problem, exact)
    return exact if judged(problem, balanced(exact.floats(problem.kappa, problem.d))) == network else network


def _dual(problem: TrainingProblem, solution: Any) -> Vector:
    """The exact dual if it is orthogonal to what is free, else the numerical one, made so."""
    exact = getattr(solution, "exact_dual", None)
    if exact is None or any(dot(exact, column) for column in problem.equations):
        return on_a_grid(problem, reals(solution.dual, "dual"))[0]
    return problem.loss.exactly_inside(exact, problem.y)


def _scaled(multipliers: dict[int, Fraction], share: Fraction) -> dict[int, Fraction]:
    return {row: share * value for row, value in multipliers.items()}


def _proof(problem: TrainingProblem, signs: list[int], dual: Vector) -> Proof:
    """Multipliers for z and for -z on one chamber, and the larger of the two bounds they prove.

    Where the gradient itself is short enough, and no free bias is left in it, no multipliers are needed.
    """
    c = gradient(problem, signs, tuple(dual[sample] for sample in problem.readout.samples))
    bias = ZERO if problem.bias is None else c[problem.bias]
    short = tuple(x for j, x in enumerate(c) if j != problem.bias)
    if not bias and problem.penalty.dual_square(short) <= problem.beta**2:
        return {}, {}, ZERO
    plus, above = multipliers_on(problem, problem.penalty.name, signs, c)
    minus, below = multipliers_on(problem, problem.penalty.name, signs, tuple(-x for x in c))
    return plus, minus, max(above, below)
