"""Time proven training and its rivals: `python benchmarks/training.py [SECTION ...]`.

Instances: Gaussian features and a column of ones, labels random signs, seed fixed. Compilation, or loading
what an earlier run compiled, comes first and apart. Sections:

* scale: training and the proof over all chambers at growing n and rank, with the proven relative gap;
* certificate: building a certificate for n=1000 and checking it with the standard library alone;
* small-beta: the hard end, where nearly all samples are fitted;
* program: the full convex program over all patterns through CVXPY and Clarabel, in the same run;
* rivals: objectives of sampled gates (`pyscnn`, when installed) and of gradient training from 20 seeds (when
  `torch` is installed) over the proven optimum;
* growth: seconds against n at ranks 2, 3 and 4, fitted exponents, and a chart `growth-training.svg`.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import numpy as np

from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check, train
from duality_checks.pricing.interval import prove_interval

SEED = 7
MAX_CHAMBERS = 10_000_000


def instance(n: int, rank: int, ratio: float) -> TrainingProblem:
    """n Gaussian samples with a bias column, random signs, beta = ratio * n."""
    rng = np.random.default_rng(SEED)
    X = np.c_[rng.standard_normal((n, rank - 1)), np.ones(n)]
    return TrainingProblem(X, np.sign(rng.standard_normal(n)), beta=ratio * n)


def line(*cells: object) -> None:
    """One line of a table; floats to three digits."""
    shown = (f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in cells)
    print(" ".join(f"{text:>12}" for text in shown), flush=True)


def proven(problem: TrainingProblem) -> tuple[float, float, float, int]:
    """Seconds of training and of the proof over all chambers, the proven relative gap, and the neurons."""
    solution = train(problem, max_chambers=MAX_CHAMBERS)
    began = time.perf_counter()
    interval = prove_interval(problem, solution, max_chambers=MAX_CHAMBERS)
    return solution.seconds, time.perf_counter() - began, interval.relative_gap, solution.network.width


def certificate() -> None:
    """A certificate at n=1000, rank 3, and the independent checker's seconds on it."""
    print("\ncertificate, n=1000, rank 3")
    line("beta", "certify s", "bytes", "check s", "gap")
    for ratio in (0.01, 0.001):
        problem = instance(1000, 3, ratio)
        solution = train(problem)
        began = time.perf_counter()
        proof = certify(problem, solution)
        built = time.perf_counter() - began
        began = time.perf_counter()
        verdict = check(problem, proof)
        seconds = time.perf_counter() - began
        verdict.require()
        size = len(proof.to_json())
        line(ratio * 1000, built, size, seconds, float(proof.relative_gap))


def table(title: str, rows: list[tuple[int, int, float]]) -> None:
    """One line an instance."""
    print(f"\n{title}")
    line("n", "rank", "beta", "train s", "prove s", "gap", "neurons", "MiB")
    for n, rank, ratio in rows:
        trained, certified, gap, width = proven(instance(n, rank, ratio))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        line(n, rank, ratio * n, trained, certified, gap, width, memory)


def full_program(problem: TrainingProblem) -> tuple[float, float]:
    """Value and seconds of the program over all patterns through CVXPY with Clarabel; modelling included."""
    import cvxpy as cp

    signs = problem.arrangement.chambers().signs
    X, y, beta = problem.features, problem.target, float(problem.beta)
    began = time.perf_counter()
    blocks = [(cp.Variable(problem.d), cp.Variable(problem.d)) for _ in signs]
    fit = sum((s > 0)[:, None] * X @ (v - w) for s, (v, w) in zip(signs, blocks, strict=True))
    cones = [s[:, None] * X @ u >= 0 for s, pair in zip(signs, blocks, strict=True) for u in pair]
    penalty = sum(cp.norm(u) for pair in blocks for u in pair)
    value = cp.Problem(cp.Minimize(0.5 * cp.sum_squares(fit - y) + beta * penalty), cones).solve(
        solver=cp.CLARABEL
    )
    return float(value), time.perf_counter() - began


def program() -> None:
    """Our seconds against CVXPY's on the full program."""
    print("\nfull program")
    line("n", "chambers", "ours s", "cvxpy s", "ratio", "difference")
    for n in (16, 24, 32, 48, 64):
        problem = instance(n, 3, 0.01)
        chambers = problem.arrangement.count_chambers()
        began = time.perf_counter()
        solution = train(problem)
        certify(problem, solution)
        ours = time.perf_counter() - began
        value, seconds = full_program(problem)
        difference = abs(value - solution.upper) / solution.upper
        line(n, chambers, ours, seconds, seconds / ours, difference)


