"""What does not fit a problem is refused by name, by every function that takes a network."""

from __future__ import annotations

import ast
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import duality_checks
from duality_checks import (
    TrainingProblem,
    TwoLayerNetwork,
    assert_global_optimum,
    assert_stationary,
    assert_strong_duality,
    certify,
    clarke_stationary,
    from_state_dict,
    prove_interval,
    stationarity,
    train,
)
from duality_checks.approximation.ascents import proven_interval
from duality_checks.approximation.subsets import interval
from duality_checks.exact.judged import fit_of, fitting, judged, objective_of
from duality_checks.networks.rational import RationalNetwork
from duality_checks.optima.optimal_set import optimal_set
from duality_checks.optima.spanning import corrected
from duality_checks.stationary_points.blocks import (
    adjacent_blocks,
    face_blocks,
    is_autodiff_stationary,
    selected_blocks,
)
from duality_checks.stationary_points.descent import settle
from duality_checks.stationary_points.escape import improving_neuron
from duality_checks.stationary_points.polyhedral import objective as polyhedral_objective
from duality_checks.stationary_points.polyhedral_clarke import (
    loss_slope,
    polyhedral_subdifferentials,
    product_faces,
)
from duality_checks.stationary_points.selections import blocks_around, directional, directional_when_split
from duality_checks.stationary_points.stationary import first_order
from hyperplane_arrangements.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

ROWS = [(1, 1), (2, 1), (-3, 1)]
TARGETS = [1, Fraction(-1, 2), 2]
BETA = Fraction(1, 8)


HIDDEN, OUTPUT = [[0.5, 1.0], [1.0, -0.5], [0.25, 0.0]], [1.0, -1.0, 2.0]
MISFITS = {
    "biases beside all columns": (
        lambda: from_state_dict(
            {"0.weight": HIDDEN, "0.bias": np.full(3, 100.0), "2.weight": [OUTPUT], "2.bias": [55.0]}
        ),
        r"the network has biases beside 2 inputs, but X has 2 columns, 1 of them of ones; state the problem",
    ),
    "an intercept": (
        lambda: RationalNetwork([], [], 7),
        r"the network has an (output )?intercept.* the problem",
    ),
    "a linear skip": (lambda: RationalNetwork([], [], 0, [1, 0]), "linear skip"),
    "another activation": (
        lambda: TwoLayerNetwork(HIDDEN, OUTPUT, kappa=-1),
        "the network's activation has kappa=-1, the problem's kappa=0",
    ),
    "more inputs": (lambda: TwoLayerNetwork(np.ones((3, 3)), OUTPUT), "takes 3 inputs but the data has 2"),
    "a transposed layer": (
        lambda: SimpleNamespace(hidden=np.transpose(HIDDEN), output=OUTPUT),
        "hidden has 2 rows and output 3 entries",
    ),
    "a flat layer": (
        lambda: SimpleNamespace(hidden=np.ravel(HIDDEN), output=OUTPUT),
        r"hidden\[0\] is 0.5; give a sequence of numbers",
    ),
    "imaginary parts": (
        lambda: SimpleNamespace(hidden=np.array(HIDDEN) + 1j, output=OUTPUT),
        "a complex number; give a real one",
    ),
    "an imaginary intercept": (
        lambda: SimpleNamespace(hidden=HIDDEN, output=OUTPUT, intercept=1j),
        "intercept is 1j, a complex number",
    ),
    "several outputs": (
        lambda: TwoLayerNetwork(HIDDEN, np.ones((3, 2)), 0),
        r"is a TwoLayerNetwork with output weights of shape \(3, 2\), and the problem has one output",
    ),
    "weights that are not finite": (
        lambda: SimpleNamespace(hidden=HIDDEN, output=[1.0, np.nan, 0.0]),
        r"output\[1\] is nan; drop or impute it",
    ),
    "biases of another number": (
        lambda: SimpleNamespace(hidden=HIDDEN, output=OUTPUT, biases=[1.0]),
        "biases has 1 entries but there are 3 neurons",
    ),
    "no network": (lambda: 3, "network is of type int; give a TwoLayerNetwork"),
    "nothing": (lambda: None, "network is of type NoneType; give a TwoLayerNetwork"),
}


