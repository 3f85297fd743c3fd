"""``convex-landscape export --torch`` and ``--onnx``: a network file for other libraries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..interfaces.foreign.exports import Layers


def export_model(network: Path, output: Path, kind: str) -> tuple[dict[str, Any], str]:
    """Write a network as a PyTorch state_dict or an ONNX model.

    Args:
        network: a file that certify wrote.
        output: where to.
        kind: "torch" or "onnx".

    Returns:
        What was done, as a JSON object and in lines.

    Raises:
        InputError: the network cannot be read or written so.
        MissingExtraError: the library is missing.
    """
    from hyperplane_arrangements.machine.writing import write_whole

    from ..interfaces.foreign.exports import layers_of, onnx_file, torch_file
    from ..networks.prepared import PreparedNetwork

    layers = layers_of(PreparedNetwork.load(network))
    writers: dict[str, Callable[[Layers], bytes]] = {"torch": torch_file, "onnx": onnx_file}
    write_whole(output, writers[kind](layers))
    m, d = layers.hidden.shape
    predicted = [one.column for one in layers.outputs]
    facts = {
        "written": str(output),
        "features": list(layers.inputs),
        "predictions": predicted,
        "neurons": m,
        "activation": layers.activation,
    }
    how = (
        f"torch.nn.Sequential(torch.nn.Linear({d}, {m}), {layers.activation}, torch.nn.Linear({m}, "
        f"{len(predicted)})).double()"
        if kind == "torch"
        else "features (doubles, one row a sample) to prediction"
    )
    if layers.kappa == -1 and kind == "torch":
        how = (
            f"layers 0 and 2: torch.nn.Linear({d}, {m}).double(), torch.abs, torch.nn.Linear({m}, "
            f"{len(predicted)}).double()"
        )
    hot = " (0 or 1 for labels)" if layers.has_labels else ""
    lines = [
        ("written", str(output)),
        ("takes", f"{', '.join(layers.inputs)}, as the table has them{hot}"),
        ("gives", ", ".join(predicted)),
        ("as", how),
    ]
    return facts, "\n".join(f"{name:<10}{text}" for name, text in lines)
