"""The lattice of restricted optima: every subset of pairs with its optimum, enumerated in full (statement
3.8).

The more (chamber, sign) pairs, the lower the optimum: along every chain of subsets the levels fall from the
zero network's to p*. Each level is that of a stationary point of its restricted problem, and some are
stationary in the full problem: those are where gradient descent may end.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError, MissingExtraError, TooLargeError
from hyperplane_arrangements.values.findings import Finding

from ..exact.setting import Setting
from ..problem import TrainingProblem
from .blocks import Block, chamber_blocks
from .polyhedral import ExactOptimum, exact_restricted_optimum
from .restricted import RestrictedCertificate
from .selections import directional
from .solver import restricted_optimum
from .stationary import Standing, stationarity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_SUBSETS = 4096


@dataclass(frozen=True, slots=True)
class Node:
    """A subset of pairs and its optimum.

    Attributes:
        pairs: indices of the pairs, increasing.
        certificate: the optimum over them, with its proof.
        standing: whether the network is stationary in the full problem.
    """

    pairs: tuple[int, ...]
    certificate: RestrictedCertificate | ExactOptimum
    standing: Standing


@dataclass(frozen=True, slots=True)
class RestrictedLattice:
    """All subsets of some pairs.

    Attributes:
        blocks: the pairs.
        nodes: one a subset, smallest subsets first.
    """

    blocks: tuple[Block, ...]
    nodes: tuple[Node, ...]

    def covers(self) -> list[tuple[Node, Node]]:
        """Each subset with each that has one pair more."""
        by_pairs = {node.pairs: node for node in self.nodes}
        return [
            (by_pairs[tuple(i for i in node.pairs if i != left)], node)
            for node in self.nodes
            for left in node.pairs
        ]

    def levels(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """The distinct levels, highest first, as proven intervals that do not overlap.

        Intervals that overlap count as one level; where both are exact that is a theorem.
        """
        found: list[tuple[Fraction, Fraction]] = []
        for node in sorted(self.nodes, key=lambda node: node.certificate.upper, reverse=True):
            lower, upper = node.certificate.lower, node.certificate.upper
            if found and upper >= found[-1][0]:
                found[-1] = min(found[-1][0], lower), found[-1][1]
            else:
                found.append((lower, upper))
        return tuple(found)

    def check(self) -> Finding:
        """Verify every certificate, and that no level is above one of a subset; exact.

        Returns:
            A finding whose witness, when it fails, is the pair or pairs of subsets at fault.
        """
        claim = f"the optima over all {len(self.nodes)} subsets are proven, and fall along every chain"
        for node in self.nodes:
            part = node.certificate.check()
            if not part:
                return Finding(claim, False, node.pairs, part.reason)
        for smaller, larger in self.covers():
            if larger.certificate.lower > smaller.certificate.upper:
                return Finding(
                    claim,
                    False,
                    (smaller.pairs, larger.pairs),
                    f"the optimum over {larger.pairs} is above the one over {smaller.pairs}",
                )
        return Finding(claim, True)


def restricted_lattice(
    problem: TrainingProblem | Setting,
    blocks: tuple[Block, ...] | None = None,
    *,
    max_subsets: int = MAX_SUBSETS,
) -> RestrictedLattice:
    """The optimum over every subset of pairs.

    Args:
        problem: the problem, a tiny one; with the 1-norm or the infinity norm all levels are exact.
        blocks: the pairs; all (chamber, sign) pairs when None.
        max_subsets: refuse more than this; two rows in the plane have 8 pairs and 256 subsets.

    Returns:
        The lattice.

    Raises:
        TooLargeError: too many subsets.

    Example:
        >>> from duality_checks.stationary_points.examples import two_sides
        >>> lattice = restricted_lattice(two_sides())
        >>> lattice.check().holds, [str(upper) for _, upper in lattice.levels()]
        (True, ['29/2', '14', '13/2', '6'])
    """
    pairs = chamber_blocks(problem) if blocks is None else tuple(blocks)
    if 2 ** len(pairs) > max_subsets:
        raise TooLargeError(
            f"{len(pairs)} pairs have {2 ** len(pairs):,} subsets, over the limit of {max_subsets:,}; choose "
            "fewer pairs, or raise max_subsets",
            predicted=2 ** len(pairs),
            limit=max_subsets,
        )
    decided = _rational if isinstance(problem, TrainingProblem) and problem.penalty.polyhedral else _enclosed
    nodes = []
    for size in range(len(pairs) + 1):
        for chosen in combinations(range(len(pairs)), size):
            nodes.append(Node(chosen, *decided(problem, [pairs[i] for i in chosen])))
    return RestrictedLattice(pairs, tuple(nodes))


def _enclosed(problem: Any, blocks: list[Block]) -> tuple[RestrictedCertificate, Standing]:
    """With the 2-norm: an interval, and the verdict on the network that it holds."""
    setting = Setting.of(problem)
    found = restricted_optimum(setting, blocks)
    return found, stationarity(setting, found.network).standing


def _rational(problem: Any, blocks: list[Block]) -> tuple[ExactOptimum, Standing]:
    """With a polyhedral penalty: the optimum itself."""
    found = exact_restricted_optimum(problem, blocks)
    return found, Standing.STATIONARY if directional(problem, found.network) else Standing.NOT


def draw_lattice(lattice: RestrictedLattice, ax: Axes | None = None) -> Axes:
    """Draw the lattice: subsets by size from left to right, each at the height of its optimum.

    Filled circles are stationary in the full problem, hollow ones are not, and stars are at the lowest level.

    Args:
        lattice: the lattice.
        ax: where to draw; a new figure when None.

    Returns:
        The axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
        InputError: a lattice without nodes.
    """
    if not lattice.nodes:
        raise InputError("the lattice has no nodes; make it with restricted_lattice")
    if ax is None:
        try:
            from matplotlib import pyplot
        except ImportError:
            raise MissingExtraError(
                "matplotlib is not installed; it comes with: pip install convex-landscape[plot]"
            ) from None
        _, ax = pyplot.subplots()
    assert ax is not None
    places = {node.pairs: _place(lattice, node) for node in lattice.nodes}
    for smaller, larger in lattice.covers():
        (a, b), (c, d) = places[smaller.pairs], places[larger.pairs]
        ax.plot([a, c], [b, d], color="0.85", linewidth=0.8, zorder=1)
    lowest = min(node.certificate.upper for node in lattice.nodes)
    for node in lattice.nodes:
        x, y = places[node.pairs]
        ax.scatter(x, y, zorder=2, **_marker(node, lowest))
    ax.set_xlabel("number of (chamber, sign) pairs")
    ax.set_ylabel("restricted optimum")
    return ax


def _place(lattice: RestrictedLattice, node: Node) -> tuple[float, float]:
    """Its size, spread a little among the subsets of that size, and its level."""
    same = [other.pairs for other in lattice.nodes if len(other.pairs) == len(node.pairs)]
    spread = (same.index(node.pairs) + 1) / (len(same) + 1) - 0.5
    return len(node.pairs) + 0.7 * spread, float(node.certificate.upper)


def _marker(node: Node, lowest: Fraction) -> dict[str, Any]:
    if node.certificate.lower <= lowest:
        return {"marker": "*", "s": 90, "color": "tab:orange"}
    filled = node.standing is not Standing.NOT
    return {"marker": "o", "s": 30, "facecolors": "tab:blue" if filled else "white", "edgecolors": "tab:blue"}
