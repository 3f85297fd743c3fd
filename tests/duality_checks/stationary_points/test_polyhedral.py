"""Rational restricted optima: against cvxpy and HiGHS on the program as written; forgeries are refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from duality_checks import TrainingProblem
from duality_checks.exact.polyhedral import LOSSES, NORMS, optimum
from duality_checks.networks.rational import RationalNetwork
from duality_checks.stationary_points.blocks import Block, chamber_blocks
from duality_checks.stationary_points.examples import split_to_descend, two_sides
from duality_checks.stationary_points.lattice import restricted_lattice
from duality_checks.stationary_points.polyhedral import (
    ExactOptimum,
    exact_restricted_optimum,
    objective,
)
from duality_checks.stationary_points.selections import (
    blocks_around,
    directional,
    directional_when_split,
    settle_exactly,
)
from hyperplane_arrangements.errors import InputError, TooLargeError


@st.composite
def problems(draw: Callable[[Any], Any], losses: tuple[str, ...] = LOSSES) -> TrainingProblem:
    """Small integer rows with ties, zeros, repeats and opposites; sometimes pooled in pairs."""
    d, n = draw(st.integers(1, 2)), draw(st.integers(1, 4))
    row = st.lists(st.integers(-2, 2), min_size=d, max_size=d)
    rows = draw(st.lists(row, min_size=n, max_size=n).filter(lambda rows: any(map(any, rows))))
    loss = draw(st.sampled_from(losses))
    target = st.sampled_from([-1, 1]) if loss == "hinge" else st.integers(-4, 4)
    readout = [k // 2 for k in range(n)] if draw(st.booleans()) else list(range(n))
    y = draw(st.lists(target, min_size=readout[-1] + 1, max_size=readout[-1] + 1))
    kappa = draw(st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1)]))
    norm = draw(st.sampled_from(NORMS))
    return TrainingProblem(rows, y, "1/2", kappa, loss=loss, penalty=norm, readout=readout)


@st.composite
def programs(draw: Callable[[Any], Any]) -> tuple[TrainingProblem, tuple[Block, ...]]:
    """Some blocks of a problem, some of them faces."""
    problem = draw(problems())
    chosen = draw(st.lists(st.sampled_from(chamber_blocks(problem)), max_size=4, unique=True))
    if chosen and draw(st.booleans()):
        held = draw(st.integers(0, len(problem.X.fractions) - 1))
        signs = tuple(0 if k == held else s for k, s in enumerate(chosen[0].signs))
        chosen[0] = Block(signs, chosen[0].output)
    return problem, tuple(chosen)


def outputs_of_blocks(problem: TrainingProblem, blocks: tuple[Block, ...]) -> list[np.ndarray]:
    """`s T D M` of each block, n x d: the fit is their sum, each times its vector."""
    pool = np.zeros((problem.n, len(problem.features)))
    pool[list(problem.readout.samples), range(len(problem.features))] = 1
    slopes = [np.where(np.array(block.signs) > 0, 1.0, float(problem.kappa)) for block in blocks]
    return [b.output * pool @ (s[:, None] * problem.features) for b, s in zip(blocks, slopes, strict=True)]


def least_squares_by_cvxpy(problem: TrainingProblem, blocks: tuple[Block, ...]) -> float:
    """The program as it is written down."""
    import cvxpy as cp

    fit, penalty, constraints = np.zeros(problem.n), 0, []
    for block, outputs in zip(blocks, outputs_of_blocks(problem, blocks), strict=True):
        u = cp.Variable(problem.d)
        fit = fit + outputs @ u
        penalty = penalty + cp.norm(u, 1 if problem.penalty.name == "1-norm" else "inf")
        for row, s in zip(problem.features, block.signs, strict=True):
            constraints.append(s * (row @ u) >= 0 if s else row @ u == 0)
    goal = cp.Minimize(0.5 * cp.sum_squares(fit - problem.target) + float(problem.beta) * penalty)
    return float(cp.Problem(goal, constraints).solve(solver=cp.CLARABEL))


def linear_by_highs(problem: TrainingProblem, blocks: tuple[Block, ...]) -> float:
    """The program in p, q >= 0 with u = p - q, sizes t of the vectors, and what each sample loses."""
    n, d, count = problem.n, problem.d, len(blocks)
    X, y, hinge = problem.features, problem.target, problem.loss.name == "hinge"
    fits = outputs_of_blocks(problem, blocks)
    plus = np.hstack([np.zeros((n, 0)), *fits])
    fit = np.hstack([plus, -plus, np.zeros((n, count)), np.zeros((n, n))])
    lost = np.hstack([np.zeros((n, 2 * count * d + count)), np.eye(n)])
    # l1: lost >= f - y and y - f; hinge: lost >= 1 - y f.
    above = [(-y[:, None] * fit - lost, -np.ones(n))] if hinge else [(fit - lost, y), (-fit - lost, -y)]
    upper, right = [part for part, _ in above], [end for _, end in above]
    equal = [np.zeros((0, fit.shape[1]))]
    for b, block in enumerate(blocks):
        place = np.zeros((d, fit.shape[1]))
        place[:, b * d : (b + 1) * d] = np.eye(d)
        other = np.roll(place, count * d, axis=1)
        size = np.zeros(fit.shape[1])
        size[2 * count * d + b] = 1
        total = place + other
        rows = total.sum(axis=0)[None] if problem.penalty.name == "1-norm" else total
        upper.append(rows - size)
        signs = np.array(block.signs)
        inner = X @ (place - other)
        upper.append(-(signs[:, None] * inner)[signs != 0])
        equal.append(inner[signs == 0])
        right += [np.zeros(len(rows)), np.zeros(int((signs != 0).sum()))]
    cost = np.concatenate([np.zeros(2 * count * d), np.full(count, float(problem.beta)), np.ones(n)])
    held = np.vstack(equal)
    return float(linprog(cost, np.vstack(upper), np.concatenate(right), held, np.zeros(len(held))).fun)


# ------------------------------------------------------------------ optima


@settings(max_examples=30)
@given(programs())
def test_the_gap_is_zero_and_the_optimum_is_the_solvers(
    case: tuple[TrainingProblem, tuple[Block, ...]],
) -> None:
    problem, blocks = case
    found = exact_restricted_optimum(problem, blocks)
    finding = found.check()
    assert finding.holds, finding.reason
    assert found.gap == 0
    oracle = least_squares_by_cvxpy if problem.loss.name == "squared" else linear_by_highs
    assert float(found.upper) == pytest.approx(oracle(problem, blocks), abs=1e-6)


@settings(max_examples=15)
@given(problems())
def test_over_all_pairs_it_is_the_global_optimum(problem: TrainingProblem) -> None:
    if not problem.readout.is_identity:
        return
    found = exact_restricted_optimum(problem, chamber_blocks(problem))
    assert found.upper == optimum(problem, problem.penalty.name, problem.loss.name).upper


def test_one_block_by_hand() -> None:
    # max(0, u) fits the first sample: 1/2 (t - 5)^2 + t is least at t = 4.
    problem = TrainingProblem([[1], [-1]], [5, 2], beta=1, penalty="inf-norm")
    found = exact_restricted_optimum(problem, [Block((1, -1), 1)])
    assert found.network == RationalNetwork([[1]], [4])
    assert found.upper == Fraction(1, 2) + 2 + 4
    assert exact_restricted_optimum(problem, []).upper == Fraction(29, 2)


def exact_example() -> ExactOptimum:
    """Two blocks, one neuron, and multipliers that the proof cannot do without."""
    problem = TrainingProblem([[1, -1], [0, 1]], ["1/2", 4], beta=1, penalty="1-norm")
    found = exact_restricted_optimum(problem, [Block((1, 1), 1), Block((1, 0), 1)])
    assert found.check() and found.multipliers[0]
    return found


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (lambda p: replace(p, upper=p.upper - 1), "upper is not the network's objective"),
        (lambda p: replace(p, lower=p.lower + 1), "lower is not the dual objective"),
        (lambda p: replace(p, dual=tuple(2 * v for v in p.dual)), "lower is not the dual objective"),
        (lambda p: replace(p, blocks=(Block((1, -1), 1), p.blocks[1])), "neuron 0 is not in block 0"),
        (lambda p: replace(p, members=()), "a neuron has no block"),
        (lambda p: replace(p, multipliers=p.multipliers[:1]), "a block has no multipliers"),
        (lambda p: replace(p, multipliers=({}, p.multipliers[1])), "leave more than beta"),
        (lambda p: replace(p, multipliers=({0: Fraction(-1)}, p.multipliers[1])), "negative multiplier"),
        (
            lambda p: replace(p, network=RationalNetwork([], []), members=(), upper=Fraction(65, 8)),
            "the bounds do not agree",
        ),
    ],
)
def test_a_forged_proof_is_refused(forged: Callable[[ExactOptimum], ExactOptimum], reason: str) -> None:
    finding = forged(exact_example()).check()
    assert not finding.holds
    assert reason in finding.reason


def test_a_dual_vector_outside_its_domain_is_refused() -> None:
    problem = TrainingProblem([[1], [-1]], [5, 2], beta=3, loss="l1", penalty="1-norm")
    found = exact_restricted_optimum(problem, [])
    assert found.check()
    assert "dual domain of the l1 loss" in replace(found, dual=(Fraction(2), Fraction(1))).check().reason


# ------------------------------------------------------------------ stationarity


@settings(max_examples=20)
@given(programs())
def test_settling_ends_at_a_stationary_point_below(case: tuple[TrainingProblem, tuple[Block, ...]]) -> None:
    problem, blocks = case
    found = settle_exactly(problem, blocks)
    assert found.check()
    assert found.upper <= exact_restricted_optimum(problem, blocks).upper
    assert directional_when_split(problem, found.network)
    assert directional(problem, found.network)


def steps_downhill(problem: TrainingProblem, network: RationalNetwork, seed: int) -> list[Fraction]:
    """How far the objective falls along random short steps of the balanced network, to first order."""
    rng = np.random.default_rng(seed)
    level, size = objective(problem, network), Fraction(1, 10**6)
    falls = []
    for _ in range(60):
        # Products of the moved network: (w + t h)(alpha + t a), with short t.
        shift = rng.integers(-3, 4, (network.width, problem.d + 1)).tolist()
        hidden = [
            [w + size * int(h) for w, h in zip(weights, row, strict=False)]
            for weights, row in zip(network.hidden, shift, strict=True)
        ]
        output = [a + size * int(row[-1]) for a, row in zip(network.output, shift, strict=True)]
        falls.append((level - objective(problem, RationalNetwork(hidden, output))) / size)
    return falls


@settings(max_examples=20)
@given(programs(), st.integers(0, 99))
def test_no_short_step_leads_down_from_a_stationary_point(
    case: tuple[TrainingProblem, tuple[Block, ...]], seed: int
) -> None:
    problem, blocks = case
    found = settle_exactly(problem, blocks)
    if found.network.width:
        # What is left of second order is at most a constant times the size of the step.
        assert max(steps_downhill(problem, found.network, seed)) < Fraction(1, 1000)


@settings(max_examples=20)
@given(problems(losses=("squared",)))
def test_splitting_changes_nothing_for_a_differentiable_loss(problem: TrainingProblem) -> None:
    for block in chamber_blocks(problem)[:3]:
        network = exact_restricted_optimum(problem, [block]).network
        assert bool(directional(problem, network)) == bool(directional_when_split(problem, network))


def test_splitting_a_neuron_opens_a_way_down_for_the_l1_loss() -> None:
    problem, network = split_to_descend()
    assert directional(problem, network)
    assert max(steps_downhill(problem, network, 0)) <= 0
    finding = directional_when_split(problem, network)
    assert not finding.holds
    assert finding.witness.upper < 3
    # Two halves, moved apart: the same network when t = 0, and lower by 2 t.
    t = Fraction(1, 100)
    apart = RationalNetwork([["1/2", t], ["1/2", -t]], [1, 1])
    assert objective(problem, network) - objective(problem, apart) == 2 * t


def test_a_wall_of_the_block_is_no_stationary_point() -> None:
    problem = TrainingProblem([[1, -1], [0, 1]], ["1/2", 4], beta=1, penalty="1-norm")
    found = exact_restricted_optimum(problem, [Block((1, 1), 1)])
    finding = directional(problem, found.network)
    assert "the optimum over ++|+, -+|+ is 29/8" in finding.reason
    assert max(steps_downhill(problem, found.network, 0)) > Fraction(1, 10)


def test_a_neuron_that_does_nothing_but_cost_is_not_stationary() -> None:
    problem = TrainingProblem([[1], [2]], [1, 1], beta=1, penalty="1-norm")
    assert not directional(problem, RationalNetwork([[-1]], [1]))
    assert directional(problem, RationalNetwork([[0]], [0]))


def test_the_lattice_of_a_polyhedral_problem_is_exact() -> None:
    squared = two_sides()
    problem = TrainingProblem(squared.X, squared.y, 1, penalty="1-norm")
    lattice = restricted_lattice(problem)
    assert lattice.check()
    assert all(low == high for low, high in lattice.levels())
    # One feature: the norms are all the same, and so are the levels.
    assert lattice.levels() == restricted_lattice(squared).levels()


# ------------------------------------------------------------------ bad input


def test_bad_input_is_named() -> None:
    problem = TrainingProblem([[1, 0]], [1], 1, penalty="1-norm")
    with pytest.raises(InputError, match=r"penalty='2-norm' with loss='squared' has no rational optimum"):
        exact_restricted_optimum(two_sides(), [])
    skipping = TrainingProblem([[1]], [1], 1, penalty="1-norm", free="intercept")
    with pytest.raises(InputError, match=r"a rational restricted optimum needs free='nothing'"):
        exact_restricted_optimum(skipping, [])
    with pytest.raises(InputError, match=r"penalty='1-norm' with loss='logistic'"):
        objective(TrainingProblem([[1]], [1], 1, penalty="1-norm", loss="logistic"), RationalNetwork([], []))
    with pytest.raises(InputError, match=r"blocks\[0\] has 2 signs, but X has 1 rows"):
        exact_restricted_optimum(problem, [Block((1, 1), 1)])
    with pytest.raises(InputError, match=r"blocks\[0\]=.* is no block"):
        exact_restricted_optimum(problem, [Block((1,), 0)])
    with pytest.raises(InputError, match="the network takes 1 input but the data has 2 columns"):
        blocks_around(problem, RationalNetwork([[1]], [1]))
    with pytest.raises(InputError, match="the network has an intercept"):
        directional(problem, RationalNetwork([[1, 1]], [1], 1))


def test_too_many_selections_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, network = split_to_descend()
    monkeypatch.setattr("duality_checks.stationary_points.selections.MAX_SELECTIONS", 1)
    with pytest.raises(TooLargeError, match=r"2 selections of one chamber around each neuron.*when_split"):
        directional(problem, network)
