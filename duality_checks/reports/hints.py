"""Where a number misleads: what to know of beta, of the columns and of the targets, with the remedy.

Hints are numerical and rest on sizes alone; nothing that is proven depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError, TooLargeError

from ..cover.effort import Effort

if TYPE_CHECKING:
    from ..data.datasets import TrainingData
    from ..problem import TrainingProblem

# Columns whose sizes differ by this factor and more are not meant to be weighed alike.
COLUMNS_APART = 100
# So are targets: a small one is zero long before a large one is.
TARGETS_APART = 10
# A mean of so many deviations is most of what there is to fit.
DEVIATIONS = 2


@dataclass(frozen=True, slots=True)
class Remedies:
    """What to do about what a hint says, in words.

    Attributes:
        beta: a smaller one.
        columns: of very different size.
        mean: that nothing fits for free.
        targets: of very different size.
    """

    beta: str
    columns: str
    mean: str
    targets: str = "bring them to one size"


TO_CERTIFY = Remedies(
    beta="--beta-ratio 0.1 is a tenth of it",
    columns="--standardise brings columns to one size",
    mean="--free intercept fits the mean for nothing",
)
TO_TRAIN = Remedies(
    beta="train with a smaller one",
    columns="bring them to one size and train again",
    mean="let the output's bias not decay, or take the mean off the targets, and train again",
    targets="bring them to one size and train again",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a problem are called.

    Attributes:
        names: one a column; None for one of 0 and 1 for a label, whose size says nothing.
        remedy: for columns of very different size; '' for none.
    """

    names: tuple[str | None, ...]
    remedy: str

    @classmethod
    def of(cls, data: TrainingData) -> Columns:
        """Those of a table."""
        return cls(data.measured, "" if data.preparation is None else TO_CERTIFY.columns)

    @classmethod
    def of_network(cls, problem: TrainingProblem, names: Sequence[str | None] | None) -> Columns:
        """Those of a network's features, and the ones of its biases; by their number where the names are not
        of these columns."""
        found = tuple(names or ())
        if found and len(found) == problem.d - 1:
            found = (*found, "(biases)")
        if len(found) != problem.d:
            found = tuple(f"column {j}" for j in range(problem.d))
        return cls(found, TO_TRAIN.columns)


def hints(data: Sequence[TrainingData], problem: TrainingProblem, outgoing: np.ndarray) -> tuple[str, ...]:
    """What to know of a job.

    Args:
        data: with their names, one an output.
        problem: of all outputs.
        outgoing: the output weights of the optimum, m x k.

    Example:
        >>> from ..data.datasets import versicolor_against_virginica
        >>> from ..problem import TrainingProblem
        >>> data = versicolor_against_virginica()
        >>> problem = TrainingProblem(data.X, data.y, beta=1000)
        >>> for hint in hints([data], problem, np.zeros((0, 1))):
        ...     print(hint)
        the zero network is optimal: no neuron pays for its weight decay, for beta is 1e+03 and beta_max about
        73.5; --beta-ratio 0.1 is a tenth of it
    """
    return _hints(Columns.of(data[0]), [one.target for one in data], problem, outgoing, TO_CERTIFY)


def hints_of_audit(
    problem: TrainingProblem,
    outgoing: np.ndarray,
    targets: Sequence[str] | None = None,
    names: Sequence[str | None] | None = None,
) -> tuple[str, ...]:
    """What to know of the audit of a network.

    Args:
        problem: that it is judged on.
        outgoing: the output weights of an optimum, m x k.
        targets: the names of the outputs, if they are known.
        names: of the features, if they are known; None for one that is 0 and 1 for a label.

    Example:
        >>> from ..problem import TrainingProblem
        >>> problem = TrainingProblem([[3, 1], [-400, 1]], [1, -1], beta=1)
        >>> for hint in hints_of_audit(problem, np.ones((1, 1)), names=["area"]):
        ...     print(hint)
        the columns differ in size: area is 283 and (biases) 1 (root mean square), so that beta_max is that of
        area, and one weight decay hardly weighs on it; bring them to one size and train again
    """
    columns = Columns.of_network(problem, names)
    told = targets or [f"output {k}" for k in range(len(problem.targets))]
    return _hints(columns, told, problem, outgoing, TO_TRAIN)


