"""A pytest plugin: instances whose optimum is proven, and arrangements whose chambers are published.

pytest loads this file wherever the distribution is installed, so it imports nothing but pytest until a
fixture is used. Assertions are in :mod:`duality_checks.assertions`, strategies in
:mod:`duality_checks.strategies`.

Example:
    A test that asks for `certified_problem` runs once on each instance::

        def test_my_solver(certified_problem):
            assert my_solver(certified_problem.problem) <= certified_problem.certificate.upper * 1.001
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement

    from .certificate import Certificate
    from .problem import TrainingProblem
    from .training.rounds import Solution

#: What `certified_problem` runs over: small problems, each with something that solvers trip over.
PROBLEMS: dict[str, dict[str, Any]] = {
    "one-feature": {"X": [[1, 1], [2, 1], [3, 1], [4, 1]], "y": [1, 0, 1, 2], "beta": "1/10"},
    "two-features": {
        "X": [[1, 0, 1], [0, 1, 1], [-1, 0, 1], [0, -1, 1], [2, 1, 1], [-1, 2, 1]],
        "y": [1, 1, 1, 1, -1, -1],
        "beta": "1/10",
    },
    "zero-network": {"X": [[1, 0], [0, 1]], "y": [1, 1], "beta": 3},
    "repeated-rows": {"X": [[1, 1], [1, 1], [-2, -2], [0, 0], [1, -1]], "y": [1, 2, 0, 5, -1], "beta": "1/2"},
    "rank-deficient": {"X": [[1, 2, 3], [2, 1, 3], [1, 0, 1], [0, 1, 1]], "y": [1, -1, 2, 0], "beta": "1/4"},
    "tiny-angle": {
        "X": [[1.0, 1.0], [1.0, 1.0000000000000002], [-1.0, 1.0]],
        "y": [1, -1, 1],
        "beta": "1/10",
    },
    "leaky": {"X": [[1, 1], [2, 1], [-1, 1]], "y": [-1, 1, 1], "beta": "1/10", "activation": "leaky:1/10"},
    "absolute-value": {"X": [[1, 1], [-1, 1], [2, -1]], "y": [2, 0, 1], "beta": "1/2", "activation": "abs"},
}

#: What `arrangement_family` runs over: members of families with a published number of chambers.
FAMILIES = (
    "braid_4",
    "type_b_3",
    "type_d_4",
    "g2",
    "resonance_4",
    "threshold_4",
    "threshold_graph_4",
    "cross_polytope_3",
    "near_pencil_6",
    "generic_8_3",
    "shi_3",
    "catalan_3",
    "linial_4",
)

_OURS = {"duality_checks", "hyperplane_arrangements"}


@dataclass(frozen=True, slots=True)
class CertifiedProblem:
    """A problem with a globally optimal network and the proof of it.

    Attributes:
        name: its key in :data:`PROBLEMS`.
        problem: the problem.
        solution: the network and its dual.
        certificate: `lower <= p* <= upper`, checked by the independent checker before the test starts.
    """

    name: str
    problem: TrainingProblem
    solution: Solution
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class PublishedArrangement:
    """An arrangement with the number of its chambers from the literature.

    Attributes:
        name: as :func:`hyperplane_arrangements.families.named` takes it.
        arrangement: the arrangement.
        chambers: the published number.
        citation: where it is published.
    """

    name: str
    arrangement: Arrangement
    chambers: int
    citation: str


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Take our packages off the list of those whose assertions pytest rewrites; remove what it wrote so far.

    It puts every package of a distribution with a plugin on that list, and keeps each module it has rewritten
    beside the code, in a file that no uninstall knows. pytest has no public name for the list; where it has
    another one some day, those files stay, and nothing else changes.
    """
    hook: Any = pluginmanager.rewrite_hook
    with suppress(AttributeError):  # --assert=plain rewrites nothing
        hook._must_rewrite -= _OURS
        hook._marked_for_rewrite_cache.clear()
    for name in [name for name in sys.modules if name.partition(".")[0] in _OURS]:
        source = Path(sys.modules[name].__file__ or "")
        with suppress(OSError):
            for written in (source.parent / "__pycache__").glob(f"{source.stem}.*-pytest-*.pyc"):
                written.unlink(missing_ok=True)
            (source.parent / "__pycache__").rmdir()  # where nothing else is in it


@pytest.fixture(scope="session", params=PROBLEMS)
def certified_problem(request: pytest.FixtureRequest) -> CertifiedProblem:
    """A :class:`CertifiedProblem`; the test runs once for each of :data:`PROBLEMS`."""
    from .certificate import certify, check
    from .problem import TrainingProblem
    from .training.columns import train

    problem = TrainingProblem(**PROBLEMS[request.param])
    solution = train(problem)
    certificate = certify(problem, solution)
    check(problem, certificate).require()
    return CertifiedProblem(request.param, problem, solution, certificate)


@pytest.fixture(scope="session", params=FAMILIES)
def arrangement_family(request: pytest.FixtureRequest) -> PublishedArrangement:
    """A :class:`PublishedArrangement`; the test runs once for each of :data:`FAMILIES`."""
    from hyperplane_arrangements.families import FAMILIES as families
    from hyperplane_arrangements.families import named

    words = request.param.split("_")
    numbers = [int(word) for word in words if word.isdecimal()]
    family = families["_".join(word for word in words if not word.isdecimal())]
    count = family.chambers(*numbers)
    assert count is not None, f"no count is published for {request.param}"
    return PublishedArrangement(request.param, named(request.param), count, family.citation)
