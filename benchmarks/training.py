"""Time proven training and its rivals: `python benchmarks/training.py [SECTION ...]`; all without a name.

Instances: Gaussian features and a column of ones, labels random signs, seed fixed. Compilation, or loading
what an earlier run compiled, comes first and is not counted. Each section puts its table into `README.md`:

* scale: training and the proof in rigorous floats at growing n and rank, with the proven relative gap;
* large: a million samples, in minutes and 2 GB, so by its name alone;
* diabetes: the same on scikit-learn's diabetes data, with the first 4, 5, 6 and 7 features;
* audit: the interval that an audit proves within 5, 20 and 60 seconds at rank 11 and 14;
* certificate: building a certificate for n=1000 and checking it with the standard library alone;
* small: small weight decay, the hard end, where nearly all samples are fitted;
* program: the full convex program over all patterns through CVXPY and Clarabel, in the same run;
* rivals: objectives of sampled gates and of gradient training from 20 seeds over the proven optimum;
* decay: the same for Adam at beta = n/1000, the rate chosen for it;
* growth: seconds against n at ranks 2, 3 and 4, fitted exponents, and the chart `growth-training.svg`.

Sections `program` and `rivals` need the packages of the rivals (cvxpy; pyscnn, torch), and leave out who is
missing; `diabetes` and `audit` need scikit-learn.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import report
import rivals
from rivals import instance

from duality_checks import (
    Effort,
    TrainingProblem,
    TwoLayerNetwork,
    audit,
    certify,
    check,
    check_outputs,
    train,
    train_outputs,
)
from duality_checks.pricing.dual_norm import dual_norm
from duality_checks.pricing.interval import prove_interval
from duality_checks.pricing.limits import MAX_CONES, most_chambers

CHART = Path(__file__).with_name("growth-training.svg")
MAX_CHAMBERS = 10_000_000
# A rival that is not done with its seeds after so many seconds starts no other one.
BUDGET = 30
# The full program may take so many seconds.
LIMIT = 300
SCALE = [
    (100, 3, 100),
    (300, 3, 100),
    (1000, 3, 100),
    (1000, 3, 1000),
    (3000, 3, 100),
    (200, 4, 100),
    (60, 5, 100),
    (10_000, 4, 100),
    (1000, 5, 20),
    (1000, 5, 100),
    (100_000, 3, 100),
]
LARGE = [(1_000_000, 3, 100)]
SMALL = [(100, 3, 1000), (100, 3, 10000), (200, 3, 10000)]
AUDITED = (5, 20, 60)
FEATURES = (4, 5, 6, 7)
PROGRAMS = (16, 32, 48, 64, 200)
SIZES = {2: (300, 1000, 3000, 10000), 3: (50, 100, 200, 400, 800, 1600), 4: (20, 30, 45, 70, 100)}


class Watch:
    """What a block of code took: on the clock, and CPU time of all threads."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0

    def __str__(self) -> str:
        return f"{self.seconds:.2g} ({self.cpu:.2g})"


@contextmanager
def timed() -> Iterator[Watch]:
    """Time a block."""
    watch, clock, cpu = Watch(), time.perf_counter(), time.process_time()
    yield watch
    watch.seconds, watch.cpu = time.perf_counter() - clock, time.process_time() - cpu


def compile_all() -> float:
    """Seconds to compile all loops, or to load them."""
    with timed() as watch:
        for n, rank in ((12, 2), (50, 3), (150, 3), (60, 4)):
            problem = instance(n, rank, 0.01)
            prove_interval(problem, train(problem))
    return watch.seconds


