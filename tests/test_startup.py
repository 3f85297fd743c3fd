"""Start-up stays cheap: what an import loads is a set of modules, the same on every machine."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "cdd",
    "clarabel",
    "cvxpy",
    "dask",
    "flint",
    "hypothesis",
    "matplotlib",
    "networkx",
    "numba",
    "onnx",
    "rich",
    "scipy",
    "sklearn",
    "sympy",
    "torch",
}


def loaded_after(code: str) -> set[str]:
    """The top-level modules of a fresh interpreter after it ran ``code``."""
    report = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(run.stdout.splitlines()[-1]))


@pytest.mark.parametrize("package", ["hyperplane_arrangements", "duality_checks"])
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    assert not loaded_after(f"import {package}") & (HEAVY | {"click"})


def test_importing_the_main_names_loads_nothing_heavy() -> None:
    code = (
        "import hyperplane_arrangements.errors\nfrom duality_checks import TrainingProblem, TwoLayerNetwork"
    )
    assert not loaded_after(code) & (HEAVY | {"click"})


def test_help_loads_click_and_not_even_numpy() -> None:
    code = "from duality_checks.cli import main\nassert main(['--help']) == main(['certify', '--help']) == 0"
    loaded = loaded_after(code)
    assert "click" in loaded
    assert not loaded & (HEAVY | {"numpy"})


def test_a_check_runs_without_any_of_the_heavy_modules() -> None:
    code = "from duality_checks.cli import main\nassert main(['check', 'nowhere.json', 'nowhere.json']) == 2"
    assert not loaded_after(code) & (HEAVY | {"numpy"})


def test_the_pictures_of_a_page_load_nothing_heavy() -> None:
    code = """
import numpy as np
from duality_checks import TrainingProblem, TwoLayerNetwork
from duality_checks.reports.drawing.svg import svg
from duality_checks.reports.function_picture import function_picture
from duality_checks.reports.html import html
rng = np.random.default_rng(1)
X = np.column_stack([rng.normal(size=(9, 2)), np.ones(9)])
problem = TrainingProblem(X, X[:, 0] * X[:, 1], beta=1)
network = TwoLayerNetwork([[1.0, 2.0, 0.5], [1.0, -1.0, 0.0]], [1.0, -1.0])
text = svg(function_picture(problem, network), name="a", label="b", size=(4, 3))
assert text.count("<image") == 2
"""
    assert not loaded_after(code) & {"PIL", "matplotlib"}


def test_the_measurement_sees_a_heavy_import() -> None:
    assert "sympy" in loaded_after("import sympy")
