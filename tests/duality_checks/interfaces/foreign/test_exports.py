"""Networks in PyTorch and ONNX, run by those libraries, against our own predictions."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks import TwoLayerNetwork
from duality_checks.cli import main
from duality_checks.data.preparation import Input, Output, Preparation
from duality_checks.data.tables import parse_csv
from duality_checks.interfaces.foreign import exports
from duality_checks.interfaces.foreign.exports import Layers, layers_of, onnx_file, torch_file
from duality_checks.networks.prepared import PreparedNetwork
from hyperplane_arrangements.errors import InputError, MissingExtraError

pytestmark = pytest.mark.usefixtures("undrawn")

INPUTS = (Input("year", Fraction(2000), Fraction(1, 7)), Input("town", label="a"), Input("town", label="b"))
TABLE = parse_csv("year,town\n1999.5,a\n2003,b\n1987,a\n2020.25,b\n", "memory")
RAW = np.array([[1999.5, 1, 0], [2003, 0, 1], [1987, 1, 0], [2020.25, 0, 1]])
HIDDEN = np.array([[1.5, -0.5, 0.25, 0.125], [-2.0, 1.0, 0.5, -1.0], [0.3, 0.1, -0.7, 0.2]])


def one(kappa: str, linear: Any = None, hidden: Any = HIDDEN, output: Any = (1.0, -0.75, 0.3)) -> Any:
    network = TwoLayerNetwork(hidden, output, Fraction(kappa), 0.625, linear)
    return PreparedNetwork(network, Preparation(INPUTS, True, (Output("y", ("no", "yes")),)))


NETWORKS = {
    "relu": one("0"),
    "leaky": one("1/10"),
    "rising": one("-1/2"),
    "skip": one("0", [0.5, -1.0, 0.25, 2.0]),
    "leaky skip": one("1/4", [0.5, -1.0, 0.25, 2.0]),
    "no neuron": one("0", None, np.zeros((0, 4)), []),
    "two outputs": PreparedNetwork(
        TwoLayerNetwork(
            HIDDEN, np.array([[1.0, -0.5], [0.0, 2.0], [0.7, 0.1]]), Fraction(0), np.array([1.0, -2.0])
        ),
        Preparation(INPUTS, True, (Output("y"), Output("z"))),
    ),
}
ALL = {**NETWORKS, "abs": one("-1")}


def close(found: Any, prepared: PreparedNetwork) -> None:
    expected = prepared.predict(TABLE)
    assert found.dtype == np.float64 and found.shape == expected.shape
    # Folded shifts cancel numbers near 2000/7: a few of their roundings.
    assert np.allclose(found, expected, rtol=0, atol=1e-12 * max(1.0, np.abs(expected).max()))


def run_in_torch(layers: Layers, content: bytes) -> Any:
    torch = pytest.importorskip("torch")
    m, d = layers.hidden.shape
    phi = torch.nn.LeakyReLU(float(layers.kappa)) if layers.kappa else torch.nn.ReLU()
    model = torch.nn.Sequential(torch.nn.Linear(d, m), phi, torch.nn.Linear(m, len(layers.outputs))).double()
    model.load_state_dict(torch.load(io.BytesIO(content), weights_only=True))
    with torch.no_grad():
        return model(torch.tensor(RAW)).numpy()


@pytest.mark.parametrize("name", NETWORKS)
def test_pytorch_has_the_same_outputs(name: str) -> None:
    pytest.importorskip("torch")
    layers = layers_of(NETWORKS[name])
    close(run_in_torch(layers, torch_file(layers)), NETWORKS[name])


@pytest.mark.parametrize("name", ALL)
def test_onnx_has_the_same_outputs(name: str) -> None:
    reference = pytest.importorskip("onnx.reference")
    content = onnx_file(layers_of(ALL[name]))
    (found,) = reference.ReferenceEvaluator(content).run(None, {"features": RAW})
    close(found, ALL[name])


@pytest.mark.parametrize("name", ALL)
def test_the_runtime_of_onnx_has_the_same_outputs(name: str) -> None:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(onnx_file(layers_of(ALL[name])), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"features": RAW})
    close(found, ALL[name])


def test_onnx_names_the_columns() -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(onnx_file(layers_of(NETWORKS["relu"])))
    facts = {prop.key: json.loads(prop.value) for prop in model.metadata_props}
    assert facts == {
        "features": ["year", "town=a", "town=b"],
        "predictions": ["y"],
        "labels": [["no", "yes"]],
    }


def test_a_skip_beside_the_absolute_value_is_refused() -> None:
    with pytest.raises(InputError, match="linear skip beside the absolute value"):
        layers_of(one("-1", [0.5, -1.0, 0.25, 2.0]))


def test_a_network_without_a_preparation_has_numbered_columns() -> None:
    layers = layers_of(PreparedNetwork(TwoLayerNetwork([[1.0, 2.0]], [3.0]), None))
    assert layers.inputs == ("1", "2") and not layers.biases.any() and layers.hidden.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(("kind", "write"), [("torch", torch_file), ("onnx", onnx_file)])
def test_a_missing_library_is_named(kind: str, write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(exports, "import_module", gone)
    with pytest.raises(MissingExtraError, match=rf"pip install convex-landscape\[{kind}\]"):
        write(layers_of(NETWORKS["relu"]))


def test_the_verb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    pytest.importorskip("onnx")
    monkeypatch.chdir(tmp_path)
    Path("network.json").write_text(NETWORKS["relu"].to_json())
    assert main(["export", "--onnx", "network.json", "--output", "y.onnx"]) == 0
    said = capsys.readouterr().out
    assert "takes     year, town=a, town=b, as the table has them (0 or 1 for labels)" in said
    assert Path("y.onnx").read_bytes() == onnx_file(layers_of(NETWORKS["relu"]))
    assert main(["export", "--onnx", "network.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == "network.onnx"
    for words, message in [
        (["--onnx"], "--onnx takes NETWORK.json, and 0 files are given"),
        (["network.json"], "say what to write: --coq, --torch or --onnx"),
        (["--coq", "network.json"], "--coq takes PROBLEM.json and CERTIFICATE.json, and 1 files are given"),
        (["--onnx", "network.json", "--compile"], "--compile is for --coq"),
        (["--torch", "gone.json"], "gone.json cannot be read"),
    ]:
        assert main(["export", *words]) == 2
        assert message in capsys.readouterr().err


def test_what_torch_wrote_is_audited_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """There and back: the state_dict of a plain network is judged as the network itself is."""
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("x,y\n0.5,1\n1.5,0\n2,0.5\n3.1,2\n")
    words = ["--target", "y", "--beta", "1/4"]
    assert main(["certify", "data.csv", *words, "--output", "out"]) == 0
    assert main(["export", "--torch", "out/network.json"]) == 0
    capsys.readouterr()
    assert main(["audit", "network.pt", "--data", "data.csv", *words, "--bias", "column", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["objective"] == json.loads(Path("out/certificate.json").read_text())["upper"]
