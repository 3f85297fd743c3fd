"""``.safetensors`` files: eight bytes with the length of a JSON header, the header, and raw numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ...data.files import read_bytes

# Little-endian, as the format asks for. NumPy has no bfloat16: it is the upper half of a float32.
_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "U8": "u1"}
_LARGEST_HEADER = 100_000_000


def read_tensors(path: str | Path) -> dict[str, np.ndarray]:
    """The tensors of a ``.safetensors`` file by name, as float64 arrays, in the order of the file.

    Raises:
        InputError: the file cannot be read, is cut short, or its header is none.

    Example:
        >>> import tempfile
        >>> header = b'{"w": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}}'
        >>> with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
        ...     _ = file.write(len(header).to_bytes(8, "little") + header)
        ...     _ = file.write(np.array([1, 2], "<f4").tobytes())
        ...     file.flush()
        ...     read_tensors(file.name)
        {'w': array([[1., 2.]])}
    """
    content = read_bytes(path)
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or length > min(len(content) - 8, _LARGEST_HEADER):
        raise _broken(path, "its header is longer than the file")
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError):
        raise _broken(path, "its header is not JSON") from None
    if not isinstance(header, dict):
        raise _broken(path, "its header is no object")
    header.pop("__metadata__", None)
    data = content[8 + length :]
    try:
        found = {name: _tensor(entry, data) for name, entry in header.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(path, f"a tensor does not fit ({error})") from None
    # The header may be in any order; where the numbers lie is the order they were saved in.
    return dict(sorted(found.items(), key=lambda item: header[item[0]]["data_offsets"][0]))


def _tensor(entry: Any, data: bytes) -> np.ndarray:
    start, end = entry["data_offsets"]
    kind = entry["dtype"]
    if kind not in _KINDS:
        raise ValueError(f"{kind!a:.20} is not a kind of number that is read here")
    if not 0 <= start <= end <= len(data):
        raise ValueError("its numbers are outside the file")
    raw = np.frombuffer(data[start:end], dtype=_KINDS[kind]).reshape(entry["shape"])
    if kind == "BF16":
        raw = (raw.astype("<u4") << 16).view("<f4")
    return raw.astype(np.float64)


def _broken(path: str | Path, why: str) -> InputError:
    return InputError(f"{path} is not a .safetensors file: {why}; save it again")
