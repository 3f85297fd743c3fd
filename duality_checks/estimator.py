"""scikit-learn estimators whose training is a theorem: the network with the least objective, proven (extra
`sklearn`).

Where the activation patterns of the data are few enough to go through, the network is the global optimum, and
`certificate_` proves it. Where they are not, the network is found by ascents from random directions,
`proven_` is False, and the bounds are still proven, only wider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError, MissingExtraError, TooLargeError

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.multiclass import check_classification_targets, type_of_target
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise MissingExtraError(
        "duality_checks.estimator needs scikit-learn; install the extra: convex-landscape[sklearn]"
    ) from error

from .exact.enclosures import float_above, float_below
from .limits import FAR, most_chambers, require_feasible
from .problem import TrainingProblem

if TYPE_CHECKING:
    from .approximation.subsets import ProvenInterval
    from .certificate import Certificate
    from .training.columns import Solution


class NoCertificateError(ConvexLandscapeError, AttributeError):
    """There is no certificate, because the chambers were too many to go through."""


class _CertifiedReLU(BaseEstimator):
    """What both estimators share: a problem, its solution, and proofs that are made when they are asked
    for."""

    def __init__(
        self,
        beta: Any = 1.0,
        *,
        activation: Any = "relu",
        fit_intercept: bool = True,
        max_chambers: int = 20_000,
        starts: int = 300,
        random_state: Any = 0,
    ):
        self.beta = beta
        self.activation = activation
        self.fit_intercept = fit_intercept
        self.max_chambers = max_chambers
        self.starts = starts
        self.random_state = random_state

    def _learn(self, X: np.ndarray, target: np.ndarray) -> None:
        self._certificate: Certificate | None = None
        self._interval: ProvenInterval | None = None
        self.problem_ = TrainingProblem(self._columns(X), target, self.beta, self.activation)
        self.exhaustive_ = _few_chambers(self.problem_, self.max_chambers)
        self.solution_ = self._solve()
        self.network_ = self.solution_.network
        self.n_chambers_ = self.problem_.arrangement.count_chambers() if self.exhaustive_ else None
        self.n_iter_ = len(self.solution_.rounds)

    def _columns(self, X: np.ndarray) -> np.ndarray:
        return np.column_stack([X, np.ones(len(X))]) if self.fit_intercept else X

    def _solve(self) -> Solution:
        from sklearn.utils import check_random_state

        from .training.ascents import train_by_ascents
        from .training.columns import train

        if self.exhaustive_:
            return train(self.problem_, max_chambers=self.max_chambers)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        return train_by_ascents(self.problem_, starts=self.starts, seed=seed)

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self, "network_")
        return self.network_.predict(self._columns(validate_data(self, X, dtype=np.float64, reset=False)))

    @property
    def certificate_(self) -> Certificate:
        """The certificate over all chambers, made and checked when it is first asked for.

        Raises:
            NoCertificateError: the chambers were too many to go through.
        """
        from .certificate import certify, check

        check_is_fitted(self, "network_")
        if not self.exhaustive_:
            raise NoCertificateError(
                f"the data have more than max_chambers={self.max_chambers:,} chambers, so the network is not "
                "proven optimal; use fewer columns or rows, or raise max_chambers"
            )
        if self._certificate is None:
            certificate = certify(self.problem_, self.solution_)
            check(self.problem_, certificate).require()
            self._certificate = certificate
        return self._certificate

    @property
    def proven_(self) -> bool:
        """Whether the network is proven globally optimal, up to the gap between the bounds."""
        check_is_fitted(self, "network_")
        return self.exhaustive_ and self.certificate_ is not None

    @property
    def lower_bound_(self) -> float:
        """A proven lower bound on the least objective of any network, rounded down."""
        return float_below(self._bounds().lower)

    @property
    def upper_bound_(self) -> float:
        """The exact objective of this network, rounded up."""
        return float_above(self._bounds().upper)

    def _bounds(self) -> Certificate | ProvenInterval:
        from .training.ascents import proven_interval

        check_is_fitted(self, "network_")
        if self.exhaustive_:
            return self.certificate_
        if self._interval is None:
            self._interval = proven_interval(self.problem_, self.network_)
        return self._interval


def _few_chambers(problem: TrainingProblem, limit: int) -> bool:
    """Whether all chambers can be gone through; counted only where that is quick."""
    arrangement = problem.arrangement
    if most_chambers(len(arrangement.hyperplanes), arrangement.rank) > FAR * limit:
        return False
    try:
        require_feasible(arrangement, limit)
    except TooLargeError:
        return False
    return True


_PARAMETERS = """
    The objective is `1/2 norm(f - y)^2 + beta/2 sum_j (norm(w_j)^2 + alpha_j^2)`: the loss is summed over the
    samples, not averaged.

    Args:
        beta: weight decay, positive; a float, or exactly: a Fraction or text such as "1/3".
        activation: "relu", "abs", "leaky:K" or a slope below 1.
        fit_intercept: whether to append a column of ones to the data; its weight is regularised like the
            rest.
        max_chambers: go through all chambers up to this many, else train by ascents.
        starts: random directions in each round of ascents.
        random_state: seeds the ascents; training over all chambers is deterministic.

    Attributes:
        network_: the :class:`~duality_checks.network.TwoLayerNetwork`.
        exhaustive_: whether training went through all chambers.
        n_chambers_: the number of all chambers, exactly; None if there were too many to go through.
        certificate_: the proof, made when first asked for; none unless exhaustive.
        proven_: whether the network is proven globally optimal up to the gap between the bounds.
        lower_bound_, upper_bound_: proven bounds on the least objective, rounded outward.
        problem_, solution_: what was solved, and the numerical solution with its dual.
        n_iter_: rounds of training.
        n_features_in_: columns of the data.
