"""The plugin in a test run of its own, and assertions that hold, fail and explain."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, TwoLayerNetwork, train
from duality_checks.assertions import (
    assert_complete,
    assert_global_optimum,
    assert_stationary,
    assert_strong_duality,
)
from duality_checks.interfaces.solving import assert_solves, score
from duality_checks.networks.rational import RationalNetwork
from duality_checks.stationary_points.examples import (
    box_is_wrong,
    global_minimum,
    spurious_minimum,
    two_sides,
)
from duality_checks.strategies import stationary_points, training_problems
from hyperplane_arrangements import Arrangement
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.strategies import arrangements

pytest_plugins = ["pytester"]

HEAVY = {"numpy", "scipy", "numba", "sympy", "networkx", "hypothesis", "flint", "cdd", "clarabel", "sklearn"}
MOST = settings(max_examples=25)


# ------------------------------------------------------------------ the plugin


@pytest.fixture
def plugin(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, kernels_kept: None
) -> Callable[..., pytest.RunResult]:
    """Runs tests in a process of their own, with no plugin but ours."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(source)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        return pytester.run(*command, "-p", "duality_checks.pytest_plugin", *arguments)

    return run


def test_the_fixtures_run_over_proven_problems_and_published_families(
    plugin: Callable[..., pytest.RunResult],
) -> None:
    result = plugin(
        """
        from duality_checks import train
        from duality_checks.pytest_plugin import FAMILIES, PROBLEMS

        def test_solver(certified_problem):
            problem = certified_problem.problem
            assert certified_problem.certificate.lower <= train(problem).network.exact_objective(problem)

        def test_counter(arrangement_family):
            assert arrangement_family.arrangement.count_chambers() == arrangement_family.chambers

        def test_number_of_items(request):
            assert len(request.session.items) == len(PROBLEMS) + len(FAMILIES) + 1
        """
    )
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"}, str(result.stdout)
    assert outcomes["passed"] > 20


def test_a_solver_runs_on_all_problems_and_the_summary_tells_how_it_did(
    plugin: Callable[..., pytest.RunResult],
) -> None:
    """One solver that is right, one that is right about half, one that raises; header, tables and summary."""
    result = plugin(
        """
        import numpy as np
        from duality_checks import TwoLayerNetwork, train

        def nothing(problem):
            return TwoLayerNetwork(np.zeros((0, problem.d)), [], problem.kappa)

        def broken(problem):
            raise ZeroDivisionError("as it happens")

        def test_right(assert_solves):
            assert len(assert_solves(train).excesses) == 3

        def test_nothing(assert_solves):
            assert_solves(nothing)

        def test_broken(assert_solves):
            assert_solves(broken, gap=0.5)

        def test_each(certified_problem, arrangement_family):
            pass
        """,
        "-v",
        "--certified-problems=zero*, leaky,absolute-value",
        "--arrangement-families=g2",
        "--certified-gap=1e-5",
    )
    outcomes, text = result.parseoutcomes(), str(result.stdout)
    assert outcomes == {"passed": 4, "failed": 2, "deselected": 8 * 13 - 3}
    for line in (
        "convex-landscape: 3 certified problems (gap 1e-05), 1 published arrangements",
        "AssertionError: nothing solves 1 of 3 certified problems to a relative gap of 1e-05",
        "  problem         excess at least  at most",
        "  leaky           0.680            0.681     not solved",
        "AssertionError: broken solves 0 of 3 certified problems to a relative gap of 0.5",
        "  leaky           -                -        failed: ZeroDivisionError: as it happens",
        "convex-landscape: tests ran on 3 certified problems and 1 published arrangements",
        "convex-landscape: train solves 3 of 3 certified problems to a relative gap of 1e-05",
        "convex-landscape: nothing solves 1 of 3 certified problems to a relative gap of 1e-05",
    ):
        assert line in text, text
    assert re.search(r"^E? +zero-network +0 +[0-9.e-]+ +solved$", text, re.MULTILINE)
    assert "return judge" not in text and "raise AssertionError" not in text


