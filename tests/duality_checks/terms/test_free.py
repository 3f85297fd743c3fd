"""What is free of the penalty: names, columns, files, and who refuses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks import (
    TrainingProblem,
    TwoLayerNetwork,
    beta_max,
    bound_by_sampling,
    gated_relaxation,
    reduce_rank,
    stationarity,
    train,
)
from duality_checks.approximation.ascents import train_by_ascents
from duality_checks.approximation.dual_norm_bounds import relaxed_bound, spectral_bound
from duality_checks.exact.norms import dual_norm_squared
from duality_checks.optima.optimal_set import exact_optimal_set
from duality_checks.optima.spanning import reach_targets
from duality_checks.optima.spike_free import two_blocks
from duality_checks.optima.vector_output import SharedNeurons
from duality_checks.pricing.landscape import Landscape
from duality_checks.terms.free import NAMES, Free, parse_free
from duality_checks.training.program import solve_atoms
from hyperplane_arrangements.errors import InputError


@given(st.permutations(["intercept", "linear"]), st.permutations(["biases", "linear"]))
def test_parts_are_read_in_any_order_and_written_in_one(first: list[str], second: list[str]) -> None:
    assert parse_free("+".join(first)).name == "intercept+linear"
    assert parse_free("+".join(second)).name == "biases+linear"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_says_which_columns_are_free(name: str) -> None:
    problem = TrainingProblem([[2, 1], [3, 1], [5, 1]], [1, 2], 1, free=name, readout=[0, 1, 1])
    free = problem.free
    constant = any(part in name for part in ("intercept", "biases"))
    assert (free.intercept, free.linear, free.biases) == (constant, "linear" in name, "biases" in name)
    assert bool(free) == (name != "nothing") and problem.bias == (1 if free.biases else None)
    # Pooled as the outputs are: the last two rows are one sample.
    assert problem.skips == (((1, 2),) if constant else ()) + (((2, 8), (1, 2)) if free.linear else ())
    assert parse_free(free) is free and Free(name) == free


@pytest.mark.parametrize("name", ["", "bias", "intercept+intercept", "intercept+biases", "nothing+linear"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"free='.*' is unknown; use nothing, intercept, linear"):
        TrainingProblem([[1, 1]], [1], 1, free=name)


@pytest.mark.parametrize(
    ("rows", "which"),
    [([[1, 2], [2, 2]], "no column of ones"), ([[1, 1], [1, 1]], r"columns \[0, 1\] of ones")],
)
def test_free_biases_need_one_column_of_ones(rows: list[list[int]], which: str) -> None:
    with pytest.raises(InputError, match=f"X has {which}; give it exactly one"):
        TrainingProblem(rows, [1, 2], 1, free="biases")


# Files.


def test_a_problem_with_nothing_free_is_written_as_ever() -> None:
    """The text of version 1, word for word: files, and so digests, of before stay what they were."""
    text = TrainingProblem([[0.5]], [1], beta=1).to_json()
    assert json.loads(text)["version"] == 1 and "free" not in text


@pytest.mark.parametrize("name", NAMES)
def test_problem_files_keep_what_is_free(name: str, tmp_path: Any) -> None:
    problem = TrainingProblem([[0.5, 1], [2, 1]], [1, 2], 1, free=name)
    problem.save(tmp_path / "problem.json")
    assert TrainingProblem.load(tmp_path / "problem.json") == problem
    assert problem.with_beta(2).free == problem.free


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"free": "linear+intercept"}, "free='linear.intercept' is none of intercept, linear"),
        ({"free": "nothing"}, "free='nothing' is none of"),
        ({"free": ["intercept"]}, r"free=\['intercept'\] is none of"),
        ({"version": 1}, "field 'free' is unknown"),
        ({"version": 3}, "field 'weights' is missing"),
        ({"version": 4}, "field 'coupling' is missing"),
    ],
)
def test_problem_files_are_strict(change: dict[str, Any], text: str) -> None:
    document = json.loads(TrainingProblem([[1, 1]], [1], 1, free="intercept").to_json())
    with pytest.raises(InputError, match=text):
        TrainingProblem.from_json(json.dumps({**document, **change}))


def test_network_files_keep_the_skip(tmp_path: Any) -> None:
    network = TwoLayerNetwork([[1.0, 2.0]], [3.0], Fraction(1, 3), 0.1, [0.5, -0.25])
    network.save(tmp_path / "network.json")
    found = TwoLayerNetwork.load(tmp_path / "network.json")
    assert (found.intercept, found.linear.tolist(), found.kappa) == (0.1, [0.5, -0.25], Fraction(1, 3))
    assert json.loads(network.to_json())["version"] == 2
    assert json.loads(TwoLayerNetwork([[1.0]], [1.0]).to_json())["version"] == 1


@pytest.mark.parametrize("skip", [{"linear": [1.0]}, {"linear": [[1.0, 2.0]]}, {"intercept": [1.0]}])
def test_a_skip_of_another_shape_is_refused(skip: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="a network of 2 inputs has 2 linear weights and one intercept"):
        TwoLayerNetwork([[1.0, 2.0]], [3.0], **skip)


@pytest.mark.parametrize(
    ("skip", "name"), [({"intercept": 1.0}, "an intercept"), ({"linear": [1.0]}, "a linear skip")]
)
def test_a_network_with_more_than_the_problem_leaves_free_is_refused(skip: dict[str, Any], name: str) -> None:
    network = TwoLayerNetwork([[1.0]], [1.0], **skip)
    for value in (network.objective, network.exact_objective):
        with pytest.raises(InputError, match=f"the network has {name}, which the problem"):
            value(TrainingProblem([[1]], [1], 1))


def test_a_free_bias_costs_nothing_and_a_penalised_one_does() -> None:
    network = TwoLayerNetwork([[3.0, 4.0]], [2.0], intercept=1.0)
    rows, y = [[2, 1]], [0]
    free = TrainingProblem(rows, y, 1, free="biases")
    penalised = TrainingProblem(rows, y, 1, free="intercept")
    # f = 2 * 10 + 1, by hand.
    assert free.penalised(network.hidden).tolist() == [[3.0, 0.0]]
    assert network.exact_objective(free) == Fraction(441 + 9 + 4, 2)
    assert network.exact_objective(penalised) == Fraction(441 + 25 + 4, 2)
    assert network.objective(free) == 227.0


# Who knows nothing of it says so.

STRANGERS: dict[str, Callable[[TrainingProblem], Any]] = {
    "the exact dual norm": lambda p: dual_norm_squared(p, p.y),
    "the spectral bound": lambda p: spectral_bound(p, p.y),
    "the relaxed bound": lambda p: relaxed_bound(p, p.y),
    "one landscape": Landscape.of,
    "several outputs": SharedNeurons,
    "two blocks": two_blocks,
    "targets": reach_targets,
    "conic atoms": lambda p: solve_atoms(p, np.eye(2)),
    "ascents": lambda p: train_by_ascents(p),
    "sampling": lambda p: bound_by_sampling(p, 5),
    "gates": gated_relaxation,
    "low rank": lambda p: reduce_rank(p, 1),
    "the set of optima": lambda p: exact_optimal_set(p, p.y),
    "beta_max": beta_max,
}
# With an intercept these are right as they are.
INDIFFERENT = {
    "the exact dual norm",
    "the spectral bound",
    "the relaxed bound",
    "one landscape",
    "several outputs",
}


@pytest.mark.parametrize("name", STRANGERS)
@pytest.mark.parametrize("free", ["intercept", "biases"])
def test_what_knows_nothing_of_free_parts_refuses_them(name: str, free: str) -> None:
    problem = TrainingProblem([[1, 1], [2, 1]], [1, -1], 1, free=free)
    if free == "intercept" and name in INDIFFERENT:
        STRANGERS[name](problem)
        return
    with pytest.raises(InputError, match=f"needs free='nothing'.*, and the problem has '{free}'"):
        STRANGERS[name](problem)


def test_stationarity_refuses_a_linear_skip() -> None:
    problem = TrainingProblem([[1, 1], [2, 1]], [1, -1], 1, free="linear")
    with pytest.raises(InputError, match="and the problem has 'linear'"):
        stationarity(problem, train(problem).network)
