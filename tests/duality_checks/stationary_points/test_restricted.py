"""Restricted programs: against cvxpy and the global trainer, with forged certificates refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, train
from duality_checks.exact.setting import Setting
from duality_checks.networks.rational import RationalNetwork
from duality_checks.stationary_points.blocks import Block, adjacent_blocks, chamber_blocks, members
from duality_checks.stationary_points.examples import both_signs, global_minimum, two_sides, wrong_kink
from duality_checks.stationary_points.lattice import RestrictedLattice, draw_lattice, restricted_lattice
from duality_checks.stationary_points.restricted import RestrictedCertificate, certify_restricted, sqrt_below
from duality_checks.stationary_points.solver import restricted_optimum
from hyperplane_arrangements.errors import InputError, TooLargeError

KAPPAS = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1)])


@st.composite
def problems(draw: Callable[[Any], Any]) -> TrainingProblem:
    """Small integer rows with ties, zeros, repeats and opposites."""
    d, n = draw(st.integers(1, 2)), draw(st.integers(1, 4))
    row = st.lists(st.integers(-2, 2), min_size=d, max_size=d)
    rows = draw(st.lists(row, min_size=n, max_size=n).filter(lambda rows: any(map(any, rows))))
    y = draw(st.lists(st.integers(-4, 4), min_size=n, max_size=n))
    return TrainingProblem(rows, y, "1/2", draw(KAPPAS))


@st.composite
def programs(draw: Callable[[Any], Any]) -> tuple[Setting, tuple[Block, ...]]:
    """Some blocks of a problem, some of them faces; biases free or not."""
    problem = draw(problems())
    setting = Setting.with_free_biases(problem) if draw(st.booleans()) else Setting.of(problem)
    pairs = chamber_blocks(setting)
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=4, unique=True))
    held = draw(st.integers(0, setting.n - 1))
    if draw(st.booleans()):
        signs = tuple(0 if k == held else s for k, s in enumerate(chosen[0].signs))
        chosen[0] = Block(signs, chosen[0].output)
    return setting, tuple(chosen)


def optimum_by_cvxpy(setting: Setting, blocks: tuple[Block, ...]) -> float:
    """The program as it is written down, solved by a modelling language."""
    import cvxpy as cp

    X, y = setting.X.floats, np.array([float(value) for value in setting.y])
    kept = [i for i in range(setting.inputs) if i not in setting.free]
    fit = cp.Variable() * np.ones(len(y)) if setting.intercept else np.zeros(len(y))
    penalty, constraints = 0, []
    for block in blocks:
        u = cp.Variable(setting.inputs)
        slopes = np.where(np.array(block.signs) > 0, 1.0, float(setting.kappa))
        fit = fit + block.output * cp.multiply(slopes, X @ u)
        penalty = penalty + cp.norm(u[kept])
        for k, s in enumerate(block.signs):
            constraints.append(s * (X[k] @ u) >= 0 if s else X[k] @ u == 0)
    goal = cp.Minimize(0.5 * cp.sum_squares(fit - y) + float(setting.beta) * penalty)
    return float(cp.Problem(goal, constraints).solve(solver=cp.CLARABEL))


# ------------------------------------------------------------------ optima


@settings(max_examples=20)
@given(programs())
def test_the_proven_interval_is_narrow_and_holds_the_optimum(case: tuple[Setting, tuple[Block, ...]]) -> None:
    setting, blocks = case
    found = restricted_optimum(setting, blocks)
    finding = found.check()
    assert finding.holds, finding.reason
    scale = 1 + float(sum(y * y for y in setting.y))
    assert 0 <= float(found.gap) <= 1e-8 * scale
    oracle = optimum_by_cvxpy(setting, blocks)
    assert float(found.lower) - 1e-6 * scale <= oracle <= float(found.upper) + 1e-6 * scale


@settings(max_examples=15)
@given(problems())
def test_all_pairs_reach_the_global_optimum(problem: TrainingProblem) -> None:
    found = restricted_optimum(problem, chamber_blocks(problem))
    solution = train(problem)
    scale = 1 + float(sum(y * y for y in problem.y))
    assert found.check().holds
    assert float(found.lower) <= solution.upper + 1e-9 * scale
    assert float(found.upper) >= solution.lower - 1e-9 * scale
    assert float(found.gap) <= 1e-8 * scale


def test_no_blocks_leave_the_zero_network() -> None:
    found = restricted_optimum(two_sides(), [])
    assert (found.lower, found.upper, found.network.width) == (Fraction(29, 2), Fraction(29, 2), 0)
    assert found.check().holds


# ------------------------------------------------------------------ forged certificates


def honest() -> RestrictedCertificate:
    problem, network = global_minimum()
    proof = certify_restricted(Setting.of(problem), chamber_blocks(problem), network)
    assert proof.is_exact
    assert proof.check().holds
    return proof


def with_multipliers() -> RestrictedCertificate:
    """A proof that needs a multiplier: the neuron at the kink, over the chambers around it."""
    problem, network = both_signs()
    proof = certify_restricted(Setting.of(problem), adjacent_blocks(problem, network), network)
    assert proof.is_exact
    assert any(proof.multipliers)
    return proof


def value_of(proof: RestrictedCertificate, dual: tuple[Fraction, ...]) -> Fraction:
    return sum((v * y - v * v / 2 for v, y in zip(dual, proof.setting.y, strict=True)), Fraction(0))


def raised_dual(proof: RestrictedCertificate) -> RestrictedCertificate:
    dual = tuple(v * Fraction(11, 10) for v in proof.dual)
    return replace(proof, dual=dual, lower=value_of(proof, dual))


def flipped(proof: RestrictedCertificate) -> RestrictedCertificate:
    return replace(proof, multipliers=tuple({k: -x for k, x in part.items()} for part in proof.multipliers))


FORGERIES: dict[str, tuple[Callable[[], RestrictedCertificate], str]] = {
    "lower": (lambda: replace(honest(), lower=honest().lower + 1), "lower is not v'y"),
    "upper": (lambda: replace(honest(), upper=honest().upper - 1), "upper is not the network's objective"),
    "dual": (lambda: raised_dual(honest()), "the multipliers leave more than beta"),
    "home": (lambda: replace(honest(), members=(0, 0)), "neuron 1 is not in block 0"),
    "no home": (lambda: replace(honest(), members=(0,)), "a neuron has no block"),
    "no multipliers": (lambda: replace(honest(), multipliers=()), "a block has no multipliers"),
    "negative": (lambda: flipped(with_multipliers()), "negative multiplier on a row that is not held"),
    "dropped": (
        lambda: replace(with_multipliers(), multipliers=({}, {})),
        "the multipliers leave more than beta",
    ),
    "output sign": (
        lambda: replace(honest(), blocks=tuple(Block(b.signs, -b.output) for b in honest().blocks)),
        "is not in block",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_certificate_is_refused_for_its_reason(name: str) -> None:
    forge, reason = FORGERIES[name]
    finding = forge().check()
    assert not finding.holds
    assert reason in finding.reason


def test_free_biases_need_a_dual_that_sums_to_zero_and_multipliers_that_cancel_the_bias() -> None:
    setting = Setting.with_free_biases(TrainingProblem([[0], [1], [3]], [1, 0, 2], "1/8"))
    proof = restricted_optimum(setting, chamber_blocks(setting))
    assert proof.check().holds
    assert any(proof.multipliers)
    dual = tuple(v + Fraction(1, 10) for v in proof.dual)
    assert "1'v is not zero" in replace(proof, dual=dual, lower=value_of(proof, dual)).check().reason
    doubled = tuple({k: 2 * x for k, x in part.items()} for part in proof.multipliers)
    assert "an unpenalised coordinate is left over" in replace(proof, multipliers=doubled).check().reason


# ------------------------------------------------------------------ parts


@given(st.fractions(min_value=0))
def test_a_root_from_below(value: Fraction) -> None:
    root = sqrt_below(value)
    assert root**2 <= value
    assert (root * (1 + Fraction(1, 2**58))) ** 2 >= value
    assert sqrt_below(value * value) == value


def test_a_neuron_outside_all_blocks_is_refused() -> None:
    problem, network = wrong_kink()
    with pytest.raises(InputError, match="neuron 0 is in none of the 1 blocks; add the block of its signs"):
        certify_restricted(Setting.of(problem), [Block((-1, 1), 1)], network)


def test_membership_is_exact() -> None:
    setting = Setting.of(TrainingProblem([[1, 1], [0, 0], [1, -1]], [1, 1, 1], 1))
    tiny = Fraction(1, 10**40)
    blocks = [Block((1, 0, 0), 1), Block((1, 0, 1), 1), Block((1, 0, -1), 1)]
    neurons = RationalNetwork([[1, 1], [1 + tiny, 1], [1, 1 + tiny], [1, 1]], [1, 1, 1, -1])
    assert members(setting, blocks, neurons) == (0, 1, 2, None)


# ------------------------------------------------------------------ the lattice


def rank_one_level(problem: TrainingProblem, subset: set[str]) -> Fraction:
    """Soft thresholds, by hand: with one feature 1 or -1 a pair fits its own sample alone."""
    total = Fraction(0)
    for side, y in zip("+-", problem.y, strict=True):
        best = y * y / 2
        for label in subset:
            cone, output = label.split("|")
            sign = 1 if output == "+" else -1
            if cone[0] == side and sign * y > problem.beta:
                best = problem.beta * abs(y) - problem.beta**2 / 2
        total += best
    return total


@pytest.mark.parametrize(("a", "b"), [(0, 0), (5, 2), (-3, 1)])
def test_every_level_of_a_tiny_lattice_is_the_soft_threshold(a: int, b: int) -> None:
    problem = TrainingProblem([[1], [-1]], [a, b], beta=1)
    lattice = restricted_lattice(problem)
    assert lattice.check().holds
    assert len(lattice.nodes) == 16
    for node in lattice.nodes:
        level = rank_one_level(problem, {lattice.blocks[i].label for i in node.pairs})
        assert node.certificate.lower <= level <= node.certificate.upper
        assert float(node.certificate.gap) < 1e-12


def test_a_level_above_that_of_a_subset_is_refused() -> None:
    lattice = restricted_lattice(two_sides())
    last = lattice.nodes[-1]
    raised = replace(last, certificate=lattice.nodes[0].certificate)
    finding = RestrictedLattice(lattice.blocks, (*lattice.nodes[:-1], raised)).check()
    assert not finding.holds
    assert "is above the one over" in finding.reason


def test_the_lattice_draws_on_the_axes_given() -> None:
    from matplotlib.figure import Figure

    lattice = restricted_lattice(two_sides())
    ax = Figure().subplots()
    assert draw_lattice(lattice, ax) is ax
    assert len(ax.collections) == 16
    assert len(ax.lines) == len(lattice.covers()) == 32


def test_too_many_subsets_are_refused_with_their_number() -> None:
    with pytest.raises(TooLargeError, match=r"12 pairs have 4,096 subsets, over the limit of 256"):
        restricted_lattice(TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, 1, 1], 1), max_subsets=256)
    with pytest.raises(InputError, match="the lattice has no nodes"):
        draw_lattice(RestrictedLattice((), ()))