def proven(problems: Iterable[tuple[str, TrainingProblem]]) -> str:
    """A table of training and of the proof in rigorous floats; each problem with how its beta is called."""
    lines = []
    for beta, problem in problems:
        n, rank = problem.n, problem.arrangement.rank
        with timed() as training:
            solution = train(problem, max_chambers=MAX_CHAMBERS)
        with timed() as proof:
            interval = prove_interval(problem, solution, max_chambers=MAX_CHAMBERS)
        chambers = f"{most_chambers(n, rank):,}"
        cells = [str(n), str(rank), beta, chambers, f"{interval.cones:,}", str(training), str(proof)]
        lines.append([*cells, f"{interval.relative_gap:.1e}", str(solution.network.width)])
        print(*lines[-1], flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    heads = ["n", "rank", "beta", "chambers", "cones", "training s (CPU)", "proof s (CPU)"]
    table = report.table([*heads, "relative gap", "neurons"], lines)
    return f"{table}\n\nMost memory until here: {memory} MiB."


def instances(rows: list[tuple[int, int, int]]) -> Iterator[tuple[str, TrainingProblem]]:
    """The instances of n, rank, n / beta."""
    return ((f"n/{share}", instance(n, rank, 1 / share)) for n, rank, share in rows)


def scale() -> str:
    """Growing n and rank."""
    return proven(instances(SCALE))


def large() -> str:
    """A million samples."""
    return proven(instances(LARGE))


def diabetes() -> str:
    """Features and target standardised, and a bias."""
    from sklearn.datasets import load_diabetes

    X, y = load_diabetes(return_X_y=True)
    X, y = (X - X.mean(axis=0)) / X.std(axis=0), (y - y.mean()) / y.std()

    def problems() -> Iterator[tuple[str, TrainingProblem]]:
        for features in FEATURES:
            data = np.c_[X[:, :features], np.ones(len(X))]
            largest = dual_norm(TrainingProblem(data, y, 1), y)
            yield "0.1 beta_max", TrainingProblem(data, y, largest / 10)

    return proven(problems())


def audits() -> str:
    """Diabetes and wine (class 0 or not) with all features and a bias, standardised. What is judged is a
    linear fit, written with two neurons."""
    from sklearn.datasets import load_diabetes, load_wine

    (X, y), (features, kinds) = load_diabetes(return_X_y=True), load_wine(return_X_y=True)
    jobs = [("diabetes", X, (y - y.mean()) / y.std(), beta) for beta in (100, 12)]
    jobs.append(("wine", features, (kinds == 0).astype(float), 10))
    lines = []
    for name, X, y, beta in jobs:
        data = np.c_[(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))]
        fit = np.linalg.lstsq(data, y, rcond=None)[0]
        root = np.sqrt(np.linalg.norm(fit))
        network = TwoLayerNetwork(np.array([fit, -fit]) / root, [root, -root])
        problem = TrainingProblem(data, y, beta)
        for limit in AUDITED:
            with timed() as judging:
                found = audit(problem, network, effort=Effort(seconds=limit, cones=MAX_CONES))
            lower, upper = float(found.lower), float(found.upper)
            cells = [name, str(problem.arrangement.rank), str(beta), str(limit), str(judging)]
            lines.append([*cells, f"{lower:.4g} to {upper:.4g}", f"{100 * (1 - lower / upper):.2g} %"])
            print(*lines[-1], flush=True)
    heads = ["data", "rank", "beta", "limit s", "taken s (CPU)", "p* is proven to be", "relative gap"]
    return report.table(heads, lines)


def small() -> str:
    """Small weight decay."""
    return proven(instances(SMALL))


def certificate() -> str:
    """A certificate at n=1000, rank 3, and the independent checker's time for it."""
    lines = []
    for share in (100, 1000):
        problem = instance(1000, 3, 1 / share)
        solution = train(problem)
        with timed() as building:
            proof = certify(problem, solution)
        with timed() as checking:
            verdict = check(problem, proof)
        verdict.require()
        size = f"{len(proof.to_json()) / 1000:.0f}"
        lines.append([f"n/{share}", str(building), size, str(checking), f"{float(proof.relative_gap):.1e}"])
    return report.table(["beta", "certify s (CPU)", "kB", "check s (CPU)", "relative gap"], lines)


