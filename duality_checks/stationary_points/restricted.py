"""Convex programs over chosen blocks, (sign vector, output sign) pairs, with exact certificates.

A block (S, s) is the cone `{u : S_k x_k'u >= 0, and x_k'u = 0 where S_k = 0}` with the sign s of the output
weight; S without zeros on nonzero rows is a closed chamber, with some it is a face. On the cone phi(Xu) =
DXu, so the program over blocks is convex:

    min 1/2 norm(sum_i s_i D_i X v_i - y)^2 + beta sum_i norm(v_i),   v_i in the cone of block i.

A network with every neuron in some block bounds its optimum from above. A rational v bounds it from below by
`v'y - 1/2 v'v`, once for every block there are multipliers `lambda`, nonnegative where S_k is not 0 and free
where it is, with `norm(s X'Dv + X'(S or 1) lambda) <= beta` (statement 2.3 restricted). All is decided in
rationals, so "optimal over these blocks" is a theorem whenever the bounds agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, signs
from hyperplane_arrangements.exact.rational import ZERO, Vector, dot

from ..exact.programs import in_cone
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from .block_proof import BlockProof, Step, by_row, moved, walls
from .blocks import Block, members

# Unpenalised coordinates have to vanish; what this weight leaves of them is cancelled exactly afterwards.
FREE_WEIGHT = 1e5
_GRAIN = 2**56
_SHORT = 10**4
# Residuals with longer denominators are rounded, to so many bits.
_LONG = 2**40
_BITS = 60


@dataclass(frozen=True, slots=True)
class RestrictedCertificate(BlockProof):
    """A proof that the optimum over some blocks is between two rationals: squared loss, 2-norm.

    Attributes:
        setting: rows, targets, weight decay.
    """

    setting: Setting

    @property
    def _rows(self) -> ExactMatrix:
        return self.setting.X

    @property
    def _claim(self) -> str:
        return f"{self.lower} <= optimum over {len(self.blocks)} blocks <= {self.upper}"

    def _bounds(self) -> Iterator[Step]:
        setting, v = self.setting, self.dual
        plain = setting.weights is None and not setting.decayed
        yield None, plain, "the bounds are those of samples without weights and a free intercept"
        yield None, self.upper == setting.objective(self.network), "upper is not the network's objective"
        yield None, self.lower == dot(v, setting.y) - dot(v, v) / 2, "lower is not v'y - 1/2 v'v"
        balanced = not (setting.intercept and sum(v, ZERO))
        yield None, balanced, "1'v is not zero, though the output has an intercept"

    def _pull(self, block: Block) -> Vector:
        return pull(self.setting, block, self.dual)

    def _lengths(self, end: Vector) -> Iterator[tuple[bool, str]]:
        yield not any(end[i] for i in self.setting.free), "an unpenalised coordinate is left over"
        yield dot(end, end) <= self.setting.beta**2, "the multipliers leave more than beta"


def pull(setting: Setting, block: Block, v: Vector) -> Vector:
    """`s X'Dv`, length p."""
    return tuple(block.output * c for c in setting.gradient(block.signs, v))


def certify_restricted(
    setting: Setting, blocks: Sequence[Block], network: RationalNetwork
) -> RestrictedCertificate:
    """Prove an interval for the optimum over blocks, from a network in them.

    Args:
        setting: rows, targets, weight decay.
        blocks: the blocks, at least one for each neuron.
        network: neurons of which each is in some block; zero neurons are left out.

    Returns:
        The certificate. Its bounds agree where the network is optimal over the blocks and its weights make
        that decidable (rational lengths); otherwise its gap is as small as the network is good.

    Raises:
        InputError: a neuron is in none of the blocks.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> setting = Setting.of(TrainingProblem([[1], [-1]], [5, 2], beta=1))
        >>> proof = certify_restricted(setting, [Block((1, -1), 1)], RationalNetwork([[2]], [2]))
        >>> proof.is_exact, proof.upper, proof.check().holds
        (True, Fraction(13, 2), True)
    """
    setting.require_plain("a restricted program")
    kept = network.without(
        j for j in range(network.width) if not any((*network.hidden[j], network.output[j]))
    )
    blocks = tuple(blocks)
    homes = _homes(setting, blocks, kept)
    v = _on_a_grid(setting.residual(kept))
    if setting.intercept:
        mean = sum(v, ZERO) / setting.n
        v = tuple(value - mean for value in v)
    table = signs(setting.X, kept.hidden).tolist() if kept.width else []
    anchors = [_Anchor(*neuron) for neuron in zip(kept.hidden, kept.output, table, strict=True)]
    found, reach = [], ZERO
    for block in blocks:
        lambdas, left_over = _multipliers(setting, block, pull(setting, block, v), anchors)
        found.append(lambdas)
        reach = max(reach, left_over)
    scale = _best_multiple(setting, v, reach)
    v = tuple(scale * value for value in v)
    multipliers = tuple({k: scale * value for k, value in lambdas.items()} for lambdas in found)
    lower = dot(v, setting.y) - dot(v, v) / 2
    upper = setting.objective(kept)
    return RestrictedCertificate(blocks, kept, homes, v, multipliers, lower, upper, setting)


def _on_a_grid(v: Vector) -> Vector:
    """Short numbers as they are; long ones, which come from floats, as multiples of one power of two."""
    largest = max((abs(value) for value in v), default=ZERO)
    if max((value.denominator for value in v), default=1) <= _LONG or not largest:
        return v
    bits = largest.denominator.bit_length() - largest.numerator.bit_length() + _BITS
    grain = Fraction(1, 2) ** bits
    return tuple(round(value / grain) * grain for value in v)


def _homes(setting: Setting, blocks: Sequence[Block], network: RationalNetwork) -> tuple[int, ...]:
    found = members(setting, blocks, network)
    homes = tuple(home for home in found if home is not None)
    if len(homes) < len(found):
        raise InputError(
            f"neuron {found.index(None)} is in none of the {len(blocks)} blocks; add the block of its signs "
            "and output sign"
        )
    return homes


def _best_multiple(setting: Setting, v: Vector, reach_squared: Fraction) -> Fraction:
    """Statement 2.5: the multiple of v that is feasible and best."""
    square = dot(v, v)
    if not square:
        return ZERO
    best = max(dot(v, setting.y) / square, ZERO)
    if not reach_squared:
        return best
    return min(best, sqrt_below(setting.beta**2 / reach_squared))


def sqrt_below(value: Fraction) -> Fraction:
    """A rational at most the square root, exact for squares of rationals, else within 2^-60 of it,
    relatively.

    Example:
        >>> sqrt_below(Fraction(9, 16)), sqrt_below(Fraction(2)) ** 2 < 2
        (Fraction(3, 4), True)
    """
    p, q = value.numerator, value.denominator
    if isqrt(p) ** 2 == p and isqrt(q) ** 2 == q:
        return Fraction(isqrt(p), isqrt(q))
    # Enough bits for a relative error of 2^-60: the scaled numerator has at least 120.
    shift = max(0, 120 - (p.bit_length() - q.bit_length()))
    shift += shift % 2
    return Fraction(isqrt((p << shift) // q), 1 << (shift // 2))


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A neuron with the exact signs of X w; where it is stationary its multipliers are known exactly."""

    weights: Vector
    alpha: Fraction
    at: list[int]


