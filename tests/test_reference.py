"""The reference of the site is read from the source, with every public name and every module in it.

No example is altered: what a page shows as an example is, letter for letter, what the docstring has, which
the tests run. Public names come first, and the modules behind them after.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import sys
from doctest import DocTestParser
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import duality_checks
import hyperplane_arrangements

ROOT = Path(__file__).parent.parent
PACKAGES = {package.__name__: package for package in (hyperplane_arrangements, duality_checks)}

for needed in ("markdown_it", "mdit_py_plugins", "latex2mathml", "pygments"):
    if not importlib.util.find_spec(needed):
        pytest.skip(f"{needed} is not installed: install the extra docs", allow_module_level=True)

sys.path.insert(0, str(ROOT / ".site"))

from convex_site.docstrings import first_sentence, html  # noqa: E402
from convex_site.modules import read  # noqa: E402
from convex_site.reference import Reference, page_of  # noqa: E402


class Examples(HTMLParser):
    """The text of the examples of a page, by the anchor of the section that they stand in."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._sections: list[str] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._sections.append(given["id"] or "")
        elif tag == "pre" and given.get("class") == "example":
            self._inside = True
            self.found[self._sections[-1] if self._sections else ""] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._sections.pop()
        elif tag == "pre":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found[self._sections[-1] if self._sections else ""] += data


def lines(doc: str) -> str:
    """The example of a docstring, from the interpreter's own reading of it, without its indentation."""
    parts = doc.split("\nExample:\n")
    return inspect.cleandoc(parts[1].split("\n\n" + "Raises:")[0]) if len(parts) > 1 else ""


def examples(text: str) -> list[tuple[str, str]]:
    return [(one.source, one.want) for one in DocTestParser().get_examples(text)]


def documented(value: Any, name: str) -> dict[str, str]:
    """The docstrings of a public value: its own, and those of what a class defines."""
    found = {name: inspect.getdoc(value) or ""}
    for key, member in vars(value).items() if inspect.isclass(value) else ():
        inner = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        inner = getattr(inner, "func", inner)  # a cached property
        if not key.startswith("_") and callable(inner) and inspect.isfunction(inner):
            found[f"{name}.{key}"] = inspect.getdoc(inner) or ""
    return found


def altered(page: str, docs: dict[str, str]) -> list[str]:
    """The names whose example is not in a page as it is in its docstring."""
    shown = Examples(page).found
    return [
        name
        for name, doc in docs.items()
        if examples(shown.get(name, "")) != examples(doc) or shown.get(name, "").strip() != lines(doc)
    ]


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(read(ROOT))


@pytest.fixture(scope="module", params=list(PACKAGES))
def shown(request: pytest.FixtureRequest, reference: Reference) -> tuple[str, str]:
    return request.param, reference.package_page(request.param).body


def test_no_example_of_a_public_name_is_altered(shown: tuple[str, str]) -> None:
    name, page = shown
    package = PACKAGES[name]
    docs = {"": inspect.getdoc(package) or ""}
    for public in package.__all__:
        value = getattr(package, public)
        docs |= documented(value, public) if callable(value) else {}
    assert altered(page, docs) == []
    assert sum(bool(examples(doc)) for doc in docs.values()) > 30


def test_every_public_name_and_method_is_there_and_the_modules_behind(
    shown: tuple[str, str], reference: Reference
) -> None:
    name, page = shown
    package = PACKAGES[name]
    behind = page.index('id="modules"')
    for public in package.__all__:
        value = getattr(package, public)
        for one in documented(value, public) if callable(value) else [public]:
            assert f'<section class="member" id="{one}">' in page[:behind], one
        assert page.index(f'href="#{public}"') < behind
    for module in (ROOT / name).rglob("[a-z]*.py"):
        dotted = ".".join(module.relative_to(ROOT).with_suffix("").parts)
        assert f'href="{dotted}.html"' in page[behind:], dotted
        assert page_of(dotted) in reference.places.values()
        assert dotted.rpartition(".")[0] in reference.modules, f"{module.parent} has no __init__.py"
    assert not re.search(r'href="[^"#]*\._\w*\.html', page)


def test_every_public_name_says_what_it_is(reference: Reference) -> None:
    for full, (_, _, member) in reference.public.items():
        assert first_sentence(member.doc).endswith((".", ":")), full


def test_signatures_are_those_of_the_running_code(reference: Reference) -> None:
    """The arguments that a page shows are those that Python finds."""
    seen = 0
    for full, (package, _, member) in reference.public.items():
        value = getattr(PACKAGES[package], full.rpartition(".")[2])
        if not inspect.isfunction(value):
            continue
        shown = ast.parse("def f" + member.signature[member.signature.index("(") :] + ": ...").body[0]
        assert isinstance(shown, ast.FunctionDef)
        given = [*shown.args.posonlyargs, *shown.args.args, *shown.args.kwonlyargs]
        ours = {one.arg for one in (*given, shown.args.vararg, shown.args.kwarg) if one}
        assert ours == set(inspect.signature(value).parameters), full
        seen += 1
    assert seen > 40


# ------------------------------------------------------------------ the harness itself

DOC = "Add.\n\nExample:\n    >>> Line([1, 2]).chambers() < 3\n    True\n"


def test_an_altered_example_is_caught() -> None:
    """As a name put before the dot, or what the shell would swallow."""
    page = f'<section id="x">{html(DOC, lambda name: name)}</section>'
    assert altered(page, {"x": DOC}) == []
    assert altered(page.replace("chambers", "plane.chambers"), {"x": DOC}) == ["x"]
    assert altered(page.replace("&lt;", "&lt;="), {"x": DOC}) == ["x"]
    assert altered(page.replace("example", "code"), {"x": DOC}) == ["x"]


def test_names_in_prose_are_links_and_those_in_examples_are_not() -> None:
    page = html("See `Line` and :func:`draw`.\n\nExample:\n    >>> Line\n    2\n", lambda name: f"#{name}")
    assert re.findall('href="(.*?)"', page) == ["#Line", "#draw"]


def test_sections_of_a_docstring_are_told_apart() -> None:
    page = html(
        "Add.\n\nArgs:\n    a: one, `x <\n        y`.\n    b: two.\n\nReturns:\n    All.\n", lambda name: None
    )
    assert page == (
        '<p>Add.</p>\n<h5>Arguments</h5><dl class="items"><dt>a</dt><dd>one, <code>x &lt; y</code>.</dd>'
        "<dt>b</dt><dd>two.</dd></dl><h5>Returns</h5><p>All.</p>\n"
    )
