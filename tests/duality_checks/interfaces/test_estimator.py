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
from duality_checks.approximation.ascents import norm_bound, proven_interval, train_by_ascents
from duality_checks.assertions import assert_global_optimum
from duality_checks.checker import Verdict
from duality_checks.cover.effort import Effort
from duality_checks.estimator import (
    CertifiedReLUClassifier,
    CertifiedReLURegressor,
    NoCertificateError,
)
from duality_checks.pricing.dual_norm import dual_norm
from duality_checks.strategies import training_problems
from hyperplane_arrangements.errors import InputError

SMALL = {"max_chambers": 1000, "starts": 30, "beta": 30}  # few neurons, soon found


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


# ------------------------------------------------------------------ losses, weights, several outputs

LINE = np.array([[-2.0], [-1.0], [0.5], [1.0], [2.0], [3.5]])
SEEN = np.array([1.0, 0.0, 0.5, 2.0, 1.0, 3.0])
SIDES = np.array(["a", "b", "a", "b", "b", "b"])

integer_weights = st.lists(st.integers(0, 3), min_size=6, max_size=6).filter(
    lambda w: len({SIDES[k] for k in range(6) if w[k]}) == 2
)


def bounds(model: Any) -> tuple[float, float]:
    assert model.proven_
    return model.lower_bound_, model.upper_bound_


def same(first: tuple[float, float], second: tuple[float, float]) -> bool:
    """Whether two narrow proven intervals can hold the same optimum."""
    assert first[1] - first[0] <= 1e-6 * max(first[1], 1)
    return first[0] <= second[1] and second[0] <= first[1]


@settings(max_examples=15)
@given(integer_weights, st.sampled_from(["squared", "huber:1/2", "l1"]))
def test_a_weight_of_two_is_a_row_given_twice_and_of_zero_none(counts: list[int], loss: str) -> None:
    heavy = CertifiedReLURegressor(0.25, loss=loss).fit(LINE, SEEN, sample_weight=counts)
    many = CertifiedReLURegressor(0.25, loss=loss).fit(np.repeat(LINE, counts, 0), np.repeat(SEEN, counts))
    assert same(bounds(heavy), bounds(many))
    assert check(heavy.problem_, heavy.certificate_).proven
    if loss == "squared":  # strictly convex: the outputs on the data are those of every optimum
        seen = LINE[np.array(counts) > 0]
        assert heavy.predict(seen) == pytest.approx(many.predict(seen), abs=1e-5)


@settings(max_examples=15)
@given(integer_weights, st.sampled_from(["squared", "logistic", "hinge", "squared-hinge"]))
def test_weights_of_classes_multiply_those_of_samples(counts: list[int], loss: str) -> None:
    model = CertifiedReLUClassifier(0.25, loss=loss, class_weight={"a": 2, "b": 0.5})
    both = model.fit(LINE, SIDES, sample_weight=counts)
    by_hand = np.array(counts) * np.where(SIDES == "a", 2, 0.5)
    alone = CertifiedReLUClassifier(0.25, loss=loss).fit(LINE, SIDES, sample_weight=by_hand)
    assert bounds(both) == bounds(alone)


def test_weights_change_the_problem() -> None:
    """The control for the equalities above."""
    plain = CertifiedReLURegressor(0.25).fit(LINE, SEEN)
    heavy = CertifiedReLURegressor(0.25).fit(LINE, SEEN, sample_weight=[1, 1, 1, 1, 1, 2])
    assert not same(bounds(plain), bounds(heavy))
    balanced = CertifiedReLUClassifier(0.25, class_weight="balanced").fit(LINE, SIDES)
    assert balanced.problem_.sample_weights == tuple(map(Fraction, [1.5, 0.75, 1.5, 0.75, 0.75, 0.75]))
    ones = CertifiedReLURegressor(0.25).fit(LINE, SEEN, sample_weight=np.ones(6))
    assert bounds(ones) == bounds(plain)


