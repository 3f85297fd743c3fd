"""The network that is judged: the very one that was given, exactly, or a refusal that says what does not fit.

A network comes as one of ours, as another library's with biases of its own, or as any object with weights.
Whatever it predicts with is part of it: its activation, its biases, its intercept, its linear skip. Each is
carried into the problem, where the problem has a place for it, or refused; none is dropped, rounded or
reshaped.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_scalar, exact_vector
from hyperplane_arrangements.exact.rational import Vector, dot

from ..arguments import ones_of
from ..networks.objective import added, exact_fit, exact_objective, hidden_decay
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..terms.words import count
from .setting import Setting, require_outputs

_KINDS = (
    "a TwoLayerNetwork, a RationalNetwork, a network of from_state_dict or from_sklearn, or any "
    "object with hidden (m x d) and output (length m)"
)


def judged(problem: TrainingProblem | Setting, network: Any) -> RationalNetwork:
    """The network on the columns of a problem, exactly.

    Args:
        problem: the problem, of any number of outputs, or its setting.
        network: a TwoLayerNetwork, a RationalNetwork, a BiasedNetwork, or any object with `hidden` (m x d)
            and `output` (length m, or m x q). What else it has of `kappa`, `intercept`, `linear` (length d,
            or d x q) and `biases` (length m) is part of it. Biases are the weights on the one column of ones
            of X, which `hidden` then leaves out.

    Returns:
        A network with the same outputs and the same weights.

    Raises:
        InputError: another activation, another number of inputs or outputs, something that the problem does
            not have, or entries that are no finite real numbers.

    Example:
        >>> from duality_checks import TwoLayerNetwork
        >>> problem = TrainingProblem([[3, 1], [4, 1]], [0, 1], beta=1, free="biases")
        >>> judged(problem, TwoLayerNetwork([[2.0, -1.0]], [0.5], intercept=3.0)).intercept
        Fraction(3, 1)
        >>> from duality_checks.interfaces.foreign.networks import BiasedNetwork
        >>> judged(problem, BiasedNetwork([[2.0]], [0.5], [-1.0])).hidden
        ((Fraction(2, 1), Fraction(-1, 1)),)
    """
    exact = _exact(network)
    if len(problem.targets) > 1:
        require_outputs(exact.count, len(problem.targets))
    elif exact.is_of_several:
        raise InputError(
            f"the network is a {type(network).__name__} with output weights of shape "
            f"{(exact.width, exact.count)}, and the problem has one output; give one weight a neuron, or "
            "judge each output by its own problem"
        )
    if exact.width and getattr(network, "kappa", None) is not None:
        require_activation(problem.kappa, network.kappa)
    biases = _biases(network, exact.width)
    if any(biases) or (biases and any(len(row) < _inputs(problem) for row in exact.hidden)):
        exact = _with_biases(problem, exact, biases)
    for row in (*exact.hidden[:1], exact.linear):
        if row:
            require_inputs(len(row), _inputs(problem))
    if isinstance(problem, Setting):
        problem.require_fit(exact)
    else:
        added(problem, exact.intercept, exact.linear)
    return exact


def skip_of(problem: TrainingProblem, network: RationalNetwork) -> Vector:
    """The weights of what a problem leaves free in its output: the intercept, then the linear skip.

    Raises:
        InputError: the network has one that the problem does not leave free.

    Example:
        >>> skip_of(TrainingProblem([[1]], [1], beta=1, free="intercept"), RationalNetwork([], [], "1/2"))
        (Fraction(1, 2),)
    """
    return added(problem, network.intercept, network.linear or (Fraction(0),) * problem.d)


def objective_of(problem: TrainingProblem, network: Any) -> Fraction:
    """The training objective of a network, exactly; for the logistic loss a rational just above.

    Args:
        problem: the problem; several outputs share the neurons, which are paid for once, and the coupling is
            the norm of their output weights.
        network: as for :func:`judged`.

    Raises:
        InputError: as :func:`judged`.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1, loss="l1")
        >>> objective_of(problem, RationalNetwork([[1]], [1]))
        Fraction(5, 1)
        >>> both, network = [[3, 3], [2, 2]], RationalNetwork([[1]], [[1, 1]])
        >>> [objective_of(problem.restated(y=both, coupling=norm), network) for norm in ("2-norm", "1-norm")]
        [Fraction(19, 2), Fraction(21, 2)]
    """
    exact, total = judged(problem, network), Fraction(0)
    for c, one in enumerate(problem.outputs):
        part = exact.one(c)
        total += exact_objective(one, part.hidden, part.output, skip_of(one, part))
    if not problem.shares:  # norm(alpha)_1^2, where the sum over the outputs has the squares alone
        for alphas in exact.outgoing:
            total += problem.beta * (sum(map(abs, alphas)) ** 2 - dot(alphas, alphas)) / 2
    return total - (exact.count - 1) * hidden_decay(problem, exact.hidden)


def fit_of(problem: TrainingProblem, network: Any) -> Vector:
    """The outputs of a network on the samples of a problem, exactly, length n.

    Raises:
        InputError: as :func:`judged`.

    Example:
        >>> fit_of(TrainingProblem([[1], [2]], [3, 2], beta=1), RationalNetwork([[1]], [2]))
        (Fraction(2, 1), Fraction(4, 1))
    """
    exact = judged(problem, network)
    return exact_fit(problem, exact.hidden, exact.output, skip_of(problem, exact))


def fitting(problem: TrainingProblem | Setting, network: Any) -> tuple[Setting, RationalNetwork]:
    """Problem and network in exact form, once they are known to fit.

    Raises:
        InputError: another activation or another number of inputs, or as :func:`judged`.

    Example:
        >>> problem = TrainingProblem([[1]], [1], beta=1)
        >>> fitting(problem, RationalNetwork([[0.5]], [0.5]))[1].hidden
        ((Fraction(1, 2),),)
    """
    setting = Setting.of(problem)
    return setting, judged(setting, network)


def require_inputs(inputs: int, columns: int) -> None:
    """Refuse a network with another number of inputs than the data has columns.

    Raises:
        InputError: they differ.
    """
    if inputs != columns:
        raise InputError(
            f"the network takes {count(inputs, 'input')} but the data has {count(columns, 'column')}; choose "
            "the columns it was trained on, in its order, and say whether a column of ones is one of them"
        )


def require_activation(kappa: Fraction, network_kappa: Any) -> None:
    """Refuse a network of another activation than the problem's.

    Raises:
        InputError: they differ.
    """
    if exact_scalar(network_kappa, "kappa") != kappa:
        raise InputError(
            f"the network's activation has kappa={network_kappa}, the problem's kappa={kappa}; "
            "use the activation that the network was trained with"
        )


def _exact(network: Any) -> RationalNetwork:
    """The weights, without biases."""
    if isinstance(network, RationalNetwork):
        return network
    if not (hasattr(network, "hidden") and hasattr(network, "output")):
        raise InputError(f"network is of type {type(network).__name__}; give {_KINDS}")
    given = ("hidden", "output", "intercept", "linear")
    stated = {name: getattr(network, name, None) for name in given}
    return RationalNetwork(**{name: _plain(value) for name, value in stated.items() if value is not None})


def _plain(values: Any) -> Any:
    """Tensors and arrays as nested lists of what is in them; complex entries stay complex."""
    return values.tolist() if hasattr(values, "tolist") else values


def _biases(network: Any, width: int) -> Vector:
    stated = getattr(network, "biases", None)
    if stated is None:
        return ()
    stated = _plain(stated)
    found = exact_vector(stated, "biases") if len(stated) else ()
    if len(found) != width:
        raise InputError(f"biases has {len(found)} entries but there are {width} neurons; give one a neuron")
    return found


def _inputs(problem: TrainingProblem | Setting) -> int:
    return problem.inputs if isinstance(problem, Setting) else problem.d


def _with_biases(
    problem: TrainingProblem | Setting, network: RationalNetwork, biases: Vector
) -> RationalNetwork:
    """The network with its biases as weights on the column of ones, wherever that is."""
    ones = _columns_of_biases(problem)
    width, features = len(network.hidden[0]), _inputs(problem) - 1
    if len(ones) != 1 or any(len(row) != features for row in network.hidden):
        raise InputError(
            f"the network has biases beside {width} inputs, but X has {features + 1} columns, "
            f"{len(ones) or 'none'} of them of ones; state the problem with the features that the network "
            "takes and one column of ones for its biases (free='biases' if they were not penalised)"
        )
    (at,) = ones
    rows = [(*row[:at], b, *row[at:]) for row, b in zip(network.hidden, biases, strict=True)]
    linear = network.linear
    if linear:
        none = (Fraction(0),) * network.count if network.is_of_several else Fraction(0)
        linear = (*linear[:at], none, *linear[at:])
    return RationalNetwork(rows, network.output, network.intercept, linear)


def _columns_of_biases(problem: TrainingProblem | Setting) -> list[int]:
    if problem.free and isinstance(problem, Setting):
        return list(problem.free)
    if isinstance(problem, TrainingProblem) and problem.bias is not None:
        return [problem.bias]
    return columns_of_ones(problem)


def columns_of_ones(problem: TrainingProblem | Setting) -> list[int]:
    """The columns of X that hold nothing but ones.

    Example:
        >>> columns_of_ones(TrainingProblem([[3, 1], [4, 1]], [0, 1], beta=1))
        [1]
    """
    return ones_of(problem.X)
