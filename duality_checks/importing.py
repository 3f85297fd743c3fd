"""Networks of other libraries: PyTorch state dicts, scikit-learn's MLPRegressor, arrays in ``.npz`` files.

Only weights are read. Nothing is unpickled: PyTorch files are opened with ``weights_only=True``, and
scikit-learn models come as Python objects or as exported arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError, MissingExtraError

from .exact.setting import RationalNetwork, Setting
from .network import TwoLayerNetwork
from .problem import TrainingProblem

_TORCH_FILES = (".pt", ".pth")


@dataclass(frozen=True, eq=False, slots=True)
class BiasedNetwork:
    """`f(x) = intercept + sum_j alpha_j phi(w_j'x + b_j)`, as PyTorch and scikit-learn have it.

    Args:
        hidden: the rows w_j, m x d.
        output: the weights alpha_j, length m.
        biases: the b_j, length m.
        intercept: the output's bias.

    Raises:
        InputError: shapes that do not fit, or entries that are not finite.

    Example:
        >>> BiasedNetwork([[1.0]], [2.0], [-1.0], 3.0).predict([[2.0], [0.0]])
        array([5., 3.])
    """

    hidden: np.ndarray
    output: np.ndarray
    biases: np.ndarray
    intercept: float = 0.0

    def __post_init__(self) -> None:
        inner = TwoLayerNetwork(self.hidden, self.output)
        biases = np.array(self.biases, dtype=float)
        if biases.shape != inner.output.shape:
            raise InputError(
                f"biases has shape {biases.shape} but there are {inner.width} neurons; give one bias a neuron"
            )
        if not (np.isfinite(biases).all() and np.isfinite(self.intercept)):
            raise InputError("biases or intercept hold a number that is not finite; was the training stable?")
        for name, value in (("hidden", inner.hidden), ("output", inner.output), ("biases", biases)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "intercept", float(self.intercept))

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    def predict(self, X: Any, kappa: float = 0.0) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), length n, in floats, with the slope kappa."""
        before = np.asarray(X, dtype=float) @ self.hidden.T + self.biases
        return (np.maximum(before, 0) + kappa * np.minimum(before, 0)) @ self.output + self.intercept

    def rational(self) -> RationalNetwork:
        """The network with its biases as last weights, exactly: for rows with a last column of ones."""
        hidden = tuple(
            (*row, bias) for row, bias in zip(self.hidden.tolist(), self.biases.tolist(), strict=True)
        )
        return RationalNetwork(hidden, tuple(self.output.tolist()), Fraction(self.intercept))

    def with_bias_column(self, kappa: Fraction) -> TwoLayerNetwork:
        """The network on rows with a column of ones behind them, its biases weights like the others.

        Raises:
            InputError: there is an output intercept, which no column of the data can stand for.
        """
        if self.intercept:
            raise InputError(
                f"the network has an output intercept {self.intercept:.6g}; problems whose biases are "
                "penalised have none: audit it with free biases, or retrain without the intercept"
            )
        return TwoLayerNetwork(np.column_stack([self.hidden, self.biases]), self.output, kappa)

    def free_setting(self, problem: TrainingProblem) -> tuple[Setting, RationalNetwork]:
        """The problem with free biases and an intercept, and the network in it (statement 2.14).

        Raises:
            InputError: the network takes another number of features.
        """
        require_inputs(self.hidden, problem.d)
        return Setting.with_free_biases(problem), self.rational()


Network = TwoLayerNetwork | BiasedNetwork


def require_inputs(hidden: np.ndarray, columns: int) -> None:
    """Refuse a network with another number of inputs than the data has columns.

    Raises:
        InputError: they differ.
    """
    if hidden.shape[1] != columns:
        raise InputError(
            f"the network takes {hidden.shape[1]} inputs but the data has {columns} columns; choose the "
            "columns it was trained on, in its order, and say whether a column of ones is one of them"
        )


def from_layers(weights: list[np.ndarray], biases: list[np.ndarray | None], source: str) -> Network:
    """A network from the weight matrices (outputs x inputs) and biases of its layers, first layer first.

    Args:
        weights: the matrices.
        biases: for each layer its biases, or None.
        source: what to call the network in messages.

    Raises:
        InputError: not two layers, several outputs, or shapes that do not fit.

    Example:
        >>> from_layers([np.ones((3, 2)), np.ones((1, 3))], [None, None], "memory").width
        3
    """
    if len(weights) != 2:
        raise InputError(
            f"{source} has {len(weights)} layers of weights; give a network with two, one hidden and one "
            "output layer"
        )
    first, last = (np.asarray(weight, dtype=float) for weight in weights)
    last = np.atleast_2d(last)
    if first.ndim != 2 or last.ndim != 2 or last.shape[1] != first.shape[0]:
        raise InputError(
            f"{source} has layers of shapes {first.shape} and {last.shape}; give m x d and 1 x m"
        )
    if last.shape[0] != 1:
        raise InputError(
            f"{source} has {last.shape[0]} outputs; only networks with one output can be audited"
        )
    if biases[0] is None and biases[1] is None:
        return TwoLayerNetwork(first, last[0])
    hidden = np.zeros(len(first)) if biases[0] is None else np.asarray(biases[0], dtype=float)
    constant = np.zeros(1) if biases[1] is None else np.atleast_1d(np.asarray(biases[1], dtype=float))
    if constant.shape != (1,):
        raise InputError(f"{source} has {constant.shape} output biases; give one")
    return BiasedNetwork(first, last[0], hidden, float(constant[0]))


