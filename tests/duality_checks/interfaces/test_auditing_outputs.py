"""Audits of networks with several outputs: objectives by their libraries, optima by closed forms, and the
enclosure that stands where no chamber is decided."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, audit, check
from duality_checks.cli import main
from duality_checks.cover.effort import Effort
from duality_checks.interfaces.enclosing import enclosure
from duality_checks.interfaces.foreign.networks import BiasedNetwork, from_layers
from duality_checks.networks.two_layer import TwoLayerNetwork
from duality_checks.optima.several_outputs import train_outputs
from hyperplane_arrangements.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

X = [[-3.0, 1.0], [-2.0, 0.0], [-2.5, 2.0], [2.0, 1.0], [3.0, 0.5]]
Y = [[0.5, 1.0], [0.0, 0.5], [0.25, 0.0], [2.0, -1.0], [3.0, -1.5]]


def shared(X: Any, Y: Any, beta: Any, coupling: str = "2-norm", **terms: Any) -> TrainingProblem:
    return TrainingProblem(X, Y, beta, coupling=coupling, **terms)


weights = st.integers(-3, 3).map(float)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(weights, weights, weights, weights), min_size=1, max_size=3),
    st.sampled_from(["1-norm", "2-norm"]),
)
def test_the_objective_is_that_of_the_definition_and_the_optimum_that_of_whitened_data(
    neurons: list[tuple[float, ...]], coupling: str
) -> None:
    """On X = I with Y = (3, 4; 0, 0) and beta = 1: 5 - 1/2 where outputs share a neuron, 7 - 1 where not."""
    hidden, output = np.array([n[:2] for n in neurons]), np.array([n[2:] for n in neurons])
    found = audit(
        shared([[1, 0], [0, 1]], [[3, 4], [0, 0]], 1, coupling),
        TwoLayerNetwork(hidden, output, Fraction(0)),
    )
    rest = np.maximum(hidden.T, 0) @ output - [[3, 4], [0, 0]]
    sizes = np.abs(output).sum(axis=1) ** 2 if coupling == "1-norm" else (output**2).sum(axis=1)
    assert found.objective == Fraction(0.5 * (rest**2).sum() + 0.5 * ((hidden**2).sum() + sizes.sum()))
    optimum = Fraction(9, 2) if coupling == "2-norm" else Fraction(6)
    assert found.lower <= optimum <= found.upper <= found.objective
    assert found.excess[0] <= found.objective - optimum <= found.excess[1]


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_an_optimal_network_has_no_excess(coupling: str) -> None:
    stated = TrainingProblem(X, Y, "1/4", coupling=coupling)
    proof = train_outputs(stated)
    found = audit(stated, proof.network)
    assert found.objective == proof.upper and found.excess[1] < Fraction(1, 10**6)
    other = "2-norm" if coupling == "1-norm" else "1-norm"
    changed = audit(stated.restated(coupling=other), proof.network).objective
    # Neurons of one output each cost the same either way; shared ones cost more in the 1-norm.
    assert changed == proof.upper if coupling == "1-norm" else changed > proof.upper


def test_the_enclosure_holds_the_optimum() -> None:
    """Where both are known: of one column all norms are the same, and the 1-norm is not trained."""
    column = [x[:1] for x in X]
    decided = enclosure(shared(column, Y, "1/4"), 10_000, Effort(), len)
    assert decided.method == "certificate"
    other = shared(column, Y, "1/4", penalty="1-norm")
    found = audit(other, TwoLayerNetwork(np.zeros((0, 1)), np.zeros((0, 2)), Fraction(0)))
    assert found.optimum.method == "enclosed" and found.lower <= decided.lower <= decided.upper <= found.upper
    assert found.lower > 0 and found.upper < 2 * found.lower


def test_pytorch_networks_on_the_objective_they_were_trained_on(tmp_path: Path, capsys: Any) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 6), torch.nn.ReLU(), torch.nn.Linear(6, 2)).double()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=0.1)
    inputs, targets, mse = torch.tensor(X).double(), torch.tensor(Y).double(), torch.nn.MSELoss()
    for _ in range(1500):
        optimiser.zero_grad()
        mse(model(inputs), targets).backward()
        optimiser.step()
    with torch.no_grad():
        minimised = mse(model(inputs), targets) + 0.05 * sum((p**2).sum() for p in model.parameters())
    # A mean over n k = 10 numbers; half of it is 1/2 the sum of squares.
    beta = Fraction(10 * Fraction("0.1"), 2)
    found = audit(shared(X, Y, beta), model)
    assert float(found.objective) == pytest.approx(5 * float(minimised), rel=1e-12)
    assert found.optimum.method == "certificate" and found.lower > 0.5 * found.objective
    torch.save({"model_state_dict": model.state_dict()}, tmp_path / "two.pt")
    lines = [",".join(map(str, [*x, *y])) for x, y in zip(X, Y, strict=True)]
    (tmp_path / "two.csv").write_text("\n".join(["a,b,u,v", *lines]))
    words = ["audit", str(tmp_path / "two.pt"), "--data", str(tmp_path / "two.csv"), "--weight-decay", "0.1"]
    assert main([*words, "--target", "u", "--target", "v", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["objective"], facts["lower"]) == (str(found.objective), str(found.lower))
    assert facts["beta"] == "1/2" and facts["coupling"] == "2-norm" and facts["outputs"] == 2
    assert main([*words, "--target", "u", "--target", "v", "--gap", "0.9"]) == 0
    said = capsys.readouterr().out
    assert "squared loss of 2 outputs, beta = 0.5, 2-norm of a neuron's output weights" in said
    assert "claim         within 0.9 of p*, relatively: PROVEN" in said
    assert main([*words, "--target", "u"]) == 2
    assert "give a problem of as many, or name each --target" in capsys.readouterr().err
    assert main([*words, "--target", "u", "--target", "v", "--features", "a,b", "--target", "a"]) == 2
    assert "both target and feature" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
def test_scikit_learn_descends_what_is_judged() -> None:
    """The loss that `MLPRegressor` reports is a mean over outputs, its gradient is not: beta is alpha."""
    neural = pytest.importorskip("sklearn.neural_network")
    model = neural.MLPRegressor(
        hidden_layer_sizes=(6,),
        alpha=0.2,
        batch_size=5,
        tol=0.0,
        learning_rate_init=0.003,
        random_state=0,
        max_iter=6000,
    ).fit(X, Y)
    found = audit(shared(X, Y, "0.2"), model)
    (hidden, output), (biases, intercepts) = model.coefs_, model.intercepts_
    neurons = np.maximum(np.array(X) @ hidden + biases, 0)
    rest = neurons @ output + intercepts - Y
    sizes = (hidden**2).sum() + (output**2).sum()
    assert float(found.objective) == pytest.approx(0.5 * (rest**2).sum() + 0.1 * sizes, rel=1e-12)
    slopes = {alpha: np.abs(neurons.T @ rest + alpha * output).max() for alpha in (0.2, 0.4)}
    assert slopes[0.2] < slopes[0.4] / 3
    assert found.optimum.method == "enclosed" and 0 < found.lower < found.objective
    assert "hidden biases and the output's do not" in str(found) and "beta is its alpha" in str(found)


def test_files_that_certify_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [",".join(map(str, [*x, *y])) for x, y in zip(X, Y, strict=True)]
    Path("two.csv").write_text("\n".join(["a,b,u,v", *lines]))
    chosen = ["--target", "u", "--target", "v", "--features", "a,b", "--standardise"]
    for more in (["--free", "intercept"], ["--coupling", "2-norm"]):
        assert main(["certify", "two.csv", *chosen, "--beta", "1/4", "--output", "out", "--json", *more]) == 0
        upper = json.loads(capsys.readouterr().out)["upper"]
        same = more if "--coupling" in more else []
        assert main(["audit", "out/network.json", "--data", "two.csv", "--beta", "1/4", "--json", *same]) == 0
        assert json.loads(capsys.readouterr().out)["objective"] == upper


def test_biases_on_a_column_of_ones_and_other_objectives() -> None:
    network = BiasedNetwork([[1.0, 0.5]], [[1.0, -1.0]], [0.25], [0.5, 0.0])
    ones = shared([[*x, 1.0] for x in X], Y, 1, free="decayed-intercept")
    whole = audit(ones, network)
    assert whole.objective == audit(shared(X, Y, 1), network, biases="decayed").objective
    column = audit(shared(X, Y, 1), network, biases="column")
    free = audit(shared(X, Y, 1), network, biases="free")
    # The intercept 1/2 costs 1/8, the hidden bias 1/4 costs 1/32.
    assert whole.objective - column.objective == Fraction(1, 8)
    assert column.objective - free.objective == Fraction(1, 32)


def test_a_feature_of_ones_beside_biases_is_as_for_one_output() -> None:
    """Left out beside free biases, for no optimum uses it; the network pays for its weight: 1/2 of 2^2."""
    network = BiasedNetwork([[1.0, 0.5]], [[1.0, -1.0]], [2.25], [0.5, 0.0])
    beside = BiasedNetwork([[1.0, 0.5, 2.0]], [[1.0, -1.0]], [0.25], [0.5, 0.0])
    ones = shared([[*x, 1.0] for x in X], Y, 1)
    free, without = audit(ones, beside), audit(shared(X, Y, 1), network)
    assert free.lower == without.lower and free.objective == without.objective + 2
    assert audit(ones, beside, biases="decayed").objective > free.objective
    labels = shared([[*x, 1.0] for x in X], np.sign(np.array(Y) - 0.3).tolist(), 1, loss="logistic")
    with pytest.raises(InputError, match=r"X has a column of ones \(column 2\) beside the network's biases"):
        audit(labels, beside)
    with pytest.raises(InputError, match="was trained with the squared loss, and the problem has 'logistic'"):
        audit(labels, SimpleNamespace(coefs_=[np.ones((3, 1)), np.ones((1, 2))], intercepts_=[[0], [0, 0]]))


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (
            from_layers([np.eye(2), np.ones((3, 2))], [None, None], "m"),
            {},
            "has 3 outputs, but there are 2 targets",
        ),
        (
            from_layers([np.eye(2), np.ones((1, 2))], [None, None], "m"),
            {},
            "has 1 outputs, but there are 2 targets",
        ),
        (TwoLayerNetwork(np.eye(3), np.ones((3, 2)), Fraction(0)), {}, "takes 3 inputs"),
        (TwoLayerNetwork(np.eye(2), np.ones((2, 2)), Fraction(-1)), {}, "kappa=-1"),
        (TwoLayerNetwork(np.eye(2), np.ones((2, 2)), Fraction(0), [1.0, 0.0]), {}, "has an intercept"),
        (TwoLayerNetwork(np.eye(2), np.ones((2, 2))), {"biases": "free"}, "no biases to be free"),
        (
            TwoLayerNetwork(np.eye(2), np.ones((2, 2)), Fraction(0)),
            {"biases": "some"},
            "biases='some' is unknown",
        ),
    ],
)
def test_what_does_not_fit(network: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        audit(shared(X, Y, 1), network, **options)


def test_it_shows_itself_like_an_audit_of_one_output() -> None:
    found = audit(shared(X, Y, 1), TwoLayerNetwork(np.eye(2), np.ones((2, 2))))
    shown = found._repr_html_()
    assert "Audit of a network" in shown and "2-norm of a neuron" in shown
    assert "\n" not in repr(found) and "<Audit: " in repr(found)
    assert found.imbalance == pytest.approx(1 / 3) and "off by 3.33e-01" in str(found)  # (2 - 1) / (2 + 1)
    one = audit(shared(X, Y, 1).outputs[0], TwoLayerNetwork(np.eye(2), np.ones(2)))
    assert found.facts().keys() == one.facts().keys()


def test_a_problem_of_another_number_of_outputs_is_refused() -> None:
    network = TwoLayerNetwork(np.eye(2), np.ones((2, 2)))
    with pytest.raises(InputError, match="give a problem of as many"):
        audit(shared(X, Y, 1).outputs[0], network)


def test_shared_neurons_are_not_judged_without_time():
    problem = shared([[1, 0], [0, 1]], [[3, 4], [0, 0]], 1)
    network = TwoLayerNetwork([[2.0, 0.0]], [[1.0, 1.0]])
    late, whole = (audit(problem, network, effort=Effort(seconds=s)) for s in (1e-9, None))
    assert whole.stationarity is not None and late.stationarity is None
    assert "not judged: there was no time" in str(late) and late.lower <= whole.upper


@pytest.mark.parametrize(
    ("terms", "method"),
    [
        ({"loss": "l1"}, "certificate"),
        ({"loss": "l1", "penalty": "1-norm"}, "enclosed"),
        ({"penalty": "1-norm"}, "enclosed"),
        ({"readout": [0, 0, 1, 2, 3]}, "certificate"),
    ],
)
def test_neurons_are_shared_with_any_terms_and_the_objective_is_that_of_the_definition(
    terms: dict[str, Any], method: str
) -> None:
    """The problem is one, with its coupling; only training refuses what it does not know."""
    network, targets = TwoLayerNetwork([[2.0, -1.0]], [[1.0, 2.0]]), Y[:4] if "readout" in terms else Y
    problem = shared(X, targets, "1/2", **terms)
    found = audit(problem, network)
    neuron = np.maximum(np.array(X) @ [2.0, -1.0], 0.0)
    if "readout" in terms:
        neuron = np.array([neuron[:2].sum(), *neuron[2:]])
    rest = np.outer(neuron, [1.0, 2.0]) - targets
    loss = np.abs(rest).sum() if "loss" in terms else 0.5 * (rest**2).sum()
    size = 9.0 if "penalty" in terms else 5.0
    assert float(found.objective) == pytest.approx(loss + 0.25 * (size + 5.0), rel=1e-12)
    assert found.optimum.method == method and found.lower <= found.upper <= found.objective
    assert found.stationarity is None and problem.coupling == "2-norm"
    if method == "certificate":
        assert check(problem, found.certificate).proven and found.optimum.relative_gap < 1e-4
        return
    with pytest.raises(InputError, match="the 2-norm coupling needs"):
        train_outputs(problem)
