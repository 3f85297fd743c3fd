"""Statement 3.4b: directional stationarity with other losses and norms, and what splitting neurons does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import ZERO, Vector, combination, dot

from ..exact.judged import fit_of
from ..exact.polyhedral import LOSSES, NORMS
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import Block, chamber_blocks
from ..stationary_points.examples import split_to_descend
from ..stationary_points.polyhedral import (
    ExactOptimum,
    exact_restricted_optimum,
    objective,
)
from ..stationary_points.selections import blocks_around, directional, directional_when_split, settle_exactly
from .catalogue import Outcome, Theorem, all_hold, at_least, that
from .samples import ACTIVATIONS, random_rows

DIRECTIONS = 6


@dataclass(frozen=True, slots=True)
class Products:
    """A network by its products, whether splitting is claimed to change nothing, and a seed of directions."""

    problem: TrainingProblem
    network: RationalNetwork
    split: bool = False
    seed: int = 0


def slope_along(problem: TrainingProblem, network: RationalNetwork, moves: Sequence[Vector]) -> Fraction:
    """The directional derivative of the objective as the products `abs(alpha_j) w_j` move, from definitions.

    Example:
        >>> problem, network = split_to_descend()
        >>> slope_along(problem, network, [(Fraction(0), Fraction(1))])
        Fraction(3, 1)
    """
    fit = fit_of(problem, network)
    change, total = [ZERO] * problem.n, ZERO
    for weights, alpha, move in zip(network.hidden, network.output, moves, strict=True):
        sign = 1 if alpha > 0 else -1
        for row, sample in zip(problem.X.fractions, problem.readout.samples, strict=True):
            at, along = dot(row, weights), dot(row, move)
            leaning = at or along
            change[sample] += sign * along * (1 if leaning > 0 else problem.kappa)
        total += problem.beta * _norm_slope(weights, move, problem.penalty.name)
    return total + sum(map(_loss_slope(problem.loss.name), fit, problem.y, change), ZERO)


def _norm_slope(at: Vector, move: Vector, norm: str) -> Fraction:
    parts = [abs(h) if not w else (h if w > 0 else -h) for w, h in zip(at, move, strict=True)]
    if norm == "1-norm":
        return sum(parts, ZERO)
    largest = max(map(abs, at))
    return max(part for w, part in zip(at, parts, strict=True) if abs(w) == largest)


def _loss_slope(name: str) -> Callable[[Fraction, Fraction, Fraction], Fraction]:
    def squared(f: Fraction, y: Fraction, df: Fraction) -> Fraction:
        return (f - y) * df

    def absolute(f: Fraction, y: Fraction, df: Fraction) -> Fraction:
        return abs(df) if f == y else (df if f > y else -df)

    def hinge(f: Fraction, y: Fraction, df: Fraction) -> Fraction:
        margin = 1 - y * f
        return ZERO if margin < 0 else max(ZERO, -y * df) if margin == 0 else -y * df

    return {"squared": squared, "l1": absolute, "hinge": hinge}[name]


@all_hold
def check(instance: Products) -> Iterator[Outcome]:
    """Decide stationarity by restricted optima, and compare it with slopes from the definition."""
    problem, network = instance.problem, instance.network
    finding, split = directional(problem, network), directional_when_split(problem, network)
    yield that(not split or finding, "optimal over all pairs around, but not over a selection of them")
    if problem.loss.smooth or instance.split:
        yield that(bool(split) == bool(finding), "splitting the neurons opens a way down")
    if finding:
        rng = np.random.default_rng(instance.seed)
        for _ in range(DIRECTIONS):
            moves = rng.integers(-3, 4, (network.width, problem.d)).tolist()
            slope = slope_along(problem, network, [tuple(map(Fraction, move)) for move in moves])
            yield at_least(slope, ZERO, "directional derivative")
        return
    lower = finding.witness
    yield that(lower.check().holds, "the lower optimum is not proven")
    steps = _towards(problem, network, lower)
    if not problem.loss.smooth:
        # One chamber a neuron: all of them move at once. Otherwise slopes add up, also within a neuron.
        steps = [
            [combination([Fraction(1)] * len(steps), moves, problem.d) for moves in zip(*steps, strict=True)]
        ]
    fall = objective(problem, network) - lower.upper
    slope = sum((slope_along(problem, network, moves) for moves in steps), ZERO)
    yield at_least(-slope, fall, "the slope towards a lower optimum")


def _towards(problem: TrainingProblem, network: RationalNetwork, lower: ExactOptimum) -> list[list[Vector]]:
    """Moves of one product each, which together lead to the lower optimum.

    Its neurons in one block are where the first product around which that block lies moves, away from where
    it is if the block is its home; products without a block of their own move to zero.
    """
    around = blocks_around(problem, network)
    homes = [next(b for b in blocks if b in lower.blocks) for blocks in around]
    aims: dict[Block, Vector] = {}
    for weights, alpha, b in zip(lower.network.hidden, lower.network.output, lower.members, strict=True):
        before = aims.get(lower.blocks[b], (ZERO,) * problem.d)
        aims[lower.blocks[b]] = tuple(x + abs(alpha) * w for x, w in zip(before, weights, strict=True))
    single = []
    for j, (weights, alpha) in enumerate(zip(network.hidden, network.output, strict=True)):
        away = tuple(-abs(alpha) * w for w in weights)
        own = aims.pop(homes[j], (ZERO,) * problem.d)
        single.append((j, tuple(x + y for x, y in zip(own, away, strict=True))))
        single += [(j, aims.pop(b)) for b in around[j] if b in aims and b not in homes]
    still = (ZERO,) * problem.d
    return [[move if i == j else still for i in range(network.width)] for j, move in single]


def draw(rng: np.random.Generator) -> Products:
    """The optimum over one pair or two, settled or as it is."""
    rows = random_rows(rng, most=4, widest=2)
    loss, norm = LOSSES[int(rng.integers(3))], NORMS[int(rng.integers(2))]
    y = (
        rng.choice([-1, 1], len(rows)).tolist()
        if loss == "hinge"
        else rng.integers(-4, 5, len(rows)).tolist()
    )
    kappa = ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))]
    problem = TrainingProblem(rows, y, Fraction(int(rng.integers(1, 5)), 4), kappa, loss=loss, penalty=norm)
    pairs = chamber_blocks(problem)
    blocks = [pairs[int(i)] for i in rng.choice(len(pairs), min(2, len(pairs)), replace=False)]
    found = (settle_exactly, exact_restricted_optimum)[int(rng.integers(2))](problem, blocks)
    return Products(problem, found.network, seed=int(rng.integers(1000)))


def fixed() -> Iterator[Products]:
    """A neuron that a split frees; an optimum held by a wall; the zero network."""
    yield Products(*split_to_descend())
    problem = TrainingProblem([[1, -1], [0, 1]], ["1/2", 4], beta=1, penalty="1-norm")
    yield Products(problem, exact_restricted_optimum(problem, [Block((1, 1), 1)]).network)
    yield Products(problem, RationalNetwork([], []))


def control() -> Products:
    """The l1 loss, treated like a differentiable one."""
    return Products(*split_to_descend(), split=True)


THEOREM = Theorem(
    id="3.4b",
    name="stationarity with other losses",
    statement=(
        "For any norm of the weights and any convex loss, a network is directionally stationary if and only "
        "if it is balanced and optimal over every selection of one closed chamber around each neuron, with "
        "its sign. If the loss is differentiable that is optimality over all of them at once; for the l1 and "
        "the hinge loss it is weaker."
    ),
    source="derived",
    note="3.4b-other-losses-and-norms.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="with the l1 loss a directionally stationary network is optimal over all pairs around it",
    control=control,
)
