"""Small problems whose optimum is proven, for tests of a solver: each has something that solvers trip over.

Nothing is imported until one is certified, so that the plugin for pytest may read their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate
    from ..problem import TrainingProblem
    from ..training.rounds import Solution

#: The problems by name, as arguments of :class:`~duality_checks.problem.TrainingProblem`.
PROBLEMS: dict[str, dict[str, Any]] = {
    "one-feature": {"X": [[1, 1], [2, 1], [3, 1], [4, 1]], "y": [1, 0, 1, 2], "beta": "1/10"},
    "two-features": {
        "X": [[1, 0, 1], [0, 1, 1], [-1, 0, 1], [0, -1, 1], [2, 1, 1], [-1, 2, 1]],
        "y": [1, 1, 1, 1, -1, -1],
        "beta": "1/10",
    },
    "zero-network": {"X": [[1, 0], [0, 1]], "y": [1, 1], "beta": 3},
    "repeated-rows": {"X": [[1, 1], [1, 1], [-2, -2], [0, 0], [1, -1]], "y": [1, 2, 0, 5, -1], "beta": "1/2"},
    "rank-deficient": {"X": [[1, 2, 3], [2, 1, 3], [1, 0, 1], [0, 1, 1]], "y": [1, -1, 2, 0], "beta": "1/4"},
    "tiny-angle": {
        "X": [[1.0, 1.0], [1.0, 1.0000000000000002], [-1.0, 1.0]],
        "y": [1, -1, 1],
        "beta": "1/10",
    },
    "leaky": {"X": [[1, 1], [2, 1], [-1, 1]], "y": [-1, 1, 1], "beta": "1/10", "activation": "leaky:1/10"},
    "absolute-value": {"X": [[1, 1], [-1, 1], [2, -1]], "y": [2, 0, 1], "beta": "1/2", "activation": "abs"},
}


@dataclass(frozen=True, slots=True)
class CertifiedProblem:
    """A problem with a globally optimal network and the proof of it.

    Attributes:
        name: its key in :data:`PROBLEMS`.
        problem: the problem.
        solution: the network and its dual.
        certificate: `lower <= p* <= upper`, checked by the independent checker before the test starts.
    """

    name: str
    problem: TrainingProblem
    solution: Solution
    certificate: Certificate


@cache
def certified(name: str) -> CertifiedProblem:
    """One of :data:`PROBLEMS`, trained, certified and checked by the independent checker; once.

    Raises:
        KeyError: no such name.
        Refusal: the certificate was refused.

    Example:
        >>> certified("zero-network").certificate.upper  # y'y / 2: no neuron is worth its weight decay
        Fraction(1, 1)
    """
    from ..certificates.certificate import check
    from ..certificates.certifying import certify
    from ..problem import TrainingProblem
    from ..training.columns import train

    problem = TrainingProblem(**PROBLEMS[name])
    solution = train(problem)
    certificate = certify(problem, solution)
    check(problem, certificate).require()
    return CertifiedProblem(name, problem, solution, certificate)
