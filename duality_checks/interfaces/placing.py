"""Which problem a trained network is judged on, and the network in that problem's columns.

A file of weights does not say what was minimised. What decays is told by where the network comes from, or by
its owner: ``"free"`` (weights do, biases do not: scikit-learn's ``alpha``), ``"decayed"`` (all parameters do,
the output's bias too: the ``weight_decay`` of PyTorch's SGD and Adam), ``"column"`` (weights and hidden
biases do, the output's bias, if there is one, does not).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix

from ..data.datasets import with_ones
from ..exact.judged import columns_of_ones, judged, objective_of, require_activation, require_inputs
from ..exact.setting import UNCOUPLED, Setting, require_outputs
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from ..stationary_points.escape import problem_of
from ..terms.free import DECAYED, NOTHING
from ..terms.words import activation_name
from .foreign.networks import BiasedNetwork, Imported
from .foreign.sklearn_models import LOGISTIC, SklearnModel, from_sklearn, is_sklearn, take_apart
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

_MEAN = (
    "the loss that scikit-learn reports is a mean over outputs, but its gradient is not: beta is its alpha"
)


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A problem and a network in its columns.

    Attributes:
        problem: what the network is judged on, and certificates are written for.
        network: the network in the columns of the problem, or of the setting, exactly.
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


def place(
    problem: TrainingProblem,
    network: Any,
    biases: str | None = None,
    names: Sequence[str | None] | None = None,
) -> Placed:
    """The problem that a network is judged on, and the network in it.

    Args:
        problem: the features that the network takes, the targets and beta; or, with a column of ones for the
            biases, the whole objective.
        network: as for :func:`~duality_checks.interfaces.auditing.audit`.
        biases: one of `BIASES`, for a network with biases; by its origin when None.
        names: of the features, for messages; None for one without.

    Raises:
        InputError: they do not fit.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [1, 2], beta=1)
        >>> place(problem, BiasedNetwork([[1.0]], [1.0], [0.5], 2.0), "decayed").problem.free.name
        'decayed-intercept'
    """
    _require_known(biases)
    notes: tuple[str, ...] = ()
    parts = take_apart(network) if is_sklearn(network) else None
    if parts is not None:
        network = Imported(parts.network, "scikit-learn", Fraction(0), parts.notes)
    if _has_origin(network):
        found, count = _with_slope(problem, imported(network)), len(problem.targets)
        network, notes = found.network, found.notes
        if network.count > count == 1:
            raise InputError(
                f"the network has {network.count} outputs, and the problem one; give a problem of as many, "
                "or name each --target on the command line"
            )
        require_outputs(network.count, count)
        if parts is not None:
            problem, notes = _as_fitted(problem, parts)
        network = network if count > 1 else network.one(0)
        if isinstance(network, BiasedNetwork):
            kind, usual = biases or USUAL[found.origin], biases is None
            return _with_biases(problem, network, kind, usual, notes, names)
    if biases is not None:
        raise InputError(f"the network has no biases to be {biases}; leave biases out")
    return _as_stated(problem, network, notes)


def _require_known(biases: str | None) -> None:
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


def _as_fitted(problem: TrainingProblem, parts: SklearnModel) -> tuple[TrainingProblem, tuple[str, ...]]:
    """What a model of scikit-learn was fitted on, and notes on it."""
    several = len(problem.targets) > 1
    if problem.plain_loss.name not in ("squared", parts.loss):
        raise _other_loss(problem, parts.loss)
    if several and parts.behind is not None:
        raise InputError(
            "the model transforms several targets; state the problem with the targets that its "
            "transformer gives, and give its regressor"
        )
    notes = (*parts.notes, *parts.batch_notes(problem.n), *([_MEAN] if several else []))
    X = exact_matrix(parts.features(problem.features), name="X") if parts.before else problem.X
    if parts.before or parts.behind is not None or parts.loss == LOGISTIC:
        targets = map(parts.targets, problem.targets)
        problem = problem.restated(X=X, y=list(zip(*targets, strict=True)), loss=parts.loss)
    return problem, notes


def _as_stated(problem: TrainingProblem, network: Any, notes: tuple[str, ...]) -> Placed:
    """A network whose objective the problem states itself."""
    exact, unjudged = judged(problem, network), _unjudged(problem)
    setting = None if unjudged else Setting.of(problem)
    return Placed(problem, exact, setting, unjudged, _stated_decay(problem), notes)


def _unjudged(problem: TrainingProblem) -> str:
    """Why stationarity is not decided; '' where it is."""
    if problem.free.linear:
        return "it has a linear skip, which the test of stationarity does not know"
    if problem.plain_loss.name != "squared":
        return f"the test of stationarity is for the squared loss, not the {problem.plain_loss.name} loss"
    if problem.penalty.name != "2-norm":
        return f"the test of stationarity does not know the {problem.penalty.name}"
    if not problem.readout.is_identity:
        return "the test of stationarity does not know pooled rows"
    return UNCOUPLED if len(problem.targets) > 1 and not problem.shares else ""


def _with_biases(
    problem: TrainingProblem,
    network: BiasedNetwork,
    kind: str,
    usual: bool,
    notes: tuple[str, ...],
    names: Sequence[str | None] | None,
) -> Placed:
    """A network with biases; what decays is one of `BIASES`, by its owner or, if `usual`, its origin."""
    if network.width:
        require_activation(problem.kappa, network.kappa)
    ones = columns_of_ones(problem)
    if usual and network.inputs == problem.d - 1 and len(ones) == 1:
        # The problem says what is penalised: its column of ones is that of the biases.
        return _as_stated(problem, network.on_ones(ones[0]), notes)
    require_inputs(network.inputs, problem.d)
    if problem.free:
        raise InputError(
            f"the problem has free={problem.free.name!r} and no column of ones for the biases; give the "
            "features alone and name what decays by biases, or a column of ones"
        )
    if kind == "free" and not _unjudged(problem):
        setting = Setting.with_free_biases(problem)
        return Placed(problem_of(setting)[0], network.rational(), setting, "", _said_decay(kind), notes)
    if kind == "free" and ones:
        name = names[ones[0]] if names else None
        named = f"column {ones[0]}" if name is None else repr(name)
        raise InputError(
            f"X has a column of ones ({named}) beside the network's biases, which are free; judge a network "
            "that was trained without it"
        )
    placed = _with_ones(problem, network, kind)
    return replace(_as_stated(placed, network.on_ones(), notes), objective=_said_decay(kind))


def _with_ones(problem: TrainingProblem, network: BiasedNetwork, kind: str) -> TrainingProblem:
    """The problem on a network's features and a column of ones for its biases; what decays is of
    `BIASES`."""
    constant = "intercept" if np.any(network.intercept) else NOTHING
    free = {"free": "biases", "decayed": DECAYED, "column": constant}[kind]
    return problem.restated(X=with_ones(problem.X), free=free)


def _said_decay(kind: str) -> str:
    """What decays where one of `BIASES` says it, and how to say another."""
    other = "decayed" if kind == "free" else "free"
    return f"{SAID[kind]}; for another: --bias {other}, or biases={other!r}"


def _stated_decay(problem: TrainingProblem) -> str:
    """What decays where the problem says it."""
    if problem.free.decayed:
        return SAID["decayed"]
    return "weights decay" + (f", {problem.free.name} not" if problem.free else "")