def gradient_training(problem: TrainingProblem, seeds: int, width: int) -> list[float]:
    """Objectives reached by Adam with a cosine schedule, in float64, one a seed."""
    import torch

    X, y = torch.tensor(problem.features), torch.tensor(problem.target)
    beta, steps, found = float(problem.beta), 5000, []
    for seed in range(seeds):
        torch.manual_seed(seed)
        hidden = torch.randn(problem.d, width, dtype=torch.float64, requires_grad=True)
        output = torch.randn(width, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.Adam([hidden, output], lr=0.05)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for _ in range(steps):
            optimizer.zero_grad()
            fit = torch.relu(X @ hidden) @ output
            value = 0.5 * ((fit - y) ** 2).sum() + 0.5 * beta * ((hidden**2).sum() + (output**2).sum())
            value.backward()
            optimizer.step()
            schedule.step()
        found.append(float(value.detach()))
    return found


def sampled_gates(problem: TrainingProblem, gates: int, seed: int) -> float:
    """The objective of `pyscnn`'s ReLU model with sampled gates, by our definition: its loss is over 2n."""
    from scnn.activations import sample_gate_vectors
    from scnn.metrics import Metrics
    from scnn.models import ConvexReLU
    from scnn.optimize import optimize_model
    from scnn.regularizers import NeuronGL1
    from scnn.solvers import AL

    X = problem.features.astype(np.float32)
    y = problem.target.astype(np.float32)[:, None]
    vectors = sample_gate_vectors(seed, problem.d, gates)
    model = ConvexReLU(vectors, bias=False)
    regularizer = NeuronGL1(float(problem.beta) / problem.n)
    fitted, _ = optimize_model(
        model, AL(model), Metrics(), X, y, None, None, regularizer=regularizer, unitize_data=False
    )
    hidden, output = (np.asarray(part, dtype=float) for part in fitted.parameters[:2])
    return TwoLayerNetwork(hidden.reshape(-1, problem.d), output.ravel()).objective(problem)


def rivals() -> None:
    """Objective over the proven optimum, minus one."""
    print("\nrivals: objective / p* - 1")
    line("n", "beta", "best", "median", "worst", "seconds", "rival")
    for n, ratio in ((50, 0.01), (100, 0.01), (100, 0.001)):
        problem = instance(n, 3, ratio)
        solution = train(problem)
        optimum = float(certify(problem, solution).lower)
        contenders = {
            "pyscnn, 100 gates": lambda p: [sampled_gates(p, 100, seed) for seed in range(3)],
            "pyscnn, 1000 gates": lambda p: [sampled_gates(p, 1000, seed) for seed in range(3)],
            "Adam, cosine, 20 seeds": lambda p: gradient_training(p, 20, 2 * p.n),
        }
        line(n, ratio * n, solution.upper / optimum - 1, "", "", solution.seconds, "proven optimum")
        for name, contender in contenders.items():
            began = time.perf_counter()
            try:
                ratios = np.array(contender(problem)) / optimum - 1
            except ImportError as missing:
                line(n, ratio * n, "", "", "", f"needs {missing.name}", name)
                continue
            seconds = time.perf_counter() - began
            best, middle, worst = np.min(ratios), np.median(ratios), np.max(ratios)
            line(n, ratio * n, best, middle, worst, seconds, name)


def growth() -> None:
    """Seconds of training against n, with the exponent fitted over the larger half."""
    sizes = {2: (100, 300, 1000, 3000), 3: (50, 100, 200, 400, 800), 4: (20, 30, 45, 70, 100)}
    seconds = {}
    print("\ngrowth of training at beta = n/100")
    for rank, counts in sizes.items():
        seconds[rank] = [min(train(instance(n, rank, 0.01)).seconds for _ in range(2)) for n in counts]
        half = slice(len(counts) // 2, None)
        exponent = np.polyfit(np.log(counts[half]), np.log(seconds[rank][half]), 1)[0]
        shown = ", ".join(f"{n}: {s:.3f} s" for n, s in zip(counts, seconds[rank], strict=True))
        print(f"rank {rank}: n^{exponent:.2f} ({shown})", flush=True)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    axes = Figure(figsize=(6, 4), layout="constrained").subplots()
    for rank, counts in sizes.items():
        axes.loglog(counts, seconds[rank], "o-", label=f"rank {rank}")
    axes.set(xlabel="samples n", ylabel="seconds to the proven optimum", title="Training at beta = n/100")
    axes.legend()
    axes.figure.savefig(Path(__file__).with_name("growth-training.svg"))


def main(sections: list[str]) -> None:
    """Run the named sections, all of them without a name."""
    began = time.perf_counter()
    for rank in (2, 3, 4):
        proven(instance(12, rank, 0.01))
    print(f"compiled or loaded in {time.perf_counter() - began:.1f} s")
    scale = [
        (100, 3, 0.01),
        (300, 3, 0.01),
        (1000, 3, 0.01),
        (1000, 3, 0.001),
        (3000, 3, 0.01),
        (200, 4, 0.01),
        (60, 5, 0.01),
    ]
    small = [(100, 3, 0.001), (100, 3, 0.0001)]
    known = {
        "scale": lambda: table("scale", scale),
        "certificate": certificate,
        "small-beta": lambda: table("small beta", small),
        "program": program,
        "rivals": rivals,
        "growth": growth,
    }
    for name in sections or known:
        known[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
