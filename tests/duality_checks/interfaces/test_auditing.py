"""Audits: against scikit-learn's own loss, differences and the trainer; importers; the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import (
    TrainingProblem,
    TwoLayerNetwork,
    audit,
    check,
    from_sklearn,
    from_state_dict,
    read_network,
    train,
)
from duality_checks.cli import main
from duality_checks.cover.effort import Effort
from duality_checks.exact.setting import Setting
from duality_checks.interfaces import auditing, enclosing
from duality_checks.interfaces.foreign.networks import BiasedNetwork
from duality_checks.networks.rational import RationalNetwork
from duality_checks.pricing.limits import chambers_at_most
from duality_checks.stationary_points.examples import both_signs, global_minimum, spurious_minimum
from duality_checks.stationary_points.stationary import Standing, first_order
from hyperplane_arrangements.errors import InputError, MissingExtraError

pytestmark = pytest.mark.usefixtures("undrawn")

FEATURES = [[0.5], [1.5], [2.0], [3.1]]
TARGETS = [1.0, 0.0, 0.5, 2.0]

# ------------------------------------------------------------------ verdicts


@settings(max_examples=4)
@given(st.integers(0, 2**32 - 1))
def test_a_globally_trained_network_is_a_stationary_optimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = TrainingProblem(rng.integers(-3, 4, (5, 2)) + np.eye(5, 2), rng.integers(-3, 4, 5), beta="1/2")
    network = train(problem).network
    found = audit(problem, network)
    assert found.objective == network.exact_objective(problem)
    assert found.lower is not None
    assert found.lower <= found.upper <= found.objective
    assert found.excess is not None
    assert float(found.excess[1]) <= 1e-9 * (1 + float(found.objective))
    assert found.is_stationary
    assert found.imbalance < 1e-12
    assert (found.dead, found.escape) == ((), None)


@settings(max_examples=4)
@given(st.integers(0, 2**32 - 1))
def test_an_untrained_network_is_improved_by_what_the_audit_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = TrainingProblem(rng.normal(size=(6, 2)), 3 * rng.normal(size=6), beta="0.1")
    network = TwoLayerNetwork(rng.normal(size=(2, 2)), rng.normal(size=2))
    found = audit(problem, network)
    assert found.stationarity.standing is Standing.NOT
    assert found.excess is not None
    assert found.escape is not None
    assert 0 < found.escape.decrease <= found.excess[1]


def test_the_spurious_minimum_is_seen_through() -> None:
    found = audit(*spurious_minimum())
    assert found.stationarity.standing is Standing.STATIONARY
    assert found.escape is not None
    assert found.escape.decrease == Fraction(1, 2)
    text = str(found)
    for line in (
        "objective     6.5",
        "<= p* <=",
        "stationary (proven): directionally",
        "yes, exactly",
        "lowers the objective by 0.5",
    ):
        assert line in text


def test_dead_and_zero_neurons_are_told_apart() -> None:
    problem = TrainingProblem([[1], [2]], [2, 3], beta=1)
    found = audit(problem, RationalNetwork([[1], [-1], [0]], [1, 1, 0]))
    assert (found.dead, found.zero) == ((1,), (2,))
    assert "dead neurons  1; zero neurons 2" in str(found)


# ------------------------------------------------------------------ free biases, as other libraries train
# them


def biased(seed: int, width: int = 3, features: int = 2) -> BiasedNetwork:
    rng = np.random.default_rng(seed)
    return BiasedNetwork(
        rng.normal(size=(width, features)),
        rng.normal(size=width),
        rng.normal(size=width),
        float(rng.normal()),
    )


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_free_gradient_is_that_of_finite_differences(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y, network = rng.normal(size=(5, 2)), rng.normal(size=5), biased(seed)
    setting, exact = Setting.with_free_biases(TrainingProblem(X, y, beta="0.3")), network.rational()

    def objective(hidden: np.ndarray, biases: np.ndarray, output: np.ndarray, intercept: float) -> float:
        residual = BiasedNetwork(hidden, output, biases, intercept).predict(X) - y
        return 0.5 * float(residual @ residual) + 0.15 * float((hidden**2).sum() + (output**2).sum())

    start = [network.hidden, network.biases, network.output, np.array(network.intercept)]
    assert float(setting.objective(exact)) == pytest.approx(objective(*start), rel=1e-12)
    state = first_order(setting, exact)

    def slope(part: int, index: tuple[int, ...]) -> float:
        values = []
        for step in (1e-6, -1e-6):
            moved = [array.copy() for array in start]
            moved[part][index] += step
            values.append(objective(*moved))
        return (values[0] - values[1]) / 2e-6

    for j, neuron in enumerate(state.neurons):
        (gradient,) = neuron.subdifferential.gradients
        expected = [slope(0, (j, 0)), slope(0, (j, 1)), slope(1, (j,))]
        assert [float(g) for g in gradient] == pytest.approx(expected, abs=1e-5)
        assert float(*neuron.output_gradients) == pytest.approx(slope(2, (j,)), abs=1e-5)
    assert float(*state.intercept_gradients) == pytest.approx(slope(3, ()), abs=1e-5)


def test_free_biases_have_a_proven_interval_too() -> None:
    problem = TrainingProblem(FEATURES, TARGETS, beta="0.1")
    found = audit(problem, biased(0, features=1))
    assert found.lower is not None
    assert found.upper - found.lower <= Fraction(1, 10**9)
    constant = BiasedNetwork([[0.0]], [0.0], [0.0], float(np.mean(TARGETS)))
    assert found.lower <= Setting.with_free_biases(problem).objective(constant.rational())
    # One more penalised column can only be worse than free biases.
    penalised = TrainingProblem([[*row, 1] for row in FEATURES], TARGETS, beta="0.1")
    assert float(found.upper) < train(penalised).lower


def test_thousands_of_chambers_with_free_biases_are_bounded() -> None:
    rng = np.random.default_rng(0)
    problem = TrainingProblem(rng.normal(size=(60, 2)), rng.normal(size=60), beta="0.5")
    found = audit(problem, biased(1))
    assert found.certificate is not None and found.lower is not None
    assert found.certificate.relative_gap < 1e-10
    assert found.lower <= found.upper <= found.objective
    assert found.escape is not None and found.escape.decrease <= found.objective - found.lower


@pytest.mark.parametrize(("free", "loss"), [("biases", "squared"), ("biases+linear", "logistic")])
def test_free_biases_beyond_any_list_get_a_certificate_that_the_checker_accepts(free: str, loss: str) -> None:
    rng = np.random.default_rng(0)
    features, y = rng.integers(-9, 10, (60, 3)), rng.integers(-9, 10, 60)
    targets = y if loss == "squared" else np.where(y > 0, 1, -1)
    terms = {"beta": 54 if loss == "squared" else 18, "loss": loss}
    problem = TrainingProblem(np.c_[features, np.ones(60, int)], targets, free=free, **terms)
    assert chambers_at_most(problem.arrangement) > 50_000
    start = TwoLayerNetwork(np.ones((1, 4)), [1.0])
    found = audit(problem, start, effort=Effort(gap=0.01))
    assert found.certificate.method == "cover" and check(problem, found.certificate).proven
    assert found.certificate.relative_gap <= 0.01 and found.facts()["proven_by"] == "independent checker"
    # The linear model with an intercept is such a network too, and one of those with less that is free.
    if loss == "squared":
        line = np.linalg.lstsq(np.c_[features, np.ones(60)], targets, rcond=None)[0]
        rest = targets - np.c_[features, np.ones(60)] @ line
        assert float(found.lower) <= 0.5 * rest @ rest + 2 * 54 * np.linalg.norm(line[:3])
    shifted = replace(found.certificate, upper=found.certificate.lower, lower=found.certificate.upper)
    assert not check(problem, shifted).proven


def test_quadratic_functions_prove_with_free_biases_too() -> None:
    rng = np.random.default_rng(0)
    X = np.c_[rng.integers(-9, 10, (30, 4)), np.ones(30, int)]
    problem = TrainingProblem(X, rng.integers(-9, 10, 30), beta=900, free="biases")
    solution = train(problem, effort=Effort(gap=0.1))
    assert solution.relaxation is not None and solution.relative_gap <= 0.1


@pytest.fixture(scope="module")
def wide() -> tuple[np.ndarray, np.ndarray]:
    """Data with more chambers than the audit of any list would take here."""
    rng = np.random.default_rng(2)
    return rng.integers(-9, 10, (25, 5)), rng.integers(-9, 10, 25)


def test_directions_are_searched_where_chambers_are_too_many(wide: tuple[np.ndarray, np.ndarray]) -> None:
    problem = TrainingProblem(*wide, beta="70")
    near = train(problem, effort=Effort(gap=0.3))
    found = audit(problem, near.network, effort=Effort(gap=0.3), max_chambers=100)
    assert found.certificate is not None and check(problem, found.certificate).proven
    assert found.excess is not None and 0 < found.excess[1] <= found.objective * Fraction(3, 10)
    assert found.is_stationary


def test_a_search_that_may_not_begin_leaves_what_needs_none(wide: tuple[np.ndarray, np.ndarray]) -> None:
    problem = TrainingProblem(*wide, beta="70")
    found = audit(problem, TwoLayerNetwork(np.ones((1, 5)), [1.0]), effort=Effort(seconds=1e-9))
    assert found.certificate is not None and found.lower is not None and found.excess is not None
    assert 0 <= found.lower <= found.upper <= found.objective
    assert found.is_stationary is None and auditing.LATE in str(found)
    assert found.escape is not None
    assert found.escape.decrease <= found.excess[1]
    wide = found.certificate.relative_gap > enclosing.WIDE
    assert wide == ("a longer search (time, cones) narrows it" in str(found))


@pytest.mark.parametrize("seed", range(3))
def test_scikit_learns_loss_is_our_objective_over_n_with_beta_alpha(seed: int) -> None:
    neural_network = pytest.importorskip("sklearn.neural_network")
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(12, 2)), rng.normal(size=12)
    model = neural_network.MLPRegressor(
        hidden_layer_sizes=(4,), alpha=0.3, solver="lbfgs", max_iter=300, random_state=seed
    ).fit(X, y)
    network = from_sklearn(model)
    assert network.predict(X) == pytest.approx(model.predict(X))
    setting, exact = Setting.with_free_biases(TrainingProblem(X, y, beta=0.3)), network.rational()
    assert float(setting.objective(exact)) == pytest.approx(12 * model.loss_, rel=1e-9)
    assert audit(TrainingProblem(X, y, beta=0.3), model).objective == setting.objective(exact)


def test_scikit_learn_trained_to_the_end_is_nearly_stationary() -> None:
    neural_network = pytest.importorskip("sklearn.neural_network")
    X, y = np.array([[-1.0], [0.0], [1.0], [2.0]]), np.array([0.0, 1.0, 2.0, 3.0])
    model = neural_network.MLPRegressor(
        hidden_layer_sizes=(1,), alpha=0.1, solver="lbfgs", max_iter=20_000, tol=1e-15, random_state=3
    ).fit(X, y)
    found = audit(TrainingProblem(X, y, beta=0.1), model, epsilon=1e-3)
    # Wherever it ends, the wrong factor 1/n or 2 in beta is far from stationary; dead starts are none.
    if not found.dead:
        other = audit(TrainingProblem(X, y, beta=0.1 * 4), model, epsilon=1e-3)
        assert found.stationarity.relative_distance < 0.1 * other.stationarity.relative_distance


def fitted(samples: int, beta: float) -> tuple[TrainingProblem, Any]:
    neural_network = pytest.importorskip("sklearn.neural_network")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(samples, 2))
    y = np.sin(2 * X[:, 0]) * X[:, 1]
    model = neural_network.MLPRegressor(
        hidden_layer_sizes=(8,), alpha=beta, solver="lbfgs", max_iter=2000, random_state=0
    ).fit(X, y)
    return TrainingProblem(X, y, beta=beta), model


def test_a_fitted_regressor_of_scikit_learn_gets_its_proven_distance() -> None:
    problem, model = fitted(30, 0.3)
    found = audit(problem, model)
    assert found.certificate is not None and found.excess is not None and found.lower is not None
    stated = TrainingProblem(
        [[*row, 1] for row in problem.X.fractions], problem.y, problem.beta, free="biases"
    )
    assert check(stated, found.certificate).proven
    assert found.excess[1] - found.excess[0] <= Fraction(1, 10**9)
    assert found.lower <= found.objective
    assert float(found.objective) == pytest.approx(30 * model.loss_, rel=1e-9)
    assert found.escape is not None and found.escape.decrease <= found.excess[1]


@pytest.mark.slow
def test_a_fitted_regressor_on_a_hundred_samples() -> None:
    found = audit(*fitted(100, 0.3))
    assert found.certificate is not None and found.certificate.relative_gap < 1e-10
    assert found.excess is not None and found.excess[1] > 0


@pytest.mark.parametrize("free", ["intercept", "biases"])
def test_our_own_optimum_with_something_free_is_stationary(free: str) -> None:
    X = [[x, z, 1] for x, z in ((0, 1), (1, 1), (2, 0), (3, -1), (-1, 2))]
    problem = TrainingProblem(X, [1, -2, 0, 3, 1], "1/4", free=free)
    network = train(problem).network
    found = audit(problem, network)
    assert found.setting.intercept and (found.setting.free == ((2,) if free == "biases" else ()))
    assert found.objective == network.exact_objective(problem)
    assert found.excess is not None and float(found.excess[1]) < 1e-9
    assert found.is_stationary and found.escape is None
    worse = audit(problem, TwoLayerNetwork([[1.0, 0.0, 0.0]], [1.0]))
    assert worse.escape is not None and not worse.is_stationary


@pytest.mark.parametrize("free", ["linear", "intercept+linear", "biases+linear"])
def test_a_linear_skip_gets_its_distance_and_no_word_on_stationarity(free: str) -> None:
    X = [[x, 1] for x in (0, 1, 2, 3, -1)]
    problem = TrainingProblem(X, [1, -2, 0, 3, 1], "1/10", free=free)
    best = train(problem).network
    found = audit(problem, best)
    assert best.linear.any() and found.excess is not None
    assert found.objective == best.exact_objective(problem)
    assert 0 <= found.excess[0] <= found.excess[1] <= found.objective / 10**9
    assert (found.stationarity, found.is_stationary, found.imbalance, found.escape) == (None,) * 4
    assert "not judged: it has a linear skip" in str(found)
    facts = found.facts()
    assert facts["stationarity"] is None and "linear skip" in facts["not_judged"]
    worse = audit(problem, TwoLayerNetwork([[1.0, 0.0]], [1.0], linear=[1.0, 1.0]))
    assert worse.excess is not None and worse.excess[0] > 0
    assert worse.lower == found.lower


def test_a_skip_that_the_problem_does_not_leave_free_is_refused() -> None:
    with pytest.raises(InputError, match=r"has a linear skip, which the problem \(free='nothing'\) has not"):
        audit(TrainingProblem([[1]], [1], 1), TwoLayerNetwork([[1.0]], [1.0], linear=[1.0]))
    problem = TrainingProblem([[0, 1], [1, 1]], [1, 2], 1, free="linear")
    with pytest.raises(InputError, match="has free='linear' and no column of ones for the biases"):
        audit(problem, biased(0, features=2))
    with pytest.raises(InputError, match="kappa=-1"):
        audit(problem, TwoLayerNetwork([[1.0, 0.0]], [1.0], Fraction(-1)))


def test_a_feature_of_ones_beside_free_biases_is_left_out() -> None:
    problem = TrainingProblem([[*row, 1] for row in FEATURES], TARGETS, beta="0.1")
    network = biased(0, features=2)
    found = audit(problem, network)
    plain = audit(TrainingProblem(FEATURES, TARGETS, beta="0.1"), biased(0, features=1))
    assert found.lower == plain.lower


# ------------------------------------------------------------------ importers


def test_layers_come_in_the_same_from_every_library(tmp_path: Path) -> None:
    network = biased(5)
    ours, theirs = tmp_path / "ours.npz", tmp_path / "theirs.npz"
    np.savez(
        ours,
        hidden=network.hidden,
        output=network.output,
        hidden_bias=network.biases,
        output_bias=network.intercept,
    )
    np.savez(
        theirs,
        coefs_0=network.hidden.T,
        coefs_1=network.output[:, None],
        intercepts_0=network.biases,
        intercepts_1=[network.intercept],
    )
    state = {
        "net.0.weight": network.hidden,
        "net.0.bias": network.biases,
        "net.2.weight": network.output[None],
        "net.2.bias": np.array([network.intercept]),
    }
    model = SimpleNamespace(
        coefs_=[network.hidden.T, network.output[:, None]],
        intercepts_=[network.biases, np.array([network.intercept])],
        activation="relu",
    )
    for found in (
        read_network(ours)[0],
        read_network(theirs)[0],
        from_state_dict(state),
        from_sklearn(model),
    ):
        assert isinstance(found, BiasedNetwork)
        assert found.rational() == network.rational()


def test_without_biases_a_network_is_one_of_ours(tmp_path: Path) -> None:
    np.savez(tmp_path / "plain.npz", hidden=np.ones((2, 3)), output=np.ones(2))
    found, kappa = read_network(tmp_path / "plain.npz")
    assert isinstance(found, TwoLayerNetwork)
    assert kappa is None
    problem, network = global_minimum()
    rough = network.floats(problem.kappa, problem.d)
    rough.save(tmp_path / "net.json")
    assert RationalNetwork.of(read_network(tmp_path / "net.json")[0]) == network


def test_a_torch_file_is_read_with_weights_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"")
    seen: dict[str, Any] = {}

    class Tensor:
        def __init__(self, values: Any) -> None:
            self.values = np.array(values)

        def detach(self) -> Tensor:
            return self

        def cpu(self) -> Tensor:
            return self

        def numpy(self) -> np.ndarray:
            return self.values

    def load(file: Path, **options: Any) -> dict[str, Tensor]:
        seen.update(options)
        return {"0.weight": Tensor([[1.0, 2.0]]), "0.bias": Tensor([0.5]), "2.weight": Tensor([[3.0]])}

    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(load=load))
    found, _ = read_network(path)
    assert seen["weights_only"] is True
    assert isinstance(found, BiasedNetwork)
    assert (found.biases.tolist(), found.intercept) == ([0.5], 0.0)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(load=lambda *a, **k: [1]))
    with pytest.raises(InputError, match=r"holds a list; save model.state_dict\(\)"):
        read_network(path)


def test_a_torch_file_by_torch_itself(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU(), torch.nn.Linear(3, 1)).double()
    torch.save(model.state_dict(), tmp_path / "model.pt")
    found, _ = read_network(tmp_path / "model.pt")
    X = np.random.default_rng(0).normal(size=(4, 2))
    assert found.predict(X) == pytest.approx(model(torch.tensor(X)).detach().numpy()[:, 0])


def test_without_torch_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"convex-landscape\[torch\]"):
        read_network(tmp_path / "model.pt")


TWO = {"0.weight": np.ones((3, 2)), "2.weight": np.ones((1, 3))}
BAD_NETWORKS: dict[str, tuple[Callable[[], Any], str]] = {
    "one layer": (
        lambda: from_state_dict({"0.weight": np.ones((1, 2))}),
        "1 layers of weights; give a network with two",
    ),
    "three layers": (
        lambda: from_state_dict({**TWO, "4.weight": np.ones((1, 1))}),
        "3 layers of weights; give a network with two",
    ),
    "convolution": (
        lambda: from_state_dict({**TWO, "conv.kernel": np.ones((3, 3, 3))}),
        "'conv.kernel', which no linear layer has",
    ),
    "outputs": (
        lambda: audit(both_signs()[0], {"0.weight": np.ones((3, 2)), "2.weight": np.ones((2, 3))}),
        "the network has 2 outputs, and the problem one; give a problem of as many",
    ),
    "shapes": (
        lambda: from_state_dict({"0.weight": np.ones((3, 2)), "2.weight": np.ones((1, 4))}),
        r"shapes \(3, 2\) and \(1, 4\)",
    ),
    "bias count": (
        lambda: from_state_dict({**TWO, "0.bias": np.ones(2)}),
        r"biases has shape \(2,\) but there are 3 neurons",
    ),
    "not fitted": (
        lambda: from_sklearn(SimpleNamespace()),
        "has no coefs_; fit an MLPRegressor or an MLPClassifier first",
    ),
    "activation": (
        lambda: from_sklearn(SimpleNamespace(coefs_=[], intercepts_=[], activation="tanh")),
        "activation is 'tanh'; only 'relu' has a convex program",
    ),
    "loss": (
        lambda: from_sklearn(SimpleNamespace(coefs_=[], intercepts_=[], loss="poisson")),
        "loss is 'poisson'; 'squared_error' and 'log_loss' are audited",
    ),
    "not finite": (
        lambda: BiasedNetwork([[1.0]], [1.0], [np.nan]),
        r"biases\[0\] is nan; give finite numbers",
    ),
    "kind": (lambda: audit(spurious_minimum()[0], 3), "network is of type int; give a TwoLayerNetwork"),
    "width": (
        lambda: audit(both_signs()[0], TwoLayerNetwork([[1.0]], [1.0])),
        "takes 1 input but the data has 2 columns",
    ),
    "slope": (
        lambda: audit(both_signs()[0], TwoLayerNetwork([[1.0, 0.0]], [1.0], Fraction(-1))),
        "network's activation has kappa=-1, the problem's kappa=0",
    ),
    "objective": (
        lambda: audit(both_signs()[0], TwoLayerNetwork([[1e300, 0.0]], [1.0])),
        r"the network's objective is \S+e\+\d+, beyond the range of floats; was the training stable",
    ),
    "epsilon": (
        lambda: audit(both_signs()[0], TwoLayerNetwork([[1.0, 0.0]], [1.0]), epsilon=float("nan")),
        "epsilon is nan; give a finite number >= 0",
    ),
}


@pytest.mark.parametrize("name", BAD_NETWORKS)
def test_a_network_that_cannot_be_audited_is_refused_with_the_remedy(name: str) -> None:
    make, text = BAD_NETWORKS[name]
    with pytest.raises(InputError, match=text):
        make()


@pytest.mark.parametrize("name", ["model.pkl", "model.joblib", "model.npz", "model.json"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"is none of \.json, \.npz, \.pt, \.pth|cannot be read"):
        read_network(tmp_path / name)


def test_archives_are_never_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "objects.npz"
    np.savez(path, hidden=np.array([object()], dtype=object), output=np.ones(1))
    with pytest.raises(InputError, match=r"is not an .npz archive of numbers; save one with numpy.savez"):
        read_network(path)
    np.savez(path, weights=np.ones(1))
    with pytest.raises(InputError, match="holds weights; give hidden and output"):
        read_network(path)


# ------------------------------------------------------------------ the command


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Run the command in a folder with one small table and three networks."""
    monkeypatch.chdir(tmp_path)
    Path("small.csv").write_text("x,y\n0.5,1\n1.5,0\n2,0.5\n3.1,2\n")
    network = biased(2, features=1)
    np.savez(
        "free.npz", hidden=network.hidden, output=network.output, hidden_bias=network.biases, output_bias=0.5
    )
    np.savez("column.npz", hidden=network.hidden, output=network.output, hidden_bias=network.biases)
    TwoLayerNetwork([[1.0, 0.5]], [1.0]).save("ones.json")

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["audit", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


TABLE = ("--data", "small.csv", "--target", "y", "--beta", "1/3")


def test_the_command_prints_the_verdict_and_the_same_as_json(run: Callable[..., Any]) -> None:
    code, out, err = run("ones.json", *TABLE)
    assert (code, err) == (0, "")
    assert "not stationary" in out
    facts = json.loads(run("ones.json", *TABLE, "--json")[1])
    assert facts["stationarity"] == "not stationary"
    # One neuron on four samples, by hand: f = x + 1/2.
    expected = (
        sum(
            (Fraction(x) + Fraction(1, 2) - Fraction(y)) ** 2
            for x, y in (("0.5", "1"), ("1.5", "0"), ("2", "0.5"), ("3.1", "2"))
        )
        / 2
    )
    assert Fraction(facts["objective"]) == expected + Fraction(1, 6) * (1 + Fraction(1, 4) + 1)
    assert Fraction(facts["lower"]) <= Fraction(facts["upper"]) <= Fraction(facts["objective"])


@pytest.mark.parametrize(
    ("network", "gap", "standing", "code"),
    [
        ("optimal.json", "1e-6", "proven", 0),
        ("optimal.json", "0", "open", 1),  # its objective is not the bound, which is rational
        ("ones.json", "0.01", "refuted", 1),
        ("ones.json", "0.999", "proven", 0),
    ],
)
def test_a_claimed_gap_decides_the_exit_code(
    run: Callable[..., Any], network: str, gap: str, standing: str, code: int
) -> None:
    problem = TrainingProblem([["0.5", 1], ["1.5", 1], [2, 1], ["3.1", 1]], [1, 0, "0.5", 2], "1/3")
    train(problem).network.save("optimal.json")
    found = run(network, *TABLE, "--gap", gap)
    assert found[0] == code
    assert found[1].splitlines()[-1].endswith(standing.upper())
    facts = json.loads(run(network, *TABLE, "--gap", gap, "--json")[1])
    assert (facts["gap"], facts["claim"]) == (float(gap), standing)


def test_the_command_tells_free_biases_from_penalised_ones(run: Callable[..., Any]) -> None:
    free = json.loads(run("free.npz", *TABLE, "--json")[1])
    assert free["free_biases"] is True
    column = json.loads(run("column.npz", *TABLE, "--bias", "column", "--json")[1])
    assert column["free_biases"] is False
    assert Fraction(column["lower"]) > Fraction(free["lower"])


@pytest.mark.parametrize("free", ["intercept", "linear", "biases", "intercept+linear"])
def test_what_certify_leaves_free_is_audited_as_it_wrote_it(run: Callable[..., Any], free: str) -> None:
    assert main(["certify", "small.csv", "--target", "y", "--beta", "1/3", "--free", free, "--json"]) == 0
    asked = ("--free", free) if "biases" in free else ()
    code, out, err = run("convex-landscape-output/network.json", *TABLE, *asked, "--gap", "1e-9", "--json")
    assert (code, err) == (0, "")
    written, facts = map(json.loads, out.splitlines())
    assert facts["claim"] == "proven" and facts["objective"] == written["upper"]
    assert (facts["stationarity"] is None) == ("linear" in free)


@pytest.mark.parametrize(
    ("network", "words", "text"),
    [
        (
            "three.json",
            ("--free", "biases"),
            "takes 'one', '1st': judge one that was trained with one of them",
        ),
        ("ones.json", ("--features", "x,one", "--free", "biases"), None),  # one of them alone
        ("three.json", ("--features", "x,one", "--free", "biases"), "takes 'one', '(ones)': judge one"),
        (
            "two.json",
            ("--features", "x,z", "--free", "biases"),
            "the network takes none: leave biases out of",
        ),
        (
            "two.npz",
            ("--features", "z,1st", "--bias", "free", "--loss", "l1"),
            "a column of ones ('1st') beside",
        ),
    ],
)
def test_columns_of_ones_are_named_where_biases_are_free(
    run: Callable[..., Any], network: str, words: tuple[str, ...], text: str | None
) -> None:
    Path("flat.csv").write_text("x,one,1st,z,y\n1,1,1.0,2,2\n3,1,1,0,0\n")
    TwoLayerNetwork([[1.0, 0.5]], [1.0]).save("two.json")
    TwoLayerNetwork([[1.0, 0.5, 0.5]], [1.0]).save("three.json")
    np.savez("two.npz", hidden=[[1.0, 0.5]], output=[1.0], hidden_bias=[1.0])
    features = () if "--features" in words else ("--features", "x,one,1st")
    table = ("--data", "flat.csv", "--target", "y", "--beta", "1/3")
    code, _, err = run(network, *table, *features, *words)
    assert code == (0 if text is None else 2) and (text or "") in err


BAD_COMMANDS = {
    ("ones.json", "--data", "small.csv", "--target", "y"): "--beta is missing",
    ("ones.json", "--target", "y", "--beta", "1"): "--data is missing",
    (
        "ones.json",
        "--data",
        "small.csv",
        "--beta",
        "1",
    ): "--target is missing: which column is predicted? small.csv has 'x', 'y'",
    ("ones.json", *TABLE, "--bias", "none"): "takes 2 inputs but the data has 1 column;",
    ("ones.json", *TABLE, "--bias", "free"): "the network has no biases to be free",
    ("ones.json", *TABLE, "--activation", "abs"): "network's activation has kappa=0, the problem's kappa=-1",
    ("ones.json", *TABLE[:-1], "-1"): "--beta",
    ("free.npz", *TABLE, "--bias", "none"): "with --bias none the problem has none",
    ("free.npz", *TABLE, "--free", "linear"): "here --bias says what is free",
    ("ones.json", *TABLE, "--gap", "nan"): "--gap is 'nan'; give a finite number >= 0 and < 1",
    ("ones.json", *TABLE, "--epsilon", "inf"): "--epsilon is inf; give a finite number >= 0",
    ("ones.json", *TABLE, "--gap", "1"): "--gap is '1'; give a finite number >= 0 and < 1",
    ("ones.json", *TABLE, "--epsilon", "-1e9"): "--epsilon is -1000000000.0; give a finite number >= 0",
    ("ones.json", *TABLE, "--free", "spam"): "free='spam' is unknown",
    ("nowhere.json", *TABLE): "nowhere.json cannot be read",
}


@pytest.mark.parametrize("words", BAD_COMMANDS)
def test_the_command_refuses_with_the_remedy(run: Callable[..., Any], words: tuple[str, ...]) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert BAD_COMMANDS[words] in err