def _hints(
    columns: Columns,
    targets: Sequence[str],
    problem: TrainingProblem,
    outgoing: np.ndarray,
    remedies: Remedies,
) -> tuple[str, ...]:
    silent = [name for name, weights in zip(targets, outgoing.T, strict=True) if not weights.any()]
    means = [_mean(one, remedies) for one in problem.outputs]
    zero = None
    if len(problem.targets) > 1:
        means = [hint and f"{name}: {hint}" for name, hint in zip(targets, means, strict=True)]
        told = f"no neuron pays for its weight decay in {', '.join(silent)}: beta is at or above its beta_max"
        zero = told if silent else None
    elif silent:
        zero = _zero_network(problem, remedies)
    found = [zero, _columns(columns, problem), _targets(targets, problem, remedies), *means]
    return tuple(hint for hint in found if hint is not None)


def _zero_network(problem: TrainingProblem, remedies: Remedies) -> str:
    from ..optima.paths import approximate_beta_max

    what = "what is free alone" if problem.free else "the zero network"
    head = f"{what} is optimal: no neuron pays for its weight decay"
    try:
        largest = approximate_beta_max(problem, effort=Effort(gap=0.5))
    except (TooLargeError, InputError):
        return f"{head}, for beta is beta_max or above; {remedies.beta}"
    if not largest > 0:
        return head
    return f"{head}, for beta is {float(problem.beta):.3g} and beta_max about {largest:.3g}; {remedies.beta}"


def _columns(columns: Columns, problem: TrainingProblem) -> str | None:
    """Columns of very different size that decay alike."""
    sizes = {
        name: size
        for j, (name, size) in enumerate(zip(columns.names, _sizes(problem.features), strict=True))
        if size and j != problem.bias and name is not None
    }
    if len(sizes) < 2:
        return None
    small, large = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    if sizes[large] < COLUMNS_APART * sizes[small]:
        return None
    remedy = f"; {columns.remedy}" if columns.remedy else ""
    return (
        f"the columns differ in size: {large} is {sizes[large]:.3g} and {small} {sizes[small]:.3g} (root "
        f"mean square), so that beta_max is that of {large}, and one weight decay hardly weighs on it{remedy}"
    )


def _mean(problem: TrainingProblem, remedies: Remedies) -> str | None:
    """Targets that are mostly their mean, where nothing fits the mean for free."""
    from ..optima.paths import slope_at_zero

    if problem.free.intercept or not problem.readout.is_identity:
        return None
    try:
        slope = slope_at_zero(problem)
    except InputError:  # the l1 loss has none at a target of 0
        return None
    pull = np.array([float(v) for v in slope]) / problem.weight_floats
    weights = problem.weight_floats / problem.weight_floats.sum()
    mean = float(weights @ pull)
    deviation = float(np.sqrt(weights @ (pull - mean) ** 2))
    if abs(mean) < DEVIATIONS * deviation or not mean:
        return None
    if problem.plain_loss.name == "squared":
        what = f"the target's mean is {mean:.3g} and its deviation {deviation:.3g}"
    else:
        what = "almost all samples pull the output of zero one way"
    return f"{what}, so that beta_max is mostly that of a constant; {remedies.mean}"


def _targets(targets: Sequence[str], problem: TrainingProblem, remedies: Remedies) -> str | None:
    """Targets of very different size under one beta."""
    columns = problem.Y - (problem.Y.mean(axis=0) if problem.free.intercept else 0.0)
    sizes = dict(zip(targets, _sizes(columns), strict=True))
    small, large = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    alike = small == large or sizes[large] < TARGETS_APART * sizes[small]
    if alike or problem.plain_loss.name != "squared":
        return None
    return (
        f"the targets differ in size: {large} is {sizes[large]:.3g} and {small} {sizes[small]:.3g} (root "
        f"mean square), and one beta for both leaves {small} to the weight decay; "
        f"{remedies.targets}"
    )


def _sizes(columns: np.ndarray) -> list[float]:
    """The root mean squares of columns, without overflow."""
    largest = np.abs(columns).max(axis=0)
    shares = columns / np.where(largest, largest, 1.0)
    return [float(size) for size in largest * np.sqrt(np.mean(shares**2, axis=0))]
