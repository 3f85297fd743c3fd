"""The panel of training data over one feature, whose optimum is found in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError

from .page import Panel

if TYPE_CHECKING:
    from fractions import Fraction

    from ...data.datasets import TrainingData

#: The page solves the problem anew while a point is dragged.
MOST_POINTS = 200


def training_panel(
    data: TrainingData | None = None, beta: Fraction | None = None, beta_ratio: Fraction | None = None
) -> Panel:
    """Points to drag.

    Args:
        data: what to begin with (see `points_of`); a few examples of the page's own if None.
        beta: the weight decay to begin with.
        beta_ratio: or its share of beta_max.

    Raises:
        InputError: the data are not points over one feature.

    Example:
        >>> training_panel().mount
        'mountTraining'
    """
    begun = None if data is None else points_of(data) | _decay(beta, beta_ratio)
    return Panel("Training data of one feature", "training", "mountTraining", begun, ("one_feature",))


def points_of(data: TrainingData) -> dict[str, Any]:
    """One feature with its targets; beside it there is a column of ones.

    Returns:
        `title`, `names` of feature and target, and the numbers `x` and `y`.

    Raises:
        InputError: other columns, weights of samples, a convolution, or more than `MOST_POINTS` samples.

    Example:
        >>> from duality_checks.data.datasets import TrainingData
        >>> from fractions import Fraction as F
        >>> from hyperplane_arrangements.exact import exact_matrix
        >>> points_of(TrainingData("two", ("a", "(ones)"), "b", exact_matrix([[1, 1], [2, 1]]), (F(3), F(4))))
        {'title': 'two', 'names': ['a', 'b'], 'x': [1.0, 2.0], 'y': [3.0, 4.0]}
    """
    if not is_of_one_feature(data):
        raise InputError(
            f"the data have the columns {', '.join(data.features)}; points are drawn over one "
            "feature beside a column of ones; choose it by --features"
        )
    if data.weights is not None or data.readout is not None:
        raise InputError("the page weighs all samples alike and has no convolutions; leave --weights out")
    if len(data.y) > MOST_POINTS:
        raise InputError(
            f"the data have {len(data.y)} samples; the page solves up to {MOST_POINTS} while one is dragged"
        )
    feature = 1 - _ones(data)[0]
    return {
        "title": data.source,
        "names": [data.features[feature], data.target],
        "x": data.X.floats[:, feature].tolist(),
        "y": [float(value) for value in data.y],
    }


def is_of_one_feature(data: TrainingData) -> bool:
    """Whether there are two columns, one of them of ones."""
    return len(data.features) == 2 and bool(_ones(data))


def _ones(data: TrainingData) -> list[int]:
    return [j for j in reversed(range(len(data.features))) if all(row[j] == 1 for row in data.X.fractions)]


def _decay(beta: Fraction | None, beta_ratio: Fraction | None) -> dict[str, float]:
    if beta is not None:
        return {"beta": float(beta)}
    return {} if beta_ratio is None else {"ratio": float(beta_ratio)}
