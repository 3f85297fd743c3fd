"""Restricted programs with the 1-norm or the infinity norm: rational optima, proven with gap exactly zero.

On a block the network is linear and the unit ball a polytope, so the vertices of (cone and ball) are all the
neurons that an optimum over the block needs, and the program over any blocks is a Lasso over finitely many
rational vectors. Its optimum, its dual vector and the multipliers of every block are rational, and both
objectives are equal: a theorem about the instance (statements 2.7 and 3.4b).

Networks are given by their products `v_j = abs(alpha_j) w_j` here: the objective is
`ell(f) + beta sum_j abs(alpha_j) norm(w_j)`, which the balanced network with the same products attains with
weight decay. Its own weights carry the square roots of the products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix
from hyperplane_arrangements.exact.cddlib import generators
from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector

from ..exact.judged import fit_of, judged
from ..exact.norms import gradient
from ..exact.polyhedral import (
    LOSSES,
    NORMS,
    ball_facets,
    dual_norm_of,
    exact_lasso,
    maximise,
    norm_of,
)
from ..networks.objective import exact_fit
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from .block_proof import BlockProof, Step, by_row, walls
from .blocks import Block


@dataclass(frozen=True, slots=True)
class ExactOptimum(BlockProof):
    """The optimum over some blocks, an optimal network and a proof; all rational.

    The network's neurons have norm 1, and its objective is
    `ell(f) + beta sum_j abs(alpha_j) norm(w_j)`, which the dual objective of v equals.

    Attributes:
        problem: with a polyhedral penalty.
    """

    problem: TrainingProblem

    @property
    def _rows(self) -> ExactMatrix:
        return self.problem.X

    @property
    def _claim(self) -> str:
        return f"the optimum over {len(self.blocks)} blocks is {self.upper}"

    def _bounds(self) -> Iterator[Step]:
        problem, loss = self.problem, self.problem.loss
        yield None, self.upper == objective(problem, self.network), "upper is not the network's objective"
        domain = loss.holds(self.dual, problem.y)
        yield None, domain, f"v is outside the dual domain of the {loss.name} loss"
        yield None, self.lower == loss.lower(self.dual, problem.y), "lower is not the dual objective of v"
        yield None, self.is_exact, "the bounds do not agree"

    def _pull(self, block: Block) -> Vector:
        return _pull(self.problem, block, self.dual)

    def _lengths(self, end: Vector) -> Iterator[tuple[bool, str]]:
        short = dual_norm_of(end, self.problem.penalty.name) <= self.problem.beta
        yield short, "the multipliers leave more than beta"


def exact_restricted_optimum(problem: TrainingProblem, blocks: Sequence[Block]) -> ExactOptimum:
    """The optimum of the convex program over some blocks, in rationals, with gap zero.

    Args:
        problem: with the 1-norm or the infinity norm, and the squared, l1 or hinge loss.
        blocks: closed chambers or faces with output signs; none is allowed, and leaves the zero network.

    Returns:
        The optimum with its proof.

    Raises:
        InputError: another penalty or loss, or a block that does not fit the rows.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1, penalty="1-norm")
        >>> found = exact_restricted_optimum(problem, [Block((1, -1), 1)])
        >>> found.check().holds, found.lower, found.upper
        (True, Fraction(13, 2), Fraction(13, 2))
    """
    blocks = tuple(blocks)
    _require_polyhedral(problem)
    _require_blocks(problem, blocks)
    atoms: dict[tuple[Vector, int], int] = {}
    for b, block in enumerate(blocks):
        for u in _vertices(problem, block):
            atoms.setdefault((u, block.output), b)
    fits = [exact_fit(problem, [u], (Fraction(s),)) for u, s in atoms]
    weights, dual = exact_lasso(fits, problem.y, problem.beta, problem.loss.name)
    used = [(u, s * t, b) for ((u, s), b), t in zip(atoms.items(), weights, strict=True) if t]
    network = RationalNetwork([u for u, _, _ in used], [alpha for _, alpha, _ in used])
    multipliers = tuple(_multipliers(problem, block, dual) for block in blocks)
    lower, upper = problem.loss.lower(dual, problem.y), objective(problem, network)
    homes = tuple(b for _, _, b in used)
    return ExactOptimum(blocks, network, homes, dual, multipliers, lower, upper, problem)


def objective(problem: TrainingProblem, network: RationalNetwork) -> Fraction:
    """`ell(f) + beta sum_j abs(alpha_j) norm(w_j)`: the training objective once balanced, exactly.

    Raises:
        InputError: another penalty or loss, or a network that does not fit the rows.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1, penalty="inf-norm")
        >>> objective(problem, RationalNetwork([[2]], [2]))
        Fraction(13, 2)
    """
    _require_polyhedral(problem)
    network = judged(problem, network)
    fit = fit_of(problem, network)
    norm = problem.penalty.name
    decay = sum(
        (abs(a) * norm_of(w, norm) for a, w in zip(network.output, network.hidden, strict=True)), ZERO
    )
    return problem.loss.upper(fit, problem.y) + problem.beta * decay


def _vertices(problem: TrainingProblem, block: Block) -> Iterator[Vector]:
    """The nonzero vertices of the unit ball cut by the cone."""
    ball = [[ONE, *(-x for x in facet)] for facet in ball_facets(problem.penalty.name, problem.d)]
    cone = [[ZERO, *side] for side in _walls(problem, block)[0]]
    return (u for u in generators(ball + cone)[0] if any(u))


def _pull(problem: TrainingProblem, block: Block, v: Vector) -> Vector:
    """`s M'D T'v`, length d."""
    spread = tuple(v[sample] for sample in problem.readout.samples)
    return tuple(block.output * c for c in gradient(problem, block.signs, spread))


def _multipliers(problem: TrainingProblem, block: Block, v: Vector) -> dict[int, Fraction]:
    """`max {c'u : u in the cone, norm(u) <= 1}` as a linear program; its dual solution."""
    sides, owners = _walls(problem, block)
    ball = [(ONE, tuple(-x for x in facet)) for facet in ball_facets(problem.penalty.name, problem.d)]
    _, values = maximise(_pull(problem, block, v), [(ZERO, side) for side in sides] + ball)
    return by_row(owners, values[: len(owners)])


def _walls(problem: TrainingProblem, block: Block) -> tuple[list[Vector], list[tuple[int, int]]]:
    rows = problem.X.fractions
    return walls(rows, block, (k for k, row in enumerate(rows) if any(row)))


def _require_polyhedral(problem: TrainingProblem) -> None:
    problem.require_penalised("a rational restricted optimum")
    if problem.penalty.name not in NORMS or problem.loss.name not in LOSSES:
        raise InputError(
            f"penalty={problem.penalty.name!r} with loss={problem.loss.name!r} has no rational optimum in "
            f"general; use one of {', '.join(NORMS)} with one of {', '.join(LOSSES)}, or restricted_optimum "
            "for the 2-norm with the squared loss"
        )


def _require_blocks(problem: TrainingProblem, blocks: Sequence[Block]) -> None:
    for b, block in enumerate(blocks):
        if len(block.signs) != len(problem.X.fractions):
            raise InputError(
                f"blocks[{b}] has {len(block.signs)} signs, but X has {len(problem.X.fractions)} rows; give "
                "one sign a row"
            )
        if block.output not in (1, -1) or not set(block.signs) <= {-1, 0, 1}:
            raise InputError(
                f"blocks[{b}]={block!r} is no block; give signs -1, 0 or 1 and an output sign -1 or 1"
            )
