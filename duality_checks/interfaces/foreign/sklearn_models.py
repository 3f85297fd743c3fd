"""scikit-learn's networks, and what stands before and behind them: scalers in a Pipeline, transformed
targets.

``MLPRegressor`` minimises `1/(2n) norm(f - y)^2 + alpha/(2n) (norm(coefs_[0])^2 + norm(coefs_[1])^2)` and
``MLPClassifier`` the same with `1/n sum log(1 + exp(-y f))`, biases free: n times that is our objective with
free biases, the squared or the logistic loss, and `beta = alpha` (statement 2.14), for training in one batch.
In batches of B rows the second n is B, and `beta = n/B alpha`.

A scaler is no part of the network: the weights, and their decay, are those of the scaled features. So the
data are transformed as the pipeline transforms them, and the network is judged on what it saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ...terms.given import reals
from .networks import Network, from_layers

LOGISTIC = "logistic"
# The losses of scikit-learn's networks that are ours, by its names.
LOSSES = {"squared_error": "squared", "log_loss": LOGISTIC}


@dataclass(frozen=True, eq=False, slots=True)
class SklearnModel:
    """A fitted model, taken apart.

    Attributes:
        network: the two layers.
        loss: the loss it was trained with, ours by name.
        classes: the two labels of a classifier, the second for outputs above 0; None for regression.
        before: fitted transformers of the features, in order.
        behind: the fitted transformer of the targets, None where there is none.
        notes: sentences for the reader.
        batch: how many samples a step took; None for all of them.
    """

    network: Network
    loss: str
    classes: tuple[Any, Any] | None
    before: tuple[Any, ...]
    behind: Any
    notes: tuple[str, ...]
    batch: int | None = None

    def batch_notes(self, n: int) -> tuple[str, ...]:
        """What batches make of alpha: in each step the decay is divided by the batch's rows, not by n.

        Example:
            >>> layer = from_layers([np.ones((1, 1)), np.ones((1, 1))], [None, None], "memory")
            >>> model = SklearnModel(layer, "squared", None, (), None, (), batch=50)
            >>> model.batch_notes(200)
            ('it was trained in batches of 50: the beta of its objective is 200/50 times its alpha',)
        """
        if self.batch is None or self.batch >= n:
            return ()
        return (
            f"it was trained in batches of {self.batch}: the beta of its objective is {n}/{self.batch} times "
            "its alpha",
        )

    def features(self, X: np.ndarray) -> np.ndarray:
        """What the network saw of features X (n x d).

        Raises:
            InputError: a transformer cannot take them.
        """
        for step in self.before:
            X = _transformed(step, X, "features")
        return reals(X, "the transformed features")

    def targets(self, y: Sequence[Fraction]) -> Any:
        """What it was to predict: transformed targets, or labels -1 and +1.

        Raises:
            InputError: a target is none of the classes.
        """
        if self.classes is not None:
            return _labels(y, self.classes)
        if self.behind is None:
            return y
        column = np.array([[float(value)] for value in y])
        found = reals(_transformed(self.behind, column, "targets"), "the transformed targets")
        return found.reshape(len(y), -1)[:, 0]


def is_sklearn(model: Any) -> bool:
    """Whether a model looks like one that :func:`take_apart` knows: a network of scikit-learn, alone or in
    others.

    Example:
        >>> is_sklearn(3)
        False
    """
    return any(hasattr(model, name) for name in ("coefs_", "steps", "regressor_"))


def from_sklearn(model: Any) -> Network:
    """The weights of a fitted scikit-learn ``MLPRegressor`` or ``MLPClassifier``.

    Its loss is `1/(2n) norm(f - y)^2 + alpha/(2n) (norm(coefs_[0])^2 + norm(coefs_[1])^2)` (or the log loss),
    biases free: n times that is our objective with free biases and `beta = alpha` (statement 2.14), for
    training in one batch.

    Args:
        model: the fitted model, with activation ``relu`` and one hidden layer.

    Raises:
        InputError: not fitted, another activation or loss, more layers or classes; or a model that transforms
            features or targets, which a network alone does not.
    """
    parts = take_apart(model)
    if parts.before or parts.behind is not None:
        raise InputError(
            f"the model is a {type(model).__name__} that transforms features or targets, which its network "
            "alone does not; audit the model, or give the network inside, for a problem of what its "
            "transformers give"
        )
    return parts.network


def take_apart(model: Any) -> SklearnModel:
    """A fitted network, a Pipeline that ends in one, or a TransformedTargetRegressor around either.

    Raises:
        InputError: none of these, not fitted, or a network that has no convex program.
    """
    before: list[Any] = []
    behind = None
    notes: list[str] = []
    while True:
        if hasattr(model, "regressor_"):
            behind, model = _one_behind(behind, model)
            notes.append("the targets are those that the transformer of TransformedTargetRegressor gives")
        elif hasattr(model, "steps"):
            *steps, (_, model) = model.steps
            before += [step for _, step in steps if step not in (None, "passthrough")]
        else:
            break
    if before:
        names = ", ".join(type(step).__name__ for step in before)
        notes.append(f"the features are those that {names} gives: the network's weights decay on these")
    _require_network(model)
    classes = getattr(model, "classes_", None)
    if classes is not None and len(classes) != 2:
        raise InputError(
            f"the model has {len(classes)} classes; only two are audited: fit one against the rest, or the "
            "outputs of an MLPRegressor"
        )
    source = type(model).__name__
    network = from_layers([c.T for c in model.coefs_], list(model.intercepts_), source)
    loss = LOSSES[getattr(model, "loss", "squared_error")]
    pair = None if classes is None else (classes[0], classes[1])
    return SklearnModel(network, loss, pair, tuple(before), behind, tuple(notes), _batch(model))


def _batch(model: Any) -> int | None:
    """The rows of a step, by scikit-learn's rule; its "lbfgs" takes all of them."""
    if getattr(model, "solver", "lbfgs") == "lbfgs":
        return None
    size = getattr(model, "batch_size", "auto")
    return 200 if size == "auto" else int(size)


