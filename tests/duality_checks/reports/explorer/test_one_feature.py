"""The program that finds optima in the page, against this package and its proven certificates."""

from __future__ import annotations

import json
import shutil
import subprocess
from fractions import Fraction
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, certify, check, train

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node: install Debian's package nodejs")

PROGRAM = files("duality_checks.reports.explorer").joinpath("one_feature.js").read_text(encoding="ascii")
RUN = """
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = asked.map(({ x, y, beta }) => {
  const { neurons, upper, lower, largest, v } = OneFeature.solve(x, y, beta);
  const again = OneFeature.solve(x, y.map(value => value + 0.01), beta, neurons); // as while one is dragged
  const back = OneFeature.solve(x, y, beta, again.neurons);
  const weights = neurons.map(({ u, s, t }) => [...u, s, t]);
  return { upper, lower, largest, back: back.upper, v: [...v], neurons: weights };
});
console.log(JSON.stringify(answers));
"""
NEAR = 1e-8


def answers(problems: list[dict[str, Any]], program: str = PROGRAM) -> list[dict[str, Any]]:
    """What the page finds for each, in one start of Node."""
    found = subprocess.run(
        [str(NODE), "-e", program + RUN],
        input=json.dumps(problems),
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(found.stdout))


def problem_of(x: list[Fraction], y: list[Fraction], share: float) -> dict[str, Any]:
    """As JSON has it, beta a share of a bound on beta_max."""
    most = sum(abs(value) * (abs(at) + 1) for at, value in zip(x, y, strict=True)) or 1
    return {
        "x": [float(at) for at in x],
        "y": [float(value) for value in y],
        "beta": round(share * float(most), 6),
    }


@pytest.fixture(scope="module")
def problems() -> list[dict[str, Any]]:
    """Thirty: random ones, in tenths, and degenerate ones."""
    rng = np.random.default_rng(5)

    def tenths(count: int, reach: int) -> list[Fraction]:
        return [Fraction(int(value), 10) for value in rng.integers(-reach, reach + 1, count)]

    found = [
        problem_of(tenths(n, 30), tenths(n, 20), share)
        for n in (2, 3, 5, 8, 12)
        for share in (0.2, 0.05, 0.01, 0.002)
    ]
    half, one = Fraction(1, 2), Fraction(1)
    repeated = [one, one, half, half, half]
    found += [problem_of(repeated, tenths(5, 20), share) for share in (0.05, 0.01)]
    found += [
        problem_of([one] * 4, tenths(4, 20), 0.01),
        problem_of([Fraction(0)] * 3, [one, one, -half], 0.02),
    ]
    found += [problem_of(tenths(6, 30), [one] * 6, share) for share in (0.05, 0.01)]
    found += [problem_of(tenths(6, 30), [Fraction(0)] * 6, 0.1), problem_of([one], [-half], 0.1)]
    found += [problem_of(tenths(7, 30), tenths(7, 20), share) for share in (1.0, 2.0)]
    assert len(found) == 30
    return found


@pytest.fixture(scope="module")
def proven(problems: list[dict[str, Any]]) -> list[tuple[float, float, float]]:
    """The proven ends of p*, and the objective of the trained network."""
    found = []
    for one in problems:
        problem = TrainingProblem([[at, 1] for at in one["x"]], one["y"], beta=one["beta"])
        solution = train(problem)
        verdict = check(problem, certify(problem, solution)).require()
        assert verdict.lower is not None and verdict.upper is not None
        found.append((float(verdict.lower), float(verdict.upper), solution.upper))
    return found


def excesses(found: list[dict[str, Any]], proven: list[tuple[float, float, float]]) -> list[float]:
    """How far each objective is from the trained one, relatively."""
    return [
        abs(answer["upper"] - upper) / upper if upper > 0 else answer["upper"]
        for answer, (_, _, upper) in zip(found, proven, strict=True)
    ]


def test_the_page_finds_the_optimum(
    problems: list[dict[str, Any]], proven: list[tuple[float, float, float]]
) -> None:
    found = answers(problems)
    assert max(excesses(found, proven)) <= NEAR
    for answer, (lower, upper, _) in zip(found, proven, strict=True):
        assert lower * (1 - NEAR) <= answer["upper"] and answer["lower"] <= upper * (1 + NEAR)
        assert answer["upper"] - answer["lower"] <= NEAR * answer["upper"]
        assert abs(answer["back"] - answer["upper"]) <= NEAR * answer["upper"]


def test_its_network_has_the_objective_it_says(problems: list[dict[str, Any]]) -> None:
    for one, answer in zip(problems, answers(problems), strict=True):
        x, y = np.array(one["x"]), np.array(one["y"])
        outputs = sum(
            (s * t * np.maximum(0, a * x + b) for a, b, s, t in answer["neurons"]), np.zeros(len(x))
        )
        assert all(np.isclose(np.hypot(a, b), 1) for a, b, _, _ in answer["neurons"])
        weights = sum(t for _, _, _, t in answer["neurons"])
        assert np.isclose(
            0.5 * ((outputs - y) ** 2).sum() + one["beta"] * weights, answer["upper"], rtol=1e-12
        )
        assert np.allclose(answer["v"], y - outputs, atol=1e-12)
        assert len(answer["neurons"]) <= len(x) + 1
        if one["beta"] >= answer["largest"]:  # statement 2.6
            assert answer["neurons"] == [] and answer["upper"] == pytest.approx(0.5 * (y**2).sum())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            "if (size > 0 && cross(from, at) > 0",
            "if (false && cross(from, at) > 0",
        ),  # no neuron between two kinks
        ("for (const s of [1, -1]) {", "for (const s of [1]) {"),  # no negative output weights
        ("beta * neurons.reduce((total, one) => total + one.t, 0), upper", "0, upper"),  # nothing to pay
    ],
)
def test_a_page_that_searches_too_little_is_found_out(
    right: str, wrong: str, problems: list[dict[str, Any]], proven: list[tuple[float, float, float]]
) -> None:
    assert PROGRAM.count(right) == 1
    assert max(excesses(answers(problems, PROGRAM.replace(right, wrong)), proven)) > 1e-3
