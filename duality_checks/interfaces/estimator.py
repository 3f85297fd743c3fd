"""scikit-learn estimators whose training is a theorem: the network with the least objective, proven (extra
`sklearn`).

Where the activation patterns of the data are few enough to go through, the network is the global optimum, and
`certificate_` proves it. Where they are many, and a `gap` is stated, all directions are searched, and
`certificate_` proves bounds as near to one another as it says, or as `time_limit` allows. Else the network is
found by ascents from random directions, `proven_` is False, and the bounds are still proven, only wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError, MissingExtraError

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.metaestimators import available_if
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise MissingExtraError(
        "duality_checks.estimator needs scikit-learn; install the extra: convex-landscape[sklearn]"
    ) from error

from ..cover.effort import WHOLE, Effort
from ..exact.enclosures import float_above, float_below
from ..networks.two_layer import side_by_side
from ..pricing.limits import MAX_CONES, few_chambers, is_searched
from ..problem import TrainingProblem
from .fits import Fit

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate


class NoCertificateError(ConvexLandscapeError, AttributeError):
    """There is no certificate, because the chambers were too many to go through."""


# A parameter is a field: scikit-learn reads them from the signature of `__init__`, and wants them unchanged.
parameters = dataclass(eq=False, repr=False)


@parameters
class _CertifiedReLU(BaseEstimator):
    """What both estimators share: problems, their solutions, and proofs that are made when they are asked
    for."""

    beta: Any = 1.0
    _: KW_ONLY
    beta_ratio: Any = None
    activation: Any = "relu"
    loss: Any = "squared"
    fit_intercept: bool = True
    free: Any = "nothing"
    max_chambers: int = 20_000
    gap: float | None = None
    time_limit: float | None = None
    starts: int = 300
    random_state: Any = 0
    coupling = "1-norm"  # no parameter, but of the regressors
    problem_: Any = field(init=False)
    solution_: Any = field(init=False)
    network_: Any = field(init=False)

    def _problem(
        self, X: np.ndarray, target: np.ndarray, weights: np.ndarray | None, beta: Any
    ) -> TrainingProblem:
        """The problem of one output (a target of length n), or of several (n x k)."""
        terms = {"loss": self.loss, "free": self.free, "coupling": self.coupling}
        return TrainingProblem(
            self._columns(X), target, beta, self.activation, sample_weights=weights, **terms
        )

    def _learn(self, X: np.ndarray, target: np.ndarray, weights: np.ndarray | None) -> None:
        began = perf_counter()
        problem = self._problem(X, target, weights, self.beta if self.beta_ratio is None else 1)
        if self.beta_ratio is not None:
            from ..optima.shares import at_ratio

            if not problem.shares:
                self._require_chambers(problem)
            effort = self._limits(problem).after(began, parts=4)
            problem = at_ratio(problem, self.beta_ratio, self.max_chambers, effort)
        programs = problem.programs
        self._keep(problem, [self._fitted(one, began, len(programs) - k) for k, one in enumerate(programs)])

    def _keep(self, problem: TrainingProblem, fits: Sequence[Fit]) -> None:
        """What was learned: a fit a program."""
        solutions = tuple(fit.solution for fit in fits)
        self.solution_ = solutions if len(fits) > 1 else solutions[0]
        self.network_ = side_by_side([one.network for one in solutions])
        self.problem_, self._fits, self.beta_ = problem, tuple(fits), problem.beta
        self.exhaustive_ = all(fit.exhaustive for fit in fits)
        self.n_chambers_ = problem.arrangement.count_chambers() if self.exhaustive_ else None
        self.n_iter_ = max(len(one.rounds) for one in solutions)

    def _require_chambers(self, problem: TrainingProblem) -> None:
        searched = self.gap is not None and is_searched(problem)
        if not searched and not few_chambers(problem.arrangement, self.max_chambers):
            raise InputError(
                f"beta_ratio needs beta_max, a maximum over all chambers, and the data have more than "
                f"max_chambers={self.max_chambers:,}; give beta, or raise max_chambers"
            )

    def _columns(self, X: np.ndarray) -> np.ndarray:
        return np.column_stack([X, np.ones(len(X))]) if self.fit_intercept else X

    def _fitted(self, problem: TrainingProblem, began: float, parts: int) -> Fit:
        from sklearn.utils import check_random_state

        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        effort = self._limits(problem) if problem.shares else self._effort()
        effort = None if effort is None else effort.after(began, parts)
        return Fit.of(problem, max_chambers=self.max_chambers, starts=self.starts, seed=seed, effort=effort)

    def _effort(self) -> Effort | None:
        """The search that was asked for, if one was."""
        return None if self.gap is None else Effort(self.gap, self.time_limit, MAX_CONES)

    def _limits(self, problem: TrainingProblem) -> Effort:
        """Those of the whole fit: neurons that outputs share are searched for, asked or not."""
        return self._effort() or (Effort(seconds=self.time_limit) if problem.shares else WHOLE)

    def _weights(self, X: np.ndarray, sample_weight: Any) -> tuple[np.ndarray | None, np.ndarray]:
        """The weights of the samples that count, and which these are: a weight of 0 leaves a sample out."""
        if sample_weight is None:
            return None, np.ones(len(X), dtype=bool)
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        if (weights < 0).any():
            raise InputError(f"sample_weight has the negative entry {weights.min():g}; weights are positive")
        kept = weights > 0
        if not kept.any():
            raise InputError("sample_weight is zero everywhere, so there is no sample; give positive weights")
        return weights[kept], kept

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "network_")
        return self.network_.predict(self._columns(validate_data(self, X, dtype=np.float64, reset=False)))

    @property
    def certificate_(self) -> Certificate | tuple[Certificate, ...]:
        """The certificate, made and checked when it is first asked for; one an output where several are a
        program each.

        Raises:
            NoCertificateError: the chambers were too many to go through.
        """
        check_is_fitted(self, "network_")
        if not all(fit.certifiable for fit in self._fits):
            raise NoCertificateError(
                f"the data have more than max_chambers={self.max_chambers:,} chambers, so the network is not "
                "proven optimal; use fewer columns or rows, or raise max_chambers"
            )
        found = tuple(fit.certificate for fit in self._fits)
        return found if len(found) > 1 else found[0]

    @property
    def proven_(self) -> bool:
        """Whether the network is proven globally optimal, up to the gap between the bounds."""
        check_is_fitted(self, "network_")
        return all(fit.settled for fit in self._fits)

    @property
    def lower_bound_(self) -> float:
        """A proven lower bound on the least objective of any network, rounded down."""
        return float_below(self._bounds()[0])

    @property
    def upper_bound_(self) -> float:
        """The exact objective of this network, rounded up."""
        return float_above(self._bounds()[1])

    def _bounds(self) -> tuple[Fraction, Fraction]:
        check_is_fitted(self, "network_")
        lower, upper = (
            sum((getattr(fit.bounds, side) for fit in self._fits), Fraction(0)) for side in ("lower", "upper")
        )
        return lower, upper


_PARAMETERS = """
    The objective is `sum_k weight_k loss(f_k; y_k) + beta/2 sum_j (norm(w_j)^2 + alpha_j^2)`: the loss is
    summed over the samples, not averaged.

    Args:
        beta: weight decay, positive; a float, or exactly: a Fraction or text such as "1/3".
        beta_ratio: in place of `beta` its share of beta_max, the least weight decay for which the zero
            network is optimal; None for `beta` itself.
        activation: "relu", "abs", "leaky:K" or a slope below 1.
        loss: {losses}.
        fit_intercept: whether to append a column of ones to the data; its weight is regularised like the
            rest, unless `free` says otherwise.
        free: what is not regularised: "nothing", "intercept", "biases" (as in scikit-learn's own networks),
            "linear", or "decayed-intercept" for PyTorch's weight_decay.
        max_chambers: go through all chambers up to this many; beyond, and beyond 2,000, search all
            directions instead if a gap is stated (no biases free), else train by ascents (squared loss,
            nothing free).
        gap: the relative gap between the bounds that will do where all directions are searched; None for no
            search.
        time_limit: seconds of the whole job where directions are searched: one limit for training,
            certificates and checks, which all outputs share. A search for a gap ends after 100,000 cones in
            any case.
        starts: random directions in each round of ascents.
        random_state: seeds the ascents; training over all chambers is deterministic.

    Attributes:
        network_: the :class:`~duality_checks.networks.two_layer.TwoLayerNetwork`.
        exhaustive_: whether training went through all chambers.
        n_chambers_: the number of all chambers, exactly; None if there were too many to go through.
        certificate_: the proof, made when first asked for; none where the network is from ascents alone.
        proven_: whether the network is proven globally optimal up to the gap between the bounds.
        lower_bound_, upper_bound_: proven bounds on the least objective, rounded outward.
        problem_, solution_: what was solved, and the numerical solution with its dual.
        beta_: the weight decay, exactly.
        n_iter_: rounds of training.
        n_features_in_: columns of the data.
"""


@parameters
class CertifiedReLURegressor(RegressorMixin, _CertifiedReLU):
    __doc__ = f"""Regression by the two-layer network with the least regularised objective of all.
{_PARAMETERS.format(losses='"squared", "l1" or "huber:D"')}
    With several outputs (y is n x k) `coupling` says which norm of a neuron's output weights is regularised:
    "1-norm" (the outputs are a program each, and `certificate_` and `solution_` are tuples) or "2-norm" (the
    usual weight decay: they share neurons, and all directions are searched).

    Example:
        >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0.0, 1.0, 0.0, 1.0]
        >>> model = CertifiedReLURegressor(beta=0.01).fit(X, y)
        >>> model.proven_, model.n_chambers_, model.upper_bound_ - model.lower_bound_ < 1e-9
        (True, 8, True)
    """

    coupling: str = field(default="1-norm", kw_only=True)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> CertifiedReLURegressor:
        """Train.

        Args:
            X: n x d floats.
            y: n floats, or n x k for several outputs.
            sample_weight: n weights of the samples' losses: 2 counts a sample twice, 0 leaves it out.

        Returns:
            The estimator itself.

        Raises:
            InputError: a parameter that cannot be used.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, multi_output=True)
        weights, kept = self._weights(X, sample_weight)
        target = np.asarray(y, dtype=np.float64)[kept]
        self._flat = target.ndim == 1
        self._learn(X[kept], target if target.size > len(target) else target.reshape(-1), weights)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The network's outputs: length n, or n x k as y was."""
        found = self._outputs(X)
        return found if self._flat or found.ndim == 2 else found[:, None]