def shared() -> str:
    """Three outputs that share neurons: training with its certificate, and the independent checker."""
    lines = []
    for n, rank in ((300, 3), (1000, 3), (100, 4), (200, 4)):
        X = instance(n, rank, 0.01).X
        Y = np.random.default_rng(n).choice([-1, 1], size=(n, 3)).tolist()
        problem = TrainingProblem(X, Y, Fraction(n, 100), coupling="2-norm")
        with timed() as training:
            proof = train_outputs(problem)
        with timed() as checking:
            check_outputs(problem, proof)
        size = f"{len(proof.certificates[0].to_json()) / 1000:.0f}"
        cells = [str(n), str(rank), f"{most_chambers(n, rank):,}", str(training), size, str(checking)]
        lines.append([*cells, f"{proof.relative_gap:.1e}", str(proof.network.width)])
        print(*lines[-1], flush=True)
    heads = ["n", "rank", "chambers", "training and certificate s (CPU)", "kB", "check s (CPU)"]
    return report.table([*heads, "relative gap", "neurons"], lines)


def program() -> str:
    """Our time for an optimum with its certificate against CVXPY's for the full program."""
    lines = []
    for n in PROGRAMS:
        problem = instance(n, 3, 0.01)
        with timed() as ours:
            solution = train(problem)
            certify(problem, solution)
        theirs = rivals.full_program_apart(n, LIMIT)
        cells = [str(n), f"{problem.arrangement.count_chambers():,}", str(ours)]
        if isinstance(theirs, str):
            cells += [theirs, "", ""]
        else:
            difference = abs(theirs["value"] / solution.upper - 1)
            cells += [f"{theirs['seconds']:.2g} ({theirs['cpu']:.2g})", f"{theirs['cpu'] / ours.cpu:.0f}"]
            cells += [f"{difference:.0e}"]
        lines.append(cells)
        print(*cells, flush=True)
    return report.table(["n", "chambers", "ours s (CPU)", "CVXPY s (CPU)", "ratio", "difference"], lines)


def contenders() -> dict[str, Callable[[TrainingProblem], list[float]]]:
    """Who is installed."""

    def gates(count: int) -> Callable[[TrainingProblem], list[float]]:
        return lambda problem: _within_budget(lambda seed: rivals.sampled_gates(problem, count, seed))

    found: dict[str, Callable[[TrainingProblem], list[float]]] = {}
    if find_spec("scnn"):
        found |= {f"pyscnn, {count} sampled gates": gates(count) for count in (100, 500)}
    if find_spec("torch"):
        found |= {"Adam, cosine schedule": rivals.adam, "momentum, cosine schedule": rivals.momentum}
    return {**found, "L-BFGS": rivals.lbfgs}


def _within_budget(work: Callable[[int], float]) -> list[float]:
    """The values of the first seeds: five of them, fewer when time is up."""
    begun, values = time.perf_counter(), []
    for seed in range(5):
        values.append(work(seed))
        if time.perf_counter() - begun > BUDGET:
            break
    return values


def compare() -> str:
    """Objective over the proven optimum, minus one."""
    lines = []
    for n in (50, 100, 200):
        problem = instance(n, 3, 0.01)
        with timed() as ours:
            solution = train(problem)
            proof = certify(problem, solution)
        lines.append([str(n), "proven optimum", "", f"{float(proof.relative_gap):.0e}", "", "", str(ours)])
        for name, contender in contenders().items():
            with timed() as theirs:
                values = np.array(contender(problem)) / float(proof.lower) - 1
            spread = (f"{value:.1e}" for value in (values.min(), np.median(values), values.max()))
            lines.append([str(n), name, str(len(values)), *spread, str(theirs)])
            print(*lines[-1], flush=True)
    return report.table(["n", "", "seeds", "best", "median", "worst", "s (CPU), all seeds"], lines)


