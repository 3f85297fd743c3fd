"""Which problem a trained network is judged on, and the network in that problem's columns.

A file of weights does not say what was minimised. What decays is told by where the network comes from, or by
its owner: ``"free"`` (weights do, biases do not: scikit-learn's ``alpha``), ``"decayed"`` (all parameters do,
the output's bias too: the ``weight_decay`` of PyTorch's SGD and Adam), ``"column"`` (weights and hidden
biases do, the output's bias, if there is one, does not).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix

from ..exact.judged import judged, objective_of, require_activation, require_inputs
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from ..stationary_points.escape import problem_of
from ..terms.free import DECAYED, NOTHING
from ..terms.words import activation_name
from .foreign.networks import BiasedNetwork, Imported
from .foreign.sklearn_models import LOGISTIC, from_sklearn, is_sklearn, take_apart
from .foreign.state_dicts import import_state_dict
from .foreign.torch_modules import import_torch_module

BIASES = ("free", "decayed", "column")
# What a network with biases was trained on, by where it comes from, unless its owner says so.
USUAL = {"scikit-learn": "free", "PyTorch": "decayed", "arrays": "free", "convex-landscape": "free"}
SAID = {
    "free": "weights decay, hidden biases and the output's do not (scikit-learn's alpha)",
    "decayed": "all weights and biases decay, the output's too (PyTorch's weight_decay in SGD and Adam)",
    "column": "weights and hidden biases decay, the output's bias, if there is one, does not",
}


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A problem and a network in its columns.

    Attributes:
        problem: what the network is judged on, and certificates are written for.
        network: the network in the columns of the problem, exactly.
        setting: for deciding stationarity; None where that is not done, and `unjudged` says why.
        unjudged: why not; '' otherwise.
        objective: what decays, in words, and how to name another.
        notes: what was assumed on the way.
    """

    problem: TrainingProblem
    network: RationalNetwork
    setting: Setting | None
    unjudged: str
    objective: str
    notes: tuple[str, ...]

    @property
    def exact_objective(self) -> Fraction:
        """The objective of the network, exactly; with the logistic loss a rational just above."""
        if self.setting is not None:
            return self.setting.objective(self.network)
        return objective_of(self.problem, self.network)


def imported(network: Any) -> Imported:
    """A network of any kind with its origin.

    Raises:
        InputError: it is none.

    Example:
        >>> imported(TwoLayerNetwork([[1.0]], [1.0])).origin
        'convex-landscape'
    """
    if isinstance(network, Imported):
        return network
    if isinstance(network, Mapping):
        return import_state_dict(network)
    if hasattr(network, "state_dict") and hasattr(network, "modules"):
        return import_torch_module(network)
    if isinstance(network, TwoLayerNetwork):
        return Imported(network, "convex-landscape", network.kappa)
    if isinstance(network, BiasedNetwork):
        return Imported(network, "arrays", network.kappa)
    raise InputError(
        f"network is a {type(network).__name__}; give a TwoLayerNetwork, a BiasedNetwork, a fitted "
        "MLPRegressor or MLPClassifier (or a Pipeline that ends in one), a state_dict, or the torch module"
    )


def place(problem: TrainingProblem, network: Any, biases: str | None = None) -> Placed:
    """The problem that a network is judged on, and the network in it.

    Args:
        problem: the features that the network takes, the targets and beta; or, with a column of ones for the
            biases, the whole objective.
        network: as for :func:`~duality_checks.interfaces.auditing.audit`.
        biases: one of `BIASES`, for a network with biases; by its origin when None.

    Raises:
        InputError: they do not fit.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [1, 2], beta=1)
        >>> place(problem, BiasedNetwork([[1.0]], [1.0], [0.5], 2.0), "decayed").problem.free.name
        'decayed-intercept'
    """
    require_known(biases)
    notes: tuple[str, ...] = ()
    if is_sklearn(network):
        problem, network = _as_fitted(problem, network)
    if _has_origin(network):
        found = _with_slope(problem, imported(network))
        network, notes = found.network, found.notes
        if network.output.ndim == 2:
            raise InputError(
                f"the network has {network.count} outputs, and the problem one; use "
                "audit_outputs with one problem an output, or name each --target on the command line"
            )
        if isinstance(network, BiasedNetwork):
            return _with_biases(problem, network, found, biases)
    if biases is not None:
        raise InputError(f"the network has no biases to be {biases}; leave biases out")
    return _as_stated(problem, network, notes)


