"""Networks for other libraries: a PyTorch state_dict, or an ONNX model, of the columns as a table has them.

Shifts, scales and the column of ones go into the first layer, so that both take the raw numbers, and a column
of 0 and 1 for each label. All numbers stay doubles; outputs agree to their rounding.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError, MissingExtraError
from hyperplane_arrangements.exact.rational import dot

from ...data.preparation import Input, Output
from ...networks.gated import GatedNetwork
from ...networks.prepared import PreparedNetwork

# Old enough for every runtime of these years; all that is used is older still.
OPSET, IR_VERSION = 13, 8


@dataclass(frozen=True, eq=False, slots=True)
class Layers:
    """``phi(X W' + b) V' + c``: two linear layers of raw columns.

    Attributes:
        hidden: W, m x d.
        biases: b, length m.
        output: V, k x m.
        intercepts: c, length k.
        kappa: the slope of phi below 0.
        inputs: the names of the columns.
        outputs: what is predicted.
        has_labels: whether some of the columns are 0 and 1 for labels.
    """

    hidden: np.ndarray
    biases: np.ndarray
    output: np.ndarray
    intercepts: np.ndarray
    kappa: Fraction
    inputs: tuple[str, ...]
    outputs: tuple[Output, ...]
    has_labels: bool

    @property
    def activation(self) -> str:
        """What PyTorch calls phi."""
        named = {Fraction(0): "torch.nn.ReLU()", Fraction(-1): "torch.abs"}
        return named.get(self.kappa, f"torch.nn.LeakyReLU({float(self.kappa)!r})")


def layers_of(prepared: PreparedNetwork) -> Layers:
    """The layers of a network, its preparation folded into the first.

    A linear skip is two neurons more: ``phi(t) - phi(-t) = (1 + kappa) t``.

    Raises:
        InputError: a linear skip beside the absolute value, which is no difference of its neurons; a
            convolution, or gates.

    Example:
        >>> from ...data.preparation import Preparation
        >>> from ...networks.two_layer import TwoLayerNetwork
        >>> made = Preparation((Input("x", Fraction(3), Fraction(2)),), True, (Output("y"),))
        >>> layers = layers_of(PreparedNetwork(TwoLayerNetwork([[1.0, 5.0]], [2.0]), made))
        >>> layers.hidden.tolist(), layers.biases.tolist()  # 2 (x - 3) + 5
        ([[2.0]], [-1.0])
    """
    network = prepared.network
    if isinstance(network, GatedNetwork):
        raise InputError("the network is gated; networks of two linear layers are exported")
    if prepared.preparation is not None and prepared.preparation.window is not None:
        raise InputError("the network is a convolution; networks of two linear layers are exported")
    hidden = [list(map(Fraction, row)) for row in network.hidden.tolist()]
    output, linear = network.outgoing.T, network.linear.reshape(-1, network.count).T
    for k in np.flatnonzero(linear.any(axis=1)):
        if network.kappa == -1:
            raise InputError(
                "the network has a linear skip beside the absolute value; two layers cannot hold both, so "
                "train without the skip"
            )
        skip, share = list(map(Fraction, linear[k].tolist())), float(1 / (1 + network.kappa))
        hidden += [skip, [-weight for weight in skip]]
        output = np.column_stack([output, np.outer(np.arange(network.count) == k, [share, -share])])
    if not hidden:
        hidden, output = [[Fraction(0)] * network.hidden.shape[1]], np.zeros((len(output), 1))
    inputs, ones, outputs = _stated(prepared)
    weights = [[w * one.scale for w, one in zip(row, inputs, strict=False)] for row in hidden]
    biases = [
        (row[-1] if ones else 0) - dot(new, [one.shift for one in inputs])
        for row, new in zip(hidden, weights, strict=True)
    ]
    return Layers(
        np.array([[float(w) for w in row] for row in weights]),
        np.array([float(b) for b in biases]),
        np.array(output),
        np.atleast_1d(network.intercept),
        network.kappa,
        tuple(one.name for one in inputs),
        outputs,
        any(one.label is not None for one in inputs),
    )


def _stated(prepared: PreparedNetwork) -> tuple[tuple[Input, ...], bool, tuple[Output, ...]]:
    """Inputs, whether a column of ones follows, and outputs; by numbers where nothing is said of tables."""
    if prepared.preparation is not None:
        return prepared.preparation.inputs, prepared.preparation.ones, prepared.preparation.outputs
    inputs = tuple(Input(str(place + 1)) for place in range(prepared.network.hidden.shape[1]))
    outputs = tuple(Output(f"output {place + 1}") for place in range(prepared.count))
    return inputs, False, outputs


def torch_file(layers: Layers) -> bytes:
    """The state_dict of ``Sequential(Linear(d, m), phi, Linear(m, k)).double()``, as torch.save writes it.

    Raises:
        MissingExtraError: no PyTorch.
    """
    torch = _library("torch", "PyTorch", "torch")
    parts = {
        "0.weight": layers.hidden,
        "0.bias": layers.biases,
        "2.weight": layers.output,
        "2.bias": layers.intercepts,
    }
    file = io.BytesIO()
    torch.save({name: torch.from_numpy(np.array(part)) for name, part in parts.items()}, file)
    return file.getvalue()


def onnx_file(layers: Layers) -> bytes:
    """An ONNX model: ``features`` (n x d doubles) to ``prediction`` (n x k); its metadata name the columns.

    Raises:
        MissingExtraError: no onnx.
    """
    onnx = _library("onnx", "the package onnx", "onnx")
    helper, numbers = onnx.helper, onnx.TensorProto.DOUBLE
    below = float(layers.kappa)
    stored = {
        "hidden": layers.hidden.T,
        "biases": layers.biases,
        "output": layers.output.T,
        "intercepts": layers.intercepts,
        "rise": np.array(1.0 - below),
        "slope": np.array(below),
    }
    # phi(t) = (1 - kappa) relu(t) + kappa t, of nodes that every runtime has for doubles.
    nodes = [
        ("MatMul", ["features", "hidden"], "products"),
        ("Add", ["products", "biases"], "before"),
        ("Relu", ["before"], "positive"),
        ("Mul", ["positive", "rise"], "risen"),
        ("Mul", ["before", "slope"], "sloped"),
        ("Add", ["risen", "sloped"], "neurons"),
        ("MatMul", ["neurons", "output"], "sums"),
        ("Add", ["sums", "intercepts"], "prediction"),
    ]
    graph = helper.make_graph(
        [helper.make_node(kind, before, [after]) for kind, before, after in nodes],
        "network",
        [helper.make_tensor_value_info("features", numbers, ["n", len(layers.inputs)])],
        [helper.make_tensor_value_info("prediction", numbers, ["n", len(layers.outputs)])],
        [onnx.numpy_helper.from_array(np.ascontiguousarray(part), name) for name, part in stored.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    helper.set_model_props(
        model,
        {
            "features": json.dumps(layers.inputs),
            "predictions": json.dumps([one.column for one in layers.outputs]),
            "labels": json.dumps([one.labels for one in layers.outputs]),
        },
    )
    onnx.checker.check_model(model)
    found: bytes = model.SerializeToString()
    return found


def _library(name: str, called: str, extra: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise MissingExtraError(
            f"this export needs {called}; install it with: pip install convex-landscape[{extra}]"
        ) from None
