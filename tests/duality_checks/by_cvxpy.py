"""The convex program over chambers, written down as the statements have it, for another solver (CVXPY)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import block_diag

from duality_checks import TrainingProblem

NORMS = {"2-norm": 2, "1-norm": 1, "inf-norm": "inf"}


def over_chambers(problem: TrainingProblem, chambers: Any = None) -> tuple[Any, Any, list[Any]]:
    """The outputs, what the weights cost over beta, and the cones, with both signs on each chamber.

    Args:
        problem: any but with max pooling.
        chambers: their signs; all of them if None.
    """
    cp = pytest.importorskip("cvxpy")
    X, blocks, inside = problem.features, [], []
    pooling = np.zeros((problem.n, len(X)))
    pooling[list(problem.readout.samples), range(len(X))] = 1
    for signs in problem.arrangement.chambers().signs if chambers is None else np.asarray(chambers):
        slopes = np.where(signs > 0, 1.0, np.where(signs < 0, float(problem.kappa), 0.0))
        gate = pooling @ (slopes[:, None] * X)
        blocks += [gate, -gate]
        inside += [signs[:, None] * X] * 2
    v = cp.Variable((len(blocks), problem.d))  # a neuron a row: as many variables are slow to set up
    fit = np.hstack(blocks) @ cp.vec(v, order="C")
    penalised = [j for j in range(problem.d) if j != problem.bias]
    cost = cp.sum(cp.norm(v[:, penalised], NORMS[problem.penalty.name], axis=1))
    for column in problem.skips:
        theta = cp.Variable()
        fit = fit + theta * np.array([float(x) for x in column])
        cost = cost + (0.5 * cp.square(theta) if problem.free.decayed else 0)
    return fit, cost, [block_diag(*inside) @ cp.vec(v, order="C") >= 0]


def full_program(problem: TrainingProblem, chambers: Any = None, cones: bool = True) -> float:
    """The optimum of statements 2.1 and 2.14 over chambers, all of them if None; without the cones that of
    the gated relaxation (4.4)."""
    cp = pytest.importorskip("cvxpy")
    fit, cost, inside = over_chambers(problem, chambers)
    y = problem.target
    margin = cp.multiply(y, fit)
    each = {
        "squared": lambda: 0.5 * cp.square(fit - y),
        "l1": lambda: cp.abs(fit - y),
        "huber:1/2": lambda: 0.5 * cp.huber(fit - y, 0.5),
        "hinge": lambda: cp.pos(1 - margin),
        "squared-hinge": lambda: 0.5 * cp.square(cp.pos(1 - margin)),
        "logistic": lambda: cp.logistic(-margin),
    }[problem.plain_loss.name]()
    value = each @ [float(weight) for weight in problem.sample_weights] + float(problem.beta) * cost
    return float(cp.Problem(cp.Minimize(value), inside if cones else []).solve(solver=cp.CLARABEL))