def test_a_name_that_fits_nothing_is_refused(plugin: Callable[..., pytest.RunResult]) -> None:
    result = plugin("def test_nothing(): pass", "--certified-problems=leeky")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--certified-problems: 'leeky' fits none of one-feature, two-features" in str(result.stderr)


def test_excesses_are_exact_and_undecided_where_no_certificate_decides() -> None:
    """A neuron that costs 7/2 where none costs 1: the excess is 5/7. No certificate decides 1e-40."""
    wrong = score(lambda problem: TwoLayerNetwork([[1.0, 0.0]], [1.0]), problems=["zero-network"])
    (excess,) = wrong.excesses
    assert excess.least == Fraction(5, 7) <= excess.most < Fraction(5, 7) + Fraction(1, 10**20)
    assert excess.verdict(wrong.gap) == "not solved"
    card = score(train, gap=1e-40, problems=["two-features"])
    assert [excess.verdict(card.gap) for excess in card.excesses] == ["undecided"]
    assert repr(card) == "<Scorecard: train solves 0 of 1 certified problems to a relative gap of 1e-40>"
    with pytest.raises(InputError, match="problem 'leeky' is unknown; choose among one-feature, "):
        assert_solves(train, problems=["leeky"])


def test_a_failure_of_an_assertion_prints_the_instance_and_not_our_code(
    plugin: Callable[..., pytest.RunResult],
) -> None:
    result = plugin(
        """
        from duality_checks import TrainingProblem, TwoLayerNetwork
        from duality_checks.assertions import assert_global_optimum

        def test_mine():
            assert_global_optimum(TrainingProblem([[1]], [2], beta="1/2"), TwoLayerNetwork([[1.0]], [1.0]))
        """
    )
    result.assert_outcomes(failed=1)
    text = str(result.stdout)
    assert "AssertionError: not a global optimum: a better network exists (proven)" in text
    assert 'instance: TrainingProblem([["1"]], ["2"], beta="1/2", activation="relu")' in text
    assert "raise AssertionError" not in text


def test_the_plugin_is_an_entry_point() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"convex_landscape": "duality_checks.pytest_plugin"}


def test_the_plugin_costs_nothing_when_unused(plugin: Callable[..., pytest.RunResult]) -> None:
    """What a whole run of pytest has imported at its end, with the plugin and no fixture of it in use."""
    result = plugin(
        """
        import json, sys

        def test_nothing():
            print("loaded", json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
        """,
        "-s",
    )
    line = next(line for line in str(result.stdout).splitlines() if "loaded" in line)
    loaded = set(json.loads(line.partition("loaded ")[2]))
    assert "duality_checks" in loaded and not loaded & HEAVY


def test_the_measurement_sees_an_import() -> None:
    code = "import duality_checks.assertions, duality_checks.strategies, sys; print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "True\n"


# ------------------------------------------------------------------ global optima


@MOST
@given(training_problems())
def test_trained_networks_are_global_optima_and_duals_prove_it(problem: TrainingProblem) -> None:
    solution = train(problem)
    certificate = assert_global_optimum(problem, solution.network)
    assert certificate.upper == solution.network.exact_objective(problem)
    assert assert_strong_duality(problem, solution, gap=1e-7).lower <= certificate.upper


def test_one_sample_by_hand() -> None:
    """x = 1, y = 2, beta = 1/2: f = y - beta = 3/2 and p* = 1/8 + 3/4 = 7/8, at w = alpha = sqrt(3/2)."""
    problem = TrainingProblem([[1]], [2], beta="1/2")
    root = float(np.sqrt(1.5))
    certificate = assert_global_optimum(problem, TwoLayerNetwork([[root]], [root]), gap=1e-12)
    assert certificate.lower <= Fraction(7, 8) <= certificate.upper
    with pytest.raises(AssertionError) as caught:
        assert_global_optimum(problem, TwoLayerNetwork([[1.0]], [1.0]))
    text = str(caught.value)
    assert "objective of the network  1\n" in text
    assert "p* is at most             0.875" in text
    assert "relative excess           0.125, but gap = 1e-06" in text
    assert "adding the neuron w = (" in text
    assert "network: TwoLayerNetwork([[1.0]], [1.0])" in text


