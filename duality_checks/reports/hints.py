"""Where a number misleads: what to know of beta, of the columns and of the targets, with the remedy.

Hints are numerical and rest on sizes alone; nothing that is proven depends on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import TooLargeError

from ..effort import Effort

if TYPE_CHECKING:
    from ..data.datasets import TrainingData
    from ..network import TwoLayerNetwork
    from ..problem import TrainingProblem

# Columns whose sizes differ by this factor and more are not meant to be weighed alike.
COLUMNS_APART = 100
# So are targets: a small one is zero long before a large one is.
TARGETS_APART = 10
# A mean of so many deviations is most of what there is to fit.
DEVIATIONS = 2


def hints(data: TrainingData, problem: TrainingProblem, network: TwoLayerNetwork) -> tuple[str, ...]:
    """What to know of a job with one output.

    Args:
        data: the data with their names.
        problem: the problem.
        network: its optimum.

    Example:
        >>> from fractions import Fraction
        >>> from ..data.datasets import versicolor_against_virginica
        >>> from ..network import TwoLayerNetwork
        >>> from ..problem import TrainingProblem
        >>> data = versicolor_against_virginica()
        >>> problem = TrainingProblem(data.X, data.y, beta=1000)
        >>> for hint in hints(data, problem, TwoLayerNetwork(np.zeros((0, 3)), [])):
        ...     print(hint)
        the zero network is optimal: no neuron pays for its weight decay, for beta is 1e+03 and beta_max about
        73.5; --beta-ratio 0.1 is a tenth of it
    """
    found = [
        _zero_network(problem) if network.width == 0 else None,
        _columns(data, problem),
        _mean(problem),
    ]
    return tuple(hint for hint in found if hint is not None)


def hints_of_outputs(
    data: Sequence[TrainingData], problems: Sequence[TrainingProblem], network_output: np.ndarray
) -> tuple[str, ...]:
    """What to know of a job with several outputs.

    Args:
        data: one an output.
        problems: likewise.
        network_output: the output weights, m x k.
    """
    silent = [one.target for one, column in zip(data, network_output.T, strict=True) if not column.any()]
    found = [
        None
        if not silent
        else f"no neuron pays for its weight decay in {', '.join(silent)}: beta is at or above its beta_max",
        _columns(data[0], problems[0]),
        _targets(data, problems),
        *(_named(one.target, _mean(problem)) for one, problem in zip(data, problems, strict=True)),
    ]
    return tuple(hint for hint in found if hint is not None)


def _named(target: str, hint: str | None) -> str | None:
    return None if hint is None else f"{target}: {hint}"


def _zero_network(problem: TrainingProblem) -> str:
    from ..training.paths import approximate_beta_max

    what = "what is free alone" if problem.free else "the zero network"
    head = f"{what} is optimal: no neuron pays for its weight decay"
    try:
        largest = approximate_beta_max(problem, effort=Effort(gap=0.5))
    except TooLargeError:
        return f"{head}, for beta is beta_max or above; --beta-ratio 0.1 is a tenth of it"
    if not largest > 0:
        return head
    return (
        f"{head}, for beta is {float(problem.beta):.3g} and beta_max about {largest:.3g}; --beta-ratio 0.1 "
        "is a tenth of it"
    )


def _columns(data: TrainingData, problem: TrainingProblem) -> str | None:
    """Columns of very different size that decay alike."""
    labelled = set() if data.preparation is None else _labelled(data)
    sizes = {
        name: size
        for j, (name, size) in enumerate(zip(data.features, _sizes(problem.features), strict=True))
        if size and j != problem.bias and name not in labelled
    }
    if len(sizes) < 2:
        return None
    small, large = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    if sizes[large] < COLUMNS_APART * sizes[small]:
        return None
    remedy = "" if data.preparation is None else "; --standardise brings columns to one size"
    return (
        f"the columns differ in size: {large} is {sizes[large]:.3g} and {small} {sizes[small]:.3g} (root "
        f"mean square), so that beta_max is that of {large}, and one weight decay hardly weighs on it{remedy}"
    )


def _labelled(data: TrainingData) -> set[str]:
    assert data.preparation is not None
    return {one.name for one in data.preparation.inputs if one.label is not None}


def _mean(problem: TrainingProblem) -> str | None:
    """Targets that are mostly their mean, where nothing fits the mean for free."""
    from ..training.paths import slope_at_zero

    if problem.free.intercept or not problem.readout.is_identity:
        return None
    pull = np.array([float(v) for v in slope_at_zero(problem)]) / problem.weight_floats
    weights = problem.weight_floats / problem.weight_floats.sum()
    mean = float(weights @ pull)
    deviation = float(np.sqrt(weights @ (pull - mean) ** 2))
    if abs(mean) < DEVIATIONS * deviation or not mean:
        return None
    if problem.plain_loss.name == "squared":
        what = f"the target's mean is {mean:.3g} and its deviation {deviation:.3g}"
    else:
        what = "almost all samples pull the output of zero one way"
    return (
        f"{what}, so that beta_max is mostly that of a constant; --free intercept fits the mean for nothing"
    )


def _targets(data: Sequence[TrainingData], problems: Sequence[TrainingProblem]) -> str | None:
    """Targets of very different size under one beta."""
    centred = problems[0].free.intercept
    columns = np.stack([one.target - (one.target.mean() if centred else 0.0) for one in problems], axis=1)
    sizes = dict(zip((one.target for one in data), _sizes(columns), strict=True))
    small, large = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
    if problems[0].plain_loss.name != "squared" or sizes[large] < TARGETS_APART * sizes[small]:
        return None
    return (
        f"the targets differ in size: {large} is {sizes[large]:.3g} and {small} {sizes[small]:.3g} (root "
        f"mean square), and one beta for both leaves {small} to the weight decay; bring them to one size"
    )


def _sizes(columns: np.ndarray) -> list[float]:
    """The root mean squares of columns, without overflow."""
    largest = np.abs(columns).max(axis=0)
    shares = columns / np.where(largest, largest, 1.0)
    return [float(size) for size in largest * np.sqrt(np.mean(shares**2, axis=0))]
