"""What networks can output: the witness either way, against ranks over all chambers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem
from duality_checks.exact.judged import fit_of
from duality_checks.networks.rational import RationalNetwork
from duality_checks.optima.spanning import corrected, reach_margins, reach_targets
from hyperplane_arrangements.errors import InputError

small = st.integers(-2, 2)
slopes = st.sampled_from(["relu", "leaky:1/10", "abs"])


@st.composite
def problems(draw, labels=False):
    N, d = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    rows = [[draw(small) for _ in range(d)] for _ in range(N)]
    if not any(map(any, rows)):
        rows[0][0] = 1
    readout = draw(st.sampled_from([list(range(N)), [k // 2 for k in range(N)]]))
    n = max(readout) + 1
    y = [draw(st.sampled_from([-1, 1]) if labels else small) for _ in range(n)]
    return TrainingProblem(rows, y, 1, draw(slopes), readout=readout)


def by_hand(problem, network):
    """Outputs as section 0 defines them, in fractions."""
    f = [Fraction(0)] * problem.n
    for row, sample in zip(problem.X.fractions, problem.readout.samples, strict=True):
        for w, alpha in zip(network.hidden, network.output, strict=True):
            t = sum(x * y for x, y in zip(row, w, strict=True))
            f[sample] += alpha * (max(t, 0) + problem.kappa * min(t, 0))
    return f


def columns_of_chambers(problem):
    """T D_i X for all chambers, n x (d P), in integers times the denominators: the textbook's matrix."""
    pooling = np.zeros((problem.n, len(problem.features)))
    pooling[problem.readout.samples, range(len(problem.features))] = 1
    signs = problem.arrangement.chambers().signs
    return np.hstack(
        [pooling @ (np.where(s > 0, 1, float(problem.kappa))[:, None] * problem.features) for s in signs]
    )


def annihilates(problem, z):
    rows, samples = problem.X.fractions, problem.readout.samples
    for signs in problem.arrangement.chambers().signs.tolist():
        weights = [z[i] * (1 if s > 0 else problem.kappa) for s, i in zip(signs, samples, strict=True)]
        if any(
            sum(w * x for w, x in zip(weights, column, strict=True)) for column in zip(*rows, strict=True)
        ):
            return False
    return True


@settings(deadline=None, max_examples=60)
@given(problems())
def test_a_fit_is_decided_with_a_witness_either_way(problem):
    reach = reach_targets(problem)
    matrix = columns_of_chambers(problem)
    fits = np.linalg.matrix_rank(matrix, 1e-8) == np.linalg.matrix_rank(
        np.column_stack([matrix, problem.target]), 1e-8
    )
    assert bool(reach) == fits
    if reach:
        assert reach.obstruction is None
        assert by_hand(problem, reach.network) == list(problem.y)
    else:
        assert sum(z * y for z, y in zip(reach.obstruction, problem.y, strict=True)) != 0
        assert annihilates(problem, reach.obstruction)


@settings(deadline=None, max_examples=60)
@given(problems(labels=True))
def test_a_margin_is_decided_with_a_witness_either_way(problem):
    reach = reach_margins(problem)
    if reach:
        outputs = by_hand(problem, reach.network)
        assert all(y * f >= 1 for y, f in zip(problem.y, outputs, strict=True))
    else:
        signed = [z * y for z, y in zip(reach.obstruction, problem.y, strict=True)]
        assert min(signed) >= 0 < max(signed)
        assert annihilates(problem, reach.obstruction)


@settings(deadline=None, max_examples=30)
@given(problems(), st.data())
def test_any_network_is_corrected_exactly(problem, data):
    width = data.draw(st.integers(0, 3))
    number = fractions(-2, 2, 7)
    network = RationalNetwork(
        [[data.draw(number) for _ in range(problem.d)] for _ in range(width)],
        [data.draw(number) for _ in range(width)],
    )
    assert list(fit_of(problem, network)) == by_hand(problem, network)
    if reach_targets(problem):
        assert by_hand(problem, corrected(problem, network, problem.y)) == list(problem.y)


def test_a_readout_can_make_a_target_impossible():
    """Opposite rows pooled, abs: both samples see the same neuron equally often, so outputs are equal."""
    rows, readout = [[1], [-2], [3], [0]], [0, 0, 1, 1]
    assert not reach_targets(TrainingProblem(rows, [1, 2], 1, "abs", readout=readout))
    assert reach_targets(TrainingProblem(rows, [2, 2], 1, "abs", readout=readout))
    assert reach_targets(TrainingProblem(rows, [1, 2], 1, "relu", readout=readout))  # u = 1 and u = -1 differ


def test_outputs_that_no_network_has_are_refused():
    problem = TrainingProblem([[1], [2]], [1, 1], 1)
    with pytest.raises(InputError, match="outputs: no network has them; reach_targets shows why"):
        corrected(problem, RationalNetwork([], []), problem.y)


def test_margins_need_labels():
    with pytest.raises(InputError, match=r"y\[1\]=2 is no label"):
        reach_margins(TrainingProblem([[1], [2]], [1, 2], 1))


@pytest.mark.parametrize("apart", [Fraction(1, 2**26), Fraction(1, 2**51), Fraction(1, 2**70)])
@pytest.mark.parametrize("rank", [2, 3])
def test_rows_too_close_for_floats_are_fitted_each_by_itself(apart, rank):
    """Pricing merges hyperplanes that floats cannot tell apart; an exact neuron has to pass between them."""
    rows = [[1, 0, 0], [1, apart, 0], [0, 1, 0], [3, 1, 0]] + [[0, 0, 1], [1, 1, 2]] * (rank == 3)
    problem = TrainingProblem([row[:rank] for row in rows], [5, -3, 1, 2, 0, 4][: len(rows)], 1, "leaky:1/4")
    reach = reach_targets(problem)
    assert by_hand(problem, reach.network) == list(problem.y)


def test_hyperplanes_that_leave_no_point_are_said(monkeypatch):
    monkeypatch.setattr("duality_checks.optima.spanning._length", lambda *_: Fraction(0))
    with pytest.raises(
        InputError, match="no point found on the hyperplane of row 0 alone; rescale the columns"
    ):
        reach_targets(TrainingProblem([[1, 0], [0, 1]], [1, 2], 1))
