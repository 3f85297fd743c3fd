"""Width at most n, with the same outputs and no larger penalty."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.training.narrowing import narrowed


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 10**6))
def test_outputs_stay_and_costs_fall(n, m, seed):
    generator = np.random.default_rng(seed)
    columns = generator.integers(-2, 3, (n, m)).astype(float)
    weights, costs = generator.uniform(0.1, 1, m), generator.uniform(0.1, 1, m)
    found = narrowed(columns, weights, costs)
    assert (found >= 0).all() and (found > 0).sum() <= n
    assert np.allclose(columns @ found, columns @ weights, atol=1e-9)
    assert costs @ found <= costs @ weights * (1 + 1e-12)


def test_narrow_weights_are_left_alone():
    weights = np.array([0.5, 0.0, 2.0])
    assert narrowed(np.ones((2, 3)), weights, np.ones(3)).tolist() == weights.tolist()
