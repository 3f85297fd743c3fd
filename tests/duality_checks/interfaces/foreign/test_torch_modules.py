"""Modules whose parts a state_dict does not show: each is known, or refused by name. PyTorch itself is in
test_torch_files; here its modules are stood in for by classes of their names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, assert_global_optimum, audit
from duality_checks.interfaces.foreign.networks import BiasedNetwork
from duality_checks.interfaces.foreign.torch_modules import import_torch_module
from hyperplane_arrangements.errors import InputError

PLAIN = {
    "0.weight": np.array([[1.0, -0.5], [0.25, 2.0]]),
    "0.bias": np.array([0.5, -0.25]),
    "2.weight": np.array([[0.5, -1.0]]),
    "2.bias": np.array([0.75]),
}


class Module:
    def __init__(self, *parts: Module, **facts: Any) -> None:
        self.parts, self.state = parts, facts.pop("state", PLAIN)
        vars(self).update(facts)

    def children(self) -> Any:
        return iter(self.parts)

    def modules(self) -> Any:
        yield self
        for part in self.parts:
            yield from part.modules()

    def state_dict(self) -> Any:
        return self.state


def made(name: str, *parts: Module, **facts: Any) -> Module:
    made_class: Any = type(name, (Module,), {})
    found: Module = made_class(*parts, **facts)
    return found


def sequential(*names: str) -> Module:
    return made("Sequential", *(made(name) for name in names))


PROBLEM = TrainingProblem([[1, 2], [2, -1], [-1, 1]], [1, 0, 2], "1/2")


def by_hand(kappa: float) -> float:
    """The objective in which all parameters decay, by loops."""
    total = 0.0
    for x, y in zip(PROBLEM.features, PROBLEM.target, strict=True):
        f = 0.75
        for w, b, alpha in zip(PLAIN["0.weight"], PLAIN["0.bias"], PLAIN["2.weight"][0], strict=True):
            before = float(w @ x) + b
            f += alpha * (before if before > 0 else kappa * before)
        total += (f - y) ** 2 / 2
    return total + 0.25 * sum(float((p**2).sum()) for p in PLAIN.values())


@pytest.mark.parametrize(
    "module",
    [
        sequential("Linear", "ReLU", "Linear"),
        sequential("Flatten", "Linear", "Dropout", "ReLU", "Linear", "Identity"),
        made("Mine", made("Linear"), made("Linear"), made("ReLU"), made("MSELoss")),
        made("Mine", made("Sequential", made("Linear"), made("ReLU")), made("Linear")),
    ],
)
def test_a_module_of_known_parts_is_its_two_layers(module: Module) -> None:
    assert float(audit(PROBLEM, module).objective) == pytest.approx(by_hand(0.0), rel=1e-12)


def test_a_leaky_module_has_its_slope() -> None:
    module = made("Sequential", made("Linear"), made("LeakyReLU", negative_slope=0.25), made("Linear"))
    leaky = TrainingProblem(PROBLEM.X, PROBLEM.y, PROBLEM.beta, "leaky:1/4")
    assert float(audit(leaky, module).objective) == pytest.approx(by_hand(0.25), rel=1e-12)
    with pytest.raises(InputError, match="activation has kappa=1/4, the problem's kappa=0"):
        audit(PROBLEM, module)
    with pytest.raises(InputError, match="activation has kappa=1/4, the problem's kappa=0"):
        assert_global_optimum(PROBLEM, module)


def test_a_module_that_does_not_say_its_activation_has_the_problems() -> None:
    module = made("Mine", made("Linear"), made("Linear"))
    absolute = TrainingProblem(PROBLEM.X, PROBLEM.y, PROBLEM.beta, "abs")
    for problem, kappa, name in ((PROBLEM, 0.0, "ReLU"), (absolute, -1.0, "absolute value")):
        found = audit(problem, module)
        assert float(found.objective) == pytest.approx(by_hand(kappa), rel=1e-12)
        assert f"judged as {name}: the modules do not say their activation" in str(found)


REFUSED = {
    "an activation behind": (
        sequential("Linear", "ReLU", "Linear", "ReLU"),
        r"has 2 activations \(ReLU, ReLU\); a network of two layers has one",
    ),
    "two kinds": (sequential("Linear", "ReLU", "LeakyReLU", "Linear"), r"2 activations \(ReLU, LeakyReLU\)"),
    "the activation last": (sequential("Linear", "Linear", "ReLU"), "ReLU does not stand between its two"),
    "the activation first": (sequential("ReLU", "Linear", "Linear"), "ReLU does not stand between its two"),
    "a smooth output": (sequential("Linear", "ReLU", "Linear", "Sigmoid"), "has the activation Sigmoid"),
    "a clipped one": (sequential("Linear", "Hardtanh", "Linear"), "has the activation Hardtanh; only ReLU"),
    "an unknown part": (
        sequential("Linear", "ReLU", "Linear", "Softmax"),
        "has the part Softmax, and what it does is not known; give the state_dict",
    ),
    "another eps": (
        made("Mine", made("Linear"), made("BatchNorm1d", eps=1e-3), made("ReLU"), made("Linear")),
        "BatchNorm1d with eps=0.001; it is folded with 1e-05 only",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_part_that_would_be_dropped_is_refused_by_name(name: str) -> None:
    module, message = REFUSED[name]
    with pytest.raises(InputError, match=message):
        import_torch_module(module)
    with pytest.raises(InputError, match=message):
        assert_global_optimum(PROBLEM, module)
    found = audit(PROBLEM, module.state_dict())
    assert float(found.objective) == pytest.approx(by_hand(0.0), rel=1e-12)


def test_the_layers_are_those_of_the_state_dict() -> None:
    found = import_torch_module(sequential("Linear", "ReLU", "Linear"))
    assert isinstance(found.network, BiasedNetwork) and found.kappa == 0 and found.origin == "PyTorch"
