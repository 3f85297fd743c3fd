"""Small exact networks, each of which shows one thing about stationary points (statements 3.3 to 3.8).

All weights, residuals and multipliers are rational, so every claim about them is decided exactly.
"""

from __future__ import annotations

from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem

Example = tuple[TrainingProblem, RationalNetwork]


def two_sides() -> TrainingProblem:
    """One feature, a sample on each side of zero: `X = (1, -1)`, `y = (5, 2)`, beta 1.

    Its four (chamber, sign) pairs have sixteen subsets, and three levels that are reached with positive
    outputs.
    """
    return TrainingProblem([[1], [-1]], [5, 2], beta=1)


def held_by_a_wall() -> TrainingProblem:
    """The optimum over one pair is held by the wall of its cone: it is no stationary point of the full
    problem.

    Example:
        >>> from duality_checks.stationary_points.blocks import Block
        >>> from duality_checks.stationary_points.solver import restricted_optimum
        >>> from duality_checks.stationary_points.stationary import stationarity
        >>> problem = held_by_a_wall()
        >>> stationarity(problem, restricted_optimum(problem, [Block((1, 1), 1)]).network).standing.value
        'not stationary'
    """
    return TrainingProblem([[1, -1], [0, 1]], ["1/2", 4], beta=1)


def saddle() -> Example:
    """No pair in use: the zero network, level 29/2. Weights (t, t) lead down, weights (t, -t) up.

    Example:
        >>> from duality_checks.stationary_points.stationary import first_order
        >>> first_order(*saddle()).is_directional
        True
    """
    return two_sides(), RationalNetwork([[0]], [0])


def spurious_minimum() -> Example:
    """One pair in use, level 13/2: a local minimum among networks of one neuron, and not a global one.

    Example:
        >>> from duality_checks.stationary_points.escape import improving_neuron
        >>> improving_neuron(*spurious_minimum()).decrease
        Fraction(1, 2)
    """
    return two_sides(), RationalNetwork([[2]], [2])


def global_minimum() -> Example:
    """Both pairs with a positive output in use, level 6: the global optimum.

    Example:
        >>> from duality_checks.stationary_points.escape import improving_neuron
        >>> improving_neuron(*global_minimum()) is None
        True
    """
    return two_sides(), RationalNetwork([[2], [-1]], [2, 1])


def wrong_kink() -> Example:
    """Clarke stationary with a kink of the wrong sign: not optimal over the chambers around it (statement
    3.6).

    `v = (1, 2)`: with slope 1/2 at the kink, `X'Dv = (1, -1) + 1/2 * 2 * (0, 1) = (1, 0) = w`. But `s v_2 >
    0` bends the objective downwards, and it falls to both sides.

    Example:
        >>> from duality_checks.stationary_points.stationary import first_order
        >>> state = first_order(*wrong_kink())
        >>> state.is_clarke, state.is_directional
        (True, False)
    """
    return TrainingProblem([[1, -1], [0, 1]], [2, 2], beta=1), RationalNetwork([[1, 0]], [1])


def both_signs() -> Example:
    """Directionally stationary, yet the same chambers with both signs do better (statement 3.6).

    `v = (1, -5)`: the kink holds a neuron with positive output, and one with negative output gains 5 > beta
    on the same chamber.

    Example:
        >>> from duality_checks.stationary_points.stationary import first_order
        >>> first_order(*both_signs()).is_directional
        True
    """
    return TrainingProblem([[1, 0], [0, 1]], [2, -5], beta=1), RationalNetwork([[1, 0]], [1])


def box_is_wrong() -> Example:
    """The box test says 'stationary', and so does automatic differentiation; the network is not.

    The kink rows (0, 1) and (0, -1) are never off together: the objective is differentiable at the neuron,
    with gradient (0, -1). With both slopes 0, as if each row were alone, the gradient seems to vanish.

    Example:
        >>> from duality_checks.stationary_points.blocks import is_autodiff_stationary
        >>> from duality_checks.stationary_points.stationary import first_order
        >>> is_autodiff_stationary(*box_is_wrong()), first_order(*box_is_wrong()).is_clarke
        (True, False)
    """
    problem = TrainingProblem([[1, 0], [0, 1], [0, -1]], [2, 1, -1], beta=1)
    return problem, RationalNetwork([[1, 0]], [1])


def split_to_descend() -> Example:
    """With the l1 loss: directionally stationary, until its neuron is split in two (statement 3.4b).

    The first two samples are fitted and punish any move of the neuron off its kink; half of it to each side
    leaves them fitted, and both other samples gain.

    Example:
        >>> from duality_checks.stationary_points.polyhedral import objective
        >>> from duality_checks.stationary_points.selections import directional
        >>> problem, network = split_to_descend()
        >>> bool(directional(problem, network)), objective(problem, network)
        (True, Fraction(3, 1))
    """
    rows = [[1, 2], [1, -2], [0, 1], [0, -1]]
    problem = TrainingProblem(rows, [1, 1, 1, 1], beta=1, loss="l1", penalty="inf-norm")
    return problem, RationalNetwork([[1, 0]], [1])


def kink_of_both() -> Example:
    """With the 1-norm: a kink of a row where the norm has one too, and no stationary point (statement 3.5b).

    The gradients are (0, 1) on both sides, since what the norm gains the row loses. A slope of one side with
    the norm of the other, which never meet, would give (0, -1) and (0, 3), and zero between them.

    Example:
        >>> from duality_checks.stationary_points.polyhedral_clarke import clarke_stationary
        >>> bool(clarke_stationary(*kink_of_both()))
        False
    """
    problem = TrainingProblem([[1, -2], [0, 1]], [2, 2], beta=1, penalty="1-norm")
    return problem, RationalNetwork([[1, 0]], [1])


def wrong_kink_of_both() -> Example:
    """The same with a larger target: the gradients are (0, -1) and (0, 1), and both sides lead downhill.

    Example:
        >>> from duality_checks.stationary_points.polyhedral_clarke import clarke_stationary
        >>> from duality_checks.stationary_points.selections import directional
        >>> bool(clarke_stationary(*wrong_kink_of_both())), bool(directional(*wrong_kink_of_both()))
        (True, False)
    """
    problem = TrainingProblem([[1, -2], [0, 1]], [2, 4], beta=1, penalty="1-norm")
    return problem, RationalNetwork([[1, 0]], [1])
