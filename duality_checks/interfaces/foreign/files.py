"""Files of networks: our JSON, ``.npz`` archives, PyTorch's and ``.safetensors``."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError, MissingExtraError

from ...networks.gated import GatedNetwork
from ...networks.prepared import PreparedNetwork
from .networks import Imported, Network, from_layers
from .safetensors import read_tensors
from .state_dicts import import_state_dict

TORCH_FILES = (".pt", ".pth", ".ckpt", ".bin")
_RELU = "judged as ReLU: the file does not say its activation"


def read_network(path: str | Path) -> tuple[Network, Fraction | None]:
    """Read a network file: our JSON, an ``.npz`` archive, a PyTorch file or ``.safetensors``.

    An archive holds ``hidden`` (m x d) and ``output`` (m), and if there are biases ``hidden_bias`` (m) and
    ``output_bias``; or, exported from scikit-learn, ``coefs_0`` (d x m), ``coefs_1`` (m x 1),
    ``intercepts_0`` and ``intercepts_1``. A PyTorch file holds a ``state_dict``, bare or in a checkpoint.

    Args:
        path: the file; its suffix tells the kind.

    Returns:
        The network, and the activation's slope if the file tells it.

    Raises:
        InputError: the file cannot be read, or holds something else.
        MissingExtraError: a PyTorch file, and no PyTorch.
    """
    found = import_network(path)
    return found.network, found.kappa


def import_network(path: str | Path) -> Imported:
    """The same with where it comes from and what was assumed on the way."""
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".json":
        return _ours(PreparedNetwork.load(path))
    if suffix == ".npz":
        return _from_archive(path)
    if suffix == ".safetensors":
        return _assuming_relu(import_state_dict(read_tensors(path), str(path)))
    if suffix in TORCH_FILES:
        return _assuming_relu(import_state_dict(_torch_state(path), str(path)))
    raise InputError(
        f"{path} is none of .json, .npz, {', '.join(TORCH_FILES)}, .safetensors; export the weights to .npz "
        "(pickled files are never loaded, for they can run any code)"
    )


def _ours(found: PreparedNetwork) -> Imported:
    network = found.network
    if isinstance(network, GatedNetwork):
        raise InputError(
            "the network is gated, and no ReLU network; certify --gated proves the optimum of its own kind"
        )
    return Imported(network, "convex-landscape", network.kappa, preparation=found.preparation)


def _assuming_relu(found: Imported) -> Imported:
    return Imported(found.network, found.origin, None, (*found.notes, _RELU))


def _from_archive(path: Path) -> Imported:
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    except Exception:
        raise InputError(f"{path} is not an .npz archive of numbers; save one with numpy.savez") from None
    for name, array in arrays.items():
        if array.dtype.kind not in "fiub":
            raise InputError(f"{path}: {name} has dtype {array.dtype}; give real numbers")
    names = set(arrays)
    ours, theirs = {"hidden", "output"}, {"coefs_0", "coefs_1"}
    if ours <= names <= ours | {"hidden_bias", "output_bias"}:
        # One output is a vector here; several are the columns of m x k.
        output = arrays["output"].T if arrays["output"].ndim == 2 else np.atleast_2d(arrays["output"])
        offsets = [arrays.get("hidden_bias"), arrays.get("output_bias")]
        return Imported(from_layers([arrays["hidden"], output], offsets, str(path)), "arrays", None, (_RELU,))
    if theirs <= names:
        count = sum(name.startswith("coefs_") for name in names)
        coefs = [arrays[f"coefs_{i}"].T for i in range(count) if f"coefs_{i}" in arrays]
        offsets = [arrays.get(f"intercepts_{i}") for i in range(count)]
        return Imported(from_layers(coefs, offsets, str(path)), "scikit-learn", None, (_RELU,))
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
            "export the weights to .npz or .safetensors"
        ) from None
    try:
        # PyTorch's own warnings name its source files; what is wrong is said below.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    except Exception as error:
        if "torch.jit" in str(error) or "TorchScript" in str(error):
            raise InputError(
                f"{path} is a TorchScript program; save model.state_dict() with torch.save"
            ) from None
        raise InputError(
            f"{path} is not a file of weights alone ({type(error).__name__}); save model.state_dict() with "
            "torch.save"
        ) from None
    if not isinstance(state, Mapping):
        raise InputError(f"{path} holds a {type(state).__name__}; save model.state_dict() with torch.save")
    return state