"""


class CertifiedReLURegressor(RegressorMixin, _CertifiedReLU):
    __doc__ = f"""Least squares by the two-layer network with the least regularised objective of all.
{_PARAMETERS}
    Example:
        >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0.0, 1.0, 0.0, 1.0]
        >>> model = CertifiedReLURegressor(beta=0.01).fit(X, y)
        >>> model.proven_, model.n_chambers_, model.upper_bound_ - model.lower_bound_ < 1e-9
        (True, 8, True)
    """

    def fit(self, X: Any, y: Any) -> CertifiedReLURegressor:
        """Train.

        Args:
            X: n x d floats.
            y: n floats.

        Returns:
            The estimator itself.

        Raises:
            InputError: a parameter that cannot be used.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        self._learn(X, np.asarray(y, dtype=np.float64))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """The network's outputs, length n."""
        return self._outputs(X)


class CertifiedReLUClassifier(ClassifierMixin, _CertifiedReLU):
    __doc__ = f"""Two classes by least squares on -1 and +1; for more, put it into `OneVsRestClassifier`.
{_PARAMETERS}        classes_: the two labels, in order.

    Example:
        >>> X, y = [[-2.0], [-1.0], [1.0], [2.0]], ["no", "no", "yes", "yes"]
        >>> model = CertifiedReLUClassifier(beta=0.1).fit(X, y)
        >>> model.predict([[-3.0], [3.0]]).tolist(), model.proven_
        (['no', 'yes'], True)
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any) -> CertifiedReLUClassifier:
        """Train.

        Args:
            X: n x d floats.
            y: n labels of two classes.

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
        self.classes_, place = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"y has 1 class only, {self.classes_[0]!r}; a classifier needs two")
        self._learn(X, 2.0 * place - 1.0)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """The network's outputs, length n: positive for the second class."""
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """The labels, length n."""
        outputs = self._outputs(X)
        return self.classes_[(outputs > 0).astype(int)]
