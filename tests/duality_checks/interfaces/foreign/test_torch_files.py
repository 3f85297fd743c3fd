"""PyTorch by itself: state dicts of every kind that training leaves, and files that must not be opened."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork, audit, from_state_dict, read_network
from duality_checks.cli import main
from duality_checks.interfaces.foreign.networks import BiasedNetwork
from hyperplane_arrangements.errors import InputError

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Detected pickle protocol")

X = np.random.default_rng(0).normal(size=(5, 2))


def model(hidden_bias: bool = True, output_bias: bool = True) -> Any:
    torch.manual_seed(1)
    first, last = torch.nn.Linear(2, 3, bias=hidden_bias), torch.nn.Linear(3, 1, bias=output_bias)
    return torch.nn.Sequential(first, torch.nn.ReLU(), last).double()


def outputs(network: Any) -> np.ndarray:
    """What PyTorch says."""
    return network(torch.tensor(X)).detach().numpy()[:, 0]


class Named(torch.nn.Module):  # type: ignore[name-defined, misc]
    """Layers by name, one inside another module."""

    def __init__(self) -> None:
        super().__init__()
        self.body = torch.nn.ModuleDict({"inner": torch.nn.Linear(2, 3)})
        self.head = torch.nn.Linear(3, 1)

    def forward(self, rows: Any) -> Any:
        return self.head(torch.relu(self.body["inner"](rows)))


@pytest.mark.parametrize("biases", [(True, True), (True, False), (False, True)])
def test_a_saved_state_dict_predicts_as_torch_does(tmp_path: Path, biases: tuple[bool, bool]) -> None:
    torch.save(model(*biases).state_dict(), tmp_path / "model.pt")
    found, slope = read_network(tmp_path / "model.pt")
    assert isinstance(found, BiasedNetwork)
    assert slope is None
    assert found.predict(X) == pytest.approx(outputs(model(*biases)))


def test_without_biases_it_is_one_of_ours(tmp_path: Path) -> None:
    torch.save(model(False, False).state_dict(), tmp_path / "model.pth")
    found, _ = read_network(tmp_path / "model.pth")
    assert isinstance(found, TwoLayerNetwork)
    before = np.maximum(X @ found.hidden.T, 0)
    assert before @ found.output == pytest.approx(outputs(model(False, False)))


def test_nested_names_and_a_state_dict_in_memory() -> None:
    network = Named().double()
    assert from_state_dict(network.state_dict()).predict(X) == pytest.approx(outputs(network))


def test_weights_that_still_require_gradients() -> None:
    network = model()
    assert from_state_dict(dict(network.named_parameters())).predict(X) == pytest.approx(outputs(network))


@pytest.mark.parametrize("kind", ["float32", "float16", "bfloat16"])
def test_short_floats_are_taken_literally(kind: str) -> None:
    network = model().to(getattr(torch, kind))
    found = from_state_dict(network.state_dict())
    exact = network[0].weight.detach().to(torch.float64).numpy()
    assert (found.hidden == exact).all()


def test_torch_trains_it_and_we_audit_it(tmp_path: Path) -> None:
    rows, y, beta = torch.tensor(X), torch.tensor([1.0, 0.0, 2.0, -1.0, 0.5]).double(), 0.5
    network = model()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01)

    def loss() -> Any:
        weights = network[0].weight, network[2].weight
        decay = sum((w**2).sum() for w in weights)
        return 0.5 * ((network(rows)[:, 0] - y) ** 2).sum() + beta / 2 * decay

    for _ in range(600):
        optimiser.zero_grad()
        loss().backward()
        optimiser.step()
    torch.save(network.state_dict(), tmp_path / "trained.pt")
    problem = TrainingProblem(X, y.tolist(), beta)
    found = audit(problem, read_network(tmp_path / "trained.pt")[0])
    assert float(found.objective) == pytest.approx(float(loss().detach()))
    assert found.lower <= found.objective


# ------------------------------------------------------------------ files that must not be opened


class Trap:
    """Runs code when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.write_text, (self.target, "sprung")


