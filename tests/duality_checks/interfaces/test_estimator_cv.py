"""Weight decay by cross-validation: scores are those of networks fitted one by one, all of them proven."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from duality_checks import certify, check
from duality_checks.cover import effort
from duality_checks.cover.effort import Effort
from duality_checks.estimator import (
    CertifiedReLUClassifier,
    CertifiedReLUClassifierCV,
    CertifiedReLURegressor,
    CertifiedReLURegressorCV,
)
from duality_checks.interfaces import estimator_cv
from duality_checks.optima import paths
from hyperplane_arrangements.errors import InputError


@pytest.fixture(scope="module")
def hinge() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = rng.uniform(-2, 2, size=(24, 1))
    return X, np.maximum(X[:, 0], 0) + 0.2 * rng.normal(size=24)


def test_scores_are_those_of_networks_fitted_one_by_one(hinge: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = hinge
    folds = KFold(3, shuffle=True, random_state=0)
    model = CertifiedReLURegressorCV(betas=["1/100", 1, 30], cv=folds).fit(X, y)
    assert model.betas_ == (30, 1, Fraction(1, 100))
    for row, (learnt, kept_back) in zip(model.cv_scores_, folds.split(X), strict=True):
        for score, beta in zip(row, model.betas_, strict=True):
            one = CertifiedReLURegressor(beta * Fraction(len(learnt), len(X))).fit(X[learnt], y[learnt])
            assert score == pytest.approx(one.score(X[kept_back], y[kept_back]), abs=1e-5)
    best = int(np.argmax(model.cv_scores_.mean(axis=0)))
    assert model.beta_ == model.betas_[best] and len(model.path_) == best + 1
    assert best == 1  # neither nothing nor the noise


def test_the_choice_is_proven(hinge: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = hinge
    model = CertifiedReLURegressorCV(cv=4).fit(X, y)
    assert model.proven_ and model.gap_ < 1e-8
    assert all(check(point.problem, point.certificate).proven for point in model.path_)
    assert model.certificate_ is model.path_[-1].certificate
    again = CertifiedReLURegressor(model.beta_).fit(X, y)
    assert again.lower_bound_ <= model.upper_bound_ and model.lower_bound_ <= again.upper_bound_
    assert np.allclose(model.predict(X), again.predict(X), atol=1e-4)


def test_weights_count_in_paths_and_scores(hinge: tuple[np.ndarray, np.ndarray]) -> None:
    """Weights of 3 everywhere are three times the loss: the same choice at three times the beta."""
    X, y = hinge
    plain = CertifiedReLURegressorCV(betas=[2, "1/2"], cv=3).fit(X, y)
    tripled = CertifiedReLURegressorCV(betas=[6, "3/2"], cv=3).fit(X, y, sample_weight=np.full(len(X), 3.0))
    assert tripled.beta_ == 3 * plain.beta_
    assert np.allclose(tripled.cv_scores_, plain.cv_scores_, atol=1e-5)
    # Samples that count little in the score and the loss change the scores.
    uneven = CertifiedReLURegressorCV(betas=[2, "1/2"], cv=3).fit(X, y, sample_weight=1.0 + (X[:, 0] > 0))
    assert not np.allclose(uneven.cv_scores_, plain.cv_scores_, atol=1e-3)


def test_classes_by_their_probabilities() -> None:
    X, y = load_iris(return_X_y=True)
    pair, labels = X[50::4, 2:3], np.array(["versicolor", "virginica"])[y[50::4] - 1]
    model = CertifiedReLUClassifierCV(beta_ratios=[0.9, 0.01], cv=3, loss="logistic", scoring="neg_log_loss")
    model.fit(pair, labels)
    assert model.betas_.index(model.beta_) == 1 and model.proven_
    assert model.score(pair, labels) > 0.85 and model.predict_proba(pair).shape == (len(pair), 2)
    folds = StratifiedKFold(3)
    learnt, kept_back = next(folds.split(pair, labels))
    one = CertifiedReLUClassifier(model.betas_[1] * Fraction(len(learnt), len(pair)), loss="logistic").fit(
        pair[learnt], labels[learnt]
    )
    probabilities = one.predict_proba(pair[kept_back])[:, 1]
    truth = labels[kept_back] == "virginica"
    expected = np.mean(np.log(np.where(truth, probabilities, 1 - probabilities)))
    assert model.cv_scores_[0, 1] == pytest.approx(expected, abs=1e-4)


def test_scikit_learns_own_searches_work_too(hinge: tuple[np.ndarray, np.ndarray]) -> None:
    X, y = hinge
    pipeline = make_pipeline(StandardScaler(), CertifiedReLURegressor(beta_ratio=0.1))
    grid = {"certifiedreluregressor__beta_ratio": [0.9, 0.1, 0.01]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    assert search.best_params_["certifiedreluregressor__beta_ratio"] < 0.9
    assert search.best_estimator_[-1].proven_
    chosen = make_pipeline(StandardScaler(), CertifiedReLURegressorCV(beta_ratios=(0.1, 0.01), cv=2))
    assert cross_val_score(chosen, X, y, cv=2).min() > 0.5


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_several_outputs_have_one_beta(hinge: tuple[np.ndarray, np.ndarray], coupling: str) -> None:
    X, y = hinge[0][:6], np.column_stack([hinge[1], -2 * hinge[0][:, 0]])[:6]
    model = CertifiedReLURegressorCV(betas=[1, "1/10"], cv=2, coupling=coupling).fit(X, y)
    for row, (learnt, kept_back) in zip(model.cv_scores_, KFold(2).split(X), strict=True):
        for score, beta in zip(row, model.betas_, strict=True):
            one = CertifiedReLURegressor(beta / 2, coupling=coupling).fit(X[learnt], y[learnt])
            assert score == pytest.approx(one.score(X[kept_back], y[kept_back]), rel=1e-4, abs=1e-4)
    again = CertifiedReLURegressor(model.beta_, coupling=coupling).fit(X, y)
    assert (
        model.proven_
        and model.lower_bound_ <= again.upper_bound_
        and again.lower_bound_ <= model.upper_bound_
    )
    assert model.predict(X).shape == (6, 2) and model.gap_ < 1e-5
    assert np.allclose(model.predict(X), again.predict(X), atol=1e-3)


def test_directions_are_searched_up_to_the_gap() -> None:
    rng = np.random.default_rng(2)
    X = rng.integers(-9, 10, (25, 4)).astype(float)
    y = np.maximum(X[:, 0], 0) + rng.normal(size=25)
    model = CertifiedReLURegressorCV(beta_ratios=(0.5, 0.3), cv=2, gap=0.2).fit(X, y)
    assert model.n_chambers_ is None and model.proven_ and model.gap_ <= 0.2
    assert check(model.problem_, model.certificate_).proven
    assert model.lower_bound_ <= model.upper_bound_ <= 1.25 * model.lower_bound_
    with pytest.raises(InputError, match="goes through all chambers"):
        CertifiedReLURegressorCV(beta_ratios=(0.5,), cv=2).fit(X, y)
    stopped = CertifiedReLURegressorCV(betas=(40,), cv=2, gap=0.2, time_limit=1e-9).fit(X, y)
    certificate = stopped.certificate_
    assert (
        stopped.proven_ == (certificate.relative_gap <= 0.2) and check(stopped.problem_, certificate).proven
    )
    assert 0 <= stopped.lower_bound_ <= stopped.upper_bound_


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_one_limit_is_shared_by_all_parts(coupling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock of our own every part takes all the time that it is handed: together they take the limit."""
    clock, handed = [0.0], list[float]()

    def taking_all(work: Callable[..., Any]) -> Callable[..., Any]:
        def taken(*args: Any, effort: Effort, **options: Any) -> Any:
            handed.append(effort.seconds or 0.0)
            clock[0] += handed[-1]
            return work(*args, effort=Effort(gap=0.9), **options)

        return taken

    for module in (effort, estimator_cv):
        monkeypatch.setattr(module, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(paths, "train", taking_all(paths.train))
    monkeypatch.setattr(paths, "certify", lambda *args, effort: certify(*args, effort=Effort(gap=0.9)))
    rng, few = np.random.default_rng(0), coupling == "2-norm"
    X = rng.integers(-9, 10, (8, 1) if few else (50, 4)).astype(float)
    y = X[:, :1] + rng.normal(size=(len(X), 2))
    asked = {"time_limit": 60.0, "cv": 2, "coupling": coupling, "gap": None if few else 0.9}
    model = CertifiedReLURegressorCV(betas=(40, 20), **asked).fit(X, y)
    assert len(handed) == (len(model.path_) + 4) * (1 if few else 2)
    assert min(handed) > 0 and sum(handed) == pytest.approx(60)


def test_parameters_are_kept_and_cloned() -> None:
    for kind in (CertifiedReLURegressorCV, CertifiedReLUClassifierCV):
        model = kind(betas=[1, 2], cv=4, scoring="r2", free="intercept", max_chambers=7)
        assert clone(model).get_params() == model.get_params()
        assert model.get_params()["betas"] == [1, 2] and "starts" not in model.get_params()


@pytest.mark.parametrize(
    ("options", "y", "message"),
    [
        ({"betas": []}, [0.0, 1, 2, 3], "there is no beta to choose from"),
        ({"betas": [-1]}, [0.0, 1, 2, 3], "betas=-1 is not positive"),
        (
            {"max_chambers": 3},
            [0.0, 1, 2, 3],
            "goes through all chambers, and the data have more than max_chambers=3.*, or state a gap",
        ),
        ({}, [0.0, 0, 0, 0], "beta_max is 0"),
        ({"max_chambers": 3, "gap": 0.1}, [0.0, 1, 2, 3], "or raise max_chambers$"),
        ({"cv": 4}, [0.0, 1, 2, 3], "a fold has a score that is not finite"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_is_refused(options: dict[str, Any], y: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        CertifiedReLURegressorCV(**options).fit([[0.0], [1.0], [2.5], [3.0]], y)