def require_known(biases: str | None) -> None:
    """Refuse a word for what decays that is none of `BIASES`.

    Raises:
        InputError: it is none.
    """
    if biases is not None and biases not in BIASES:
        raise InputError(f"biases={biases!r} is unknown; use {', '.join(BIASES)}")


def native(problem: TrainingProblem, network: Any) -> Any:
    """A network of another library as one that :func:`~duality_checks.exact.judged.judged` takes.

    The problem has the columns and the loss that it was trained on. All else is returned as it is.

    Args:
        problem: gives the activation to state_dicts, which do not say theirs.
        network: a state_dict, a torch module, a fitted model of scikit-learn, or anything else.

    Raises:
        InputError: a model that transforms features or targets, or of another loss; or weights that are none
            of a network.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [1, 2], beta=1, activation="abs")
        >>> native(problem, {"0.weight": [[1.0]], "2.weight": [[2.0]]}).kappa
        Fraction(-1, 1)
    """
    if is_sklearn(network):
        alone, loss = from_sklearn(network), take_apart(network).loss
        if problem.plain_loss.name != loss:
            raise _other_loss(problem, loss)
        return alone
    return _with_slope(problem, imported(network)).network if _has_origin(network) else network


def _has_origin(network: Any) -> bool:
    """Whether :func:`imported` knows it; other objects may still have weights."""
    ours = Imported | Mapping | TwoLayerNetwork | BiasedNetwork
    return isinstance(network, ours) or (hasattr(network, "state_dict") and hasattr(network, "modules"))


def _with_slope(problem: TrainingProblem, found: Imported) -> Imported:
    """With the activation of the problem, where its own is not known; the notes say which that is."""
    if found.kappa is not None:
        return found
    notes = tuple(
        note.replace("judged as ReLU", f"judged as {activation_name(problem.kappa)}") for note in found.notes
    )
    return replace(found, notes=notes).with_activation(problem.kappa)


def _other_loss(problem: TrainingProblem, loss: str) -> InputError:
    return InputError(
        f"the model was trained with the {loss} loss, and the problem has {problem.plain_loss.name!r}; give "
        f"loss={loss!r}"
    )


def _as_fitted(problem: TrainingProblem, model: Any) -> tuple[TrainingProblem, Imported]:
    """What a model of scikit-learn was fitted on, and its network."""
    parts = take_apart(model)
    if problem.plain_loss.name not in ("squared", parts.loss):
        raise _other_loss(problem, parts.loss)
    X = parts.features(problem.features) if parts.before else problem.X
    changed = parts.before or parts.behind is not None or parts.loss == LOGISTIC
    if changed:
        problem = restated(problem, X=X, y=parts.targets(problem.y), loss=parts.loss)
    return problem, Imported(
        parts.network, "scikit-learn", Fraction(0), (*parts.notes, *parts.batch_notes(problem.n))
    )


def restated(problem: TrainingProblem, **changes: Any) -> TrainingProblem:
    """A problem with some of its parts replaced, by the names of its arguments.

    Example:
        >>> restated(TrainingProblem([[1]], [1], beta=2, loss="l1"), y=[3]).y
        (Fraction(3, 1),)
    """
    stated: dict[str, Any] = {
        "X": problem.X,
        "y": problem.y,
        "beta": problem.beta,
        "activation": problem.kappa,
        "loss": problem.plain_loss,
        "penalty": problem.penalty,
        "readout": problem.readout,
        "free": problem.free,
        "sample_weights": problem.sample_weights,
    }
    return TrainingProblem(**(stated | changes))


def _as_stated(problem: TrainingProblem, network: Any, notes: tuple[str, ...]) -> Placed:
    """A network whose objective the problem states itself."""
    exact = judged(problem, network)
    setting, unjudged = setting_of(problem)
    return Placed(problem, exact, setting, unjudged, stated_decay(problem), notes)