def test_the_trap_would_spring(tmp_path: Path) -> None:
    """Without this the next test would prove nothing."""
    torch.save({"0.weight": Trap(tmp_path / "sprung")}, tmp_path / "model.pt")
    torch.load(tmp_path / "model.pt", weights_only=False)
    assert (tmp_path / "sprung").exists()


@pytest.mark.parametrize("save", ["torch", "legacy", "pickle"])
def test_a_malicious_file_is_refused_and_runs_nothing(tmp_path: Path, save: str) -> None:
    path, state = tmp_path / "model.pt", {"0.weight": Trap(tmp_path / "sprung")}
    if save == "pickle":
        path.write_bytes(pickle.dumps(state))
    else:
        torch.save(state, path, _use_new_zipfile_serialization=save == "torch")
    with pytest.raises(InputError, match=r"is not a file of weights alone .*save model.state_dict\(\)"):
        read_network(path)
    assert not (tmp_path / "sprung").exists()


def test_a_whole_module_is_refused_with_the_remedy(tmp_path: Path) -> None:
    torch.save(model(), tmp_path / "model.pt")
    with pytest.raises(InputError, match=r"is not a file of weights alone .*save model.state_dict\(\)"):
        read_network(tmp_path / "model.pt")


def test_files_that_are_no_state_dict_are_refused(tmp_path: Path) -> None:
    torch.save(torch.ones(3), tmp_path / "tensor.pt")
    with pytest.raises(InputError, match=r"holds a Tensor; save model.state_dict\(\)"):
        read_network(tmp_path / "tensor.pt")
    (tmp_path / "half.pt").write_bytes((tmp_path / "tensor.pt").read_bytes()[:200])
    with pytest.raises(InputError, match="is not a file of weights alone"):
        read_network(tmp_path / "half.pt")
    with pytest.raises(InputError, match="cannot be read"):
        read_network(tmp_path / "nowhere.pt")


def test_a_checkpoint_of_an_unknown_shape_names_the_part_to_save(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "student": model().state_dict()}, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match=r"holds 'student', which is no tensor; .* the state_dict alone"):
        read_network(tmp_path / "checkpoint.pt")


def test_other_architectures_are_refused() -> None:
    deep = torch.nn.Sequential(*(torch.nn.Linear(2, 2) for _ in range(3)))
    with pytest.raises(InputError, match="3 layers of weights"):
        from_state_dict(deep.state_dict())
    normed = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.LayerNorm(3), torch.nn.Linear(3, 1))
    with pytest.raises(InputError, match=r"'1.bias', '1.weight', which no linear layer has"):
        from_state_dict(normed.state_dict())


# ------------------------------------------------------------------ as its users train


ROWS = [[-3.0, 1.0], [-2.0, 0.0], [-2.5, 2.0], [2.0, 1.0], [3.0, 0.5]]
SEEN = [0.5, 0.0, 0.25, 2.0, 3.0]


@pytest.fixture(scope="module")
def trained() -> Any:
    """A network trained with MSELoss() and the weight_decay of SGD, which decays the biases too."""
    rows, y, network = torch.tensor(ROWS).double(), torch.tensor(SEEN).double(), model()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9, weight_decay=0.1)
    for _ in range(1500):
        optimiser.zero_grad()
        torch.nn.MSELoss()(network(rows)[:, 0], y).backward()
        optimiser.step()
    return network


def test_weight_decay_is_judged_on_the_objective_that_it_belongs_to(trained: Any) -> None:
    """n/2 times the mean square and the decay: beta = n wd / 2. An optimum there, on no other objective."""
    problem, state = TrainingProblem(ROWS, SEEN, Fraction(5, 2) / 10), trained.state_dict()
    found = audit(problem, state)
    squares = torch.nn.MSELoss()(trained(torch.tensor(ROWS).double())[:, 0], torch.tensor(SEEN)).item()
    size = sum((p**2).sum().item() for p in trained.parameters())
    assert float(found.objective) == pytest.approx(5 / 2 * (squares + 0.1 * size / 2), rel=1e-6)
    assert found.is_stationary and found.excess is not None and found.excess[1] < Fraction(1, 10**9)
    for other in (
        audit(problem, state, biases="free", epsilon=1e-3),
        audit(problem, state, biases="column", epsilon=1e-3),
        audit(problem.with_beta("1/2"), state, epsilon=1e-3),
    ):
        assert not other.is_stationary


