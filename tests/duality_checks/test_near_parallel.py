"""Rows that floats barely tell apart: every entry point has a result, or says why not, and what it says is
proven."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import (
    TrainingProblem,
    audit,
    beta_max,
    certify,
    check,
    dual_norm,
    prove_interval,
    train,
    train_outputs,
)
from duality_checks.checker import hyperplanes, integer_rows, skewness
from duality_checks.cli import main
from duality_checks.cover.basis import orthonormal
from duality_checks.pricing.landscape import Landscape
from duality_checks.pricing.pricers import Sweep
from duality_checks.training.lasso import nonnegative_lasso
from duality_checks.training.walls import chamber_walls
from hyperplane_arrangements.errors import ConvexLandscapeError, InputError

ULP = 2.0**-52
FOUR = [[1, 0, 0, 0], [1, ULP, 0, 0], [1, 0, ULP, 0], [0, 0, 0, 1]]
PAIR = [
    (3, 1, 0.7, 2),
    (3.0000000000000013, 1, 0.7, 1.9999999999999996),
    (0.7, 0.7, 1, 0.5),
    (0.7, 0.5, -0.3, 0.7),
]
SEVEN = [
    [0, -2.0000000000060743, 1.9999999999999998, 0],
    [0.9999999999999998, -2, 2.0000000000000044, -1],
    [6.697282765250764e-08, 2, 2.0000000000000013, -0.9999999999999937],
    [0, -1, 3, -3],
    [-5.949814979583438e-17, 1.0000000000000102, 1, -3],
    [1.4094376221558543e-08, -2, 2, 0],
    [-2, 1.0000000000054678, 1, -2],
]
THREE = [[1, 1, 1], [1, 1, 1 + ULP], [1, 2, -1]]
KNOWN = {
    "four": (FOUR, [1, -1, 2, 1]),
    "pair": (PAIR, [1, -1, 2, 1]),
    "seven": (SEVEN, [-2, -3, -1, -3, -2, 3, -2]),
    "three": (THREE, [1, -1, 2]),
}


def limit(X: Any) -> np.ndarray:
    """The rows with what is only rounding left out: near ones made equal to the first."""
    table = np.array(X, dtype=float)
    for i, row in enumerate(table):
        for earlier in table[:i]:
            if np.abs(row - earlier).max() <= 1e-12:
                table[i] = earlier
    return np.where(np.abs(table) <= 1e-12, 0.0, table)


@pytest.mark.parametrize("name", KNOWN)
def test_known_instances_are_trained_and_proven(name: str) -> None:
    X, y = KNOWN[name]
    problem = TrainingProblem(X, y, beta="0.1")
    solution = train(problem)
    assert len(solution.rounds) < 20
    certificate = certify(problem, solution)
    assert check(problem, certificate).proven
    assert certificate.relative_gap < 1e-12
    interval = prove_interval(problem, solution)
    assert interval.lower <= certificate.upper and interval.relative_gap < 1e-9
    found = audit(problem, solution.network)
    assert found.excess is not None and found.excess[1] <= found.objective / 10**9
    low, high = beta_max(problem)
    norm = dual_norm(problem, problem.target)
    assert float(low) * (1 - 1e-9) <= norm <= float(high) * (1 + 1e-9)
    if name != "seven":  # an optimum moves by as little as its rows
        other = TrainingProblem(limit(X), y, beta="0.1")
        assert other.arrangement.rank < problem.arrangement.rank
        assert abs(train(other).upper - solution.upper) <= 1e-10 * solution.upper


def test_the_sweep_divides_by_nothing_small() -> None:
    problem = TrainingProblem(THREE, [1, -1, 2], beta="0.1")
    landscape = Landscape.of(problem)
    assert (problem.arrangement.rank, landscape.rank) == (3, 2)
    for v in ([1.0, -1.0, 2.0], [5.0, -4.999, 1e-9], [1.0, 1.0, 1.0]):
        found = Sweep(landscape).maxima(np.array(v), 0.0)
        assert np.isfinite(found.values).all() and np.isfinite(found.directions).all()


def test_near_pairs_of_small_rows_keep_their_rank() -> None:
    """What is small beside other rows is not small beside itself."""
    rank = [
        Landscape.of(TrainingProblem(X, [1, 1], 1)).rank for X in ([[1, 0], [0, 1e-20]], [[1, 1], [1, 2]])
    ]
    assert rank == [2, 2]


TERMS: list[dict[str, Any]] = [
    {},
    {"activation": "abs"},
    {"activation": "leaky:1/10"},
    {"loss": "l1"},
    {"loss": "logistic"},
    {"free": "intercept"},
    {"free": "linear"},
    {"free": "biases"},
    {"penalty": "1-norm"},
]


@st.composite
def near_parallel(draw: Callable[[Any], Any]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of small integers, multiples and sums of a few, each entry off by some units in the last place."""
    rank = draw(st.integers(2, 5))
    entry = st.integers(-3, 3).map(float)
    base = draw(st.lists(st.lists(entry, min_size=rank, max_size=rank), min_size=1, max_size=3))
    base += [[a + b for a, b in zip(base[0], base[-1], strict=True)]]
    rows = draw(st.lists(st.sampled_from(base), min_size=2, max_size=rank + 2))
    steps = draw(
        st.lists(st.integers(-2, 2), min_size=rank * len(rows), max_size=rank * len(rows)),
    )
    table, off = np.array(rows), np.array(steps, dtype=float).reshape(len(rows), rank)
    target = draw(st.lists(entry, min_size=len(rows), max_size=len(rows)))
    return table + off * np.where(table, np.spacing(np.abs(table)), ULP), np.array(target)


