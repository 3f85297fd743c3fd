"""scikit-learn's networks really fitted here: against its own loss, its own predictions, and its scalers."""

from __future__ import annotations

import warnings
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, assert_global_optimum, audit, from_sklearn
from duality_checks.interfaces.foreign.sklearn_models import take_apart
from duality_checks.interfaces.placing import place
from hyperplane_arrangements.errors import InputError

pytest.importorskip("sklearn")
from sklearn.compose import TransformedTargetRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

RNG = np.random.default_rng(3)
X = np.column_stack([RNG.normal(size=14), 1000 + 300 * RNG.normal(size=14)])
Y = np.sin(X[:, 0]) + X[:, 1] / 500
LABELS = (np.median(Y) < Y).astype(int)
TERMS: dict[str, Any] = {"hidden_layer_sizes": (4,), "alpha": 0.3, "solver": "lbfgs", "random_state": 0}


@pytest.fixture(autouse=True)
def quiet() -> Any:
    """Training is stopped early on purpose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def objective(model: Any, n: int = 14) -> float:
    """What scikit-learn minimised, by its own word: its loss is ours over n."""
    return n * float(model.loss_)


def test_a_scaler_before_the_network_is_walked_through() -> None:
    model = make_pipeline(StandardScaler(), MLPRegressor(**TERMS, max_iter=200)).fit(X, Y)
    found = audit(TrainingProblem(X, Y, "0.3"), model)
    assert float(found.objective) == pytest.approx(objective(model[-1]), rel=1e-9)
    assert found.excess is not None and found.excess[1] - found.excess[0] < Fraction(1, 10**8)
    assert "the features are those that StandardScaler gives" in str(found)
    # Without the scaler it is another network on other features, far from what was trained.
    bare = audit(TrainingProblem(X, Y, "0.3"), model[-1])
    assert bare.objective > 100 * found.objective


def test_steps_may_change_the_number_of_features_and_do_nothing() -> None:
    steps = PolynomialFeatures(2, include_bias=False), "passthrough", StandardScaler()
    model = make_pipeline(*steps, MLPRegressor(**TERMS, max_iter=50)).fit(X[:, :1], Y)
    found = place(TrainingProblem(X[:, :1], Y, "0.3"), model)
    assert found.problem.d == 3  # two powers and the biases' column
    assert float(found.exact_objective) == pytest.approx(objective(model[-1]), rel=1e-9)


@pytest.mark.parametrize("labels", [LABELS, 2 * LABELS - 1, LABELS + 5])
def test_a_classifier_is_judged_with_the_logistic_loss(labels: np.ndarray) -> None:
    model = make_pipeline(StandardScaler(), MLPClassifier(**TERMS, max_iter=300)).fit(X, labels)
    found = audit(TrainingProblem(X, labels, "0.3"), model)
    assert float(found.objective) == pytest.approx(objective(model[-1]), rel=1e-7)
    assert found.facts()["loss"] == "logistic"
    assert found.excess is not None and found.excess[0] >= -found.objective / 10**9
    plus_minus = audit(TrainingProblem(X, 2 * LABELS - 1, "0.3", loss="logistic"), model)
    assert plus_minus.objective == found.objective


def test_transformed_targets_are_those_that_the_network_saw() -> None:
    inner = make_pipeline(StandardScaler(), MLPRegressor(**TERMS, max_iter=100))
    scaled = TransformedTargetRegressor(inner, transformer=StandardScaler()).fit(X, Y)
    found = place(TrainingProblem(X, Y, "0.3"), scaled)
    assert float(found.exact_objective) == pytest.approx(objective(scaled.regressor_[-1]), rel=1e-9)
    assert float(sum(found.problem.y)) == pytest.approx(0, abs=1e-12)
    logs = TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp).fit(X, np.exp(Y))
    found = place(TrainingProblem(X, np.exp(Y), "0.3"), logs)
    assert [float(y) for y in found.problem.y] == pytest.approx(Y)
    assert "transformer of TransformedTargetRegressor gives" in found.notes[0]


def test_weights_of_samples_are_theirs() -> None:
    """Its loss is averaged by the weights, so the sum of the weights takes the place of n."""
    weights = np.arange(1, 15) % 3 + 1
    model = MLPRegressor(**TERMS, max_iter=60).fit(X[:, :1], Y, sample_weight=weights)
    found = place(TrainingProblem(X[:, :1], Y, "0.3", sample_weights=weights), model)
    assert float(found.exact_objective) == pytest.approx(objective(model, int(weights.sum())), rel=1e-9)


def test_batches_make_the_decay_weigh_more() -> None:
    """Steps too short to move anything: its loss is then the mean over batches, at these very weights."""
    terms = TERMS | {"solver": "adam", "learning_rate_init": 1e-15, "max_iter": 1, "alpha": 30}
    model = MLPRegressor(**terms, batch_size=7).fit(X[:, :1], Y)
    found = place(TrainingProblem(X[:, :1], Y, 30 * Fraction(14, 7)), model)
    assert float(found.exact_objective) == pytest.approx(objective(model), rel=1e-9)
    assert found.notes == (
        "it was trained in batches of 7: the beta of its objective is 14/7 times its alpha",
    )
    whole = MLPRegressor(**terms).fit(X[:, :1], Y)
    found = place(TrainingProblem(X[:, :1], Y, 30), whole)
    assert float(found.exact_objective) == pytest.approx(objective(whole), rel=1e-9)
    assert found.notes == ()


def test_the_function_is_the_pipelines_own() -> None:
    model = make_pipeline(StandardScaler(), MLPRegressor(**TERMS, max_iter=60)).fit(X, Y)
    assert take_apart(model).network.predict(model[:-1].transform(X)) == pytest.approx(model.predict(X))
    assert from_sklearn(model[-1]).predict(model[:-1].transform(X)) == pytest.approx(model.predict(X))


def test_a_network_is_not_taken_out_of_its_pipeline_in_silence() -> None:
    """On the features themselves it is another function."""
    model = make_pipeline(StandardScaler(), MLPRegressor(**TERMS, max_iter=60)).fit(X, Y)
    problem = TrainingProblem(X, Y, 1, free="intercept")
    for judge in (from_sklearn, lambda model: assert_global_optimum(problem, model)):
        with pytest.raises(InputError, match="a Pipeline that transforms features or targets, which"):
            judge(model)
    classifier = fitted(classes_=[-1, 1], loss="log_loss")
    with pytest.raises(InputError, match="trained with the logistic loss, and the problem has 'squared'"):
        assert_global_optimum(problem, classifier)


NAMED = SimpleNamespace(coefs_=[np.ones((2, 1)), np.ones((1, 1))], intercepts_=[np.zeros(1), np.zeros(1)])


def fitted(**changes: Any) -> Any:
    return SimpleNamespace(**{**vars(NAMED), **changes})


REFUSED = {
    "unfitted pipeline": (lambda: make_pipeline(StandardScaler(), MLPRegressor()), "has no coefs_; fit an"),
    "no network": (lambda: SimpleNamespace(steps=[("a", SimpleNamespace())]), "has no coefs_; fit an"),
    "three classes": (
        lambda: fitted(classes_=[0, 1, 2], loss="log_loss"),
        "the model has 3 classes; only two are audited: fit one against the rest",
    ),
    "targets twice": (
        lambda: SimpleNamespace(
            transformer_=1, regressor_=SimpleNamespace(transformer_=1, regressor_=fitted())
        ),
        "transformed twice",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_models_that_cannot_be_judged_are_refused(name: str) -> None:
    make, text = REFUSED[name]
    with pytest.raises(InputError, match=text):
        take_apart(make())


def test_a_problem_that_is_not_the_models_is_refused() -> None:
    model = fitted(classes_=["no", "yes"], loss="log_loss")
    with pytest.raises(InputError, match="the target 3 is none of the model's classes 'no' and 'yes'"):
        place(TrainingProblem(X, [3] * 14, 1), model)
    with pytest.raises(
        InputError, match="trained with the logistic loss, and the problem has 'l1'; give loss="
    ):
        place(TrainingProblem(X, LABELS, 1, loss="l1"), model)
    pipeline = make_pipeline(StandardScaler().fit(X), MLPRegressor(**TERMS, max_iter=5).fit(X, Y))
    with pytest.raises(InputError, match="StandardScaler of the model cannot transform the features"):
        place(TrainingProblem(X[:, :1], Y, 1), pipeline)