def _one_behind(behind: Any, model: Any) -> tuple[Any, Any]:
    if behind is not None:
        raise InputError("the targets are transformed twice; fit with one TransformedTargetRegressor")
    return model.transformer_, model.regressor_


def _require_network(model: Any) -> None:
    name = type(model).__name__
    if not hasattr(model, "coefs_") or not hasattr(model, "intercepts_"):
        raise InputError(f"{name} has no coefs_; fit an MLPRegressor or an MLPClassifier first")
    activation = getattr(model, "activation", "relu")
    if activation != "relu":
        raise InputError(
            f"the model's activation is {activation!r}; only 'relu' has a convex program, so retrain with it"
        )
    loss = getattr(model, "loss", "squared_error")
    if loss not in LOSSES:
        raise InputError(f"the model's loss is {loss!r}; {' and '.join(map(repr, LOSSES))} are audited")


def _transformed(step: Any, X: np.ndarray, what: str) -> np.ndarray:
    try:
        found = step.transform(X)
    except Exception as error:
        raise InputError(
            f"{type(step).__name__} of the model cannot transform the {what} ({error}); give those it was "
            "fitted on"
        ) from None
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found)


def _labels(y: Sequence[Fraction], classes: tuple[Any, Any]) -> list[int]:
    """-1 for the first class and +1 for the second; targets that are -1 and +1 already are taken so."""
    try:
        known = {Fraction(label): side for label, side in zip(classes, (-1, 1), strict=True)}
    except (TypeError, ValueError):
        known = {}
    for labels in (known, {Fraction(-1): -1, Fraction(1): 1}):
        if set(y) <= labels.keys():
            return [labels[value] for value in y]
    stranger = next(value for value in y if value not in known)
    raise InputError(
        f"the target {stranger} is none of the model's classes {classes[0]!r} and {classes[1]!r}; give "
        "these, or -1 for the first and +1 for the second"
    )
