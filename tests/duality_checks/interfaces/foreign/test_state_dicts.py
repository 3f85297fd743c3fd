"""State dicts as training scripts leave them, without PyTorch: wrapped, out of order, normalised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, audit
from duality_checks.interfaces.foreign.networks import BiasedNetwork
from duality_checks.interfaces.foreign.state_dicts import EPS, WRAPPERS, from_state_dict, import_state_dict
from hyperplane_arrangements.errors import InputError

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(6, 2))
W1, B1, W2, B2 = RNG.normal(size=(3, 2)), RNG.normal(size=3), RNG.normal(size=(1, 3)), RNG.normal(size=1)
PLAIN = {"0.weight": W1, "0.bias": B1, "2.weight": W2, "2.bias": B2}
Arrays = tuple[np.ndarray, ...]


def layers(rows: np.ndarray) -> np.ndarray:
    return (np.maximum(rows @ W1.T + B1, 0) @ W2.T + B2)[:, 0]


def norm(size: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {
        "weight": rng.normal(size=size),
        "bias": rng.normal(size=size),
        "running_mean": rng.normal(size=size),
        "running_var": rng.uniform(0.5, 2, size),
        "num_batches_tracked": np.array(9),
    }


def normalised(values: np.ndarray, parts: dict[str, np.ndarray]) -> np.ndarray:
    """BatchNorm in evaluation mode, as its documentation writes it."""
    spread = np.sqrt(parts["running_var"] + EPS)
    return (values - parts["running_mean"]) / spread * parts["weight"] + parts["bias"]


def named(stem: str, parts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{stem}.{name}": value for name, value in parts.items()}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_checkpoints_hold_the_weights_under_their_usual_names(wrapper: str) -> None:
    found = import_state_dict({"epoch": 7, "optimizer_state_dict": {"lr": 0.1}, wrapper: PLAIN})
    assert isinstance(found.network, BiasedNetwork)
    assert found.network.predict(ROWS) == pytest.approx(layers(ROWS))
    assert found.notes == (f"the weights under {wrapper!r} were taken",)


@settings(max_examples=12)
@given(st.permutations(list(PLAIN)), st.sampled_from(["", "module.", "_orig_mod.net."]))
def test_names_may_come_in_any_order(order: list[str], prefix: str) -> None:
    found = from_state_dict({prefix + name: PLAIN[name] for name in order})
    assert isinstance(found, BiasedNetwork)
    assert found.predict(ROWS) == pytest.approx(layers(ROWS))


def test_a_network_that_fits_both_ways_keeps_its_order() -> None:
    """One input, one neuron: both orders have the right shapes."""
    found = from_state_dict({"a.weight": np.array([[2.0]]), "b.weight": np.array([[-3.0]])})
    assert (found.hidden[0, 0], found.output[0]) == (2, -3)


def test_several_outputs_are_several() -> None:
    found = from_state_dict({"0.weight": W1, "2.weight": np.ones((2, 3)), "2.bias": np.array([1.0, 2.0])})
    assert isinstance(found, BiasedNetwork) and found.count == 2
    assert found.one(1).predict(ROWS) == pytest.approx(np.maximum(ROWS @ W1.T, 0).sum(axis=1) + 2)


def test_batch_norm_before_the_activation_is_folded() -> None:
    parts = norm(3, 1)
    found = import_state_dict({**named("0", {"weight": W1, "bias": B1}), **named("1", parts), "3.weight": W2})
    expected = np.maximum(normalised(ROWS @ W1.T + B1, parts), 0) @ W2[0]
    assert isinstance(found.network, BiasedNetwork)
    assert found.network.predict(ROWS) == pytest.approx(expected)
    assert any("BatchNorm 1 was folded as in evaluation mode, with eps 1e-05" in note for note in found.notes)


def test_batch_norm_behind_the_activation_is_told_by_the_gap_in_the_numbers() -> None:
    parts = norm(3, 2)
    found = from_state_dict({**named("0", {"weight": W1, "bias": B1}), **named("2", parts), "3.weight": W2})
    expected = normalised(np.maximum(ROWS @ W1.T + B1, 0), parts) @ W2[0]
    assert isinstance(found, BiasedNetwork)
    assert found.predict(ROWS) == pytest.approx(expected)


def test_batch_norm_of_the_inputs_and_of_the_output_is_folded() -> None:
    first, last = norm(2, 3), norm(1, 4)
    state = {
        **named("0", first),
        **named("1", {"weight": W1}),
        **named("3", {"weight": W2}),
        **named("4", last),
    }
    expected = normalised(np.maximum(normalised(ROWS, first) @ W1.T, 0) @ W2.T, last)[:, 0]
    found = from_state_dict(state)
    assert isinstance(found, BiasedNetwork)
    assert found.predict(ROWS) == pytest.approx(expected)


def test_batch_norm_by_name_says_what_it_assumed() -> None:
    state = {**named("fc1", {"weight": W1}), **named("bn", norm(3, 5)), **named("fc2", {"weight": W2})}
    notes = import_state_dict(state).notes
    assert "bn was taken to stand before the activation: the file does not say" in notes


@pytest.mark.parametrize(
    ("g", "v"),
    [("weight_g", "weight_v"), ("parametrizations.weight.original0", "parametrizations.weight.original1")],
)
def test_weight_norm_is_folded(g: str, v: str) -> None:
    scale = np.array([[1.0], [2.0], [0.5]])
    found = import_state_dict({f"0.{g}": scale, f"0.{v}": W1, "0.bias": B1, "2.weight": W2, "2.bias": B2})
    expected = np.maximum(ROWS @ (scale * W1 / np.linalg.norm(W1, axis=1)[:, None]).T + B1, 0) @ W2[0] + B2[0]
    assert isinstance(found.network, BiasedNetwork)
    assert found.network.predict(ROWS) == pytest.approx(expected)
    assert "weight_norm of 0 was folded" in found.notes[0]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "norm of another size": (
        {**named("0", {"weight": W1}), **named("1", norm(2, 0)), "3.weight": W2},
        "1 normalises 2 values where the layer beside it has 3",
    ),
    "reversed with norm": (
        {"3.weight": W2, **named("1", norm(3, 0)), "0.weight": W1},
        "its last layer first and normalisations beside; save the layers in their order",
    ),
    "layer norm": (
        {**PLAIN, "1.weight": B1, "1.bias": B1},
        "'1.bias', '1.weight', which no linear layer has",
    ),
    "complex": ({**PLAIN, "0.bias": B1 + 1j}, "'0.bias' has complex numbers; give real ones"),
    "words": (
        {**PLAIN, "epoch": "seven"},
        "'epoch', which is no tensor; of a checkpoint give the state_dict",
    ),
    "nothing": ({}, "0 layers of weights"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_others_are_refused(name: str) -> None:
    state, text = REFUSED[name]
    with pytest.raises(InputError, match=text):
        from_state_dict(state)


def test_an_audit_repeats_the_notes() -> None:
    text = str(audit(TrainingProblem(ROWS, np.arange(6), 1), {"state_dict": PLAIN}))
    assert "note          the weights under 'state_dict' were taken" in text