@parameters
class CertifiedReLUClassifier(ClassifierMixin, _CertifiedReLU):
    __doc__ = f"""Two classes, as -1 and +1; for more, put it into `OneVsRestClassifier`.
{_PARAMETERS.format(losses='"squared", "hinge", "squared-hinge", or "logistic", with `predict_proba`')}
        classes_: the two labels, in order.

    `class_weight` is a dict from labels to weights, or "balanced", which multiply the samples' weights.

    Example:
        >>> X, y = [[-2.0], [-1.0], [1.0], [2.0]], ["no", "no", "yes", "yes"]
        >>> model = CertifiedReLUClassifier(beta=0.1).fit(X, y)
        >>> model.predict([[-3.0], [3.0]]).tolist(), model.proven_
        (['no', 'yes'], True)
    """

    class_weight: Any = field(default=None, kw_only=True)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> CertifiedReLUClassifier:
        """Train.

        Args:
            X: n x d floats.
            y: n labels of two classes.
            sample_weight: n weights of the samples' losses: 2 counts a sample twice, 0 leaves it out.

        Returns:
            The estimator itself.

        Raises:
            InputError: more or fewer than two classes, or a parameter that cannot be used.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind != "binary":
            raise InputError(
                f"Only binary classification is supported. The type of the target is {kind}. Put the "
                "estimator into sklearn.multiclass.OneVsRestClassifier."
            )
        weights, kept = self._weights(X, sample_weight)
        X, y = X[kept], y[kept]
        self.classes_, place = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"y has 1 class only, {self.classes_[0]!r}; a classifier needs two")
        self._learn(X, 2.0 * place - 1.0, self._with_classes(y, weights))
        return self

    def _with_classes(self, y: np.ndarray, weights: np.ndarray | None) -> np.ndarray | None:
        from sklearn.utils.class_weight import compute_sample_weight

        if self.class_weight is None:
            return weights
        by_class = compute_sample_weight(self.class_weight, y)
        if not (by_class > 0).all():
            raise InputError("class_weight has a weight that is not positive; leave that class out instead")
        return by_class if weights is None else weights * by_class

    def decision_function(self, X: Any) -> np.ndarray:
        """The network's outputs, length n: positive for the second class."""
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """The labels, length n."""
        outputs = self._outputs(X)
        return self.classes_[(outputs > 0).astype(int)]

    @available_if(lambda self: self.loss == "logistic")
    def predict_proba(self, X: Any) -> np.ndarray:
        """The probabilities of the two classes, n x 2; with the logistic loss alone.

        Example:
            >>> X, y = [[-2.0], [-1.0], [1.0], [2.0]], [0, 0, 1, 1]
            >>> model = CertifiedReLUClassifier(beta=0.1, loss="logistic").fit(X, y)
            >>> found = model.predict_proba([[-3.0], [3.0]])
            >>> bool(found[0, 0] > 0.9), bool(found[1, 1] > 0.9)
            (True, True)
        """
        from scipy.special import expit

        outputs = self._outputs(X)
        return np.column_stack([expit(-outputs), expit(outputs)])