ZEROS = (Fraction(0),) * len(ROWS)
# Functions of a problem and a network, by name.
JUDGES: dict[str, Callable[[TrainingProblem, Any], Any]] = {
    "judged": judged,
    "objective_of": objective_of,
    "fit_of": fit_of,
    "fitting": fitting,
    "proven_interval": proven_interval,
    "assert_global_optimum": assert_global_optimum,
    "assert_stationary": assert_stationary,
    "stationarity": stationarity,
    "first_order": first_order,
    "improving_neuron": improving_neuron,
    "settle": settle,
    "face_blocks": face_blocks,
    "adjacent_blocks": adjacent_blocks,
    "selected_blocks": lambda problem, network: selected_blocks(problem, network, 1),
    "is_autodiff_stationary": lambda problem, network: is_autodiff_stationary(problem, network, 1),
    "corrected": lambda problem, network: corrected(problem, network, problem.y),
    "interval": lambda problem, network: interval(problem, network, ZEROS, Fraction(1), "none"),
}
POLYHEDRAL_JUDGES: dict[str, Callable[[TrainingProblem, Any], Any]] = {
    "clarke_stationary": clarke_stationary,
    "polyhedral_subdifferentials": polyhedral_subdifferentials,
    "product_faces": product_faces,
    "loss_slope": loss_slope,
    "objective": polyhedral_objective,
    "blocks_around": blocks_around,
    "directional": directional,
    "directional_when_split": directional_when_split,
    "assert_global_optimum": assert_global_optimum,
}
# Functions of a problem and of anything with a network and a dual.
PROPOSED: dict[str, Callable[[TrainingProblem, Any], Any]] = {
    "certify": certify,
    "assert_strong_duality": assert_strong_duality,
    "prove_interval": prove_interval,
    "optimal_set": optimal_set,
}
# These read other parts of what they are given, or say nothing of a network.
ASKED_ELSEWHERE = {
    "audit": "in test_judged_networks and test_auditing: it has a place for biases that the problem has not",
    "place": "as audit",
    "native": "returns what the others judge",
    "exact_parts": "certify with a polyhedral norm",
    "skip_of": "of a judged network",
    "norm_above": "of the weights alone",
    "chambers_of_neurons": "of the active neurons alone",
    "with_best_skip": "replaces the skip",
    "settled": "one step of training",
    "narrowed_network": "likewise",
    "certify_read": "what certify calls",
    "spots": "of the network that a training begins with",
    "neurons_of": "likewise",
    "active_of": "of the network that a training ends in",
}


def test_every_function_of_a_problem_and_a_network_is_asked() -> None:
    found = set()
    for path in Path(duality_checks.__file__).parent.rglob("*.py"):
        if path.parent.name in ("theorems", "commands", "reports"):  # networks of their own, or shown
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                names = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
                if "problem" in names and names & {"network", "solution"}:
                    found.add(node.name)
    assert found == {*JUDGES, *POLYHEDRAL_JUDGES, *PROPOSED, *ASKED_ELSEWHERE}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_is_refused_by_name_everywhere(name: str) -> None:
    make, message = MISFITS[name]
    problem = TrainingProblem(ROWS, TARGETS, BETA)
    solution = train(problem)
    proposal = SimpleNamespace(network=make(), dual=solution.dual)
    for judge in JUDGES.values():
        with pytest.raises(InputError, match=message):
            judge(problem, proposal.network)
    for judge in PROPOSED.values():
        with pytest.raises(InputError, match=message):
            judge(problem, proposal)
    polyhedral = TrainingProblem(ROWS, TARGETS, BETA, penalty="1-norm")
    with pytest.raises(InputError, match=message):
        certify(polyhedral, proposal)
    for judge in POLYHEDRAL_JUDGES.values():
        with pytest.raises(InputError, match=message):
            judge(polyhedral, proposal.network)
    if not isinstance(proposal.network, (TwoLayerNetwork, type(None))):
        with pytest.raises(InputError, match="start is of type"):
            train(problem, start=proposal.network)
