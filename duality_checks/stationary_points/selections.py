"""Directional stationarity with the 1-norm or the infinity norm: exact, and where the notion changes (3.4b).

Directionally stationary networks are the balanced ones that are optimal over every selection of one closed
chamber around each neuron. With a differentiable loss that is optimality over all those chambers at once, as
for the 2-norm. With the l1 or the hinge loss it is weaker, since each selection may have a dual vector of its
own: a neuron split in two can move to both sides of a kink where each side alone leads uphill.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

from hyperplane_arrangements.errors import TooLargeError
from hyperplane_arrangements.exact import signs
from hyperplane_arrangements.values.findings import Finding

from ..exact.judged import judged
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from .blocks import Block
from .clarke import local_signs
from .polyhedral import ExactOptimum, exact_restricted_optimum, objective

MAX_SELECTIONS = 4096


def blocks_around(problem: TrainingProblem, network: RationalNetwork) -> tuple[tuple[Block, ...], ...]:
    """For each neuron that contributes or is penalised, all closed chambers around it with its sign.

    Raises:
        InputError: the network does not fit the rows.
        TooLargeError: too many chambers meet at a neuron.

    Example:
        >>> problem = TrainingProblem([[1, -1], [0, 1]], [2, 2], beta=1, penalty="1-norm")
        >>> [[b.label for b in around] for around in blocks_around(problem, RationalNetwork([[1, 0]], [1]))]
        [['++|+', '+-|+']]
    """
    network = judged(problem, network)
    found, rows = [], problem.X.fractions
    for weights, alpha in zip(network.hidden, network.output, strict=True):
        if not alpha or not any(weights):
            continue
        at = signs(problem.X, [weights])[0].tolist()
        kinks = [k for k, s in enumerate(at) if s == 0 and any(rows[k])]
        chambers = []
        for local in local_signs([rows[k] for k in kinks]):
            full = dict(enumerate(at)) | dict(zip(kinks, local, strict=True))
            chambers.append(Block(tuple(full.values()), 1 if alpha > 0 else -1))
        found.append(tuple(chambers))
    return tuple(found)


def directional(problem: TrainingProblem, network: RationalNetwork) -> Finding:
    """Whether the balanced network with these products is directionally stationary; exact (statement 3.4b).

    It is if and only if it is optimal over every selection of one closed chamber around each neuron. Where
    the loss is differentiable that is one question, over all those chambers at once; where it is not, each
    selection may need a dual vector of its own.

    Args:
        problem: with a polyhedral penalty.
        network: its products are judged; neurons without any product are left out.

    Returns:
        A finding, whose witness when refuted is an :class:`ExactOptimum` that is lower.

    Raises:
        InputError: another penalty or loss, or a network that does not fit.
        TooLargeError: too many selections.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1, penalty="1-norm")
        >>> bool(directional(problem, RationalNetwork([[2]], [2])))
        True
    """
    around = blocks_around(problem, network)
    if problem.loss.smooth:
        return _lowest(problem, network, [_union(around)])
    count = prod(map(len, around))
    if count > MAX_SELECTIONS:
        raise TooLargeError(
            f"{count:,} selections of one chamber around each neuron, over the limit of {MAX_SELECTIONS:,}; "
            "directional_when_split needs only one program",
            predicted=count,
            limit=MAX_SELECTIONS,
        )
    return _lowest(problem, network, product(*around))


def directional_when_split(problem: TrainingProblem, network: RationalNetwork) -> Finding:
    """Whether it stays directionally stationary however its neurons are split into parallel ones; exact.

    That is optimality over all closed chambers around its neurons at once, with their signs.

    Args:
        problem: with a polyhedral penalty.
        network: its products are judged.

    Returns:
        A finding, whose witness when refuted is an :class:`ExactOptimum` that is lower.

    Raises:
        InputError: another penalty or loss, or a network that does not fit.

    Example:
        >>> from duality_checks.stationary_points.examples import split_to_descend
        >>> bool(directional(*split_to_descend())), bool(directional_when_split(*split_to_descend()))
        (True, False)
    """
    return _lowest(problem, network, [_union(blocks_around(problem, network))])


def settle_exactly(problem: TrainingProblem, blocks: Sequence[Block]) -> ExactOptimum:
    """A stationary point with rational products, downhill of the optimum over some blocks.

    The optimum over blocks may rest on a wall that the network would cross. Then the chambers around it are
    the next blocks; the levels fall strictly and there are finitely many sets of blocks, so it ends.

    Args:
        problem: with a polyhedral penalty.
        blocks: where to begin.

    Returns:
        An optimum over all chambers around its neurons: directionally stationary, however it is split.

    Raises:
        InputError: another penalty or loss, or a block that does not fit.

    Example:
        >>> problem = TrainingProblem([[1, -1], [0, 1]], ["1/2", 4], beta=1, penalty="1-norm")
        >>> start = exact_restricted_optimum(problem, [Block((1, 1), 1)])
        >>> found = settle_exactly(problem, [Block((1, 1), 1)])
        >>> bool(directional(problem, start.network)), bool(directional(problem, found.network))
        (False, True)
        >>> start.upper, found.upper
        (Fraction(49, 8), Fraction(29, 8))
    """
    found = exact_restricted_optimum(problem, blocks)
    while True:
        around = exact_restricted_optimum(problem, _union(blocks_around(problem, found.network)))
        if around.upper == found.upper:
            return around
        found = around


def _lowest(problem: TrainingProblem, network: RationalNetwork, sets: Iterable[tuple[Block, ...]]) -> Finding:
    level = objective(problem, network)
    claim = f"the network of level {level} is optimal over the chambers around its neurons"
    for blocks in sets:
        found = exact_restricted_optimum(problem, blocks)
        if found.upper < level:
            labels = ", ".join(block.label for block in found.blocks) or "no block"
            return Finding(claim, False, found, f"the optimum over {labels} is {found.upper}")
    return Finding(claim, True)


def _union(around: Sequence[Sequence[Block]]) -> tuple[Block, ...]:
    return tuple(dict.fromkeys(block for blocks in around for block in blocks))
