"""What a network is judged on: the objective its maker minimised, computed here by loops and by the maker."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork, audit, check, train
from duality_checks.interfaces.foreign.networks import BiasedNetwork, Imported
from duality_checks.interfaces.placing import BIASES, place
from hyperplane_arrangements.errors import InputError

X = np.array([[0.5, 1.0], [1.5, -1.0], [2.0, 0.25], [3.0, 0.5], [-1.0, 2.0]])
Y = np.array([1.0, 0.0, 0.5, 2.0, -1.0])
NETWORK = BiasedNetwork([[1.0, -0.5], [0.25, 2.0]], [0.5, -1.0], [0.5, -0.25], 0.75)


def value(biases: str, network: BiasedNetwork = NETWORK, weights: np.ndarray | None = None) -> float:
    """The objective with beta = 1/2, as a loop over samples and parameters says it."""
    total = 0.0
    for k, (x, y) in enumerate(zip(X, Y, strict=True)):
        f = network.intercept
        for w, b, alpha in zip(network.hidden, network.biases, network.output, strict=True):
            f += alpha * max(float(w @ x) + b, 0.0)
        total += (1 if weights is None else weights[k]) * (f - y) ** 2 / 2
    decays = [*network.hidden.ravel(), *network.output]
    decays += [] if biases == "free" else [*network.biases]
    decays += [network.intercept] if biases == "decayed" else []
    return total + 0.25 * sum(p**2 for p in decays)


@pytest.mark.parametrize("biases", BIASES)
@pytest.mark.parametrize("weights", [None, np.array([1, 2, 1, 3, 1])])
def test_each_choice_of_what_decays_is_its_objective(biases: str, weights: np.ndarray | None) -> None:
    problem = TrainingProblem(X, Y, "1/2", sample_weights=weights)
    found = audit(problem, NETWORK, biases=biases)
    assert float(found.objective) == pytest.approx(value(biases, NETWORK, weights), rel=1e-12)
    assert found.placed is not None and found.certificate is not None and found.lower is not None
    assert check(found.placed.problem, found.certificate).proven
    # The placed problem's own optimum is an optimum, and stationary, on the objective that was named.
    best = audit(found.placed.problem, train(found.placed.problem).network)
    assert best.lower == found.lower and best.is_stationary and best.escape is None
    assert best.excess is not None and best.excess[1] < Fraction(1, 10**8)


def test_a_column_without_an_output_bias_leaves_nothing_free() -> None:
    network = BiasedNetwork(NETWORK.hidden, NETWORK.output, NETWORK.biases)
    found = place(TrainingProblem(X, Y, "1/2"), network, "column")
    assert found.problem.free.name == "nothing"
    assert float(found.exact_objective) == pytest.approx(value("column", network), rel=1e-12)


def test_what_decays_changes_the_verdict() -> None:
    """The negative control: the optimum of one objective is neither optimal nor stationary on the others."""
    problem = TrainingProblem(X, Y, "1/2")
    decayed = place(problem, NETWORK, "decayed").problem
    best = train(decayed).network
    network = BiasedNetwork(best.hidden[:, :2], best.output, best.hidden[:, 2], best.intercept)
    at, other = (audit(problem, network, biases=kind) for kind in ("decayed", "free"))
    assert at.excess is not None and other.excess is not None
    assert at.is_stationary and at.excess[1] < Fraction(1, 10**8)
    assert not other.is_stationary and other.excess[0] > Fraction(1, 1000)


def test_the_origin_names_what_decays_and_the_output_says_how_to_name_another() -> None:
    problem = TrainingProblem(X, Y, "1/2")
    state = {
        "0.weight": NETWORK.hidden,
        "0.bias": NETWORK.biases,
        "2.weight": NETWORK.output[None],
        "2.bias": np.array([0.75]),
    }
    assert place(problem, state).problem.free.name == "decayed-intercept"
    assert place(problem, NETWORK).problem.free.name == "biases"
    assert place(problem, Imported(NETWORK, "PyTorch")).problem.free.name == "decayed-intercept"
    text = str(audit(problem, state))
    assert "judged on     squared loss, beta = 0.5; all weights and biases decay, the output's too" in text
    assert "for another: --bias free, or biases='free'" in text
    assert audit(problem, state, biases="free").objective == audit(problem, NETWORK).objective


def test_a_column_of_ones_says_it_all() -> None:
    problem = TrainingProblem(np.column_stack([X, np.ones(5)]), Y, "1/2", free="decayed-intercept")
    found = audit(problem, NETWORK)
    assert float(found.objective) == pytest.approx(value("decayed"), rel=1e-12)
    first = TrainingProblem(np.column_stack([np.ones(5), X]), Y, "1/2", free="decayed-intercept")
    assert audit(first, NETWORK).objective == found.objective


@pytest.mark.parametrize("loss", ["l1", "huber:1/2", "logistic", "squared-hinge"])
def test_other_losses_get_their_distance_and_no_word_on_stationarity(loss: str) -> None:
    y = np.sign(Y - 0.25) if loss in ("logistic", "squared-hinge") else Y
    problem = TrainingProblem(X, y, "1/2", loss=loss)
    for biases in ("free", "decayed"):
        found = audit(problem, NETWORK, biases=biases)
        assert found.excess is not None and found.excess[0] > 0 and found.placed is not None
        best = audit(found.placed.problem, train(found.placed.problem).network)
        assert best.excess is not None and best.excess[1] < Fraction(1, 10**6)
        assert f"not judged: the test of stationarity is for the squared loss, not the {loss} loss" in str(
            found
        )


def test_other_penalties_get_their_distance_too() -> None:
    found = place(TrainingProblem(X, Y, "1/2", penalty="1-norm"), NETWORK, "free")
    sizes = (np.abs(NETWORK.hidden).sum(axis=1) ** 2).sum() - (NETWORK.hidden**2).sum()
    assert float(found.exact_objective) == pytest.approx(value("free") + sizes / 4, rel=1e-12)
    assert (found.setting, found.unjudged) == (None, "the test of stationarity does not know the 1-norm")


REFUSED = {
    "an unknown kind": (
        TrainingProblem(X, Y, 1),
        NETWORK,
        "all",
        "biases='all' is unknown; use free, decayed",
    ),
    "no biases": (TrainingProblem(X, Y, 1), TwoLayerNetwork([[1, 1]], [1]), "free", "no biases to be free"),
    "something free already": (
        TrainingProblem(X, Y, 1, free="intercept"),
        NETWORK,
        None,
        "has free='intercept' and no column of ones for the biases; give the features alone",
    ),
    "a skip": (
        TrainingProblem(X, Y, 1, free="linear"),
        NETWORK,
        None,
        "free='linear' and no column of ones for",
    ),
    "ones twice": (
        TrainingProblem(np.column_stack([X[:, 0], np.ones(5)]), np.sign(Y - 0.25), 1, loss="logistic"),
        NETWORK,
        "free",
        r"X has a column of ones \(column 1\) beside the network's biases",
    ),
    "widths": (TrainingProblem(X[:, :1], Y, 1), NETWORK, "free", "takes 2 inputs but the data has 1 column;"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_the_remedy(name: str) -> None:
    problem, network, biases, text = REFUSED[name]
    with pytest.raises(InputError, match=text):
        place(problem, network, biases)
