"""Statement 2.8: several outputs, apart or sharing neurons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..networks.objective import activated
from ..optima.several_outputs import OutputsProof, check_outputs, train_outputs
from ..optima.vector_output import SharedNeurons
from ..problem import TrainingProblem
from .bounds import network_objective, proven_interval
from .catalogue import Outcome, Theorem, all_of, at_least, equal
from .rationals import random_unit_vector
from .samples import degenerate_problems, random_problem, random_rationals

TOLERANCE = 1e-6
DIRECTIONS = 2000


@dataclass(frozen=True, slots=True)
class Outputs:
    """A problem with k targets, and a network of it in rescaled form.

    Attributes:
        problem: X, beta and the activation; its y is the first target.
        targets: k vectors of length n.
        network: pairs (unit direction, k output weights).
        coupling: 1 or 2, the norm of a neuron's output weights.
        claimed: the claimed optimum, up to the tolerance; not used with coupling 1, where it is exact.
    """

    problem: TrainingProblem
    targets: tuple[Vector, ...]
    network: tuple[tuple[Vector, Vector], ...]
    coupling: int
    claimed: float = 0.0


def check(instance: Outputs) -> Outcome:
    """Coupling 1: the problem separates, exactly. Coupling 2: the dual norm over faces closes the gap."""
    return all_of(_separate(instance) if instance.coupling == 1 else _shared(instance))


def one_output(instance: Outputs, output: int) -> TrainingProblem:
    """The scalar problem of one target."""
    problem = instance.problem
    return TrainingProblem(problem.X, instance.targets[output], problem.beta, problem.kappa)


def _separate(instance: Outputs) -> Iterator[Outcome]:
    beta, total = instance.problem.beta, Fraction(0)
    lower = Fraction(0)
    for c in range(len(instance.targets)):
        problem = one_output(instance, c)
        # The neuron u with weight t becomes (root u, +-root), root^2 = abs(t), of which only t is rational.
        loss = _loss(problem, [(u, weights[c]) for u, weights in instance.network])
        total += loss + beta * sum(abs(weights[c]) for _, weights in instance.network)
        lower += proven_interval(problem).lower
    together = vector_objective(instance)
    yield equal(together, total, "objective with 1-norms = sum of the scalar objectives")
    yield at_least(together, lower, "objective >= sum of the scalar optima")
    whole = _proof(instance, "1-norm")
    yield at_least(together, whole.lower, "objective >= the proven bound of all outputs at once")
    yield at_least(whole.upper, lower, "the network of all outputs >= sum of the scalar optima")


def _proof(instance: Outputs, coupling: str) -> OutputsProof:
    problem = instance.problem
    rows = list(zip(*instance.targets, strict=True))
    stated = TrainingProblem(problem.X, rows, problem.beta, problem.kappa, coupling=coupling)
    proof = train_outputs(stated)
    check_outputs(stated, proof).require()
    return proof


def _loss(problem: TrainingProblem, network: Sequence[tuple[Vector, Fraction]]) -> Fraction:
    hidden = [u for u, weight in network if weight]
    output = [weight for _, weight in network if weight]
    decay = sum((dot(u, u) for u in hidden), Fraction(0)) + sum((t * t for t in output), Fraction(0))
    return network_objective(problem, hidden, output) - problem.beta / 2 * decay


def vector_objective(instance: Outputs) -> Fraction:
    """``1/2 norm(f - Y)_F^2 + beta sum_j norm(u_j) norm(alpha_j)_1`` with unit directions u_j, exactly."""
    squares = Fraction(0)
    for c, target in enumerate(instance.targets):
        residual = [-value for value in target]
        for u, weights in instance.network:
            seen = activated(instance.problem, u)
            residual = [r + weights[c] * x for r, x in zip(residual, seen, strict=True)]
        squares += dot(residual, residual)
    penalty = sum((sum(map(abs, weights)) for _, weights in instance.network), Fraction(0))
    return squares / 2 + instance.problem.beta * penalty


def _shared(instance: Outputs) -> Iterator[Outcome]:
    shared = SharedNeurons(instance.problem)
    Y = columns(instance.targets)
    found = shared.train(Y)
    size = max(1.0, found.upper)
    yield equal(found.upper / size, found.lower / size, "p* = d* with the 2-norm", TOLERANCE)
    yield at_least(instance.claimed / size, found.lower / size, "claimed optimum >= lower bound", TOLERANCE)
    yield at_least(found.upper / size, instance.claimed / size, "claimed optimum <= a network", TOLERANCE)
    directions = np.random.default_rng(0).standard_normal((DIRECTIONS, instance.problem.d))
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    sampled = np.linalg.norm(Y.T @ shared.outputs(directions), axis=0).max()
    over_faces = shared.maximum(Y).value
    scale = max(1.0, sampled)
    yield at_least(over_faces / scale, sampled / scale, "maximum over faces >= any direction", TOLERANCE)
    # Sharing is cheaper than the 1-norm's separate problems: norm(alpha)_2 <= norm(alpha)_1.
    apart = float(sum(proven_interval(one_output(instance, c)).upper for c in range(Y.shape[1])))
    yield at_least(apart / size, found.lower / size, "2-norm optimum <= 1-norm optimum", TOLERANCE)
    proof = _proof(instance, "2-norm")
    claimed = float(instance.claimed) / size
    yield at_least(claimed, float(proof.lower) / size, "claimed optimum >= what V proves", TOLERANCE)
    yield at_least(float(proof.upper) / size, claimed, "claimed optimum <= the network's", TOLERANCE)


def columns(targets: Sequence[Vector]) -> np.ndarray:
    """The targets in floats, one a column."""
    return np.array([[float(x) for x in target] for target in targets]).T


def with_targets(rng: np.random.Generator, problem: TrainingProblem, coupling: int) -> Outputs:
    """Two or three targets and a network of three unit directions."""
    k = int(rng.integers(2, 4))
    others = [tuple(random_rationals(rng, problem.n)) for _ in range(k - 1)]
    network = tuple((random_unit_vector(rng, problem.d), tuple(random_rationals(rng, k))) for _ in range(3))
    targets = (problem.y, *others)
    claimed = SharedNeurons(problem).train(columns(targets)).upper if coupling == 2 else 0.0
    return Outputs(problem, targets, network, coupling, claimed)


def draw(rng: np.random.Generator) -> Outputs:
    """A random problem, either coupling."""
    return with_targets(rng, random_problem(rng, most=4), int(rng.integers(1, 3)))


def fixed() -> Iterator[Outputs]:
    """Both couplings on one problem a degeneracy."""
    rng = np.random.default_rng(8)
    for index, problem in enumerate(degenerate_problems()):
        yield with_targets(rng, problem, 1 + index % 2)


def control() -> Outputs:
    """Two equal targets with the 2-norm, priced as if every output were alone."""
    problem = degenerate_problems()[0]
    apart = 2 * float(proven_interval(problem).upper)
    return Outputs(problem, (problem.y, problem.y), (), 2, apart)


THEOREM = Theorem(
    id="2.8",
    name="vector output",
    statement=(
        "With norm(w_j)^2 + norm(alpha_j)_1^2 the problem is one scalar problem an output. With "
        "norm(alpha_j)_2 the dual constraint is max norm(V'phi(Xu))_2 <= beta, attained on some face."
    ),
    source="Ergen and Pilanci 2025; separation and faces derived",
    note="2.8-vector-output.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="with the 2-norm the outputs separate as well",
    control=control,
)
