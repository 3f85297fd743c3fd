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

from ..exact.judged import columns_of_ones, judged, objective_of, require_activation, require_inputs
from ..exact.setting import Setting, require_outputs
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
    """A problem and a network in its columns; or several problems and a network whose outputs share neurons.

    Attributes:
        problems: what the network is judged on, and certificates are written for; one an output.
        network: the network in the columns of the problems, or of the setting, exactly.
        setting: for deciding stationarity; None where that is not done, and `unjudged` says why.
        unjudged: why not; '' otherwise.
        objective: what decays, in words, and how to name another.
        notes: what was assumed on the way.
    """

    problems: tuple[TrainingProblem, ...]
    network: RationalNetwork
    setting: Setting | None
    unjudged: str
    objective: str
    notes: tuple[str, ...]

    @property
    def problem(self) -> TrainingProblem:
        """The first problem: the others have other targets."""
        return self.problems[0]

    @property
    def exact_objective(self) -> Fraction:
        """The objective of the network, exactly; with the logistic loss a rational just above. Where outputs
        share neurons, it has the 2-norm of a neuron's output weights."""
        if self.setting is not None:
            return self.setting.objective(self.network)
        return objective_of(self.problems if self.network.is_of_several else self.problem, self.network)


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
    problem: TrainingProblem | Sequence[TrainingProblem], network: Any, biases: str | None = None
) -> Placed:
    """The problem that a network is judged on, and the network in it.

    Args:
        problem: the features that the network takes, the targets and beta; or, with a column of ones for the
            biases, the whole objective. Or several, the same but for their targets, one an output.
        network: as for :func:`~duality_checks.interfaces.auditing.audit`.
        biases: one of `BIASES`, for a network with biases; by its origin when None.

    Raises:
        InputError: they do not fit.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [1, 2], beta=1)
        >>> place(problem, BiasedNetwork([[1.0]], [1.0], [0.5], 2.0), "decayed").problem.free.name
        'decayed-intercept'
    """
    _require_known(biases)
    problems = (problem,) if isinstance(problem, TrainingProblem) else tuple(problem)
    notes: tuple[str, ...] = ()
    parts = take_apart(network) if is_sklearn(network) else None
    if parts is not None:
        network = Imported(parts.network, "scikit-learn", Fraction(0), parts.notes)
    if _has_origin(network):
        found = _with_slope(problems[0], imported(network))
        network, notes = found.network, found.notes
        if isinstance(problem, TrainingProblem) and network.output.ndim == 2:
            raise InputError(
                f"the network has {network.count} outputs, and the problem one; use "
                "audit_outputs with one problem an output, or name each --target on the command line"
            )
        require_outputs(network.count, len(problems))
        if parts is not None:
            problems, notes = _as_fitted(problems, parts)
        network = network if len(problems) > 1 else network.one(0)
        if isinstance(network, BiasedNetwork):
            return _with_biases(problems, network, biases or USUAL[found.origin], biases is None, notes)
    if biases is not None:
        raise InputError(f"the network has no biases to be {biases}; leave biases out")
    return _as_stated(problems, network, notes)


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


def _as_fitted(
    problems: tuple[TrainingProblem, ...], parts: SklearnModel
) -> tuple[tuple[TrainingProblem, ...], tuple[str, ...]]:
    """What a model of scikit-learn was fitted on, and notes on it."""
    first, several = problems[0], len(problems) > 1
    if first.plain_loss.name not in ("squared", parts.loss):
        raise _other_loss(first, parts.loss)
    if several and parts.behind is not None:
        raise InputError(
            "the model transforms several targets; state the problems with the targets that its "
            "transformer gives, and give its regressor"
        )
    X = exact_matrix(parts.features(first.features), name="X") if parts.before else first.X
    if parts.before or parts.behind is not None or parts.loss == LOGISTIC:
        problems = tuple(one.restated(X=X, y=parts.targets(one.y), loss=parts.loss) for one in problems)
    return problems, (*parts.notes, *parts.batch_notes(first.n), *([_MEAN] if several else []))