def test_any_object_with_hidden_and_output_will_do() -> None:
    root = 1.5**0.5
    network = SimpleNamespace(hidden=[[root]], output=[root])
    assert assert_global_optimum(TrainingProblem([[1]], [2], beta="1/2"), network).relative_gap < 1e-6


def test_a_local_minimum_of_its_width_is_no_global_optimum() -> None:
    problem, network = spurious_minimum()
    assert_stationary(problem, network, epsilon=0)
    floats = network.floats(problem.kappa, problem.d)
    with pytest.raises(
        AssertionError, match=r"adding the neuron w = \(-1\), alpha = 1 lowers the objective by 0.5"
    ):
        assert_global_optimum(problem, floats)
    problem, network = global_minimum()
    assert_global_optimum(problem, network.floats(problem.kappa, problem.d))


def test_the_zero_network_is_told_apart() -> None:
    zero = TwoLayerNetwork(np.zeros((0, 2)), [])
    assert_global_optimum(TrainingProblem([[1, 0], [0, 1]], [1, 1], beta=3), zero)
    with pytest.raises(AssertionError, match="network: zero, no neuron"):
        assert_global_optimum(TrainingProblem([[1, 0], [0, 1]], [1, 1], beta="1/3"), zero)


def test_a_gap_below_what_floats_can_prove_is_undecided() -> None:
    problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta="1/10")
    with pytest.raises(AssertionError, match=r"not proven to a relative gap of 1e-40 \(nor refuted\)"):
        assert_global_optimum(problem, train(problem).network, gap=1e-40)


def test_other_losses_are_decided_and_printed() -> None:
    """One sample, hinge, beta = 1/2: `max(0, 1 - f) + f/2` is least at f = 1, where it is 1/2."""
    problem = TrainingProblem([[1]], [1], beta="1/2", loss="hinge")
    assert_global_optimum(problem, TwoLayerNetwork([[1.0]], [1.0]))
    with pytest.raises(AssertionError, match=r'activation="relu", loss="hinge"\)') as caught:
        assert_global_optimum(problem, TwoLayerNetwork([[0.5]], [0.5]))
    assert "adding the neuron" not in str(caught.value)
    pooled = TrainingProblem([[1], [2]], [1], beta=1, penalty="1-norm", readout=[0, 0])
    assert eval(repr(pooled), {"TrainingProblem": TrainingProblem}).to_json() == pooled.to_json()


def test_a_gap_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="gap is 0; give a finite number > 0 and < 1"):
        assert_global_optimum(two_sides(), TwoLayerNetwork([[1.0]], [1.0]), gap=0)


# ------------------------------------------------------------------ duality


def test_a_wrong_dual_opens_the_gap() -> None:
    problem = TrainingProblem([[1]], [2], beta="1/2")
    network = train(problem).network
    assert_strong_duality(problem, SimpleNamespace(network=network, dual=[0.5]))
    with pytest.raises(AssertionError, match="no strong duality") as caught:
        assert_strong_duality(problem, SimpleNamespace(network=network, dual=[-0.5]))
    assert "best feasible dual value  0\n" in str(caught.value)
    assert "relative gap              1, but gap = 1e-09" in str(caught.value)


# ------------------------------------------------------------------ stationary points


@MOST
@given(stationary_points())
def test_stationary_points_are_accepted_exactly(point: tuple[TrainingProblem, RationalNetwork]) -> None:
    assert_stationary(*point, epsilon=0)


def test_what_automatic_differentiation_takes_for_stationary_is_caught() -> None:
    with pytest.raises(
        AssertionError, match=r"not stationary: .*\n  epsilon = 1e-06\ninstance: TrainingProblem"
    ):
        assert_stationary(*box_is_wrong())