def test_weights_where_chambers_are_too_many(waves: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = waves
    counts = np.arange(25) % 3
    terms = {"beta": 0.5, "max_chambers": 10}
    heavy = CertifiedReLURegressor(**terms).fit(X, y, sample_weight=counts)
    best = CertifiedReLURegressor(beta=0.5).fit(np.repeat(X, counts, 0), np.repeat(y, counts))
    assert not heavy.proven_ and best.proven_
    assert heavy.lower_bound_ <= best.lower_bound_ and best.upper_bound_ <= heavy.upper_bound_ * (1 + 1e-9)
    assert heavy.upper_bound_ <= 1.05 * best.upper_bound_
    with pytest.raises(InputError, match="more than max_chambers=10 chambers, and the l1 loss needs all"):
        CertifiedReLURegressor(**terms, loss="l1").fit(X, y)
    with pytest.raises(InputError, match="beta_ratio needs beta_max, a maximum over all chambers"):
        CertifiedReLURegressor(**terms, beta_ratio=0.1).fit(X, y)


def test_probabilities_are_those_of_the_logistic_loss() -> None:
    model = CertifiedReLUClassifier(0.1, loss="logistic").fit(LINE, SIDES)
    found, f = model.predict_proba(LINE), model.decision_function(LINE)
    assert found.sum(axis=1) == pytest.approx(np.ones(6))
    assert found[:, 1] == pytest.approx(1 / (1 + np.exp(-f)))
    assert (model.predict(LINE) == model.classes_[found.argmax(axis=1)]).all()
    # The objective, by its definition: minus the log of the probability of what was seen.
    seen = found[np.arange(6), (SIDES == "b").astype(int)]
    decay = (model.network_.hidden**2).sum() + (model.network_.output**2).sum()
    assert model.upper_bound_ == pytest.approx(-np.log(seen).sum() + 0.05 * decay, rel=1e-9)
    for loss in ("squared", "hinge"):
        assert not hasattr(CertifiedReLUClassifier(loss=loss), "predict_proba")


def test_a_share_of_beta_max_is_where_the_network_begins() -> None:
    above = CertifiedReLURegressor(beta_ratio=1.001).fit(LINE, SEEN)
    below = CertifiedReLURegressor(beta_ratio="0.999").fit(LINE, SEEN)
    assert not above.predict(LINE).any() and below.predict(LINE).any()
    assert above.beta_ == above.problem_.beta > below.beta_
    assert float(above.beta_ / below.beta_) == pytest.approx(1.001 / 0.999, rel=1e-9)


def test_biases_may_be_free_as_in_scikit_learns_own_networks() -> None:
    """A constant then costs nothing, and a shift of the targets changes nothing."""
    free = CertifiedReLURegressor(0.25, free="biases")
    assert free.fit(LINE, np.full(6, 7.0)).upper_bound_ < 1e-9
    first, moved = (bounds(free.fit(LINE, SEEN + shift)) for shift in (0, 100))
    assert same(first, moved)
    assert not same(first, bounds(CertifiedReLURegressor(0.25).fit(LINE, SEEN)))


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_several_outputs(coupling: str) -> None:
    Y = np.column_stack([SEEN, SEEN[::-1], 2 * SEEN])
    counts = [1, 2, 1, 0, 1, 1]
    model = CertifiedReLURegressor(0.25, coupling=coupling).fit(LINE, Y, sample_weight=counts)
    assert model.predict(LINE).shape == (6, 3)
    lower, upper = bounds(model)
    assert upper - lower <= 1e-6 * upper
    alone = [CertifiedReLURegressor(0.25).fit(LINE, y, sample_weight=counts) for y in Y.T]
    apart = sum(bounds(one)[0] for one in alone), sum(bounds(one)[1] for one in alone)
    if coupling == "1-norm":
        assert same((lower, upper), apart) and len(model.certificate_) == 3
        kept = LINE[np.array(counts) > 0]
        assert model.predict(kept) == pytest.approx(np.column_stack([one.predict(kept) for one in alone]))
    else:
        assert upper < apart[0]  # neurons that are shared are paid once
        assert check(model.problem_, model.certificate_).proven
    share = CertifiedReLURegressor(beta_ratio=1.001, coupling=coupling).fit(LINE, Y)
    assert not share.predict(LINE).any()
    assert CertifiedReLURegressor(beta_ratio=0.99, coupling=coupling).fit(LINE, Y).predict(LINE).any()
    again = pickle.loads(pickle.dumps(model))
    assert (again.predict(LINE) == model.predict(LINE)).all()


def test_outputs_that_share_neurons_need_no_chambers(waves: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = waves
    terms = {"max_chambers": 10, "starts": 5}
    shared = CertifiedReLURegressor(**terms, coupling="2-norm").fit(X, np.column_stack([y, -y]))
    assert shared.proven_ and shared.certificate_.relative_gap <= 1e-6
    apart = CertifiedReLURegressor(**terms).fit(X, np.column_stack([y, -y]))
    assert not apart.proven_ and 0 <= apart.lower_bound_ <= apart.upper_bound_
    column = CertifiedReLURegressor().fit(LINE, SEEN[:, None])
    assert column.predict(LINE).shape == (6, 1)


BAD_WEIGHTS = {
    "negative": ({"sample_weight": [1, -1, 1, 1, 1, 1]}, {}, "sample_weight has the negative entry -1"),
    "none": ({"sample_weight": np.zeros(6)}, {}, "zero"),
    "one class": ({"sample_weight": [1, 0, 1, 0, 0, 0]}, {}, "y has 1 class only"),
    "class": ({}, {"class_weight": {"a": 0, "b": 1}}, "class_weight has a weight that is not positive"),
    "loss": ({}, {"loss": "log"}, "log"),
}


@pytest.mark.parametrize("name", BAD_WEIGHTS)
def test_weights_that_cannot_be_used_are_refused(name: str) -> None:
    given, terms, message = BAD_WEIGHTS[name]
    with pytest.raises(ValueError, match=message):  # some by scikit-learn itself
        CertifiedReLUClassifier(**terms).fit(LINE, SIDES, **given)


# ------------------------------------------------------------------ training by ascents


@settings(max_examples=25)
@given(training_problems())
def test_bounds_without_chambers_hold_whatever_the_network(problem: TrainingProblem) -> None:
    """`p*` is between, for the network that was found and for a poor one; p* from all chambers."""
    solution = train_by_ascents(problem, starts=20)
    certificate = assert_global_optimum(problem, solution.network, gap=0.99)
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
        assert_global_optimum(one, train_by_ascents(one, starts=1).network, gap=0.99).relative_gap > 1e-3
        for one in problems
    )


def test_many_chambers_are_proven_up_to_a_stated_gap() -> None:
    rng = np.random.default_rng(4)
    X, y = rng.integers(-9, 10, (26, 4)), rng.integers(-9, 10, 26)
    model = CertifiedReLURegressor(beta_ratio=0.3, gap=0.2).fit(X, y)
    assert model.proven_ and not model.exhaustive_ and model.n_chambers_ is None
    assert 0.8 * model.upper_bound_ <= model.lower_bound_ <= model.upper_bound_
    assert model.certificate_.method in ("cover", "quadratic")
    hasty = CertifiedReLURegressor(beta=model.beta_, gap=0, time_limit=1e-9).fit(X, y)
    assert not hasty.proven_ and hasty.certificate_.method == "quadratic" and hasty.lower_bound_ > 0
    assert model.lower_bound_ <= hasty.upper_bound_
    with pytest.raises(InputError, match="gap is 2; give a finite number >= 0 and < 1"):
        CertifiedReLURegressor(gap=2).fit(X, y)


def test_a_time_limit_counts_what_beta_max_took(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock on which nothing but beta_max takes time, and that half of the limit."""
    now, given = [0.0], []

    def found(problem: TrainingProblem, ratio: float, most: int, effort: Effort) -> TrainingProblem:
        given.append(effort.seconds)
        now[0] += 50.0
        return problem.with_beta(20)

    monkeypatch.setattr("duality_checks.optima.shares.at_ratio", found)
    for module in ("duality_checks.cover.effort", "duality_checks.interfaces.estimator"):
        monkeypatch.setattr(f"{module}.perf_counter", lambda: now[0])
    rng = np.random.default_rng(4)
    X, y = rng.integers(-9, 10, (26, 4)), rng.integers(-9, 10, 26)
    model = CertifiedReLURegressor(beta_ratio=0.3, gap=0.5, time_limit=100).fit(X, y)
    (fit,) = model._fits
    assert given == [25.0] and fit.effort is not None and fit.effort.seconds == 50.0


def test_other_losses_beyond_the_limit_of_chambers() -> None:
    rng = np.random.default_rng(5)
    X = rng.integers(-9, 10, (26, 4))
    model = CertifiedReLUClassifier(beta=20, loss="logistic", gap=0.3).fit(X, X[:, 0] > X[:, 1])
    assert model.proven_ and not model.exhaustive_


def test_what_the_checker_refuses_is_never_called_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """All chambers were gone through, and still it is the checker who decides."""
    model = CertifiedReLURegressor(beta=1).fit([[0.0], [1.0]], [1.0, 2.0])
    monkeypatch.setattr(
        "duality_checks.certificates.certificate.check", lambda *_: Verdict(False, "not today")
    )
    with pytest.raises(ValueError, match="not today"):
        _ = model.proven_