def _multipliers(
    setting: Setting, block: Block, start: Vector, anchors: Sequence[_Anchor]
) -> tuple[dict[int, Fraction], Fraction]:
    """Multipliers that leave at most beta if any can be found exactly; otherwise as little as floats can.

    Returns:
        The multipliers, and the square of what they leave.
    """
    best: tuple[dict[int, Fraction], Fraction] | None = None
    for candidate in _candidates(setting, block, start, anchors):
        end = moved(setting.rows, block, start, candidate)
        if any(end[i] for i in setting.free):
            continue
        left_over = dot(end, end)
        if best is None or left_over < best[1]:
            best = candidate, left_over
        if left_over <= setting.beta**2:
            break
    if best is None:
        raise InputError(
            f"block {block.label}: no multipliers cancel the unpenalised coordinate; has its cone no inside?"
        )
    return best


def _candidates(
    setting: Setting, block: Block, start: Vector, anchors: Sequence[_Anchor]
) -> Iterator[dict[int, Fraction]]:
    """None at all; those of the neurons in the block; the least ones, rounded briefly and finely."""
    yield {}
    for anchor in anchors:
        if block.holds(anchor.at, anchor.alpha):
            yield from _anchored(setting, block, start, anchor)
    floats = least_multipliers(setting, block, start)
    for grain in (_SHORT, None):
        yield from _rounded(setting, block, start, floats, grain)


def _anchored(
    setting: Setting, block: Block, start: Vector, anchor: _Anchor
) -> Iterator[dict[int, Fraction]]:
    """The multipliers of a balanced stationary neuron: what takes the gradient to `beta P w / abs(alpha)`."""
    kinks = [k for k, s in enumerate(anchor.at) if s == 0 and setting.nonzero[k]]
    goal = [setting.beta * w / abs(anchor.alpha) for w in setting.penalised(anchor.weights)]
    needed = tuple(g - c for g, c in zip(goal, start, strict=True))
    sides, owners = walls(setting.rows, block, kinks)
    found = in_cone(needed, sides).weights
    if found is not None:
        yield by_row(owners, found)


def least_multipliers(setting: Setting, block: Block, start: Vector) -> dict[int, float]:
    """The multipliers that leave the least of `start`, by nonnegative least squares in floats."""
    from scipy.optimize import nnls

    sides, owners = walls(setting.rows, block, (k for k, nonzero in enumerate(setting.nonzero) if nonzero))
    weight = np.ones(setting.inputs)
    weight[list(setting.free)] = FREE_WEIGHT
    matrix = np.array([[float(x) for x in side] for side in sides]).T * weight[:, None]
    right = -np.array([float(c) for c in start]) * weight
    solution, _ = nnls(matrix, right, maxiter=100 * matrix.shape[1])
    return by_row(owners, solution.tolist())


def _rounded(
    setting: Setting, block: Block, start: Vector, floats: dict[int, float], short: int | None
) -> Iterator[dict[int, Fraction]]:
    """The multipliers as rationals, the unpenalised coordinates cancelled exactly if possible."""
    if short is None:
        lambdas = {k: Fraction(round(value * _GRAIN), _GRAIN) for k, value in floats.items()}
    else:
        lambdas = {k: Fraction(value).limit_denominator(short) for k, value in floats.items()}
    for coordinate in setting.free:
        rest = moved(setting.rows, block, start, lambdas)[coordinate]
        if rest and not _cancel(setting, block, lambdas, coordinate, rest):
            return
    yield {k: value for k, value in lambdas.items() if value}


def _cancel(
    setting: Setting, block: Block, lambdas: dict[int, Fraction], coordinate: int, rest: Fraction
) -> bool:
    """Change one multiplier so that the rest of a coordinate vanishes; prefer one that is in use."""
    order = sorted(range(setting.n), key=lambda k: -abs(lambdas.get(k, ZERO)))
    for k in order:
        entry = setting.rows[k][coordinate] * (block.signs[k] or 1)
        if entry:
            value = lambdas.get(k, ZERO) - rest / entry
            if value >= 0 or block.signs[k] == 0:
                lambdas[k] = value
                return True
    return False
