"""PyTorch state dicts as people have them: nested in checkpoints, in any order, with normalisations to fold.

Normalisations are folded into the layer beside them: in evaluation mode BatchNorm is an affine map, and
weight_norm is another way to write a matrix. The network is then the same function; what weight decay acted
on in training is not the weights that are judged, and the notes say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ...arguments import parse_activation
from .networks import Imported, Network, from_layers

# Keys under which training scripts and Lightning keep the weights.
WRAPPERS = ("state_dict", "model_state_dict", "model_state", "model", "net", "network")
# What PyTorch adds to the variance unless told otherwise; a state_dict does not hold it.
EPS = 1e-5
_NORMED = re.compile(
    r"(?P<stem>.*?)(weight_(?P<old>[gv])|parametrizations\.weight\.original(?P<new>[01]))$", re.DOTALL
)


def from_state_dict(
    state: Mapping[str, Any], source: str = "state_dict", *, activation: Any = "relu"
) -> Network:
    """The weights of a PyTorch ``state_dict``: two linear layers, with or without biases.

    Args:
        state: names to tensors (or arrays), or a checkpoint that holds such a mapping.
        source: what to call it in messages.
        activation: of the hidden layer, as for a problem; a state_dict does not tell it.

    Raises:
        InputError: something else than the weights and biases of two linear layers and normalisations of
            them.

    Example:
        >>> state = {"0.weight": np.ones((3, 2)), "0.bias": np.zeros(3), "2.weight": np.ones((1, 3))}
        >>> from_state_dict(state).width
        3
    """
    return import_state_dict(state, source).with_activation(parse_activation(activation)).network


def import_state_dict(state: Mapping[str, Any], source: str = "state_dict") -> Imported:
    """The same with what was done and assumed on the way.

    Example:
        >>> weights = {"2.weight": np.ones((1, 3)), "0.weight": np.ones((3, 2))}
        >>> import_state_dict({"state_dict": weights, "epoch": 3}).notes
        ("the weights under 'state_dict' were taken", 'the layers were put in the order of their shapes')
    """
    notes: list[str] = []
    arrays = _arrays(_unwrapped(state, notes), source)
    layers = _layers(arrays, source, notes)
    linear = [layer for layer in layers if layer.weight is not None]
    if len(linear) == 2 and linear[1].fits_before(linear[0]) and not linear[0].fits_before(linear[1]):
        if len(layers) != 2:
            raise InputError(
                f"{source} has its last layer first and normalisations beside; save the layers in their order"
            )
        linear = linear[::-1]
        layers = linear
        notes.append("the layers were put in the order of their shapes")
    if len(linear) == 2:
        _fold(layers, linear, source, notes)
    network = from_layers(
        [layer.weight for layer in linear if layer.weight is not None],
        [layer.bias for layer in linear],
        source,
    )
    return Imported(network, "PyTorch", None, tuple(notes))


def _unwrapped(state: Mapping[str, Any], notes: list[str]) -> Mapping[str, Any]:
    """The mapping of names to tensors inside a checkpoint."""
    for key in WRAPPERS:
        inner = state.get(key)
        if isinstance(inner, Mapping) and inner:
            notes.append(f"the weights under {key!r} were taken")
            return inner
    return state


def _arrays(state: Mapping[str, Any], source: str) -> dict[str, np.ndarray]:
    found = {}
    for name, value in state.items():
        if _is_complex(value):
            raise InputError(f"{source}: {str(name)!r} has complex numbers; give real ones")
        try:
            found[str(name)] = _array(value)
        except (TypeError, ValueError):
            raise InputError(
                f"{source} holds {str(name)!r}, which is no tensor; of a checkpoint give the state_dict alone"
            ) from None
    return found


def _is_complex(value: Any) -> bool:
    """PyTorch would drop the imaginary parts as it makes doubles, and say so in a warning."""
    tells = getattr(value, "is_complex", None)
    return bool(tells()) if callable(tells) else bool(np.iscomplexobj(value))


def _array(value: Any) -> np.ndarray:
    # NumPy has no bfloat16; every float of PyTorch is a double exactly. As doubles complex numbers would lose
    # their imaginary parts; they are refused below.
    real = not (hasattr(value, "is_complex") and value.is_complex())
    for method in ("detach", "cpu", *(["double"] if real else []), "numpy"):
        value = getattr(value, method)() if hasattr(value, method) else value
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"dtype {array.dtype}")
    return array


@dataclass(slots=True)
class _Layer:
    """What a state_dict says of one module, by the stem of its names."""

    stem: str
    parts: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def is_norm(self) -> bool:
        return "running_mean" in self.parts

    @property
    def weight(self) -> np.ndarray | None:
        found = self.parts.get("weight")
        return found if found is not None and found.ndim == 2 and not self.is_norm else None

    @property
    def bias(self) -> np.ndarray | None:
        return self.parts.get("bias")

    def fits_before(self, other: _Layer) -> bool:
        return (
            self.weight is not None
            and other.weight is not None
            and self.weight.shape[0] == other.weight.shape[1]
        )

    @property
    def number(self) -> int | None:
        """The place in a Sequential, if that is what the name ends in."""
        last = self.stem.rstrip(".").rpartition(".")[2]
        return int(last) if last.isdecimal() else None

    def affine(self) -> tuple[np.ndarray, np.ndarray]:
        """A normalisation in evaluation mode: what it multiplies by, and what it adds."""
        mean, spread = self.parts["running_mean"], self.parts["running_var"]
        scale = self.parts.get("weight", np.ones(len(mean))) / np.sqrt(spread + EPS)
        return scale, self.parts.get("bias", np.zeros(len(mean))) - mean * scale


_LINEAR, _NORM = {"weight", "bias"}, {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}


def _layers(arrays: dict[str, np.ndarray], source: str, notes: list[str]) -> list[_Layer]:
    """The modules in the order of the mapping, weight_norm folded."""
    layers: dict[str, _Layer] = {}
    for name, array in arrays.items():
        normed = _NORMED.fullmatch(name)
        if normed:
            part = {"g": "weight_g", "v": "weight_v", "0": "weight_g", "1": "weight_v"}[
                normed["old"] or normed["new"]
            ]
            stem = normed["stem"]
        else:
            stem, _, part = name.rpartition(".")
            stem += "." if stem else ""
        layers.setdefault(stem, _Layer(stem)).parts[part] = array
    unknown = []
    for layer in layers.values():
        if {"weight_g", "weight_v"} <= layer.parts.keys():
            g, v = layer.parts.pop("weight_g"), layer.parts.pop("weight_v")
            layer.parts["weight"] = v * (np.reshape(g, (-1, 1)) / np.linalg.norm(v, axis=1, keepdims=True))
            notes.append(
                f"weight_norm of {layer.stem.rstrip('.') or 'a layer'} was folded: weight decay acted on its "
                "parameters, not on the weights that are judged"
            )
        known = _NORM if {"running_mean", "running_var"} <= layer.parts.keys() else _LINEAR
        fits = known is _NORM or layer.weight is not None
        unknown += [f"{layer.stem}{part}" for part in layer.parts if part not in known or not fits]
    if unknown:
        raise InputError(
            f"{source} holds {', '.join(map(repr, sorted(unknown)))}, which no linear layer has; give a "
            "network of two linear layers with an activation between them, and of a checkpoint the "
            "state_dict alone"
        )
    return list(layers.values())


def _fold(layers: list[_Layer], linear: list[_Layer], source: str, notes: list[str]) -> None:
    """Fold each BatchNorm into the linear layer beside it, in evaluation mode."""
    first, last = linear
    for place, layer in enumerate(layers):
        if not layer.is_norm:
            continue
        scale, shift = layer.affine()
        before = layers.index(first) > place
        if layers.index(last) < place:
            _after(last, scale, shift, layer, source)
        elif before:
            _before(first, scale, shift, layer, source)
        elif _behind_the_activation(first, layer, last):
            _before(last, scale, shift, layer, source)
        else:
            _after(first, scale, shift, layer, source)
            if layer.number is None or first.number is None:
                notes.append(
                    f"{layer.stem.rstrip('.')} was taken to stand before the activation: the file does not "
                    "say"
                )
        notes.append(
            f"BatchNorm {layer.stem.rstrip('.')} was folded as in evaluation mode, with eps {EPS:g}: weight "
            "decay acted on its parameters, not on the weights that are judged"
        )


def _behind_the_activation(first: _Layer, norm: _Layer, last: _Layer) -> bool:
    """In a Sequential there is a gap in the numbers where the activation is."""
    numbers = first.number, norm.number, last.number
    if None in numbers:
        return False
    return bool(norm.number - first.number > 1 and last.number - norm.number == 1)  # type: ignore[operator]


def _after(layer: _Layer, scale: np.ndarray, shift: np.ndarray, norm: _Layer, source: str) -> None:
    """``scale * (W x + b) + shift``."""
    weight = layer.parts["weight"]
    _require_length(len(scale), len(weight), norm, source)
    bias = layer.parts.get("bias", np.zeros(len(weight)))
    layer.parts |= {"weight": scale[:, None] * weight, "bias": scale * bias + shift}


def _before(layer: _Layer, scale: np.ndarray, shift: np.ndarray, norm: _Layer, source: str) -> None:
    """``W (scale * x + shift) + b``."""
    weight = layer.parts["weight"]
    _require_length(len(scale), weight.shape[1], norm, source)
    bias = layer.parts.get("bias", np.zeros(len(weight)))
    layer.parts |= {"weight": weight * scale, "bias": bias + weight @ shift}


def _require_length(found: int, wanted: int, norm: _Layer, source: str) -> None:
    if found != wanted:
        raise InputError(
            f"{source}: {norm.stem.rstrip('.')} normalises {found} values where the layer beside it has "
            f"{wanted}; save the layers in their order"
        )
