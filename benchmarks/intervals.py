"""Proven intervals at high rank against time: `python benchmarks/intervals.py`; needs scikit-learn.

Real data, all columns standardised, and a bias: diabetes (442 rows, rank 11; the target standardised too) at
two weight decays, wine (178 rows, rank 14, the first class against the others). For each limit of time: the
ends that the certificate proves, what proves them, and the seconds of the whole job and of the independent
checker in it. Writes its table into `README.md`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import report

from duality_checks import Effort, TrainingProblem, certify, check, train

LIMITS = (10, 60)
# The gap that each is asked for: none of them gets there within the shorter limits.
ASKED = 0.005
LONG = 600


def instances() -> Iterator[tuple[str, TrainingProblem, tuple[int, ...]]]:
    """Names, problems and limits."""
    from sklearn.datasets import load_diabetes, load_wine

    X, y = load_diabetes(return_X_y=True)
    diabetes, target = _standardised(X), (y - y.mean()) / y.std()
    yield "diabetes, 100", TrainingProblem(diabetes, target, 100), LIMITS
    yield "diabetes, 12", TrainingProblem(diabetes, target, 12), (*LIMITS, LONG)
    X, y = load_wine(return_X_y=True)
    yield "wine, 10", TrainingProblem(_standardised(X), (y == 0).astype(float), 10), LIMITS


def _standardised(X: np.ndarray) -> np.ndarray:
    return np.c_[(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))]


def main() -> None:
    """The table."""
    machine, lines = report.machine(), []
    for name, problem, limits in instances():
        for limit in limits:
            began, effort = time.perf_counter(), Effort(gap=ASKED, seconds=limit)
            proof = certify(problem, train(problem, effort=effort), effort=effort)
            ready = time.perf_counter()
            check(problem, proof).require()
            done = time.perf_counter()
            ends = [f"{float(end):.4g}" for end in (proof.lower, proof.upper)]
            part = None if proof.quadratic is None else proof.quadratic.plus
            how = proof.method if part is None else f"degree {getattr(part, 'degree', 2)}"
            size = f"{len(proof.to_json()) / 1000:.0f}"
            gap = f"{100 * float(proof.relative_gap):.1f} %"
            lines.append(
                [name, str(limit), *ends, gap, how, f"{done - began:.0f}", f"{done - ready:.1f}", size]
            )
            print(*lines[-1], flush=True)
    heads = ["data, beta", "limit s", "lower", "upper", "gap", "by", "all s", "check s", "kB"]
    report.put("intervals", f"{machine}\n\n{report.table(heads, lines)}")


if __name__ == "__main__":
    main()
