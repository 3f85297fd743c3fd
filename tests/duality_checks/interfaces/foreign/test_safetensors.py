"""``.safetensors`` files, written here by their description: every kind of number, and files that lie."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import read_network
from duality_checks.interfaces.foreign.files import import_network
from duality_checks.interfaces.foreign.networks import BiasedNetwork
from duality_checks.interfaces.foreign.safetensors import read_tensors
from hyperplane_arrangements.errors import InputError

KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1"}


def written(path: Path, tensors: dict[str, tuple[str, np.ndarray]], **extra: Any) -> Path:
    """Write a file: the length of the header, the header, the numbers."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, (kind, array) in tensors.items():
        raw = array.tobytes()
        header[name] = {
            "dtype": kind,
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    text = json.dumps(header | extra).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


@settings(max_examples=15)
@given(st.sampled_from(sorted(KINDS)), st.integers(0, 3), st.integers(1, 4))
def test_numbers_of_every_kind_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, kind: str, rows: int, columns: int
) -> None:
    array = (np.arange(rows * columns).reshape(rows, columns) * 1.7).astype(KINDS[kind])
    path = written(tmp_path_factory.mktemp("kinds") / "a.safetensors", {"w": (kind, array)})
    found = read_tensors(path)["w"]
    assert found.dtype == np.float64 and (found == array).all() and found.shape == array.shape


def test_the_upper_half_of_a_float_is_a_bfloat(tmp_path: Path) -> None:
    """1, -2 and 3.140625: sign, eight bits of exponent, seven of fraction."""
    path = written(tmp_path / "a.safetensors", {"w": ("BF16", np.array([0x3F80, 0xC000, 0x4049], "<u2"))})
    assert read_tensors(path)["w"].tolist() == [1, -2, 3.140625]


def test_a_network_with_its_layers_sorted_by_name(tmp_path: Path) -> None:
    """The library sorts names: 'fc_in' and 'fc_out' stay in order, 'hidden' and 'head' do not."""
    rng = np.random.default_rng(0)
    head, head_bias = rng.normal(size=(1, 3)), rng.normal(size=1)
    hidden, hidden_bias = rng.normal(size=(3, 2)), rng.normal(size=3)
    tensors = {
        "head.bias": ("F64", head_bias),
        "head.weight": ("F64", head),
        "hidden.bias": ("F64", hidden_bias),
        "hidden.weight": ("F64", hidden),
    }
    found = import_network(written(tmp_path / "model.safetensors", tensors))
    assert isinstance(found.network, BiasedNetwork)
    rows = rng.normal(size=(4, 2))
    expected = (np.maximum(rows @ hidden.T + hidden_bias, 0) @ head.T + head_bias)[:, 0]
    assert found.network.predict(rows) == pytest.approx(expected)
    assert found.origin == "PyTorch"
    assert "judged as ReLU: the file does not say its activation" in found.notes


ONE = {"w": ("F32", np.ones(2, "<f4"))}
BROKEN = {
    "empty": (lambda path: path.write_bytes(b""), "its header is longer than the file"),
    "cut header": (
        lambda path: path.write_bytes(written(path, ONE).read_bytes()[:30]),
        "longer than the file",
    ),
    "huge header": (lambda path: path.write_bytes(b"\xff" * 20), "longer than the file"),
    "cut numbers": (lambda path: path.write_bytes(written(path, ONE).read_bytes()[:-1]), "outside the file"),
    "no JSON": (lambda path: path.write_bytes((4).to_bytes(8, "little") + b"nope"), "is not JSON"),
    "deep JSON": (lambda path: path.write_bytes((10**5).to_bytes(8, "little") + b"[" * 10**5), "is not JSON"),
    "no object": (lambda path: path.write_bytes((2).to_bytes(8, "little") + b"[]"), "is no object"),
    "kind": (lambda path: written(path, {"w": ("F8_E4M3", np.ones(2, "u1"))}), "'F8_E4M3' is not a kind"),
    "shape": (
        lambda path: written(path, {}, w={"dtype": "U8", "shape": [3], "data_offsets": [0, 0]}),
        "a tensor does not fit",
    ),
    "backwards": (
        lambda path: written(path, {}, w={"dtype": "U8", "shape": [0], "data_offsets": [2, 1]}),
        "outside the file",
    ),
    "negative": (
        lambda path: written(path, ONE, v={"dtype": "U8", "shape": [1], "data_offsets": [-1, 0]}),
        "outside the file",
    ),
    "words": (
        lambda path: written(path, ONE, v={"dtype": "U8", "shape": "x", "data_offsets": ["a", "b"]}),
        "a tensor does not fit",
    ),
    "no entry": (lambda path: written(path, ONE, v=3), "a tensor does not fit"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_files_that_lie_are_refused(tmp_path: Path, name: str) -> None:
    make, text = BROKEN[name]
    make(tmp_path / "a.safetensors")
    with pytest.raises(InputError, match=f"is not a .safetensors file: .*{text}"):
        read_network(tmp_path / "a.safetensors")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_network(tmp_path / "a.safetensors")