def _as_stated(problems: tuple[TrainingProblem, ...], network: Any, notes: tuple[str, ...]) -> Placed:
    """A network whose objective the problems state themselves."""
    exact = judged(_alone(problems), network)
    setting, unjudged = _setting_of(problems)
    return Placed(problems, exact, setting, unjudged, _stated_decay(problems[0]), notes)


def _alone(problems: tuple[TrainingProblem, ...]) -> TrainingProblem | tuple[TrainingProblem, ...]:
    return problems if len(problems) > 1 else problems[0]


def _setting_of(problems: tuple[TrainingProblem, ...]) -> tuple[Setting | None, str]:
    """What stationarity is decided in, or why it is not."""
    first, unknown = problems[0], ""
    if first.free.linear:
        return None, "it has a linear skip, which the test of stationarity does not know"
    if first.plain_loss.name != "squared":
        return None, f"the test of stationarity is for the squared loss, not the {first.plain_loss.name} loss"
    if first.penalty.name != "2-norm":
        unknown = f"the {first.penalty.name}"
    elif not first.readout.is_identity:
        unknown = "pooled rows"
    if unknown:
        return None, f"the test of stationarity does not know {unknown}"
    return Setting.of(problems), ""


def _with_biases(
    problems: tuple[TrainingProblem, ...],
    network: BiasedNetwork,
    kind: str,
    usual: bool,
    notes: tuple[str, ...],
) -> Placed:
    """A network with biases; what decays is one of `BIASES`, by its owner or, if `usual`, its origin."""
    first = problems[0]
    if network.width:
        require_activation(first.kappa, network.kappa)
    ones = columns_of_ones(first)
    if usual and network.inputs == first.d - 1 and len(ones) == 1:
        # The problem says what is penalised: its column of ones is that of the biases.
        return _as_stated(problems, network.on_ones(ones[0]), notes)
    require_inputs(network.inputs, first.d)
    if first.free:
        raise InputError(
            f"the problem has free={first.free.name!r} and no column of ones for the biases; give the "
            "features alone and name what decays by biases, or a column of ones"
        )
    if kind == "free" and _setting_of(problems)[0] is not None:
        setting = Setting.with_free_biases(problems)
        stated = problem_of(setting)[0]
        placed = tuple(stated.restated(y=y) for y in setting.targets)
        return Placed(placed, network.rational(), setting, "", _said_decay(kind), notes)
    if kind == "free" and ones:
        raise InputError(
            f"X has a column of ones (column {ones[0]}) beside the network's biases, which are free; leave "
            "it out"
        )
    placed = _with_ones(problems, network, kind)
    return replace(_as_stated(placed, network.on_ones(), notes), objective=_said_decay(kind))


def _with_ones(
    problems: tuple[TrainingProblem, ...], network: BiasedNetwork, kind: str
) -> tuple[TrainingProblem, ...]:
    """Problems on a network's features and a column of ones for its biases; what decays is of `BIASES`."""
    constant = "intercept" if np.any(network.intercept) else NOTHING
    free = {"free": "biases", "decayed": DECAYED, "column": constant}[kind]
    X = exact_matrix([(*row, Fraction(1)) for row in problems[0].X.fractions])
    return tuple(problem.restated(X=X, free=free) for problem in problems)


def _said_decay(kind: str) -> str:
    """What decays where one of `BIASES` says it, and how to say another."""
    other = "decayed" if kind == "free" else "free"
    return f"{SAID[kind]}; for another: --bias {other}, or biases={other!r}"


def _stated_decay(problem: TrainingProblem) -> str:
    """What decays where the problem says it."""
    if problem.free.decayed:
        return SAID["decayed"]
    return "weights decay" + (f", {problem.free.name} not" if problem.free else "")
