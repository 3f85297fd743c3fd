"""What a type checker and an editor see: names as themselves, though they are imported when first used."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

#: A user's file: every line ends in what `reveal_type` must say of it, without the path of the module.
USER = """
from fractions import Fraction

import numpy as np

import duality_checks
from duality_checks import (
    Lineup, MaxPooling, RationalNetwork, Readout, TrainingProblem, TwoLayerNetwork,
    GatedNetwork, audit, certify, check, prove_interval, stationarity, train,
)
from duality_checks.pytest_plugin import CertifiedProblem
from hyperplane_arrangements import Arrangement, named

problem = TrainingProblem([["0.5", 1], [1.5, Fraction(1, 3)]], (1, "0"), beta="0.1", activation="leaky:1/10")
pooled = TrainingProblem(np.ones((3, 2)), [1, 2], 1, readout=MaxPooling([0, 0, 1]), sample_weights=[1, "2"])
reveal_type(problem)  # TrainingProblem
reveal_type(problem.arrangement)  # Arrangement
reveal_type(TrainingProblem([[1]], [[1, 2]], 1, coupling="2-norm"))  # TrainingProblem
reveal_type(Readout([0, 0, 1]))  # Readout
network = TwoLayerNetwork([[1.0, -1]], [2], "1/10", intercept=Fraction(1, 2), linear=[0, 1])
reveal_type(network)  # TwoLayerNetwork
reveal_type(network.predict([[1, 2]]))  # ndarray
reveal_type(RationalNetwork([["1/3", 1]], ["1/2"]))  # RationalNetwork
reveal_type(TwoLayerNetwork([[1.0]], [[2, -1]]))  # TwoLayerNetwork
reveal_type(GatedNetwork([[1.0, -1.0]], [[2.0, 0.0]], kappa="1/3"))  # GatedNetwork
reveal_type(Lineup((3, 0, 3), (1, "1/2", 2)))  # Lineup
solution = train(problem)
reveal_type(solution)  # Solution
certificate = certify(problem, solution)
reveal_type(certificate)  # Certificate
reveal_type(certificate.lower)  # Fraction
reveal_type(check(problem, certificate))  # Verdict
reveal_type(audit(problem, network))  # Audit
reveal_type(stationarity(problem, network))  # Stationarity
reveal_type(prove_interval(problem, solution))  # IntervalProof
reveal_type(duality_checks.train(problem).network)  # TwoLayerNetwork
lines = Arrangement([["1/2", 0], [0.5, 1]], offsets=[0, "1/3"])
reveal_type(lines.chambers())  # Chambers
reveal_type(lines.flats())  # IntersectionLattice
reveal_type(named("shi_3"))  # Arrangement


def test_a_solver(certified_problem: CertifiedProblem) -> None:
    reveal_type(certified_problem.certificate)  # Certificate
"""


@pytest.mark.parametrize("package", ["duality_checks", "hyperplane_arrangements"])
def test_type_checkers_read_the_names_that_are_imported_when_used(package: str) -> None:
    """The imports for type checkers, the table behind `__getattr__` and `__all__` say the same."""
    module = import_module(package)
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {
        alias.name: step.module
        for step in block.body
        if isinstance(step, ast.ImportFrom) and step.module and alias_of_modules(step) is None
        for alias in step.names
    }
    assert {name: home for name, home in told.items() if name in module._HOME} == module._HOME
    assert set(module.__all__) == set(module._HOME) <= set(dir(module))


def alias_of_modules(step: ast.ImportFrom) -> str | None:
    """`from .pictures import plotting as plotting` makes a module known, no name of one."""
    return next((alias.asname for alias in step.names if alias.asname), None)


@pytest.mark.slow
def test_a_users_file_passes_mypy_strict_and_names_are_themselves(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if find_spec("mypy") is None:
        pytest.skip("needs mypy: pip install '.[lint]'")
    file = tmp_path / "user.py"
    file.write_text(USER, encoding="utf-8")
    kept = pytestconfig.cache.mkdir("mypy") if pytestconfig.cache else tmp_path
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-pretty",
        f"--cache-dir={kept}",
        "--config-file=",
    ]
    ran = subprocess.run([*command, str(file)], cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = {}
    for line in ran.stdout.splitlines():
        if "Revealed type is" in line:
            full = line.split('"')[1]
            said[int(line.split(":")[1])] = full.partition("[")[0].rpartition(".")[2]
    lines = enumerate(USER.splitlines(), start=1)
    wanted = {k: line.rpartition("# ")[2] for k, line in lines if "reveal_type(" in line}
    assert said == wanted