def from_sklearn(model: Any) -> BiasedNetwork:
    """The weights of a fitted scikit-learn ``MLPRegressor``.

    Its loss is `1/(2n) norm(f - y)^2 + alpha/(2n) (norm(coefs_[0])^2 + norm(coefs_[1])^2)`, biases free: n
    times that is our objective with free biases and `beta = alpha` (statement 2.14), for training in one
    batch.

    Args:
        model: the fitted model, with activation ``relu``, one hidden layer and one output.

    Raises:
        InputError: not fitted, another activation or loss, more layers or outputs.
    """
    if not hasattr(model, "coefs_") or not hasattr(model, "intercepts_"):
        raise InputError(f"{type(model).__name__} has no coefs_; fit an MLPRegressor first")
    activation = getattr(model, "activation", "relu")
    if activation != "relu":
        raise InputError(
            f"the model's activation is {activation!r}; only 'relu' has a convex program, so retrain with it"
        )
    loss = getattr(model, "loss", "squared_error")
    if loss != "squared_error":
        raise InputError(f"the model's loss is {loss!r}; retrain with 'squared_error'")
    network = from_layers([c.T for c in model.coefs_], list(model.intercepts_), type(model).__name__)
    assert isinstance(network, BiasedNetwork)
    return network


def from_state_dict(state: Mapping[str, Any], source: str = "state_dict") -> Network:
    """The weights of a PyTorch ``state_dict``: two linear layers, with or without biases.

    Args:
        state: names to tensors (or arrays), in the order of the layers.
        source: what to call it in messages.

    Raises:
        InputError: something else than the weights and biases of two linear layers.

    Example:
        >>> state = {"0.weight": np.ones((3, 2)), "0.bias": np.zeros(3), "2.weight": np.ones((1, 3))}
        >>> from_state_dict(state).width
        3
    """
    arrays = {name: _array(value) for name, value in state.items()}
    weights = {name: a for name, a in arrays.items() if name.endswith("weight") and a.ndim == 2}
    stems = [name.removesuffix("weight") for name in weights]
    known = set(weights) | {f"{stem}bias" for stem in stems}
    unknown = sorted(set(arrays) - known)
    if unknown:
        raise InputError(
            f"{source} holds {', '.join(map(repr, unknown))}, which no linear layer has; give a network of "
            "two linear layers with an activation between them, and of a checkpoint the state_dict alone"
        )
    return from_layers(list(weights.values()), [arrays.get(f"{stem}bias") for stem in stems], source)


def _array(value: Any) -> np.ndarray:
    # NumPy has no bfloat16; every float of PyTorch is a double exactly.
    for method in ("detach", "cpu", "double", "numpy"):
        value = getattr(value, method)() if hasattr(value, method) else value
    return np.asarray(value)


def read_network(path: str | Path) -> tuple[Network, Fraction | None]:
    """Read a network file: our JSON, an ``.npz`` archive, or a PyTorch file.

    An archive holds ``hidden`` (m x d) and ``output`` (m), and if there are biases ``hidden_bias`` (m) and
    ``output_bias``; or, exported from scikit-learn, ``coefs_0`` (d x m), ``coefs_1`` (m x 1),
    ``intercepts_0`` and ``intercepts_1``. A PyTorch file holds a ``state_dict``.

    Args:
        path: the file; its suffix tells the kind.

    Returns:
        The network, and the activation's slope if the file tells it.

    Raises:
        InputError: the file cannot be read, or holds something else.
        MissingExtraError: a PyTorch file, and no PyTorch.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".json":
        network = TwoLayerNetwork.load(path)
        return network, network.kappa
    if suffix == ".npz":
        return _from_archive(path), None
    if suffix in _TORCH_FILES:
        return from_state_dict(_torch_state(path), str(path)), None
    raise InputError(
        f"{path} is none of .json, .npz, {', '.join(_TORCH_FILES)}; export the weights to .npz (pickled "
        "files are never loaded, for they can run any code)"
    )


def _from_archive(path: Path) -> Network:
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    except Exception:
        raise InputError(f"{path} is not an .npz archive of numbers; save one with numpy.savez") from None
    names = set(arrays)
    ours, theirs = {"hidden", "output"}, {"coefs_0", "coefs_1"}
    if ours <= names <= ours | {"hidden_bias", "output_bias"}:
        layers = [arrays["hidden"], np.atleast_2d(arrays["output"])]
        return from_layers(layers, [arrays.get("hidden_bias"), arrays.get("output_bias")], str(path))
    if theirs <= names:
        count = sum(name.startswith("coefs_") for name in names)
        coefs = [arrays[f"coefs_{i}"].T for i in range(count) if f"coefs_{i}" in arrays]
        return from_layers(coefs, [arrays.get(f"intercepts_{i}") for i in range(count)], str(path))
    raise InputError(
        f"{path} holds {', '.join(sorted(names)) or 'nothing'}; give hidden and output (with hidden_bias and "
        "output_bias), or coefs_0, coefs_1, intercepts_0, intercepts_1"
    )


def _torch_state(path: Path) -> Mapping[str, Any]:
    try:
        torch = import_module("torch")
    except ImportError:
        raise MissingExtraError(
            f"{path} needs PyTorch to be read; install it with: pip install convex-landscape[torch], or "
            "export the weights to .npz"
        ) from None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    except Exception as error:
        raise InputError(
            f"{path} is not a file of weights alone ({type(error).__name__}); save model.state_dict() with "
            "torch.save"
        ) from None
    if not isinstance(state, Mapping):
        raise InputError(f"{path} holds a {type(state).__name__}; save model.state_dict() with torch.save")
    return state
