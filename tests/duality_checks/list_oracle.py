"""The exact dual norm over the list of all chambers: what a cover, which lists none, must agree with."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from duality_checks import TrainingProblem
from duality_checks.exact.norms import gradient, project


def dual_norm_squared(rows: Any, dual: Any, kappa: Fraction) -> Fraction:
    """`max norm(Proj_C c)^2` over all chambers and both signs."""
    problem = TrainingProblem(rows, [0] * len(rows), beta=1, activation=kappa)
    return max(
        project(problem.X.fractions, signs, gradient(problem, signs, [s * v for v in dual])).square
        for signs in problem.arrangement.chambers().signs.tolist()
        for s in (1, -1)
    )
