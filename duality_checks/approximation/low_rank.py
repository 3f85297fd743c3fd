"""Training on data of lower rank, and what that proves about the data themselves (statement 4.3).

Let Z be any matrix near X, `s = L norm(X - Z)_2` and v the residual of an optimum on Z. For every u of
length at most 1 `abs(v'phi(Xu)) <= abs(v'phi(Zu)) + s norm(v)`, so `v / (1 + s norm(v)/beta)` is feasible
for X, and

    p*(Z) <= (1 + s norm(v)/beta) p*(X),    p*(X) <= objective on X of the network trained on Z.

Both sides are evaluated in rationals. Chambers are those of Z: at rank k their number is of order n^(k-1),
whatever the rank of X.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix
from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import root_above
from ..exact.spectral import Enclosure, norm_above, rounded_up, singular_value
from ..networks.rational import RationalNetwork
from ..terms.given import whole
from .subsets import ProvenInterval, interval

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate
    from ..problem import TrainingProblem

# The factors are rounded this many bits below the part that the projection drops anyway.
_SPARE_BITS = 24
_MOST_BITS = 52


@dataclass(frozen=True, slots=True)
class LowRank:
    """A training problem with its data replaced by a matrix of rank at most k.

    Attributes:
        original: the problem with X.
        problem: the problem with Z, exactly of rank at most k.
        rank: k.
        sigma: encloses `sigma_{k+1}(X)`, which no matrix of rank k can be nearer than.
        distance: proven: `norm(X - Z)_2 <= distance`.
    """

    original: TrainingProblem
    problem: TrainingProblem
    rank: int
    sigma: Enclosure
    distance: Fraction

    @property
    def shift(self) -> Fraction:
        """`s = L norm(X - Z)_2`, rounded up: how far `phi(Xu)` and `phi(Zu)` are apart for unit u."""
        return max(Fraction(1), abs(self.original.kappa)) * self.distance


def reduce_rank(problem: TrainingProblem, rank: int) -> LowRank:
    """The same problem on a matrix of rank at most k near the best one, exactly.

    A rounded best approximation has full rank again; so the two factors of the singular value decomposition
    are rounded, and multiplied in rational arithmetic.

    Args:
        problem: squared loss, 2-norm.
        rank: k, at least 1 and at most min(n, d).

    Returns:
        The reduced problem with proven distances. A rank that X does not exceed leaves the problem as it is.

    Raises:
        InputError: k is out of range, or a problem of another kind.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[2, 0], [0, "1/8"], [2, 0]], [1, 0, 2], beta=1)
        >>> found = reduce_rank(problem, 1)
        >>> found.problem.arrangement.rank, float(found.sigma.lower) <= 0.125 <= float(found.distance) < 0.126
        (1, True)
    """
    from ..problem import TrainingProblem

    problem.require_standard("the reduction of rank")
    if whole(rank, "rank", least=0) not in range(1, min(problem.X.shape) + 1):
        raise InputError(f"rank is {rank}; give 1 to {min(problem.X.shape)}, the smaller side of X")
    sigma = singular_value(problem.X, rank + 1)
    if not sigma.upper:
        return LowRank(problem, problem, rank, sigma, Fraction(0))
    near = _product(problem.features, rank, float(sigma.upper))
    difference = [
        tuple(a - b for a, b in zip(left, right, strict=True))
        for left, right in zip(problem.X.fractions, near.fractions, strict=True)
    ]
    reduced = TrainingProblem(near, problem.y, problem.beta, problem.kappa)
    return LowRank(problem, reduced, rank, sigma, norm_above(difference))


def _product(floats: np.ndarray, rank: int, dropped: float) -> ExactMatrix:
    left, sizes, right = np.linalg.svd(floats, full_matrices=False)
    bits = int(np.clip(_SPARE_BITS + np.log2(sizes[0] / dropped), _SPARE_BITS, _MOST_BITS))
    scaled = left[:, :rank] * sizes[:rank]
    a, b = _on_grid(scaled, bits), _on_grid(right[:rank], bits)
    columns = list(zip(*b, strict=True))
    return exact_matrix([[dot(row, column) for column in columns] for row in a])


def _on_grid(table: np.ndarray, bits: int) -> list[Vector]:
    """The entries rounded to so many bits below the largest."""
    unit = Fraction(2) ** int(np.ceil(np.log2(np.abs(table).max())) - bits)
    return [tuple(round(Fraction(x) / unit) * unit for x in row) for row in table.tolist()]


def transfer(
    reduced: LowRank, network: RationalNetwork, dual: Vector, norm_bound: Fraction
) -> ProvenInterval:
    """The interval for p*(X) that a network and a dual of the reduced problem prove.

    Args:
        reduced: from :func:`reduce_rank`.
        network: trained on Z; its objective is evaluated on X.
        dual: v, length n.
        norm_bound: at least `norm_dual(v)` for Z; beta for the dual of a certificate of the reduced problem.

    Returns:
        The interval; its `ratio` is the price of the reduction.

    Example:
        >>> from duality_checks import TrainingProblem, certify, train
        >>> problem = TrainingProblem([[2, 0], [0, "1/8"], [2, 0]], [1, 0, 2], beta=1)
        >>> reduced = reduce_rank(problem, 1)
        >>> proof = certify(reduced.problem, train(reduced.problem))
        >>> network = RationalNetwork(proof.network_hidden, proof.network_output)
        >>> 1.0 <= transfer(reduced, network, proof.dual, problem.beta).ratio < 1.3
        True
    """
    size = root_above(dot(dual, dual))
    bound = rounded_up(norm_bound + reduced.shift * size)
    how = f"dual norm at rank {reduced.rank}, and norm(X - Z)"
    return interval(reduced.original, network, dual, bound, how)


def transfer_certificate(reduced: LowRank, certificate: Certificate) -> ProvenInterval:
    """The interval for p*(X) from a certificate of the reduced problem, once a checker has accepted it.

    Args:
        reduced: from :func:`reduce_rank`.
        certificate: of ``reduced.problem``: its dual is feasible there, with a dual norm of at most beta.

    Example:
        >>> from duality_checks import TrainingProblem, certify, train
        >>> reduced = reduce_rank(TrainingProblem([[2, 0], [0, "1/8"], [2, 0]], [1, 0, 2], beta=1), 1)
        >>> found = transfer_certificate(reduced, certify(reduced.problem, train(reduced.problem)))
        >>> found.lower < found.upper
        True
    """
    network = RationalNetwork(certificate.network_hidden, certificate.network_output)
    return transfer(reduced, network, certificate.dual, reduced.original.beta)


@dataclass(frozen=True, slots=True)
class PriorBounds:
    """The bounds of statement 4.3 that need one optimum only, rounded outward.

    Attributes:
        dual_ratio: `1 + s norm(v)/beta`: p* on the matrix that v belongs to is at most this times p* on the
            other.
        squared: `b(p*)`, for the squared loss: the objective on the other matrix of the network that is
            optimal on this one is at most this, and so is p* there.
    """

    dual_ratio: Fraction
    squared: Fraction


def prior_bounds(reduced: LowRank, value: Fraction, dual: Sequence[Fraction]) -> PriorBounds:
    """The bounds from the value p* and the dual of one of the two problems: they go both ways.

    Args:
        reduced: the pair of problems.
        value: at least p* of the one that is solved.
        dual: its optimal dual v.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> pair = reduce_rank(TrainingProblem([[2, 0], [0, "1/8"]], [1, 0], beta=1), 1)
        >>> found = prior_bounds(pair, Fraction(1, 2), (Fraction(1), Fraction(0)))
        >>> [round(float(x), 4) for x in (found.dual_ratio, found.squared)]
        [1.125, 0.5645]
    """
    s, beta = reduced.shift, reduced.original.beta
    ratio = 1 + s * root_above(dot(dual, dual)) / beta
    return PriorBounds(ratio, squared_loss_bound(value, s, beta))


def squared_loss_bound(q: Fraction, shift: Fraction, beta: Fraction) -> Fraction:
    """`b(q) = q + (s/beta) q sqrt(2q) + (s q/beta)^2 / 2`, rounded up.

    The network's outputs move by at most `s sum_j norm(w_j) abs(alpha_j) <= s q/beta`, and its residual is
    at most `sqrt(2q)` long.

    Example:
        >>> squared_loss_bound(Fraction(2), Fraction(1), Fraction(1))
        Fraction(8, 1)
    """
    moved = shift * q / beta
    return q + moved * root_above(2 * q) + moved * moved / 2


def lipschitz_ratio(shift: Fraction, beta: Fraction, constant: Fraction) -> Fraction:
    """`(1 + G s / beta)^2`: for a G-Lipschitz loss, the objective on X of the network trained on Z, over
    p*(X).

    Example:
        >>> lipschitz_ratio(Fraction(1, 10), Fraction(1), Fraction(1))
        Fraction(121, 100)
    """
    return (1 + constant * shift / beta) ** 2
