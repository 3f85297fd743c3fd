"""Clarke stationarity with polyhedral norms: by hand, and against HiGHS on gradients at points nearby."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from duality_checks import TrainingProblem, clarke_stationary
from duality_checks.exact.polyhedral import NORMS
from duality_checks.networks.rational import RationalNetwork
from duality_checks.stationary_points.blocks import chamber_blocks
from duality_checks.stationary_points.polyhedral_clarke import loss_slope, polyhedral_subdifferentials
from duality_checks.stationary_points.selections import settle_exactly
from hyperplane_arrangements.errors import InputError, TooLargeError

# With rows and weights of entries up to 2, every piece around a neuron has one of these directions inside.
GRID = [h for h in product(range(-7, 8), repeat=2) if any(h)]
NEAR = 2.0**-20


@st.composite
def cases(draw: Callable[[Any], Any]) -> tuple[TrainingProblem, RationalNetwork]:
    """Rows with ties and opposites; neurons on kinks of rows and norms, some of them settled."""
    n = draw(st.integers(1, 4))
    row = st.lists(st.integers(-2, 2), min_size=2, max_size=2)
    rows = draw(st.lists(row, min_size=n, max_size=n).filter(lambda rows: any(map(any, rows))))
    loss = draw(st.sampled_from(("squared", "huber:3/2", "squared-hinge", "l1", "hinge")))
    label = st.sampled_from([-1, 1]) if "hinge" in loss else st.integers(-4, 4)
    y = draw(st.lists(label, min_size=n, max_size=n))
    kappa = draw(st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(-1)]))
    problem = TrainingProblem(rows, y, "1/2", kappa, loss=loss, penalty=draw(st.sampled_from(NORMS)))
    if loss == "squared" and draw(st.booleans()):
        return problem, settle_exactly(problem, [draw(st.sampled_from(chamber_blocks(problem)))]).network
    hidden = draw(st.lists(row.filter(any), min_size=1, max_size=2))
    output = draw(st.lists(st.sampled_from(["1/2", -1, "3/4"]), min_size=len(hidden), max_size=len(hidden)))
    return problem, RationalNetwork(hidden, output)


def slope_of(name: str, f: np.ndarray, y: np.ndarray) -> np.ndarray | None:
    """Minus the derivative of the loss, from its formula; None at a kink."""
    if name == "l1":
        return None if (y == f).any() else np.sign(y - f)
    if name == "hinge":
        return None if (y * f == 1).any() else y * (y * f < 1)
    if name == "squared-hinge":
        return y * np.maximum(1 - y * f, 0)
    return y - f if name == "squared" else np.clip(y - f, -1.5, 1.5)


def gradients_nearby(problem: TrainingProblem, network: RationalNetwork) -> list[np.ndarray] | None:
    """For each neuron the gradients over `abs(alpha)` where the objective is smooth around it, in floats."""
    X, y, kappa = problem.features, problem.target, float(problem.kappa)

    def slopes(heights: np.ndarray) -> np.ndarray:
        return np.where(heights > 0, 1.0, kappa)

    hidden = np.array([[float(x) for x in row] for row in network.hidden]).reshape(-1, 2)
    output = np.array([float(a) for a in network.output])
    heights = X @ hidden.T
    v = slope_of(problem.loss.name.partition(":")[0], (slopes(heights) * heights) @ output, y)
    if v is None:
        return None
    found = []
    for weights, alpha in zip(hidden, output, strict=True):
        around = set()
        for h in GRID:
            point = weights + NEAR * np.array(h)
            height, sizes = X @ point, np.abs(point)
            bends = sizes[0] == sizes[1] if problem.penalty.name == "inf-norm" else not sizes.all()
            if bends or not height[X.any(axis=1)].all():
                continue
            q = np.sign(point) * (sizes == sizes.max() if problem.penalty.name == "inf-norm" else 1)
            gradient = float(problem.beta) * q - np.sign(alpha) * X.T @ (slopes(height) * v)
            around.add(tuple(gradient.tolist()))
        found.append(np.array(sorted(around)))
    return found


def highs_separates(gradients: np.ndarray) -> bool:
    """Whether some direction in the unit box falls along all of them: the largest t with `G h <= -t`."""
    left = np.hstack([gradients, np.ones((len(gradients), 1))])
    box = [(-1, 1)] * gradients.shape[1] + [(None, None)]
    found = linprog([0] * gradients.shape[1] + [-1], left, np.zeros(len(gradients)), bounds=box)
    assert found.status == 0
    return bool(-found.fun > 1e-8)


@settings(max_examples=60)
@given(cases())
def test_the_verdict_is_that_of_highs_on_gradients_nearby(
    case: tuple[TrainingProblem, RationalNetwork],
) -> None:
    problem, network = case
    nearby = gradients_nearby(problem, network)
    if nearby is None:
        with pytest.raises(InputError, match="is fitted exactly"):
            clarke_stationary(problem, network)
        return
    verdict = clarke_stationary(problem, network)
    assert verdict.neurons == tuple(range(network.width))
    for around, ours, member in zip(nearby, verdict.subdifferentials, verdict.memberships, strict=True):
        assert np.allclose(around, sorted({tuple(map(float, g)) for g in ours.gradients}), atol=1e-9)
        assert bool(member) != highs_separates(around)


@pytest.mark.parametrize(
    ("target", "stationary"), [(2, False), (3, True), ("7/2", True), (4, True), (1, False)]
)
def test_a_kink_of_row_and_norm_by_hand(target: Any, stationary: bool) -> None:
    """`X'Dv` is (1, -2), and (1, target - 2) where the second row is on; the norm adds (0, 1) and (0, -1).

    So the gradients are (0, 3 - target) and (0, 1): zero is between them from target 3 on.
    """
    problem = TrainingProblem([[1, -2], [0, 1]], [2, target], beta=1, penalty="1-norm")
    verdict = clarke_stationary(problem, RationalNetwork([[1, 0]], [1]))
    (here,) = verdict.subdifferentials
    assert set(here.gradients) == {(0, 3 - Fraction(target)), (0, 1)}
    assert bool(verdict) == stationary
    (member,) = verdict.memberships
    if stationary:
        share = 1 / (Fraction(target) - 2)
        assert set(member.weights) == {share, 1 - share}
        assert str(verdict).startswith("Clarke stationary (proven)")
    else:
        assert member.direction[1] < 0
        assert str(verdict).startswith(
            "not Clarke stationary (proven): the objective falls as neuron 0 moves"
        )


@pytest.mark.parametrize(
    ("loss", "slopes"),
    [
        ("squared", (-1, "1/2")),
        ("huber:1/4", ("-1/4", "1/4")),
        ("l1", (-1, 1)),
        ("hinge", (0, 1)),
        ("squared-hinge", (0, "1/2")),
    ],
)
def test_derivatives_of_losses_at_outputs_of_2_and_a_half_for_targets_of_1(loss: str, slopes: Any) -> None:
    problem = TrainingProblem([[2], ["1/2"]], [1, 1], beta=1, loss=loss)
    assert loss_slope(problem, RationalNetwork([[1]], [1])) == tuple(map(Fraction, slopes))


def test_a_corner_of_the_cube_has_as_many_gradients_as_largest_weights() -> None:
    problem = TrainingProblem([[2, 2, 2]], [9], beta=1, penalty="inf-norm")
    (here,) = polyhedral_subdifferentials(problem, RationalNetwork([[1, -1, 1]], [1]))
    # v = 7, so X'v = (14, 14, 14), less one of e_1, -e_2, e_3.
    assert set(here.gradients) == {(-13, -14, -14), (-14, -15, -14), (-14, -14, -13)}


def test_neurons_without_a_product_are_left_out_and_balance_is_not_asked_for() -> None:
    problem = TrainingProblem([[1], [-1]], [5, 2], beta=1, penalty="inf-norm")
    network = RationalNetwork([[1], [3], [0], [-4]], [4, 0, 1, "1/4"])
    verdict = clarke_stationary(problem, network)
    assert verdict and verdict.neurons == (0, 3)
    assert clarke_stationary(problem, RationalNetwork([], []))


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({}, "penalty='2-norm' is not polyhedral; use stationarity, or one of 1-norm, inf-norm"),
        ({"penalty": "1-norm", "loss": "logistic"}, "loss='logistic' has irrational derivatives"),
        ({"penalty": "1-norm", "loss": "l1"}, "sample 0 is fitted exactly, where the l1 loss has a kink"),
        ({"penalty": "1-norm", "free": "intercept"}, "Clarke stationarity with a polyhedral norm"),
    ],
)
def test_what_cannot_be_decided_is_refused(terms: dict[str, str], text: str) -> None:
    problem = TrainingProblem([[1, 0]], [1], beta=1, **terms)
    with pytest.raises(InputError) as raised:
        clarke_stationary(problem, RationalNetwork([[1, 0]], [1]))
    assert text in str(raised.value)


def test_too_many_pieces_are_refused_beforehand() -> None:
    problem = TrainingProblem([[0, 1, 1]], [1], beta=1, penalty="1-norm")
    with pytest.raises(TooLargeError, match="6 chambers meet at a neuron"):
        clarke_stationary(problem, RationalNetwork([[1, 0, 0]], [1]), max_chambers=5)
