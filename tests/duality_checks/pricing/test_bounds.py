"""The float bounds against rationals, on data made to lose digits."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.pricing import bounds
from duality_checks.pricing.bounds import chamber_sums, gradients, shortened, squares_above
from duality_checks.pricing.dual_norm import dual_norm
from duality_checks.pricing.interval import _settled
from hyperplane_arrangements.machine.cores import blocks


@st.composite
def cases(draw):
    """Rows and weights of very different sizes, decimals that no float holds, shared samples."""
    seed, n, d = draw(st.integers(0, 10**6)), draw(st.integers(2, 8)), draw(st.integers(1, 4))
    rng = np.random.default_rng(seed)
    sizes = 10.0 ** rng.integers(-6, 7, n)
    rows = zip(rng.normal(size=(n, d)), sizes, strict=True)
    X = [[Fraction(str(round(x * size, 9))) for x in row] for row, size in rows]
    X[0] = [Fraction(1, 3)] * d
    readout = draw(st.sampled_from([None, [k // 2 for k in range(n)]]))
    extra = {} if readout is None else {"readout": readout}
    count = n if readout is None else (n + 1) // 2
    kappa = draw(st.sampled_from(["relu", "abs", "leaky:0.3"]))
    problem = TrainingProblem(X, [1] * count, Fraction(1, 7), kappa, **extra)
    return problem, rng.normal(size=count) * 10.0 ** rng.integers(-6, 7, count), rng


def exact_vector(problem, signs, v, support, multipliers):
    spread = [Fraction(float(v[sample])) for sample in problem.readout.samples]
    weights = [w * (1 if s > 0 else problem.kappa) for w, s in zip(spread, signs, strict=True)]
    for row, value in zip(support, multipliers, strict=True):
        if row >= 0:
            weights[row] += Fraction(float(value)) * int(signs[row])
    columns = zip(*problem.X.fractions, strict=True)
    return [sum(w * x for w, x in zip(weights, column, strict=True)) for column in columns]


@settings(max_examples=60)
@given(cases())
def test_exact_values_are_within_the_error(case):
    problem, v, rng = case
    signs = rng.choice([-1, 1], size=(5, len(problem.features))).astype(np.int8)
    support = rng.integers(-1, len(problem.features), (5, 2))
    multipliers = np.abs(rng.normal(size=(5, 2))) * 1e3
    c, error = gradients(problem, signs, v)
    moved, wider = shortened(problem, signs, c, error, support, multipliers)
    squares = squares_above(problem, moved, wider)
    for b in range(5):
        none = np.empty(0, int), np.empty(0)
        for exact, value, room in zip(exact_vector(problem, signs[b], v, *none), c[b], error, strict=True):
            assert abs(exact - Fraction(float(value))) <= Fraction(float(room))
        vector = exact_vector(problem, signs[b], v, support[b], multipliers[b])
        for exact, value, room in zip(vector, moved[b], wider[b], strict=True):
            assert abs(exact - Fraction(float(value))) <= Fraction(float(room))
        assert sum(x * x for x in vector) <= Fraction(float(squares[b])) * problem.beta**2


def test_sums_do_not_depend_on_how_many_chambers_are_summed_at_once(monkeypatch):
    signs, terms = (
        np.array([[1, -1, 0], [-1, -1, 1], [1, 1, 1]]),
        np.array([[1.0, 2.0], [4.0, 8.0], [16, 32]]),
    )
    monkeypatch.setattr(bounds, "blocks", partial(blocks, entries=1))
    assert chamber_sums(signs, terms, 0.5).tolist() == [[11, 22], [18.5, 37], [21, 42]]
    assert chamber_sums(signs[:0], terms, 0.5).shape == (0, 2)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(3, 9), st.integers(2, 5), st.sampled_from(["relu", "abs"]))
def test_the_compiled_loop_proves_what_is_true_and_nothing_else(seed, n, d, kappa):
    """Just above the dual norm every chamber is proven; just below, those that hold a maximiser are not."""
    rng = np.random.default_rng(seed)
    problem = TrainingProblem(rng.standard_normal((n, d)), np.ones(n), 1, kappa)
    v = rng.standard_normal(n)
    signs, size = problem.arrangement.chambers().signs, dual_norm(problem, v)
    if size < 1e-6:
        return
    assert _settled(problem.with_beta(size * (1 + 1e-9)), signs, v).all()
    assert not _settled(problem.with_beta(size * (1 - 1e-9)), signs, v).all()


def test_zero_rows_and_more_columns_than_the_rank():
    X = [[0, 0, 0], [1, 0, 1], [0, 1, 1], [1, 1, 2], [2, -1, 1]]
    problem = TrainingProblem(X, [1, 2, -1, 1, 0], 1)
    v = np.array([1.0, 2.0, -1.0, 1.0, 0.5])
    signs, size = problem.arrangement.chambers().signs, dual_norm(problem, v)
    assert _settled(problem.with_beta(size * (1 + 1e-9)), signs, v).all()
    assert not _settled(problem.with_beta(size * (1 - 1e-9)), signs, v).all()