def setting_of(problem: TrainingProblem) -> tuple[Setting | None, str]:
    """What stationarity is decided in, or why it is not.

    Example:
        >>> setting_of(TrainingProblem([[1]], [1], beta=1, loss="l1"))
        (None, 'the test of stationarity is for the squared loss, not the l1 loss')
    """
    if problem.free.linear:
        return None, "it has a linear skip, which the test of stationarity does not know"
    if problem.plain_loss.name != "squared":
        return (
            None,
            f"the test of stationarity is for the squared loss, not the {problem.plain_loss.name} loss",
        )
    if problem.penalty.name != "2-norm" or not problem.readout.is_identity:
        what = "pooled rows" if problem.penalty.name == "2-norm" else f"the {problem.penalty.name}"
        return None, f"the test of stationarity does not know {what}"
    return Setting.of(problem), ""


def _with_biases(
    problem: TrainingProblem, network: BiasedNetwork, found: Imported, biases: str | None
) -> Placed:
    if network.width:
        require_activation(problem.kappa, network.kappa)
    ones = columns_of_ones(problem)
    if biases is None and network.inputs == problem.d - 1 and len(ones) == 1:
        # The problem says what is penalised: its column of ones is that of the biases.
        return _as_stated(problem, network.on_ones(ones[0]), found.notes)
    require_inputs(network.inputs, problem.d)
    if problem.free:
        raise InputError(
            f"the problem has free={problem.free.name!r} and no column of ones for the biases; give the "
            "features alone and name what decays by biases, or a column of ones"
        )
    kind = biases or USUAL[found.origin]
    objective = said_decay(kind)
    if kind == "free" and problem.plain_loss.name == "squared":
        free_setting, exact = network.free_setting(problem)
        return Placed(problem_of(free_setting)[0], exact, free_setting, "", objective, found.notes)
    if kind == "free" and ones:
        raise InputError(
            f"X has a column of ones (column {ones[0]}) beside the network's biases, which are free; leave "
            "it out"
        )
    (stated_problem,) = with_ones((problem,), network, kind)
    setting, unjudged = setting_of(stated_problem)
    exact = judged(stated_problem, network.on_ones())
    return Placed(stated_problem, exact, setting, unjudged, objective, found.notes)


def with_ones(
    problems: tuple[TrainingProblem, ...], network: BiasedNetwork, kind: str
) -> tuple[TrainingProblem, ...]:
    """Problems on a network's features, with a column of ones for its biases; what decays is one of `BIASES`.

    Example:
        >>> network = BiasedNetwork([[1.0]], [1.0], [0.5], 2.0)
        >>> (stated,) = with_ones((TrainingProblem([[3]], [1], beta=1),), network, "column")
        >>> stated.features.tolist(), stated.free.name
        ([[3.0, 1.0]], 'intercept')
    """
    constant = "intercept" if np.any(network.intercept) else NOTHING
    free = {"free": "biases", "decayed": DECAYED, "column": constant}[kind]
    X = exact_matrix([(*row, Fraction(1)) for row in problems[0].X.fractions])
    return tuple(restated(problem, X=X, free=free) for problem in problems)


def said_decay(kind: str) -> str:
    """What decays where one of `BIASES` says it, and how to say another.

    Example:
        >>> said_decay("column").endswith("for another: --bias free, or biases='free'")
        True
    """
    other = "decayed" if kind == "free" else "free"
    return f"{SAID[kind]}; for another: --bias {other}, or biases={other!r}"


def columns_of_ones(problem: TrainingProblem) -> list[int]:
    """The columns of X that hold nothing but ones.

    Example:
        >>> columns_of_ones(TrainingProblem([[3, 1], [4, 1]], [0, 1], beta=1))
        [1]
    """
    return [j for j, column in enumerate(zip(*problem.X.fractions, strict=True)) if set(column) == {1}]


def stated_decay(problem: TrainingProblem) -> str:
    """What decays where the problem says it.

    Example:
        >>> stated_decay(TrainingProblem([[1]], [1], beta=1, free="intercept"))
        'weights decay, intercept not'
    """
    if problem.free.decayed:
        return SAID["decayed"]
    return "weights decay" + (f", {problem.free.name} not" if problem.free else "")
