"""Nothing imports upwards: the graph of imports, those inside functions and for types alone included.

It is read from the source. The floors are written in CONTRIBUTING, lowest first; whoever imports a higher
one, a neighbour on the same floor, or in a circle, fails here, and so does a private name used outside its
module.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("hyperplane_arrangements", "duality_checks")


@dataclass(frozen=True)
class Import:
    """One name that a module takes from another of its package; no name where it takes the module."""

    by: str
    of: str
    name: str | None


def modules(package: Path) -> dict[str, Path]:
    """The modules of a package by their dotted names, packages by that of their `__init__`."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """All that is in a source, read once for all tests."""
    return tuple(ast.walk(ast.parse(source)))


def imports(package: Path) -> Iterator[Import]:
    """Every import from the package inside it, at any depth of the source."""
    known = modules(package)
    for by, path in known.items():
        for node in nodes(path.read_text(encoding="utf-8")):
            if isinstance(node, ast.ImportFrom):
                yield from _from(node, by, path, known)
            elif isinstance(node, ast.Import):
                yield from (Import(by, alias.name, None) for alias in node.names if alias.name in known)


def _from(node: ast.ImportFrom, by: str, path: Path, known: dict[str, Path]) -> Iterator[Import]:
    home = by.split(".") if path.name == "__init__.py" else by.split(".")[:-1]
    base = home[: len(home) - node.level + 1] if node.level else []
    of = ".".join([*base, *(node.module or "").split(".")]).strip(".")
    for alias in node.names:
        if f"{of}.{alias.name}" in known:
            yield Import(by, f"{of}.{alias.name}", None)
        elif of in known:
            yield Import(by, of, alias.name)


def circles(package: Path) -> list[list[str]]:
    """The modules that import each other in circles."""
    graph = nx.DiGraph((step.by, step.of) for step in imports(package))
    loops = [[by] for by, of in graph.edges if by == of]
    return loops + [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1]


def floors(text: str, package: str) -> list[list[str]]:
    """The rooms on each floor as CONTRIBUTING lists them: `package: a -> b, c -> d`, over several lines."""
    block = re.search(rf"^{package}:(.*(?:\n +.*)*)", text, re.MULTILINE)
    assert block, f"CONTRIBUTING has no floors of {package}"
    return [re.findall(r"\w+", floor) for floor in block[1].split("->")]


def upward(package: Path, levels: list[list[str]]) -> list[str]:
    """The imports of a room that is not lower; the package itself, its `__init__`, is above all."""
    height = {room: k for k, level in enumerate(levels) for room in level}
    found = []
    for step in imports(package):
        rooms = [name.split(".")[1] if "." in name else None for name in (step.by, step.of)]
        above, below = (len(levels) if room is None else height.get(room) for room in rooms)
        unknown = above is None or below is None
        if unknown or (rooms[0] != rooms[1] and above <= below):
            found.append(f"{step.by} imports {step.of}")
    return found


def private(package: Path) -> list[str]:
    """Names with an underscore that are imported, or reached through an imported module."""
    steps = list(imports(package))
    found = [f"{step.by} imports {step.name} of {step.of}" for step in steps if _is_private(step.name)]
    taken = {(step.by, step.of.rpartition(".")[2]) for step in steps if step.name is None}
    for by, path in modules(package).items():
        for node in nodes(path.read_text(encoding="utf-8")):
            match node:
                case ast.Attribute(ast.Name(id), name) if (by, id) in taken and _is_private(name):
                    found.append(f"{by} uses {id}.{name}")
    return found


def _is_private(name: str | None) -> bool:
    return name is not None and name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_circles(package: str) -> None:
    assert circles(ROOT / package) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_imports_upwards(package: str) -> None:
    levels = floors((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), package)
    assert upward(ROOT / package, levels) == []
    rooms = {name.split(".")[1] for name in modules(ROOT / package) if "." in name}
    assert rooms == {room for level in levels for room in level}


def test_the_tour_of_a_reader_only_goes_on_to_what_is_imported() -> None:
    """Each stop is a module with a name that is told, and a stop before it imports it."""
    package = ROOT / "duality_checks"
    stops = re.findall(
        r"^\d+\. `([\w/]+)\.py`:(.*)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE
    )
    steps = {(step.by, step.of) for step in imports(package)}
    names = [f"duality_checks.{path.replace('/', '.')}" for path, _ in stops]
    assert len(names) == 10
    for k, (name, (path, told)) in enumerate(zip(names, stops, strict=True)):
        assert k == 0 or any((earlier, name) in steps for earlier in names[:k]), name
        source = (package / f"{path}.py").read_text("utf-8")
        assert all(word in source for word in re.findall(r"`(\w+)`", told)), name


@pytest.mark.parametrize("package", PACKAGES)
def test_no_private_name_leaves_its_module(package: str) -> None:
    assert private(ROOT / package) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_says_what_it_is(package: str) -> None:
    rooms = {path.parent for path in modules(ROOT / package).values()}
    assert [str(room) for room in rooms if not (room / "README.md").is_file()] == []


def package_of(folder: Path, **sources: str) -> Path:
    """A package `house` with a module for each source; double underscores in names are folders."""
    for name, source in {"__init__": "", **sources}.items():
        path = folder / "house" / (name if name == "__init__" else name.replace("__", "/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(source)
    return folder / "house"


def test_circles_are_seen_through_functions_and_types(tmp_path: Path) -> None:
    late = "def f():\n    from .b import g\n"
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.a import f\n"
    assert circles(package_of(tmp_path, a=late, b=typed)) == [["house.a", "house.b"]]
    assert circles(package_of(tmp_path, a=late, b="import math\n")) == []


def test_a_step_up_or_sideways_is_seen(tmp_path: Path) -> None:
    house = package_of(
        tmp_path, low__x="from ..high import y\n", high__y="", left="from . import right", right=""
    )
    levels = [["low"], ["high"], ["left", "right"]]
    assert upward(house, levels) == ["house.left imports house.right", "house.low.x imports house.high.y"]
    assert upward(house, levels[::-1]) == ["house.left imports house.right"]
    assert upward(house, [["high"], ["low"], ["right"], ["left"]]) == []


def test_private_names_are_seen(tmp_path: Path) -> None:
    house = package_of(tmp_path, a="_x = 1", b="from .a import _x", c="from . import a\na._x")
    assert private(house) == ["house.b imports _x of house.a", "house.c uses a._x"]
    assert private(package_of(tmp_path, b="from .a import x", c="from . import a\na.__name__")) == []


def test_floors_are_read_over_several_lines() -> None:
    text = "list:\n\nhouse: a -> b, c\n  -> d\nother: e\n"
    assert floors(text, "house") == [["a"], ["b", "c"], ["d"]]
    with pytest.raises(AssertionError, match="no floors of hut"):
        floors(text, "hut")
