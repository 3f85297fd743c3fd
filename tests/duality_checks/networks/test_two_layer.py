"""Networks: predictions, objectives in floats and in rationals, files."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from duality_checks import TrainingProblem, TwoLayerNetwork
from hyperplane_arrangements.errors import InputError

finite = st.floats(-8, 8, width=32)


@given(
    arrays(float, (5, 2), elements=finite),
    arrays(float, (3, 2), elements=finite),
    arrays(float, 3, elements=finite),
)
def test_exact_objective_is_what_the_definition_says(X, hidden, output):
    X[0] = 1.0
    y = np.arange(5.0)
    problem = TrainingProblem(X, y, beta=0.25, activation="leaky:1/2")
    network = TwoLayerNetwork(hidden, output, Fraction(1, 2))
    total = Fraction(0)
    for k in range(5):
        value = Fraction(0)
        for j in range(3):
            t = sum(Fraction(X[k, i]) * Fraction(hidden[j, i]) for i in range(2))
            value += Fraction(output[j]) * (max(t, 0) + Fraction(1, 2) * min(t, 0))
        total += (value - k) ** 2
    decay = sum(Fraction(w) ** 2 for w in [*hidden.ravel(), *output])
    exact = network.exact_objective(problem)
    assert exact == total / 2 + Fraction(1, 8) * decay
    assert network.objective(problem) == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


@given(arrays(float, (2, 3), elements=finite), arrays(float, 2, elements=finite))
def test_files_keep_every_bit(hidden, output):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.json"
        TwoLayerNetwork(hidden, output, Fraction(-1)).save(path)
        again = TwoLayerNetwork.load(path)
    assert np.array_equal(again.hidden, hidden) and np.array_equal(again.output, output)
    assert again.kappa == -1


def test_a_network_without_neurons_predicts_zero_and_is_kept(tmp_path):
    network = TwoLayerNetwork(np.zeros((0, 4)), [])
    network.save(tmp_path / "network.json")
    assert TwoLayerNetwork.load(tmp_path / "network.json").hidden.shape == (0, 4)
    assert network.predict(np.ones((3, 4))).tolist() == [0, 0, 0]


def test_weights_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        TwoLayerNetwork([[1.0]], [1.0]).hidden[0, 0] = 2


@pytest.mark.parametrize(
    ("hidden", "output", "words"),
    [
        ([[1.0]], [1.0, 2.0], "one row a neuron"),
        ([1.0], [1.0], "one row a neuron"),
        ([[np.nan]], [1.0], r"hidden\[0, 0\] is nan"),
        ([[1.0], [2.0, 3.0]], [1.0, 1.0], "not a rectangular array"),
        ([[10**400]], [1.0], "hidden holds an integer beyond the range of floats"),
    ],
)
def test_bad_weights(hidden, output, words):
    with pytest.raises(InputError, match=words):
        TwoLayerNetwork(hidden, output)


def test_wrong_number_of_columns():
    with pytest.raises(InputError, match=r"takes 1 column$"):
        TwoLayerNetwork([[1.0]], [1.0]).predict([[1.0, 2.0]])
