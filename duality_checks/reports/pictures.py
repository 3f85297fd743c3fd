"""Pictures of a trained network on Axes of matplotlib (extra `plot`): those that a report's page shows.

Every function takes `ax=` and returns the Axes it drew on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing.painting import paint
from .function_picture import function_picture
from .landscape_picture import landscape_picture

if TYPE_CHECKING:
    from ..networks.two_layer import TwoLayerNetwork
    from ..problem import TrainingProblem


def plot_function(
    problem: TrainingProblem, network: TwoLayerNetwork, *, ax: Any = None, names: Sequence[str] | None = None
) -> Any:
    """Draw the data with the learned function: over one or two features, else the fit against the targets.

    A constant column of the data counts as a bias. Over one feature the kinks of the neurons are marked;
    over two the neurons are lines, and the side they are on for is hatched. Of many samples those in
    :func:`.function_picture.drawn_samples` are drawn.

    Args:
        problem: the problem; where a readout pools rows, given against learned is drawn.
        network: the network.
        ax: matplotlib Axes; a new figure if None.
        names: of the columns and then of the target.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    return paint(function_picture(problem, network, names), ax)


def plot_landscape(
    problem: TrainingProblem,
    dual: np.ndarray,
    network: TwoLayerNetwork,
    *,
    ax: Any = None,
    pole: Sequence[float] | None = None,
) -> Any:
    """Draw the arrangement with each chamber coloured by its dual slack `beta - norm(Proj c)` (statement
    2.3), as :func:`.landscape_picture.landscape_picture` says.

    Args:
        problem: of rank 2 or 3.
        dual: v, length n.
        network: whose neurons are marked.
        ax: matplotlib Axes; a new figure if None.
        pole: at rank 3 the centre of the half shown, r numbers in the white coordinates; where most rows are
            positive if None.

    Returns:
        The Axes.

    Raises:
        InputError: another rank.
        MissingExtraError: matplotlib is not installed.
    """
    return paint(landscape_picture(problem, dual, network, pole), ax)
