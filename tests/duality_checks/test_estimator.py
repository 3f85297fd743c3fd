"""scikit-learn's own checks of the estimators, and what they add: bounds that are proven, or said not to
be."""

from __future__ import annotations

import pickle
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from duality_checks import TrainingProblem, TwoLayerNetwork, check
from duality_checks.assertions import assert_global_optimum
from duality_checks.estimator import CertifiedReLUClassifier, CertifiedReLURegressor, NoCertificateError
from duality_checks.pricing.pricers import dual_norm
from duality_checks.strategies import training_problems
from duality_checks.training.ascents import norm_bound, proven_interval, train_by_ascents
from hyperplane_arrangements.errors import InputError

SMALL = {"max_chambers": 1000, "starts": 30}


@parametrize_with_checks([CertifiedReLURegressor(**SMALL), CertifiedReLUClassifier(**SMALL)])
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    check(estimator)


@pytest.fixture(scope="module")
def waves() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = rng.uniform(-2, 2, size=(25, 2))
    return X, np.sin(2 * X[:, 0]) + X[:, 1] ** 2


def test_a_regressor_is_the_global_optimum_of_its_objective(waves: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = waves
    model = CertifiedReLURegressor(beta=0.5).fit(X, y)
    assert model.exhaustive_ and model.proven_
    assert check(model.problem_, model.certificate_).proven
    assert_global_optimum(model.problem_, model.network_, gap=1e-9)
    # The objective, written out: the bias is a column of ones.
    rows = np.column_stack([X, np.ones(25)])
    outputs = np.maximum(rows @ model.network_.hidden.T, 0) @ model.network_.output
    decay = (model.network_.hidden**2).sum() + (model.network_.output**2).sum()
    objective = 0.5 * ((outputs - y) ** 2).sum() + 0.25 * decay
    assert np.allclose(outputs, model.predict(X))
    assert model.lower_bound_ <= model.upper_bound_ == pytest.approx(objective, rel=1e-12)
    assert model.n_chambers_ == 602  # 25 rows in general position in R^3: 2 (1 + 24 + 276)


def test_too_many_chambers_are_trained_by_ascents_and_never_called_proven(
    waves: tuple[np.ndarray, np.ndarray],
) -> None:
    X, y = waves
    best = CertifiedReLURegressor(beta=0.5).fit(X, y)
    model = CertifiedReLURegressor(beta=0.5, max_chambers=601).fit(X, y)
    assert not model.exhaustive_ and not model.proven_ and model.n_chambers_ is None
    assert not hasattr(model, "certificate_")
    with pytest.raises(
        NoCertificateError, match="more than max_chambers=601 chambers, so the network is not"
    ):
        _ = model.certificate_
    assert model.lower_bound_ <= best.lower_bound_
    assert best.upper_bound_ <= model.upper_bound_ * (1 + 1e-9)
    assert model.upper_bound_ <= 1.05 * best.upper_bound_


def test_ascents_are_the_same_for_the_same_seed(waves: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = waves
    first, second, other = (
        CertifiedReLURegressor(beta=0.5, max_chambers=10, starts=3, random_state=seed).fit(X, y).predict(X)
        for seed in (1, 1, 2)
    )
    assert (first == second).all()
    assert (first != other).any()


def test_grid_search_over_beta_in_a_pipeline(waves: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = waves
    pipeline = make_pipeline(StandardScaler(), CertifiedReLURegressor())
    search = GridSearchCV(pipeline, {"certifiedreluregressor__beta": [0.01, 1.0, 1000.0]}, cv=3).fit(X, y)
    best = search.best_estimator_[-1]
    assert best.beta < 1000
    assert best.proven_ and best.lower_bound_ > 0
    # From beta_max on the network is zero, and its score is that of predicting 0.
    assert search.cv_results_["mean_test_score"][2] < 0


def test_two_species_and_three() -> None:
    X, y = load_iris(return_X_y=True)
    petals = X[:, 2:]
    pair = CertifiedReLUClassifier(beta=1.0).fit(petals[50::2], y[50::2])
    assert pair.classes_.tolist() == [1, 2]
    assert pair.score(petals[51::2], y[51::2]) > 0.9
    assert (pair.predict(petals[50:]) == np.where(pair.decision_function(petals[50:]) > 0, 2, 1)).all()
    assert pair.proven_
    with pytest.raises(
        InputError, match=r"Only binary .* is multiclass\. Put the estimator into .*OneVsRest"
    ):
        CertifiedReLUClassifier().fit(petals, y)
    every = OneVsRestClassifier(CertifiedReLUClassifier(beta=1.0)).fit(petals[::3], y[::3])
    assert every.score(petals[1::3], y[1::3]) > 0.9
    assert all(one.proven_ for one in every.estimators_)


def test_parameters_are_exact_and_bad_ones_are_refused(waves: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = waves
    assert CertifiedReLURegressor(beta="1/3").fit(X, y).problem_.beta == Fraction(1, 3)
    with pytest.raises(InputError, match="beta=0 is not positive"):
        CertifiedReLURegressor(beta=0).fit(X, y)
    with pytest.raises(InputError, match="activation='tanh' is unknown"):
        CertifiedReLURegressor(activation="tanh").fit(X, y)
    without = CertifiedReLURegressor(fit_intercept=False).fit(X, y)
    assert without.problem_.d == 2 and without.predict(np.zeros((1, 2))).tolist() == [0.0]


def test_proofs_before_fitting_are_refused_and_survive_pickling(waves: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(NotFittedError):
        _ = CertifiedReLURegressor().certificate_
    model = CertifiedReLURegressor(beta=0.5).fit(*waves)
    again = pickle.loads(pickle.dumps(model))
    assert again.certificate_ == model.certificate_


def test_without_scikit_learn_the_error_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "try:\n    import duality_checks.estimator\n"
        "except ImportError as error:\n    print(type(error).__name__, error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("MissingExtraError ")
    assert "install the extra: convex-landscape[sklearn]" in run.stdout


# ------------------------------------------------------------------ training by ascents


@settings(max_examples=25)
@given(training_problems())
def test_bounds_without_chambers_hold_whatever_the_network(problem: TrainingProblem) -> None:
    """`p*` is between, for the network that was found and for a poor one; p* from all chambers."""
    solution = train_by_ascents(problem, starts=20)
    certificate = assert_global_optimum(problem, solution.network, gap=1.0)
    poor = TwoLayerNetwork(np.ones((1, problem.d)), np.ones(1), problem.kappa)
    for network in (solution.network, poor):
        found = proven_interval(problem, network)
        assert found.lower <= certificate.upper and certificate.lower <= found.upper
    assert solution.lower <= float(certificate.upper) * (1 + 1e-9)


@settings(max_examples=25)
@given(training_problems(), st.data())
def test_the_bound_of_the_dual_norm_is_one(problem: TrainingProblem, data: st.DataObject) -> None:
    v = data.draw(st.lists(st.integers(-3, 3), min_size=problem.n, max_size=problem.n))
    bound = norm_bound(problem, tuple(map(Fraction, v)))
    assert float(bound) >= dual_norm(problem, np.array(v, dtype=float)) * (1 - 1e-9)


def test_ascents_find_the_optimum_of_a_small_problem() -> None:
    """Two soft thresholds: 3 - 1/2 + 2 - 1/2."""
    found = train_by_ascents(TrainingProblem([[1.0], [-1.0]], [3.0, 2.0], beta=1.0), starts=5)
    assert found.upper == pytest.approx(4.0, rel=1e-9)
    assert found.lower <= 4.0


def test_ascents_from_one_start_may_miss_what_helps() -> None:
    """The control: with one start in each round the search stops before the optimum on some problems."""
    rng = np.random.default_rng(0)
    problems = (TrainingProblem(rng.normal(size=(12, 3)), rng.normal(size=12), beta=0.3) for _ in range(10))
    assert any(
        assert_global_optimum(one, train_by_ascents(one, starts=1).network, gap=1.0).relative_gap > 1e-3
        for one in problems
    )