@settings(max_examples=25, deadline=None)
@given(near_parallel(), st.sampled_from(TERMS))
def test_every_entry_point_has_a_result_or_says_why_not(
    instance: tuple[np.ndarray, np.ndarray], terms: dict[str, Any]
) -> None:
    X, y = instance
    if terms.get("loss") == "logistic":
        y = np.where(y >= 0, 1.0, -1.0)
    if terms.get("free") == "biases":
        X = np.column_stack([X, np.ones(len(X))])
    try:
        problem = TrainingProblem(X, y, beta="1/10", **terms)
        solution = train(problem)
    except InputError:
        return
    with np.errstate(invalid="raise"):
        assert np.isfinite([solution.lower, solution.upper, *solution.network.output]).all()
        assert len(solution.rounds) < 100
        certificate = certify(problem, solution)
        assert check(problem, certificate).proven
        assert certificate.upper - certificate.lower <= max(certificate.upper, 10**-9) / 10**6
        for entry in (
            lambda: beta_max(problem),
            lambda: dual_norm(problem, problem.target),
            lambda: prove_interval(problem, solution).relative_gap,
            lambda: audit(problem, solution.network).objective,
            lambda: train_outputs(TrainingProblem(X, np.column_stack([y, y]), "1/10", **terms)).upper,
        ):
            try:
                assert np.isfinite(np.array(entry(), dtype=float)).all()
            except ConvexLandscapeError:
                continue


def test_the_estimator_fits_them() -> None:
    estimator = pytest.importorskip("duality_checks.interfaces.estimator")
    model = estimator.CertifiedReLURegressor(beta=0.1, fit_intercept=False).fit(FOUR, [1, -1, 2, 1])
    assert model.proven_ and 0 <= model.upper_bound_ - model.lower_bound_ < 1e-9


def test_a_free_linear_skip_that_only_rounding_makes_is_refused() -> None:
    with pytest.raises(InputError, match="free='linear': the free columns of X are independent by no more"):
        train(TrainingProblem(THREE, [1, -1, 2], beta="0.1", free="linear"))


def test_columns_of_zeros_get_no_weight() -> None:
    atoms = np.array([[1.0, 0.0], [0.0, 0.0]])
    assert nonnegative_lasso(atoms, np.array([3.0, 1.0]), 1.0, np.zeros(2)).tolist() == [2.0, 0.0]
    assert nonnegative_lasso(0 * atoms, np.array([3.0, 1.0]), 1.0, np.ones(2)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("power", [4, 30, 60, 200])
def test_lines_that_floats_cannot_tell_apart_have_a_basis(power: int) -> None:
    rows = [(1, 0, -(2**power)), (0, 1, 2**power)]
    found = orthonormal(rows)
    assert found is not None
    lines, scale = integer_rows(found)
    assert skewness(lines, scale) < 2**-40
    assert len(hyperplanes([*lines, *rows])) > 0


@pytest.mark.parametrize("name", ["four", "three"])
def test_the_command_line_certifies_and_draws_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    X, y = KNOWN[name]
    lines = [
        ",".join(f"{value:.60f}" for value in [*map(float, row), t]) for row, t in zip(X, y, strict=True)
    ]
    names = ",".join(f"x{j}" for j in range(len(X[0])))
    (tmp_path / "d.csv").write_text("\n".join([f"{names},y", *lines]) + "\n")
    assert main(["certify", "d.csv", "--target", "y", "--no-bias", "--output", "out"]) == 0
    assert main(["check", "out/problem.json", "out/certificate.json"]) == 0
    beta = ("--data", "d.csv", "--target", "y", "--beta", "1/10")
    assert main(["audit", "out/network.json", *beta]) == 0
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("height", [1e-9, 1e-20, 1e-110, 1e-300, 0.0])
def test_walls_are_found_or_all_kept_however_near_one_is(height: float) -> None:
    normals = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.6, 0.8, 0.0]])
    walls = chamber_walls(normals, np.array([height, 1.0, 1.0]))
    assert walls[:3].all()
