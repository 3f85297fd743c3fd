"""PyTorch modules: what a state_dict does not say, the activation, and parts that have no weights.

Such a part leaves no trace in a state_dict. So a module is the network of its two linear layers only where
each of its parts is known, and there is one activation at most.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from hyperplane_arrangements.errors import InputError

from .networks import Imported
from .state_dicts import EPS, import_state_dict

ACTIVATIONS = ("ReLU", "LeakyReLU")
# In evaluation mode these do nothing to rows of features, or their weights are folded.
_QUIET = ("Linear", "Identity", "Dropout", "Flatten", "BatchNorm1d", "_WeightNorm")
_NOT_PIECEWISE = (
    "ELU",
    "CELU",
    "GELU",
    "SELU",
    "SiLU",
    "Mish",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Tanh",
    "Hardtanh",
    "ReLU6",
    "PReLU",
    "RReLU",
)


def import_torch_module(module: Any) -> Imported:
    """The network that a ``torch.nn.Module`` is, with the slope that its activation module has.

    Args:
        module: anything with ``state_dict()`` and ``modules()``, itself the first of them. Where the forward
            pass calls the activation as a function no module says it.

    Raises:
        InputError: as for a state_dict; an activation without a convex program, several of them, or one that
            does not stand between the layers; a part whose effect is not known.
    """
    found = import_state_dict(module.state_dict(), type(module).__name__)
    parts = [part for part in list(module.modules())[1:] if not _has_parts(part)]
    _require_known(parts)
    acting = [part for part in parts if type(part).__name__ in ACTIVATIONS]
    if len(acting) > 1:
        raise InputError(
            f"the network has {len(acting)} activations "
            f"({', '.join(type(part).__name__ for part in acting)}); a network of two layers "
            "has one, between them: give the state_dict if only one is used"
        )
    if not acting:
        return replace(found, notes=(*found.notes, "judged as ReLU: the modules do not say their activation"))
    _require_between(module, parts, acting[0])
    # A slope is written as a decimal: 0.01 is meant to be 1/100.
    return found.with_activation(Fraction(repr(float(getattr(acting[0], "negative_slope", 0.0)))))


def _has_parts(part: Any) -> bool:
    return next(iter(part.children()), None) is not None


def _require_known(parts: list[Any]) -> None:
    for part in parts:
        name = type(part).__name__
        if name in _NOT_PIECEWISE:
            raise InputError(
                f"the network has the activation {name}; only ReLU, LeakyReLU and the absolute value have "
                "a convex program, so retrain with one of them"
            )
        # Losses are kept beside the layers, for training.
        if name not in (*ACTIVATIONS, *_QUIET) and not name.endswith("Loss"):
            raise InputError(
                f"the network has the part {name}, and what it does is not known; give the state_dict, which "
                "is judged as two linear layers with the problem's activation between them"
            )
        if name == "BatchNorm1d" and part.eps != EPS:
            raise InputError(
                f"the network has a BatchNorm1d with eps={part.eps}; it is folded with {EPS:g} only"
            )


def _require_between(module: Any, parts: list[Any], activation: Any) -> None:
    """In a Sequential the order says whether the activation stands between the layers."""
    if type(module).__name__ != "Sequential":
        return
    layers = [i for i, part in enumerate(parts) if type(part).__name__ == "Linear"]
    if len(layers) == 2 and not layers[0] < parts.index(activation) < layers[1]:
        raise InputError(
            f"the network's {type(activation).__name__} does not stand between its two linear layers; only "
            "such networks are judged"
        )
