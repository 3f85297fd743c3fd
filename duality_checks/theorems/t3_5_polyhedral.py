"""Statement 3.5b: Clarke stationary networks with the 1-norm or the infinity norm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import ZERO, Vector

from ..exact.polyhedral import NORMS
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import Block, chamber_blocks
from ..stationary_points.examples import kink_of_both, wrong_kink_of_both
from ..stationary_points.polyhedral import exact_restricted_optimum, objective
from ..stationary_points.polyhedral_clarke import clarke_stationary, product_faces
from ..stationary_points.selections import directional, settle_exactly
from .catalogue import Outcome, Theorem, all_hold, equal, that
from .optimality import own_and_opposite
from .samples import ACTIVATIONS, random_rows
from .t3_4_other_terms import slope_along


@dataclass(frozen=True, slots=True)
class Products:
    """A network by its products, with a differentiable loss, and whether it is claimed to be stationary."""

    problem: TrainingProblem
    network: RationalNetwork
    stationary: bool


@all_hold
def check(instance: Products) -> Iterator[Outcome]:
    """Against optima over faces and chambers, and slopes from the definition."""
    problem, network = instance.problem, instance.network
    verdict = clarke_stationary(problem, network)
    verb = "is" if verdict else "is not"
    yield that(bool(verdict) == instance.stationary, f"the network {verb} stationary")
    yield that(verdict or not directional(problem, network), "directionally stationary, but not Clarke")
    best = exact_restricted_optimum(problem, own_and_opposite(product_faces(problem, network)))
    yield that(best.check(), "the optimum over the faces is not proven")
    if verdict:
        yield equal(best.upper, objective(problem, network), "the level and the optimum over the faces")
        return
    smooth = not any(around.kinks for around in verdict.subdifferentials)
    yield that(not smooth or best.upper < objective(problem, network), "optimal over its open chambers")
    for j, direction in verdict.descents.items():
        for side in (1, -1):
            slope = _slope(instance, j, direction, side)
            yield that(side * slope < 0, f"the objective does not pass through neuron {j} along {direction}")


def _slope(instance: Products, j: int, direction: Vector, side: int) -> Fraction:
    still = (ZERO,) * instance.problem.d
    move = tuple(side * x for x in direction)
    moves = [move if i == j else still for i in range(instance.network.width)]
    return slope_along(instance.problem, instance.network, moves)


def judged(problem: TrainingProblem, network: RationalNetwork) -> Products:
    """The claim of the statement, true or false as the network is stationary or not."""
    return Products(problem, network, bool(clarke_stationary(problem, network)))


def draw(rng: np.random.Generator) -> Products:
    """The optimum over two pairs, one of them perhaps a face; settled or as it is."""
    rows = random_rows(rng, most=4, widest=2)
    norm = NORMS[int(rng.integers(2))]
    kappa = ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))]
    y = rng.integers(-9, 10, len(rows)).tolist()
    problem = TrainingProblem(rows, y, Fraction(int(rng.integers(1, 5)), 4), kappa, penalty=norm)
    pairs = chamber_blocks(problem)
    block, other = (pairs[int(rng.integers(len(pairs)))] for _ in range(2))
    if rng.integers(2):
        held = int(rng.integers(len(block.signs)))
        block = Block(tuple(0 if k == held else s for k, s in enumerate(block.signs)), block.output)
    solve = settle_exactly if rng.integers(3) == 0 else exact_restricted_optimum
    found = solve(problem, [block, other])
    return judged(problem, found.network)


def fixed() -> Iterator[Products]:
    """Kinks of row and norm at one place, at different ones, and none; two largest weights; no network."""
    yield Products(*kink_of_both(), False)
    yield Products(*wrong_kink_of_both(), True)
    apart = TrainingProblem([[1, 0], [1, 1]], [2, 1], beta=1, penalty="inf-norm")
    yield judged(apart, RationalNetwork([[1, -1]], [1]))
    corner = TrainingProblem([[1, 1], [1, 0]], [2, 3], beta=1, penalty="inf-norm")
    yield judged(corner, exact_restricted_optimum(corner, [Block((1, 1), 1)]).network)
    yield Products(corner, RationalNetwork([], []), True)


def control() -> Products:
    """The sum of the subdifferentials of penalty and loss, where it is larger than that of both."""
    return Products(*kink_of_both(), True)


THEOREM = Theorem(
    id="3.5b",
    name="Clarke stationary points with polyhedral norms",
    statement=(
        "With the 1-norm or the infinity norm and a loss that is differentiable at the outputs, the balanced "
        "network with the products s_j v_j is Clarke stationary if and only if 0 is, for every neuron, in "
        "the hull of beta q - s_j X'Dv over the pieces around it, q being the norm's gradient and D the "
        "slopes there. Then it is optimal over the faces of its neurons."
    ),
    source="derived; Clarke 1983, theorem 2.5.1",
    note="3.5b-polyhedral-norms.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a slope of any chamber around counts together with any facet of the norm around",
    control=control,
)
