"""scikit-learn estimators that choose their weight decay by cross-validation along proven paths.

In each fold the optima go from the largest beta to the smallest, each started from the one before and each
with its certificate: what is compared are the least objectives of all networks, not where an optimiser
stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..arguments import positive
from ..cover.effort import WHOLE, Effort
from ..networks.two_layer import side_by_side
from ..optima.paths import beta_path
from ..optima.shares import improvable_below, share_of
from ..pricing.limits import few_chambers, is_searched
from ..problem import TrainingProblem
from .estimator import CertifiedReLUClassifier, CertifiedReLURegressor, parameters
from .fits import Fit

RATIOS = (0.5, 0.2, 0.1, 0.05, 0.02, 0.01)


@dataclass(frozen=True, eq=False, slots=True)
class _Point:
    """One beta of a path, of one output or of several.

    Attributes:
        problem: with this beta.
        network: of all outputs.
        fits: one a program.
        shown: what `path_` has of it.
    """

    problem: TrainingProblem
    network: Any
    fits: tuple[Fit, ...]
    shown: Any

    @property
    def relative_gap(self) -> float:
        lower, upper = (
            sum((getattr(fit.bounds, side) for fit in self.fits), Fraction(0)) for side in ("lower", "upper")
        )
        return float((upper - lower) / upper) if upper else 0.0


@dataclass(eq=False, repr=False, kw_only=True)
class _ByCrossValidation:
    """The choice of beta; the rest is that of the estimators."""

    betas: Sequence[Any] | None = None
    beta_ratios: Sequence[Any] = RATIOS
    cv: Any = None
    scoring: Any = None
    # Not to be stated: beta is chosen, and nothing is trained by ascents.
    beta: Any = field(default=1.0, init=False)
    beta_ratio: Any = field(default=None, init=False)
    starts: int = field(default=300, init=False)
    random_state: Any = field(default=0, init=False)

    def _learn(self: Any, X: np.ndarray, target: np.ndarray, weights: np.ndarray | None) -> None:
        from sklearn.metrics import check_scoring
        from sklearn.model_selection import check_cv

        began, whole = perf_counter(), self._stated(X, target, weights)
        betas = self._decays(whole, self._limits(whole).after(began, parts=4))
        labels = self._said(target)
        scorer = check_scoring(self, scoring=self.scoring)
        folds = list(check_cv(self.cv, labels, classifier=hasattr(self, "classes_")).split(X, labels))
        efforts = self._limits(whole).after(began).shares(len(folds) + 1)  # the last: all samples
        share = np.ones(len(X)) if weights is None else weights
        scores, gap = np.empty((len(folds), len(betas))), 0.0
        for k, (learnt, kept_back) in enumerate(folds):
            # The loss is a sum: with fewer samples the same compromise has a smaller beta.
            part = Fraction(float(share[learnt].sum())) / Fraction(float(share.sum()))
            own = None if weights is None else weights[learnt]
            problem = self._stated(X[learnt], target[learnt], own)
            held = {} if weights is None else {"sample_weight": weights[kept_back]}
            smaller = [part * beta for beta in betas]
            for place, point in enumerate(self._path(problem, smaller, next(efforts))):
                gap = max(gap, point.relative_gap)
                model = self._with(point, X.shape[1])
                scores[k, place] = scorer(model, X[kept_back], labels[kept_back], **held)
        means = scores.mean(axis=0)
        if not np.isfinite(means).all():
            raise InputError("a fold has a score that is not finite; use fewer folds, or another scoring")
        best = int(np.argmax(means))  # the first, so the largest beta, of equals
        path = tuple(self._path(whole, betas[: best + 1], next(efforts)))
        self.betas_, self.cv_scores_ = betas, scores
        self.path_ = tuple(point.shown for point in path)
        self.gap_ = max(gap, *(point.relative_gap for point in path))
        self._take(path[-1])

    def _stated(self: Any, X: np.ndarray, target: np.ndarray, weights: np.ndarray | None) -> TrainingProblem:
        """The problem of some samples, with a beta that plays no part."""
        problem: TrainingProblem = self._problem(X, target, weights, 1)
        searched = problem.shares or (self.gap is not None and is_searched(problem))
        if not searched and not few_chambers(problem.arrangement, self.max_chambers):
            more = "" if self.gap is not None else ", or state a gap"
            raise InputError(
                f"cross-validation goes through all chambers, and the data have more than max_chambers="
                f"{self.max_chambers:,}; use fewer columns or rows, or raise max_chambers{more}"
            )
        return problem

    def _path(
        self: Any, problem: TrainingProblem, betas: Sequence[Fraction], effort: Effort
    ) -> Iterator[_Point]:
        """The optima from the largest beta down, which share the time."""
        listed = not problem.shares and few_chambers(problem.arrangement, self.max_chambers)
        searched = None if listed else effort
        paths = [
            list(beta_path(one, betas, max_chambers=self.max_chambers, effort=WHOLE if listed else share))
            for one, share in zip(problem.programs, effort.shares(len(problem.programs)), strict=True)
        ]
        for points in zip(*paths, strict=True):
            fits = tuple(Fit.of_point(point, searched) for point in points)
            stated = problem.with_beta(fits[0].problem.beta)
            network = side_by_side([fit.solution.network for fit in fits])
            yield _Point(stated, network, fits, points if len(points) > 1 else points[0])

    def _decays(self: Any, problem: TrainingProblem, effort: Effort) -> tuple[Fraction, ...]:
        """The betas to compare, largest first, each once."""
        if self.betas is not None:
            found = {positive(beta, "betas") for beta in self.betas}
        else:
            largest = improvable_below(problem, self.max_chambers, effort)
            found = {share_of(largest, ratio) for ratio in self.beta_ratios}
        if not found:
            raise InputError("there is no beta to choose from; give betas or beta_ratios")
        return tuple(sorted(found, reverse=True))

    def _said(self: Any, target: np.ndarray) -> np.ndarray:
        """What the samples say, as it was given to `fit`."""
        found: np.ndarray = self.classes_[(target > 0).astype(int)] if hasattr(self, "classes_") else target
        return found

    def _with(self: Any, point: _Point, columns: int) -> Any:
        """A plain estimator, fitted to a point of a path."""
        terms = {"activation": self.activation, "loss": self.loss, "free": self.free}
        model = self._plain(point.problem.beta, fit_intercept=self.fit_intercept, **terms)
        model.n_features_in_, model._flat = columns, True
        if hasattr(self, "classes_"):
            model.classes_ = self.classes_
        model.problem_, model.network_ = point.problem, point.network
        return model

    def _take(self: Any, point: _Point) -> None:
        from ..certificates.certificate import check

        for fit in point.fits:
            check(fit.problem, fit.certificate).require()
        self._keep(point.problem, point.fits)


_PARAMETERS = """
    The objective is that of the estimator without CV. Since its loss is a sum, a fold with a share of the
    samples has that share of beta.

    Args:
        betas: the weight decays to choose from; None for `beta_ratios`.
        beta_ratios: shares of beta_max, the least weight decay for which the zero network is optimal.
        cv: folds, as scikit-learn's `check_cv` takes them; 5 by default.
        scoring: as in scikit-learn; by default the estimator's own score.
        activation, loss, fit_intercept, free, max_chambers: as there; all chambers are gone through, unless a
            gap is stated.
        gap: as there, of each beta of each fold.
        time_limit: seconds of the whole fit where directions are searched: one limit, which the search for
            beta_max, the paths of all folds and that of all samples share.

    Attributes:
        beta_: the chosen weight decay, exactly.
        betas_: those that were compared, largest first.
        cv_scores_: the scores, one row a fold and one column a beta.
        path_: the optima of all samples from the largest beta down to the chosen one, each with its
            certificate; a tuple of them where outputs are a program each.
        gap_: the largest relative gap that was proven, of all folds and betas.
        network_, certificate_, proven_, lower_bound_, upper_bound_: as there, at the chosen beta.
