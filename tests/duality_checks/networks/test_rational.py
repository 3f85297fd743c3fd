"""Networks with rational weights: the same as those in floats, of one output or of several."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks import RationalNetwork, TwoLayerNetwork
from hyperplane_arrangements.errors import InputError


@st.composite
def networks(draw: Any) -> TwoLayerNetwork:
    """Of 0 to 3 neurons on 1 to 3 inputs, with one output or a last axis of 1 to 3."""
    m, d, shape = (
        draw(st.integers(0, 3)),
        draw(st.integers(1, 3)),
        draw(st.sampled_from([(), (1,), (2,), (3,)])),
    )
    numbers = np.random.default_rng(draw(st.integers(0, 99)))
    hidden, output, linear = (numbers.integers(-2, 3, s) / 8 for s in ((m, d), (m, *shape), (d, *shape)))
    return TwoLayerNetwork(hidden, output, 0, numbers.integers(-1, 2, shape) / 8, linear)


@given(networks())
def test_they_are_networks_in_floats_exactly(network: TwoLayerNetwork) -> None:
    exact = RationalNetwork.of(network)
    assert exact.floats(network.kappa, network.hidden.shape[1]).document() == network.document()
    assert eval(repr(exact), {"RationalNetwork": RationalNetwork}) == exact
    assert (exact.width, exact.count) == (network.width, network.count)
    assert exact.is_of_several == (network.output.ndim == 2)
    assert np.array(exact.outgoing, dtype=float).tolist() == network.outgoing.tolist()
    for k in range(network.count):
        assert exact.one(k) == RationalNetwork.of(network.one(k))


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (([[1]], [1, 2]), "hidden has 1 rows and output 2 entries"),
        (([[1], [1, 2]], [1, 2]), r"hidden has rows of lengths \[1, 2\]"),
        (([[1], [1]], [[1], [1, 2]]), r"output, linear and intercept have rows of lengths \[1, 2\]"),
        (([[1]], [[1, 2]], [0, 0, 0]), r"output, linear and intercept have rows of lengths \[2, 3\]"),
        (([[1]], [[1, 2]], 0, [[1, 2, 3]]), r"output, linear and intercept have rows of lengths \[2, 3\]"),
        (([[1]], [[]]), r"output\[0\] is empty"),
        (([[1]], [[1, "a"]]), r"output\[0\]\[1\] is 'a'"),
        (([[1]], [1], [0, 0]), r"output\[0\] is 1"),
        (([[1]], 3), "output is 3; give a sequence of weights"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(parts: Any, text: str) -> None:
    with pytest.raises(InputError, match=text):
        RationalNetwork(*parts)
