"""Clarke stationarity with the 1-norm or the infinity norm, decided in rationals (statement 3.5b).

The norm has kinks of its own, so the objective is smooth near a neuron on each piece of a common refinement:
that of the chambers around the neuron and of the cones on which the norm is linear. Its gradients there, one
a piece, are finitely many rational vectors, and their hull is the subdifferential. A slope and a side of the
norm count together only where their cones meet: the sum of both subdifferentials is larger in general, and
proves nothing.

Networks are given by their products `abs(alpha_j) w_j`, and the balanced network with these is judged, as in
:mod:`.selections`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import signs
from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector

from ..exact.judged import fit_of, judged
from ..exact.norms import gradient
from ..exact.polyhedral import NORMS
from ..exact.programs import Membership
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from .blocks import Block
from .clarke import MAX_LOCAL_CHAMBERS, Subdifferential, local_signs

# Minus the derivative of these is y - f, moved into the dual domain; that of the logistic loss is irrational.
_RESIDUALS = ("squared", "huber", "squared-hinge")


@dataclass(frozen=True, slots=True)
class ClarkeVerdict:
    """Whether a network with a polyhedral penalty is Clarke stationary, with a witness either way.

    Attributes:
        neurons: the numbers of the neurons that have a product; the others are left out.
        subdifferentials: for each of them, in its weights, over `abs(alpha)`.
        memberships: for each of them convex weights of the gradients that make zero, or a direction along
            which all of them fall: one that the objective falls along, and rises against.
    """

    neurons: tuple[int, ...]
    subdifferentials: tuple[Subdifferential, ...]
    memberships: tuple[Membership, ...]

    def __bool__(self) -> bool:
        return all(self.memberships)

    @property
    def descents(self) -> dict[int, Vector]:
        """For each neuron that is not stationary the direction, in its weights, that leads downhill."""
        found = zip(self.neurons, self.memberships, strict=True)
        return {j: member.direction for j, member in found if member.direction is not None}

    def __str__(self) -> str:
        if self:
            count = len(self.neurons)
            return f"Clarke stationary (proven): zero is among the gradients around each of {count} neurons"
        j, direction = next(iter(self.descents.items()))
        towards = ", ".join(map(str, direction))
        return f"not Clarke stationary (proven): the objective falls as neuron {j} moves along ({towards})"


def clarke_stationary(
    problem: TrainingProblem, network: RationalNetwork, max_chambers: int = MAX_LOCAL_CHAMBERS
) -> ClarkeVerdict:
    """Whether the balanced network with these products is Clarke stationary; exact (statement 3.5b).

    Args:
        problem: with the 1-norm or the infinity norm, and any loss but the logistic one.
        network: its products are judged; neurons without any are left out.
        max_chambers: refuse a neuron with more pieces around it.

    Returns:
        The verdict. A stationary network is optimal over the faces of its neurons (:func:`product_faces`).

    Raises:
        InputError: another penalty or loss, a network that does not fit, or an output at a kink of the loss.
        TooLargeError: too many pieces around a neuron.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1, penalty="1-norm")
        >>> print(clarke_stationary(problem, RationalNetwork([[2], [-1]], [2, 1])))
        Clarke stationary (proven): zero is among the gradients around each of 2 neurons
        >>> print(clarke_stationary(problem, RationalNetwork([[2]], [1])))
        not Clarke stationary (proven): the objective falls as neuron 0 moves along (2)
    """
    network = judged(problem, network)
    used = product_neurons(network)
    found = polyhedral_subdifferentials(problem, network, max_chambers)
    return ClarkeVerdict(used, found, tuple(around.contains_zero() for around in found))


def polyhedral_subdifferentials(
    problem: TrainingProblem, network: RationalNetwork, max_chambers: int = MAX_LOCAL_CHAMBERS
) -> tuple[Subdifferential, ...]:
    """The Clarke subdifferentials, over `abs(alpha_j)`, of the balanced network with these products.

    Args:
        problem: as in :func:`clarke_stationary`.
        network: its products count.
        max_chambers: refuse a neuron with more pieces around it.

    Returns:
        One for each neuron with a product; a chamber is listed once for each piece in it. The gradients are
        `beta q - s X'Dv`, q being the gradient of the norm on the piece.

    Raises:
        InputError: as :func:`clarke_stationary`.
        TooLargeError: too many pieces around a neuron.

    Example:
        The kink of the row (0, 1) is one of the 1-norm as well: two pieces, not four.

        >>> from duality_checks.stationary_points.examples import kink_of_both
        >>> (here,) = polyhedral_subdifferentials(*kink_of_both())
        >>> [tuple(map(int, g)) for g in here.gradients]
        [(0, 1), (0, 1)]
    """
    if problem.penalty.name not in NORMS:
        raise InputError(
            f"penalty={problem.penalty.name!r} is not polyhedral; use stationarity, or one of "
            f"{', '.join(NORMS)}"
        )
    problem.require_penalised("Clarke stationarity with a polyhedral norm")
    network = judged(problem, network)
    spread = problem.readout.samples
    v = loss_slope(problem, network)
    pulls = tuple(v[sample] for sample in spread)
    return tuple(
        _around(problem, pulls, network.hidden[j], 1 if network.output[j] > 0 else -1, max_chambers)
        for j in product_neurons(network)
    )


def product_neurons(network: RationalNetwork) -> tuple[int, ...]:
    """The numbers of the neurons that neither end is zero of: those the balanced network has.

    Example:
        >>> product_neurons(RationalNetwork([[1], [0], [1]], [0, 1, 1]))
        (2,)
    """
    neurons = zip(network.hidden, network.output, strict=True)
    return tuple(j for j, (weights, alpha) in enumerate(neurons) if alpha and any(weights))


def product_faces(problem: TrainingProblem, network: RationalNetwork) -> tuple[Block, ...]:
    """The faces of the neurons with their own signs, over which a Clarke stationary network is optimal.

    Example:
        >>> from duality_checks.stationary_points.examples import kink_of_both
        >>> [block.label for block in product_faces(*kink_of_both())]
        ['+0|+']
    """
    network = judged(problem, network)
    faces = [
        Block(tuple(signs(problem.X, [network.hidden[j]])[0].tolist()), 1 if network.output[j] > 0 else -1)
        for j in product_neurons(network)
    ]
    return tuple(dict.fromkeys(faces))


def loss_slope(problem: TrainingProblem, network: RationalNetwork) -> Vector:
    """`v = -ell'(f)` at a network's outputs, exactly.

    Raises:
        InputError: an irrational derivative, or an output at a kink of the loss.

    Example:
        >>> problem = TrainingProblem([[1], [1]], [3, 1], beta=1, loss="l1")
        >>> loss_slope(problem, RationalNetwork([[2]], [1]))
        (Fraction(1, 1), Fraction(-1, 1))
    """
    loss, kind = problem.loss, problem.loss.name.partition(":")[0]
    pairs = list(zip(fit_of(problem, network), problem.y, strict=True))
    if kind in _RESIDUALS:
        return tuple(loss.inside(y - f, y) for f, y in pairs)
    if loss.smooth:
        raise InputError(
            f"loss={loss.name!r} has irrational derivatives, and Clarke stationarity is decided in rationals "
            f"here; use one of {', '.join(_RESIDUALS)}, l1, hinge"
        )
    # Both the l1 and the hinge loss bend where f = y, and y is a label of the latter.
    for k, (f, y) in enumerate(pairs):
        if f == y:
            raise InputError(
                f"sample {k} is fitted exactly, where the {loss.name} loss has a kink that ties all neurons "
                "together; use directional, which decides a stronger notion there"
            )
    return tuple((ONE if y > f else -ONE) if kind == "l1" else (y if y * f < 1 else ZERO) for f, y in pairs)


def norm_walls(weights: Vector, norm: str) -> list[Vector]:
    """Normals of hyperplanes through a nonzero vector, between which the norm is linear near it.

    The 1-norm bends where a coordinate is zero, the infinity norm where two of the largest change places.

    Example:
        >>> one, zero = Fraction(1), Fraction(0)
        >>> [[int(x) for x in wall] for wall in norm_walls((one, zero), "1-norm")]
        [[0, 1]]
        >>> [[int(x) for x in wall] for wall in norm_walls((one, -one), "inf-norm")]
        [[1, 1]]
    """
    if norm == "1-norm":
        return [_unit(len(weights), i, 1) for i, w in enumerate(weights) if not w]
    return [
        tuple(a - b for a, b in zip(one, other, strict=True))
        for one, other in combinations(_largest(weights), 2)
    ]


def norm_gradient(weights: Vector, sides: Sequence[int], norm: str) -> Vector:
    """The gradient of the norm near a nonzero vector, given the sides of its :func:`norm_walls`.

    Example:
        >>> one, zero = Fraction(1), Fraction(0)
        >>> [int(x) for x in norm_gradient((one, zero), [-1], "1-norm")]
        [1, -1]
        >>> [int(x) for x in norm_gradient((one, -one), [-1], "inf-norm")]
        [0, -1]
    """
    if norm == "1-norm":
        zeros = iter(sides)
        return tuple(Fraction(next(zeros)) if not w else (ONE if w > 0 else -ONE) for w in weights)
    largest = _largest(weights)
    beaten: set[int] = set()
    for (i, j), side in zip(combinations(range(len(largest)), 2), sides, strict=True):
        beaten.add(j if side > 0 else i)
    return next(unit for i, unit in enumerate(largest) if i not in beaten)


def _largest(weights: Vector) -> list[Vector]:
    """`sign(w_i) e_i` for the coordinates of the largest size."""
    size = max(map(abs, weights))
    return [_unit(len(weights), i, 1 if w > 0 else -1) for i, w in enumerate(weights) if abs(w) == size]


def _unit(dimension: int, at: int, sign: int) -> Vector:
    return tuple(Fraction(sign) if i == at else ZERO for i in range(dimension))


def _around(
    problem: TrainingProblem, pulls: Vector, weights: Vector, output: int, limit: int
) -> Subdifferential:
    rows, norm = problem.X.fractions, problem.penalty.name
    at = tuple(signs(problem.X, [weights])[0].tolist())
    kinks = tuple(k for k, s in enumerate(at) if s == 0 and any(rows[k]))
    chambers, gradients = [], []
    for sides in local_signs([*(rows[k] for k in kinks), *norm_walls(weights, norm)], limit):
        full = dict(enumerate(at)) | dict(zip(kinks, sides, strict=False))
        chamber = tuple(full.values())
        q = norm_gradient(weights, sides[len(kinks) :], norm)
        pull = gradient(problem, chamber, pulls)
        chambers.append(chamber)
        gradients.append(tuple(problem.beta * a - output * c for a, c in zip(q, pull, strict=True)))
    return Subdifferential(at, kinks, tuple(chambers), tuple(gradients))