"""


@parameters
class CertifiedReLURegressorCV(_ByCrossValidation, CertifiedReLURegressor):
    __doc__ = f"""Regression, its weight decay chosen by cross-validation along proven paths.
{_PARAMETERS}
    Several outputs have one weight decay; `coupling` is as there.

    Example:
        >>> X, y = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], [0.0, 0.9, 2.1, 2.9, 4.2, 4.8]
        >>> model = CertifiedReLURegressorCV(beta_ratios=(0.5, 0.01), cv=3).fit(X, y)
        >>> model.betas_.index(model.beta_), model.cv_scores_.shape, model.proven_, model.gap_ < 1e-9
        (1, (3, 2), True, True)
    """
    _plain = CertifiedReLURegressor


@parameters
class CertifiedReLUClassifierCV(_ByCrossValidation, CertifiedReLUClassifier):
    __doc__ = f"""Two classes, the weight decay chosen by cross-validation along proven paths.
{_PARAMETERS}
        classes_: the two labels, in order.

    Example:
        >>> X, y = [[-2.0], [-1.5], [-1.0], [1.0], [2.0], [3.0]], ["no"] * 3 + ["yes"] * 3
        >>> model = CertifiedReLUClassifierCV(beta_ratios=(0.1,), cv=3).fit(X, y)
        >>> model.predict([[-3.0], [3.0]]).tolist(), model.proven_
        (['no', 'yes'], True)
    """
    _plain = CertifiedReLUClassifier
