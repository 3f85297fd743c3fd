"""Other ways to train the networks that `training.py` trains: the full convex program through CVXPY, sampled
gates (`pyscnn`), and gradients from many seeds (`torch`, `scipy`).

`python benchmarks/rivals.py N` solves the full program of N samples and prints its figures as JSON: it runs
as a process of its own, so that it can be stopped.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from duality_checks import TrainingProblem, TwoLayerNetwork

SEEDS = 20
WIDTH = 100
STEPS = 5000
BYTES = 12 * 2**30


def instance(n: int, rank: int, ratio: float, seed: int = 7) -> TrainingProblem:
    """n Gaussian samples with a bias column, random signs, beta = ratio * n."""
    rng = np.random.default_rng(seed)
    X = np.c_[rng.standard_normal((n, rank - 1)), np.ones(n)]
    return TrainingProblem(X, np.sign(rng.standard_normal(n)), beta=ratio * n)


def full_program(problem: TrainingProblem) -> dict[str, float]:
    """The program over all patterns, vectorised: one matrix variable and one block of constraints each for
    the neurons of either sign. The list of chambers is a present from us."""
    import cvxpy as cp

    signs = problem.arrangement.chambers().signs.T.astype(float)
    X, y, beta = problem.features, problem.target, float(problem.beta)
    clock, cpu = time.perf_counter(), time.process_time()
    V, W = (cp.Variable((problem.d, signs.shape[1])) for _ in range(2))
    fit = cp.sum(cp.multiply((signs > 0).astype(float), X @ (V - W)), axis=1)
    penalty = cp.sum(cp.norm(V, 2, axis=0)) + cp.sum(cp.norm(W, 2, axis=0))
    cones = [cp.multiply(signs, X @ V) >= 0, cp.multiply(signs, X @ W) >= 0]
    program = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(fit - y) + beta * penalty), cones)
    value = program.solve(solver=cp.CLARABEL)
    return {
        "value": float(value),
        "seconds": time.perf_counter() - clock,
        "cpu": time.process_time() - cpu,
        "solver": program.solver_stats.solve_time,
    }


def full_program_apart(n: int, limit: float) -> dict[str, float] | str:
    """The full program of :func:`instance` in a process of its own, or why there is no answer."""
    command = [sys.executable, str(Path(__file__)), str(n)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return f"stopped after {limit:.0f} s"
    if done.returncode:
        return f"gives up within {BYTES >> 30} GiB" if _is_out_of_memory(done) else done.stderr[-100:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _is_out_of_memory(done: subprocess.CompletedProcess[str]) -> bool:
    return done.returncode < 0 or "memory" in done.stderr.lower()


def sampled_gates(problem: TrainingProblem, gates: int, seed: int) -> float:
    """The objective of `pyscnn`'s ReLU model with sampled gates, by our definition: its loss is over 2n."""
    from scnn.activations import sample_gate_vectors
    from scnn.metrics import Metrics
    from scnn.models import ConvexReLU
    from scnn.optimize import optimize_model
    from scnn.regularizers import NeuronGL1
    from scnn.solvers import AL

    model = ConvexReLU(sample_gate_vectors(seed, problem.d, gates), bias=False)
    fitted, _ = optimize_model(
        model,
        AL(model),
        Metrics(),
        problem.features,
        problem.target[:, None],
        regularizer=NeuronGL1(float(problem.beta) / problem.n),
        unitize_data=False,
        dtype="float64",
    )
    hidden, output = (np.asarray(part, dtype=float) for part in fitted.parameters[:2])
    return TwoLayerNetwork(hidden.reshape(-1, problem.d), output.ravel()).objective(problem)


def starts(problem: TrainingProblem) -> tuple[np.ndarray, np.ndarray]:
    """Hidden weights, SEEDS x d x WIDTH, and output weights, SEEDS x WIDTH, of He's variance."""
    draws = [np.random.default_rng(seed) for seed in range(SEEDS)]
    hidden = np.stack([rng.standard_normal((problem.d, WIDTH)) for rng in draws]) * np.sqrt(2 / problem.d)
    return hidden, np.stack([rng.standard_normal(WIDTH) for rng in draws]) * np.sqrt(2 / WIDTH)


def by_steps(problem: TrainingProblem, optimizer: Callable[[list[Any]], Any]) -> list[float]:
    """Objectives after full-batch steps with a cosine schedule in float64; all seeds side by side, as the
    steps of each do not depend on the others."""
    import torch

    torch.set_num_threads(1)
    X, y, beta = torch.tensor(problem.features), torch.tensor(problem.target), float(problem.beta)
    hidden, output = starts(problem)
    weights = [torch.tensor(np.moveaxis(hidden, 1, 0).copy(), requires_grad=True)]
    weights += [torch.tensor(output, requires_grad=True)]
    steps = optimizer(weights)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(steps, STEPS)

    def values() -> Any:
        hidden, output = weights
        before = (X @ hidden.reshape(problem.d, -1)).reshape(problem.n, SEEDS, WIDTH)
        fit = (torch.relu(before) * output).sum(dim=2)
        decay = (hidden**2).sum(dim=(0, 2)) + (output**2).sum(dim=1)
        return 0.5 * ((fit - y[:, None]) ** 2).sum(dim=0) + 0.5 * beta * decay

    for _ in range(STEPS):
        steps.zero_grad()
        values().sum().backward()
        steps.step()
        schedule.step()
    return [float(value) for value in values().detach()]


def adam(problem: TrainingProblem, rate: float = 0.03) -> list[float]:
    """Adam from SEEDS starts."""
    import torch

    return by_steps(problem, lambda weights: torch.optim.Adam(weights, lr=rate))


def momentum(problem: TrainingProblem) -> list[float]:
    """Gradient descent with momentum from SEEDS starts."""
    import torch

    return by_steps(problem, lambda weights: torch.optim.SGD(weights, lr=0.05 / problem.n, momentum=0.9))


def lbfgs(problem: TrainingProblem) -> list[float]:
    """L-BFGS from SEEDS starts."""
    from scipy.optimize import minimize

    X, y, beta, d = problem.features, problem.target, float(problem.beta), problem.d

    def value(flat: np.ndarray) -> tuple[float, np.ndarray]:
        hidden, output = flat[: d * WIDTH].reshape(d, WIDTH), flat[d * WIDTH :]
        active = np.maximum(X @ hidden, 0)
        error = active @ output - y
        back = X.T @ (np.outer(error, output) * (active > 0))
        gradient = np.concatenate([back.ravel(), active.T @ error]) + beta * flat
        return 0.5 * float(error @ error) + 0.5 * beta * float(flat @ flat), gradient

    options = {"maxiter": STEPS // 10, "maxfun": STEPS, "ftol": 1e-15, "gtol": 1e-10}
    found = [
        minimize(value, np.append(hidden.ravel(), output), jac=True, method="L-BFGS-B", options=options)
        for hidden, output in zip(*starts(problem), strict=True)
    ]
    return [float(end.fun) for end in found]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    print(json.dumps(full_program(instance(int(sys.argv[1]), 3, 0.01))))
