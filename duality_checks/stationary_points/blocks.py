"""Blocks, (sign vector, output sign) pairs, and the ones that each notion of stationarity selects.

A block (S, s) is the cone `{u : S_k x_k'u >= 0, and x_k'u = 0 where S_k = 0}` with the sign s of the output
weight. S without zeros on nonzero rows is a closed chamber, with some it is a face. What a stationary network
is globally optimal over depends on the notion (statements 3.3 to 3.5): the chambers that a choice of slopes
selects, all chambers around its neurons, or no more than their faces; and always with the neurons' own signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import signs
from hyperplane_arrangements.exact.rational import Vector

from ..exact.judged import fitting
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from .stationary import FirstOrder, Role, first_order


@dataclass(frozen=True, slots=True)
class Block:
    """A cone with fixed activation and the sign of its output weights.

    Attributes:
        signs: for each row -1, 0 or 1; 0 on a nonzero row holds it at zero.
        output: +1 or -1.

    Example:
        >>> Block((1, -1, 0), -1).label
        '+-0|-'
    """

    signs: tuple[int, ...]
    output: int

    @property
    def label(self) -> str:
        """Such as ``+-0|+``: the signs, then the output's."""
        return "".join("-0+"[s + 1] for s in self.signs) + "|" + "-0+"[self.output + 1]

    def holds(self, at: Iterable[int], alpha: Fraction) -> bool:
        """Whether a neuron with these exact signs of X w and this output weight is in the block."""
        return alpha * self.output > 0 and all(a in (s, 0) for a, s in zip(at, self.signs, strict=True))


def members(setting: Setting, blocks: Sequence[Block], network: RationalNetwork) -> tuple[int | None, ...]:
    """For each neuron the index of the first block that holds it, None if there is none; exact."""
    if not network.width:
        return ()
    return tuple(
        next((b for b, block in enumerate(blocks) if block.holds(at, alpha)), None)
        for at, alpha in zip(signs(setting.X, network.hidden).tolist(), network.output, strict=True)
    )


def chamber_blocks(problem: TrainingProblem | Setting, max_chambers: int = 10_000) -> tuple[Block, ...]:
    """Every (closed chamber, output sign) pair: the blocks of the full program (statement 2.1).

    Raises:
        TooLargeError: more chambers than `max_chambers`.

    Example:
        >>> [block.label for block in chamber_blocks(TrainingProblem([[1], [-1]], [1, 1], beta=1))]
        ['+-|+', '+-|-', '-+|+', '-+|-']
    """
    from hyperplane_arrangements.arrangement import Arrangement

    table = Arrangement(problem.X).chambers(max_chambers).signs.tolist()
    return tuple(Block(tuple(row), output) for row in table for output in (1, -1))


def face_blocks(problem: TrainingProblem | Setting, network: Any) -> tuple[Block, ...]:
    """The faces of the neurons with their own signs: over these a Clarke stationary network is optimal (3.5).

    Args:
        problem: the problem.
        network: a network; zero neurons have no block.

    Example:
        >>> problem = TrainingProblem([[1, -1], [0, 1]], [2, 2], beta=1)
        >>> [block.label for block in face_blocks(problem, RationalNetwork([[1, 0]], [1]))]
        ['+0|+']
    """
    return _distinct(
        Block(neuron.subdifferential.signs, output)
        for neuron, output in _active(first_order(problem, network))
    )


def adjacent_blocks(problem: TrainingProblem | Setting, network: Any) -> tuple[Block, ...]:
    """All closed chambers around the neurons with their own signs: a directionally stationary network is
    optimal over these (3.4).

    Example:
        >>> problem = TrainingProblem([[1, -1], [0, 1]], [2, 2], beta=1)
        >>> [block.label for block in adjacent_blocks(problem, RationalNetwork([[1, 0]], [1]))]
        ['++|+', '+-|+']
    """
    return _distinct(
        Block(chamber, output)
        for neuron, output in _active(first_order(problem, network))
        for chamber in neuron.subdifferential.chambers
    )


def selected_blocks(problem: TrainingProblem | Setting, network: Any, side: int = -1) -> tuple[Block, ...]:
    """The blocks that a fixed choice at kinks selects: every kink row counts as if on one side (3.3).

    Args:
        problem: the problem.
        network: the network.
        side: -1 for the slope `kappa` at zero, as PyTorch and most libraries do, +1 for the slope 1.

    Returns:
        The blocks. Where no chamber has the selected signs (opposite kink rows, say) the cone is a face.

    Raises:
        InputError: another side.

    Example:
        >>> problem = TrainingProblem([[1, -1], [0, 1]], [2, 2], beta=1)
        >>> [block.label for block in selected_blocks(problem, RationalNetwork([[1, 0]], [1]))]
        ['+-|+']
    """
    require_side(side)
    return _distinct(
        Block(selected_signs(neuron.subdifferential.signs, neuron.subdifferential.kinks, side), output)
        for neuron, output in _active(first_order(problem, network))
    )


def is_autodiff_stationary(problem: TrainingProblem | Setting, network: Any, side: int = -1) -> bool:
    """Whether automatic differentiation reports an exactly zero gradient (statement 3.3).

    Args:
        problem: the problem.
        network: the network.
        side: the side that kinks count as; see :func:`selected_blocks`.

    Returns:
        Whether `beta P w_j = alpha_j X'Dv` with the slopes so chosen and `beta alpha_j = v'phi(X w_j)` for
        all j. It needs no subdifferential to contain zero: with opposite kink rows the slopes may be those of
        no chamber.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [2, -5], beta=1)
        >>> network = RationalNetwork([[1, 0]], [1])
        >>> is_autodiff_stationary(problem, network), is_autodiff_stationary(problem, network, side=1)
        (True, False)
    """
    require_side(side)
    setting, exact = fitting(problem, network)
    state, v = first_order(setting, exact), setting.residual(exact)
    for neuron, weights, alpha in zip(state.neurons, exact.hidden, exact.output, strict=True):
        here = neuron.subdifferential
        pull = setting.gradient(selected_signs(here.signs, here.kinks, side), v)
        gradient: Vector = tuple(
            setting.beta * w - alpha * c for w, c in zip(setting.penalised(weights), pull, strict=True)
        )
        if any(gradient) or any(neuron.output_gradients):
            return False
    return not any(state.intercept_gradients)


def selected_signs(at: Iterable[int], kinks: Iterable[int], side: int) -> tuple[int, ...]:
    """The signs with every kink row on one side; zero rows keep 0.

    Example:
        >>> selected_signs((1, 0, 0), kinks=(2,), side=-1)
        (1, 0, -1)
    """
    full = list(at)
    for k in kinks:
        full[k] = side
    return tuple(full)


def require_side(side: int) -> None:
    """Refuse a side that is none.

    Raises:
        InputError: neither -1 nor 1.
    """
    if side not in (-1, 1):
        raise InputError(f"side={side!r} is no side of a kink; give -1 (slope kappa at zero) or 1 (slope 1)")


def _active(state: FirstOrder) -> list[tuple[Any, int]]:
    """The neurons that are not zero, with the sign of their output weight."""
    return [
        (neuron, 1 if alpha > 0 else -1)
        for neuron, alpha in zip(state.neurons, state.network.output, strict=True)
        if neuron.role is not Role.ZERO and alpha
    ]


def _distinct(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(dict.fromkeys(blocks))
