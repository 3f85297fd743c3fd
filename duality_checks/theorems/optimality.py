"""The claim that statements 3.3 to 3.6 share: blocks over which a network is, or is not, optimal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import Block
from ..stationary_points.restricted import certify_restricted
from .catalogue import Outcome, at_least, equal, that


@dataclass(frozen=True, slots=True)
class Optimality:
    """A network with rational weights, some blocks, and whether it is claimed to be optimal over them.

    Attributes:
        problem: the problem.
        network: the network.
        blocks: the blocks.
        optimal: the claim.
    """

    problem: TrainingProblem
    network: RationalNetwork
    blocks: tuple[Block, ...]
    optimal: bool = True


def own_and_opposite(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with both signs of the output weight.

    Example:
        >>> [block.label for block in own_and_opposite((Block((1, 0), 1),))]
        ['+0|+', '+0|-']
    """
    return tuple(dict.fromkeys(Block(block.signs, output) for block in blocks for output in (1, -1)))


def decided(instance: Optimality) -> Iterator[Outcome]:
    """Decide the claim exactly: by bounds that agree, or by a network of the blocks that is better.

    The certificate is verified from the definitions before its bounds are believed.
    """
    setting = Setting.of(instance.problem)
    proof = certify_restricted(setting, instance.blocks, instance.network)
    finding = proof.check()
    yield that(finding.holds, f"the certificate is refused: {finding.reason}")
    if instance.optimal:
        yield equal(proof.lower, proof.upper, "bounds on the optimum over the blocks")
    else:
        yield at_least(_better(instance, proof.upper), Fraction(0), "decrease over the blocks")


def _better(instance: Optimality, value: Fraction) -> Fraction:
    """By how much the blocks beat the network, exactly; -1 where they do not."""
    from ..stationary_points.solver import restricted_optimum

    found = restricted_optimum(instance.problem, instance.blocks)
    # Rounding alone may lower an objective by this much; a claim of "strictly lower" needs more.
    gained = value - found.upper
    return gained if gained > value * Fraction(1, 10**9) and found.check() else Fraction(-1)