def test_the_command_takes_pytorchs_own_words(
    trained: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "\n".join(f"{a},{b},{y}" for (a, b), y in zip(ROWS, SEEN, strict=True))
    Path("data.csv").write_text(f"u,v,y\n{rows}\n")
    torch.save({"epoch": 9, "model_state_dict": trained.state_dict()}, "model.pt")
    words = ("audit", "model.pt", "--data", "data.csv", "--target", "y", "--weight-decay", "0.1")
    assert main([*words]) == 0
    out = capsys.readouterr().out
    for line in (
        "judged on     squared loss, beta = 0.25; all weights and biases decay, the output's too",
        "note          judged as ReLU: the file does not say its activation",
        "note          the weights under 'model_state_dict' were taken",
        "stationary    epsilon-stationary",
    ):
        assert line in out, out
    assert main([*words, "--bias", "column", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["free"], facts["stationarity"]) == ("intercept", "not stationary")


def test_lightning_checkpoints_are_read(tmp_path: Path) -> None:
    state = {f"net.{name}": value for name, value in model().state_dict().items()}
    torch.save({"pytorch-lightning_version": "2.0", "state_dict": state, "loops": {}}, tmp_path / "a.ckpt")
    found, _ = read_network(tmp_path / "a.ckpt")
    assert isinstance(found, BiasedNetwork)
    assert found.predict(X) == pytest.approx(outputs(model()))


def test_batch_norm_and_weight_norm_are_folded_as_torch_evaluates_them() -> None:
    torch.manual_seed(2)
    norm = torch.nn.utils.parametrizations.weight_norm
    network = torch.nn.Sequential(
        norm(torch.nn.Linear(2, 3)), torch.nn.BatchNorm1d(3), torch.nn.ReLU(), torch.nn.Linear(3, 1)
    ).double()
    for _ in range(3):
        network(torch.tensor(X))
    network.eval()
    found = from_state_dict(network.state_dict())
    assert isinstance(found, BiasedNetwork)
    assert found.predict(X) == pytest.approx(outputs(network))


def test_a_module_says_its_activation() -> None:
    problem = TrainingProblem(X, [1, 0, 2, -1, 0.5], "0.1", "leaky:1/100")
    leaky = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.LeakyReLU(), torch.nn.Linear(3, 1)).double()
    found = audit(problem, leaky)
    squares = float(((leaky(torch.tensor(X))[:, 0].detach().numpy() - problem.target) ** 2).sum())
    size = sum((p**2).sum().item() for p in leaky.parameters())
    assert float(found.objective) == pytest.approx(squares / 2 + 0.05 * size, rel=1e-9)
    with pytest.raises(InputError, match="network's activation has kappa=0, the problem's kappa=1/100"):
        audit(problem, model())
    smooth = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.GELU(), torch.nn.Linear(3, 1))
    with pytest.raises(InputError, match="has the activation GELU; only ReLU"):
        audit(problem, smooth)
    said = audit(TrainingProblem(X, [1, 0, 2, -1, 0.5], "0.1"), Named().double())
    assert "judged as ReLU: the modules do not say their activation" in str(said)


def test_a_torchscript_program_is_refused_without_a_librarys_warning(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = tmp_path / "model.pt"
    torch.jit.trace(model(), torch.tensor(X)).save(str(path))
    recwarn.clear()
    with pytest.raises(InputError, match=r"is a TorchScript program; save model.state_dict\(\)") as refusal:
        read_network(path)
    assert "site-packages" not in str(refusal.value) and not recwarn.list