def decay() -> str:
    """Adam's objective over the proven optimum, minus one, at beta = n/1000, with each of three rates."""
    lines = []
    for n in (100, 200):
        problem = instance(n, 3, 0.001)
        with timed() as ours:
            solution = train(problem)
            proof = certify(problem, solution)
        lines.append([str(n), "proven optimum", "", f"{float(proof.relative_gap):.0e}", "", "", str(ours)])
        for rate in (0.01, 0.03, 0.1):
            with timed() as theirs:
                values = np.array(rivals.adam(problem, rate)) / float(proof.lower) - 1
            spread = (f"{100 * value:.1f} %" for value in (values.min(), np.median(values), values.max()))
            lines.append([str(n), f"Adam, rate {rate}", str(len(values)), *spread, str(theirs)])
            print(*lines[-1], flush=True)
    return report.table(["n", "", "seeds", "best", "median", "worst", "s (CPU), all seeds"], lines)


def growth() -> str:
    """CPU seconds of training against n, the least of two, with the exponent over the three largest n."""
    seconds = {rank: [min(_cpu(n, rank) for _ in range(2)) for n in counts] for rank, counts in SIZES.items()}
    slopes = {
        rank: float(np.polyfit(np.log(SIZES[rank][-3:]), np.log(costs[-3:]), 1)[0])
        for rank, costs in seconds.items()
    }
    draw(seconds, slopes)
    lines = []
    for rank, costs in seconds.items():
        cells = ", ".join(f"{n}: {cost:.2g}" for n, cost in zip(SIZES[rank], costs, strict=True))
        lines.append([str(rank), cells, f"{slopes[rank]:.1f}"])
    return report.table(["rank", "CPU s at n = ...", "exponent"], lines)


def _cpu(n: int, rank: int, seed: int) -> float:
    with timed() as watch:
        train(instance(n, rank, 0.01, seed), max_chambers=MAX_CHAMBERS)
    return watch.cpu


def draw(seconds: dict[int, list[float]], slopes: dict[int, float]) -> None:
    """The chart."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    ax = figure.subplots()
    for rank, costs in seconds.items():
        ax.loglog(SIZES[rank], costs, "o-", label=f"rank {rank}: n^{slopes[rank]:.1f}")
    ax.set(title="training at beta = n/100", xlabel="samples n", ylabel="CPU seconds to the optimum")
    ax.grid(True, which="both", alpha=0.2)
    ax.legend(frameon=False)
    with rc_context({"svg.hashsalt": "growth", "svg.fonttype": "none"}):
        figure.savefig(CHART, metadata={"Date": None})


SECTIONS: dict[str, Callable[[], str]] = {
    "scale": scale,
    "large": large,
    "diabetes": diabetes,
    "audit": audits,
    "certificate": certificate,
    "shared": shared,
    "small": small,
    "program": program,
    "rivals": compare,
    "decay": decay,
    "growth": growth,
}
BY_NAME = {"large"}
NEEDS = {
    "diabetes": "sklearn",
    "audit": "sklearn",
    "program": "cvxpy",
    "decay": "torch",
    "growth": "matplotlib",
}


def main(sections: list[str]) -> None:
    """Run the named sections, or all but those of `BY_NAME`, and put their tables into the page."""
    for name in sections:
        if name not in SECTIONS:
            sys.exit(f"there is no section {name}; there are {', '.join(SECTIONS)}")
    print(f"compiled or loaded in {compile_all():.1f} s", flush=True)
    for name in sections or (name for name in SECTIONS if name not in BY_NAME):
        if name in NEEDS and not find_spec(NEEDS[name]):
            print(f"section {name} needs {NEEDS[name]}", flush=True)
            continue
        machine = report.machine()
        report.put(f"training-{name}", f"{machine}\n\n{SECTIONS[name]()}")


if __name__ == "__main__":
    main(sys.argv[1:])