# ------------------------------------------------------------------ complete lists


@MOST
@given(arrangements())
def test_our_own_lists_are_complete(arrangement: Arrangement) -> None:
    chambers = arrangement.chambers()
    assert_complete(chambers)
    assert_complete(chambers.signs[::-1], arrangement)


@MOST
@given(arrangements())
def test_a_list_with_one_chamber_less_is_caught(arrangement: Arrangement) -> None:
    signs = arrangement.chambers().signs
    with pytest.raises(AssertionError, match=r"missing: [-0+]*, with \(.*\) inside"):
        assert_complete(signs[1:], arrangement)


def test_repeated_and_impossible_rows_are_named() -> None:
    """(1, 0), (0, 1), (1, 1): six chambers; ++- and --+ are empty."""
    arrangement = Arrangement([[1, 0], [0, 1], [1, 1]])
    rows = [[1, 1, 1], [1, 1, -1], [1, -1, 1], [1, -1, 1], [-1, 1, 1], [-1, 1, -1], [-1, -1, -1], [1, -1, -1]]
    with pytest.raises(AssertionError) as caught:
        assert_complete(rows, arrangement)
    text = str(caught.value)
    assert "8 listed, 6 there are" in text
    assert "row 1 is no chamber: ++-" in text
    assert "row 3 is listed before: +-+" in text
    assert "missing" not in text
    assert "Arrangement([[1, 0], [0, 1], [1, 1]])" in text


def test_signs_without_an_arrangement_or_of_another_width_are_refused() -> None:
    with pytest.raises(InputError, match="arrangement is missing; say which"):
        assert_complete([[1], [-1]])
    with pytest.raises(
        InputError, match=r"chambers have shape \(2, 1\); give one sign for each of the 2 rows"
    ):
        assert_complete([[1], [-1]], Arrangement([[1, 0], [0, 1]]))


# ------------------------------------------------------------------ instances as code


@MOST
@given(st.data())
def test_a_network_as_code_reads_back_to_the_same_weights(data: st.DataObject) -> None:
    floats = st.floats(-5, 5).map(float)
    hidden = data.draw(st.lists(st.lists(floats, min_size=2, max_size=2), min_size=1, max_size=3))
    output = data.draw(st.lists(floats, min_size=len(hidden), max_size=len(hidden)))
    linear = data.draw(st.sampled_from([None, [1.0, -0.5], [-0.0, 0.0]]))
    kappa = data.draw(st.sampled_from([Fraction(0), Fraction(1, 3)]))
    network = TwoLayerNetwork(hidden, output, kappa, data.draw(floats), linear)
    again = eval(repr(network), {"TwoLayerNetwork": TwoLayerNetwork})
    assert again.to_json() == network.to_json()
    exact = RationalNetwork([["1/3", 2]], ["-1/7"], intercept="1/2")
    assert eval(repr(exact), {"RationalNetwork": RationalNetwork}) == exact


@pytest.mark.parametrize(("intercept", "linear"), [(-0.0, [1.0]), (1.0, [-0.0])])
def test_a_negative_zero_is_told(intercept: float, linear: list[float]) -> None:
    network = TwoLayerNetwork([[1.0]], [1.0], intercept=intercept, linear=linear)
    again = eval(repr(network), {"TwoLayerNetwork": TwoLayerNetwork})
    assert "-0.0" in again.to_json() and again.to_json() == network.to_json()


def test_an_affine_arrangement_is_printed_with_its_offsets() -> None:
    lines = Arrangement([[1, 0], [0, 1]], offsets=["1/2", 3])
    with pytest.raises(AssertionError) as caught:
        assert_complete([[1, 1]], lines)
    code = str(caught.value).split("arrangement: ")[1]
    again = eval(code, {"Arrangement": Arrangement})
    assert again.chambers().signs.tolist() == lines.chambers().signs.tolist()
    assert again.offsets == lines.offsets
