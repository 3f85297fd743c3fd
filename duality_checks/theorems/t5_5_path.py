"""Statement 5.5: the optimum for every weight decay, from finitely many certificates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from ..optima.path_band import PathBand, PathNode, Piece
from ..optima.path_refining import path_band
from ..problem import TrainingProblem
from .bounds import Interval, network_objective, proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import degenerate_problems, random_problem

WIDTH = Fraction(1, 40)
LOW, HIGH = Fraction(1, 12), Fraction(4)
TERMS = (("squared", "2-norm"), ("l1", "2-norm"), ("huber:1/2", "1-norm"), ("squared", "inf-norm"))


@dataclass(frozen=True, eq=False, slots=True)
class Path:
    """The claim that a band holds, and the weight decays at which it is compared.

    Attributes:
        problem: its beta plays no part.
        band: claimed to hold ``p*(beta)`` at every beta, within ``width`` between its nodes.
        betas: increasing; certificates of their own decide there.
        width: the claimed relative width.
    """

    problem: TrainingProblem
    band: PathBand
    betas: tuple[Fraction, ...]
    width: Fraction


def banded(problem: TrainingProblem, shares: tuple[Fraction, ...]) -> Path:
    """The claim of the statement: compared on pieces, at these shares of their lengths, and beyond both
    ends."""
    band = path_band(problem, LOW, HIGH, width=WIDTH)
    places = np.linspace(0, len(band.pieces) - 1, len(shares)).astype(int).tolist()
    chosen = [band.pieces[place] for place in places]
    inner = {
        piece.left.beta + share * (piece.right.beta - piece.left.beta)
        for piece, share in zip(chosen, shares, strict=True)
    }
    return Path(problem, band, tuple(sorted({LOW / 2, *inner, 2 * HIGH})), WIDTH)


@all_hold
def check(instance: Path) -> Iterator[Outcome]:
    """Certificates at betas that the band was not made from; then that p* is concave and does not fall."""
    band = instance.band
    yield at_least(instance.width, band.relative_width, "the band is narrow")
    for node in band.nodes:
        yield at_least(node.upper, node.lower, "bounds of a node are in order")
    found: list[tuple[Fraction, Interval]] = []
    for beta in instance.betas:
        proven = proven_interval(instance.problem.with_beta(beta))
        yield at_least(proven.upper, band.lower(beta), "the band's lower bound <= an objective")
        yield at_least(band.upper(beta), proven.lower, "the band's upper bound >= a dual objective")
        found.append((beta, proven))
    for (low, left), (high, right) in pairwise(found):
        yield at_least(right.upper, left.lower, "p* does not fall as beta grows")
        yield at_least(left.upper / low, right.lower / high, "p*(beta)/beta does not grow with beta")
    for (low, left), (middle, inner), (high, right) in zip(found, found[1:], found[2:], strict=False):
        share = (middle - low) / (high - low)
        chord = (1 - share) * left.lower + share * right.lower
        yield at_least(inner.upper, chord, "p* is concave")


def fixed() -> Iterator[Path]:
    """One problem a degeneracy, with several losses and norms."""
    shares = (Fraction(1, 2), Fraction(1, 3))
    for problem, (loss, penalty) in zip(degenerate_problems(), TERMS, strict=False):
        stated = TrainingProblem(problem.X, problem.y, 1, problem.kappa, loss=loss, penalty=penalty)
        yield banded(stated, shares)


def draw(rng: np.random.Generator) -> Path:
    """A random problem, with a loss and a norm, compared at random places."""
    problem = random_problem(rng, most=4)
    loss, penalty = TERMS[int(rng.integers(len(TERMS)))]
    stated = TrainingProblem(problem.X, problem.y, 1, problem.kappa, loss=loss, penalty=penalty)
    return banded(stated, tuple(Fraction(int(k), 16) for k in rng.integers(1, 16, 2)))


def through(problem: TrainingProblem, networks: dict[Fraction, tuple[int, ...]]) -> Path:
    """The false claim: a band through networks that are stationary, and no optima.

    Args:
        problem: of one column.
        networks: at each of two betas, the weights ``w`` of neurons with output weights ``abs(w)``.
    """
    nodes = []
    for beta, weights in networks.items():
        hidden, output = [[Fraction(w)] for w in weights], [Fraction(abs(w)) for w in weights]
        at_one = network_objective(problem.with_beta(beta), hidden, output)
        penalty = network_objective(problem.with_beta(beta + 1), hidden, output) - at_one
        nodes.append(PathNode(beta, at_one, at_one - beta * penalty, penalty, len(weights)))
    left, right = nodes
    band = PathBand((Piece(left, right),))
    low, high = networks
    return Path(problem, band, ((low + high) / 2,), Fraction(1, 2))


def control() -> Path:
    """A single neuron where two are needed: 5 + 4 = 9 at beta = 1, but p*(1) = 7; zero at beta = 5/2."""
    return through(TrainingProblem([[1], [-1]], [5, 3], 1), {Fraction(1): (2,), Fraction(5, 2): ()})


THEOREM = Theorem(
    id="5.5",
    name="the whole path",
    statement=(
        "p*(beta) is concave and does not fall: every network bounds it from above by its line loss + beta "
        "penalty, and certificates at two betas bound it from below by the chord between them, so that "
        "finitely many certificates prove a band around it for every beta; with a smooth loss dual vectors "
        "prove more than the chord, with the squared loss two networks side by side more than their lines."
    ),
    source="derived; Lasso paths: Osborne, Presnell and Turlach 2000, Efron et al. 2004",
    note="5.5-path.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the objective of a stationary network is a point of the path",
    control=control,
)
