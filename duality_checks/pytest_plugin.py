"""A pytest plugin: instances whose optimum is proven, and arrangements whose chambers are published.

pytest loads this file wherever the distribution is installed, so it imports nothing but pytest until a
fixture is used. Assertions are in :mod:`duality_checks.assertions`, strategies in
:mod:`duality_checks.strategies`.

Options: `--certified-problems` and `--arrangement-families` choose by names and patterns, as in
`--certified-problems=leaky,tiny*`; `--certified-gap` is the relative gap that the fixture `assert_solves`
claims. The header says what there is, the summary how solvers did.

Example:
    A test that asks for `certified_problem` runs once on each instance, and one that asks for `assert_solves`
    runs a solver on all of them::

        def test_my_solver(certified_problem):
            assert my_solver(certified_problem.problem) <= certified_problem.certificate.upper * 1.001

        def test_my_solver_on_all(assert_solves):
            assert_solves(my_solver)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .interfaces.instances import PROBLEMS as PROBLEMS
from .interfaces.instances import CertifiedProblem as CertifiedProblem
from .interfaces.instances import certified

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement

    from .interfaces.solving import Scorecard

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


#: What chooses among the parameters of which fixture.
_CHOICES = {
    "certified_problem": ("--certified-problems", tuple(PROBLEMS)),
    "arrangement_family": ("--arrangement-families", FAMILIES),
}
_GAP = 1e-6
_TOLD = "convex-landscape"  # the property of a test that says how a solver did


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """The options, and pytest's hands off our packages."""
    group = parser.getgroup("convex-landscape", "certified problems and published arrangements")
    for fixture, (option, names) in _CHOICES.items():
        about = (
            f"run `{fixture}` over these only: names or patterns, joined by commas (of: {', '.join(names)})"
        )
        group.addoption(option, metavar="NAMES", help=about)
    about = f"the relative gap that the fixture `assert_solves` claims (default: {_GAP:g})"
    group.addoption("--certified-gap", metavar="GAP", type=float, default=_GAP, help=about)
    _leave_us_as_we_are(pluginmanager)


def _leave_us_as_we_are(pluginmanager: pytest.PytestPluginManager) -> None:
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


def _chosen(config: pytest.Config, fixture: str) -> list[str]:
    """The names that an option chooses, in their order.

    Raises:
        UsageError: a name or pattern that fits none.
    """
    option, names = _CHOICES[fixture]
    asked = config.getoption(option)
    if asked is None:
        return list(names)
    patterns = [pattern.strip() for pattern in asked.split(",") if pattern.strip()]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise pytest.UsageError(f"{option}: {pattern!r} fits none of {', '.join(names)}")
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def pytest_report_header(config: pytest.Config) -> str:
    """What there is to test against."""
    problems, families = (len(_chosen(config, fixture)) for fixture in _CHOICES)
    gap = config.getoption("--certified-gap")
    return f"convex-landscape: {problems} certified problems (gap {gap:g}), {families} published arrangements"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests on what the options do not choose."""
    chosen = {fixture: set(_chosen(config, fixture)) for fixture in _CHOICES}

    def is_chosen(item: pytest.Item) -> bool:
        given = getattr(getattr(item, "callspec", None), "params", {})
        return all(given.get(fixture, name) in names for fixture, names in chosen.items() for name in names)

    left = [item for item in items if not is_chosen(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if is_chosen(item)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which instance a test runs on, for the summary and for reports in XML."""
    given = getattr(getattr(item, "callspec", None), "params", {})
    item.user_properties += [(fixture, given[fixture]) for fixture in _CHOICES if fixture in given]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many tests ran on instances of ours, and how solvers did; nothing where none asked for any."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if getattr(report, "when", None) == "call"
    ]
    told = [pair for report in reports for pair in report.user_properties]
    names = {fixture: {name for key, name in told if key == fixture} for fixture in _CHOICES}
    lines = [text for key, text in told if key == _TOLD]
    counts = [
        f"{len(names[fixture])} {what}"
        for fixture, what in zip(_CHOICES, ("certified problems", "published arrangements"), strict=True)
        if names[fixture]
    ]
    if counts:
        lines.insert(0, f"tests ran on {' and '.join(counts)}")
    for line in lines:
        terminalreporter.write_line(f"convex-landscape: {line}")


@pytest.fixture(scope="session", params=PROBLEMS)
def certified_problem(request: pytest.FixtureRequest) -> CertifiedProblem:
    """A :class:`CertifiedProblem`; the test runs once for each of :data:`PROBLEMS`."""
    return certified(request.param)


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


@pytest.fixture
def assert_solves(request: pytest.FixtureRequest) -> Callable[..., Scorecard]:
    """:func:`duality_checks.assert_solves` with what the options say: which problems, and the gap."""
    config, node = request.config, request.node

    def judge(solver: Callable[[Any], Any], **options: Any) -> Scorecard:
        __tracebackhide__ = True
        from .interfaces.solving import score

        chosen: dict[str, Any] = {
            "gap": config.getoption("--certified-gap"),
            "problems": _chosen(config, "certified_problem"),
        }
        card = score(solver, **{**chosen, **options})
        node.user_properties.append((_TOLD, card.headline))
        if not card.is_perfect:
            raise AssertionError(str(card))
        return card

    return judge
