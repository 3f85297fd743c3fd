"""The notebooks and the page on testing solvers: their code runs, prints what it says, and opens in Jupyter.

Notebooks are MyST Markdown: fenced ``{code-cell}`` blocks that run in order in one namespace, as in a kernel.
The ``python`` blocks of a folded solution run there too. What cells draw is stored for who reads the page;
``NEW_PICTURES=1`` in the environment stores it anew.
"""

from __future__ import annotations

import importlib.util
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from drawings import check_pictures, keep_if_asked
from pages import folds

pytest_plugins = ["pytester"]

FOLDER = Path(__file__).parent.parent / "proofs_notes"
NOTEBOOKS = sorted(FOLDER.glob("notebook-*.md"))
PAGE = FOLDER / "testing-your-own-solver.md"
CELL = re.compile(r"^```\{code-cell\} ipython3\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```python\n(.*?)^```$(?:\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
JUPYTER = all(map(importlib.util.find_spec, ("jupytext", "nbclient", "ipykernel")))


def run(text: str, name: str, blocks: re.Pattern[str]) -> dict[str, Any]:
    """Run the blocks of a text in one namespace; a failure names the text's own line.

    Raises:
        AssertionError: something else is printed than the text says.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks.finditer(text):
        line = text[: block.start(1)].count("\n")
        printed = StringIO()
        with redirect_stdout(printed):
            exec(compile("\n" * line + block[1], name, "exec"), namespace)
        expected = block[2] if block.re.groups > 1 else None
        if expected is not None:
            assert printed.getvalue() == expected, f"{name}, block at line {line + 1}"
    return namespace


@pytest.fixture(autouse=True)
def no_figures_left() -> Any:
    """Figures are drawn off screen and closed."""
    import matplotlib

    matplotlib.use("agg")
    yield
    from matplotlib import pyplot

    pyplot.close("all")


def test_there_are_four_notebooks() -> None:
    assert len(NOTEBOOKS) == 4


#: Around the cells of a notebook: figures stay open to the end, and are then saved as those of notes are.
FIRST = "%config InlineBackend.close_figures = False"
LAST = """from matplotlib import pyplot as _pyplot
from hyperplane_arrangements.pictures.panels import save_svg as _save
for _k, _number in enumerate(_pyplot.get_fignums(), 1):
    _save(_pyplot.figure(_number).axes[0], f"{folder}/pictures/{name}-{{_k}}.svg")"""


def solved(text: str) -> str:
    """A notebook whose solutions are cells of code as well."""
    return text.replace("```python\n", "```{code-cell} ipython3\n")


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_its_pictures(notebook: Path, tmp_path: Path) -> None:
    """In a kernel, as its readers run it; in one namespace where Jupyter is not installed."""
    text = notebook.read_text(encoding="utf-8")
    assert len(CELL.findall(text)) == text.count("```{code-cell}") >= 7
    assert "assert " in text and "**To try.**" in text
    pictures = re.findall(r"^!\[.*\]\(pictures/(.*)\)$", text, re.MULTILINE)
    assert pictures == [f"{notebook.stem}-{k}.svg" for k in range(1, len(pictures) + 1)]
    last = LAST.format(folder=tmp_path, name=notebook.stem)
    if JUPYTER:
        assert run_in_a_kernel(solved(text), last) == len(pictures)
        # Written back, the text is the same: nothing is lost in Jupyter.
        import jupytext

        again = jupytext.writes(jupytext.reads(text, fmt="md:myst"), fmt="md:myst")
        assert CELL.findall(again) == CELL.findall(text)
    else:
        run(solved(text), notebook.name, CELL)
        exec(last)
    keep_if_asked(tmp_path, FOLDER)
    check_pictures(text, notebook.name, tmp_path, FOLDER)


def run_in_a_kernel(text: str, last: str) -> int:
    """Run a notebook, then the last cell; how many pictures it shows.

    Raises:
        CellExecutionError: a cell fails.
    """
    import jupytext
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell

    document = jupytext.reads(text, fmt="md:myst")
    document.cells = [new_code_cell(FIRST), *document.cells, new_code_cell(last)]
    NotebookClient(document, timeout=120, kernel_name="python3").execute()
    shown = [output for cell in document.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in shown)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_solution_of_a_notebook_folds(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8")
    # Jupyter shows a fold only if it is whole in one cell, so its code is not a cell of its own.
    assert folds(text[text.index("**To try.**") :], least=1) == []
    assert "{code-cell}" not in text[text.index("**To try.**") :]


def test_the_page_on_testing_solvers_does_what_it_says() -> None:
    namespace = run(PAGE.read_text(encoding="utf-8"), PAGE.name, FENCE)
    with pytest.raises(AssertionError, match="not a global optimum"):
        namespace["assert_global_optimum"](
            namespace["instance"], namespace["solve_wrongly"](namespace["instance"])
        )


@pytest.mark.usefixtures("kernels_kept")
def test_the_page_runs_under_pytest_with_its_fixtures(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    code = "\n\n".join(block[0] for block in FENCE.findall(PAGE.read_text(encoding="utf-8")))
    pytester.makepyfile(code.replace("\ntest_solver()\n", "\n"))
    result = pytester.runpytest_subprocess(
        "-q", "-p", "no:cacheprovider", "-p", "duality_checks.pytest_plugin"
    )
    outcomes = result.parseoutcomes()
    assert set(outcomes) == {"passed"} and outcomes["passed"] > 20, str(result.stdout)


def test_the_readme_leads_to_the_page_and_the_notebooks() -> None:
    text = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for path in (PAGE, *NOTEBOOKS):
        assert f"(proofs_notes/{path.name})" in text, path.name


# ------------------------------------------------------------------ the harness itself


def test_a_cell_that_fails_is_caught_at_its_line() -> None:
    with pytest.raises(AssertionError) as caught:
        run("# x\n\n```{code-cell} ipython3\nassert 1 == 2\n```\n", "broken.md", CELL)
    assert caught.traceback[-1].lineno == 3


def test_other_output_than_printed_is_caught() -> None:
    good = "```python\nprint(2)\n```\n```text\n2\n```\n"
    run(good, "good.md", FENCE)
    with pytest.raises(AssertionError, match=r"bad\.md, block at line 2"):
        run(good.replace("print(2)", "print(3)"), "bad.md", FENCE)
