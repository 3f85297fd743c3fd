"""A theorem on a page: its numbers are those of the definitions, and all of them are there."""

from __future__ import annotations

import json
import re
import shlex
from fractions import Fraction
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from bias_forgeries import honest as honest_biases
from cover_forgeries import covered, honest, with_term
from hypothesis import given, settings
from hypothesis.strategies import data, fractions, integers, lists, tuples
from scipy.optimize import nnls

from duality_checks import TrainingProblem, certify, checker, train
from duality_checks.cli import main
from duality_checks.reports.explaining import blocks
from duality_checks.reports.explaining.blocks import Heading, Paragraph, Table
from duality_checks.reports.explaining.cones import cones, shortened
from duality_checks.reports.explaining.numbers import chamber_rows, compared, conjugates, losses, outputs
from duality_checks.reports.explaining.theorem import explained
from duality_checks.strategies import training_problems
from hyperplane_arrangements.errors import InputError

F = Fraction
EXAMPLE = Path(__file__).parents[4] / "proofs_notes" / "a-theorem-on-a-page.md"
# Three samples in the plane, the 1-norm, beta = 1; the gap is zero.
PROBLEM = {
    "format": "convex-landscape problem",
    "version": 1,
    "loss": "squared",
    "penalty": "1-norm",
    "readout": "identity",
    "kappa": "0",
    "beta": "1",
    "X": [["1", "-1"], ["1", "2"], ["-1", "1"]],
    "y": ["-1", "-1", "2"],
}
CERTIFICATE = {
    "format": "convex-landscape certificate",
    "version": 1,
    "lower": "9/4",
    "upper": "9/4",
    "dual": ["-1/2", "-1/2", "1"],
    "network": {"hidden": [["-2/3", "1/3"], ["1", "0"]], "output": ["1", "-1/2"]},
    "chambers": [
        {"witness": ["1", "-2"], "plus": {}, "minus": {}},
        {"witness": ["-1", "2"], "plus": {"1": "1/2"}, "minus": {"0": "3/4"}},
        {"witness": ["1", "0"], "plus": {}, "minus": {}},
        {"witness": ["-1", "0"], "plus": {}, "minus": {}},
    ],
}


def example() -> tuple[str, str]:
    problem = json.dumps(PROBLEM)
    return problem, json.dumps({**CERTIFICATE, "problem": checker.read_problem(problem).digest})


def read(problem: str, certificate: str) -> tuple[checker.Problem, checker.Certificate]:
    stated = checker.read_problem(problem)
    shape = len(stated.target), len(stated.rows), len(stated.rows[0]), len(stated.skips)
    return stated, checker.read_certificate(checker.parse(certificate, "certificate"), *shape)


@settings(max_examples=25)
@given(training_problems())
def test_the_numbers_of_a_page_are_those_that_the_checker_compares(problem: TrainingProblem) -> None:
    stated, found = read(problem.to_json(), certify(problem, train(problem)).to_json())
    system = checker.scaled(stated, found.dual)
    rows = chamber_rows(stated, found.dual, found.chambers)
    assert len(rows) == 2 * len(found.chambers)
    for row in rows:
        signs = bytes(sign == "+" for sign in row.signs)
        gradient = [value if row.sign == "+" else -value for value in system.gradient(signs)]
        norm, beta = system.squares(*system.moved(gradient, signs, row.multipliers))
        square = 1 if stated.penalty == "2-norm" else 2
        assert Fraction(norm, beta) == (row.size / row.limit) ** square
        assert row.size <= row.limit
    values = outputs(stated, found)
    assert sum(losses(stated, values)) <= found.upper
    assert sum(conjugates(stated, found.dual)) >= found.lower
    if not stated.decayed:
        assert sum(conjugates(stated, found.dual)) == found.lower


@pytest.mark.parametrize("options", [{}, {"activation": "leaky:-3"}, {"free": "decayed-intercept"}], ids=str)
def test_the_cones_of_a_page_are_those_that_the_checker_compares(options, monkeypatch) -> None:
    problem = with_term(options)
    stated, found = read(problem.to_json(), covered(problem, train(problem)).to_json())
    compared = []
    monkeypatch.setattr(
        checker, "leaf_is_bounded", lambda square, limit, where: compared.append(Fraction(square, limit))
    )
    checker.cover_proves(stated, found.dual, found.cover)
    assert [cone.share for cone in cones(stated, found.dual, found.cover)] == compared
    assert max(compared) <= 1


def landscape(problem: checker.Problem, dual: tuple[Fraction, ...], u: list[Fraction]) -> Fraction:
    """z'phi(Xu), from the definition."""
    products = (sum(a * b for a, b in zip(row, u, strict=True)) for row in problem.rows)
    return sum(
        (dual[i] * max(t, problem.kappa * t) for i, t in zip(problem.samples, products, strict=True)),
        Fraction(0),
    )


@pytest.mark.parametrize("options", [{}, {"activation": "leaky:-3"}, {"readout": [0, 0, 1, 1, 2, 2, 3, 3]}])
def test_on_each_cone_of_a_page_the_landscape_is_below_two_linear_functions(options) -> None:
    problem = with_term(options)
    stated, found = read(problem.to_json(), covered(problem, train(problem)).to_json())
    touched = 0
    for cone in cones(stated, found.dual, found.cover):
        corners = list(product(*({a, b} for a, b in cone.box)))
        for w in [*corners, cone.point]:
            c, e = (sum(a * b for a, b in zip(v, w, strict=True)) for v in (cone.above, cone.short))
            value = landscape(stated, found.dual, list(w))
            value = value if cone.sign == "+" else -value
            assert value <= c <= e
            touched += value == c
        square = sum(x * x for x in cone.short)
        assert square <= cone.share * stated.beta**2 <= stated.beta**2
        assert all(0 <= slope <= 1 for slope in cone.slopes.values())
    assert touched > 0  # c is the landscape itself where all rows have one sign


@given(data())
def test_no_shorter_vector_is_above_a_linear_function_on_a_cone(drawn) -> None:
    small, side = fractions(-4, 4, max_denominator=4), fractions(-1, 1, max_denominator=4)
    c = drawn.draw(lists(small, min_size=2, max_size=3))
    ends = drawn.draw(lists(tuples(side, side), min_size=len(c), max_size=len(c)))
    j = drawn.draw(integers(0, len(c) - 1))
    box = [(min(ab), max(ab)) for ab in ends]
    box[j] = (F(1), F(1))
    e = shortened(c, box, j, None)
    corners = list(product(*({a, b} for a, b in box)))
    for w in corners:
        assert sum(a * b for a, b in zip(c, w, strict=True)) <= sum(a * b for a, b in zip(e, w, strict=True))
    # Another way: the shortest such vector is the projection of c on the cone that the corners span.
    target, length = np.array(c, dtype=float), float(sum(x * x for x in e)) ** 0.5
    _, residual = nnls(np.array(corners, dtype=float).T, target)
    projected = max(float(target @ target) - residual**2, 0.0) ** 0.5
    assert length == pytest.approx(projected, abs=1e-6)


def test_the_cones_of_a_page_cover_each_face() -> None:
    stated, found = read(*map(json.dumps, honest()))
    for sign in "+-":
        boxes = [cone.box for cone in cones(stated, found.dual, found.cover) if cone.sign == sign]
        area = Fraction(0)
        for box in boxes:
            assert sum(a == b and abs(a) == 1 for a, b in box) == 1
            sides = [b - a for a, b in box if a != b]
            area += sides[0] * sides[1]
        assert area == 6 * 4  # of the six faces of the cube of side 2


def test_the_example_is_proven_and_its_page_is_the_one_in_the_notes() -> None:
    assert str(checker.check_documents(*example())) == "PROVEN 9/4 <= p* <= 9/4"
    page = blocks.markdown(explained(*example()))
    assert EXAMPLE.read_text(encoding="utf-8").split("<!-- the page -->\n\n")[1] == page


def test_the_commands_of_the_page_print_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    introduction, page = EXAMPLE.read_text(encoding="utf-8").split("<!-- the page -->\n\n")
    (commands,) = re.findall(r"```sh\n(.*?)```", introduction, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for line in commands.splitlines():
        program, *words = shlex.split(line)
        capsys.readouterr()
        if program == "printf":
            text, arrow, name = words
            assert arrow == ">"
            Path(name).write_text(text.replace(r"\n", "\n"))
        elif program == "cd":
            monkeypatch.chdir(tmp_path / words[0])
        else:
            assert program == "convex-landscape" and main(words) == 0
    assert capsys.readouterr().out == page


def test_every_fraction_of_the_example_is_short() -> None:
    page = explained(*example())
    (chambers,) = [block for block in page if isinstance(block, Table) and block.header[0] == "chamber"]
    assert len(chambers.rows) == 8
    tables = [block for block in page if isinstance(block, Table) and block.header[0] != "step"]
    cells = [cell for block in tables for row in block.rows for cell in row]
    assert max(map(len, cells)) <= 12


def table(page: list[blocks.Block], first: str) -> Table:
    (found,) = [block for block in page if isinstance(block, Table) and block.header[0] == first]
    return found


def step_counts(page: list[blocks.Block]) -> dict[str, str]:
    """How many of what the checker looked at."""
    return {what: count for _, what, count, _ in table(page, "step").rows}


def test_what_is_compared_is_shown_in_order() -> None:
    rows = [[i, (i * i) % 17, 1] for i in range(1, 9)]
    for loss in ("squared", "l1", "huber:1/3", "hinge"):
        problem = TrainingProblem(rows, [1, -1, 1, 1, -1, 1, -1, -1], beta="1/3", loss=loss)
        page = explained(problem.to_json(), certify(problem, train(problem)).to_json())
        shown = [cell for block in page if isinstance(block, Table) for row in block.rows for cell in row]
        pairs = [cell.split(" ≤ ") for cell in shown if " ≤ " in cell and "," not in cell]
        assert len(pairs) > 20
        for small, large in pairs:
            assert F(small) <= F(large), (small, large)


def test_bounds_that_are_nearly_met_are_shown_to_be_kept() -> None:
    limit = F(10**20, 3 * 10**20 + 1)
    for missing in (F(0), F(1, 10**9), F(1, 10**14), F(1, 10**40)):
        small, large = compared(limit - missing, limit)
        assert F(small) < F(large) if missing else small == large
        assert F(small) >= limit - missing
        assert not missing or F(large) <= limit


def test_large_ones_are_cut_and_say_the_tightest() -> None:
    rows = [[i, (i * i) % 17, 1] for i in range(1, 11)]
    problem = TrainingProblem(rows, [i % 3 for i in range(10)], beta=1)
    listed = certify(problem, train(problem))
    page = explained(problem.to_json(), listed.to_json())
    texts = [block.text for block in page if isinstance(block, Paragraph)]
    count = 2 * len(listed.chambers)
    assert len(table(page, "chamber").rows) == 80 < count
    assert f"These are the first 80 of {count} comparisons." in texts
    assert any(text.startswith(f"The tightest of {count} comparisons is in chamber") for text in texts)
    looked_at = step_counts(page)
    assert looked_at["signs of rows, none of them 0"] == f"{count // 2} · 10"
    assert looked_at["comparisons with β"] == str(count)
    multipliers = [part for chamber in listed.chambers for part in (chamber.plus, chamber.minus)]
    assert looked_at["of these with multipliers"] == str(sum(map(bool, multipliers)))
    assert looked_at["neurons at rows"] == f"{len(listed.network_hidden)} · 10"
    made, stated = covered(problem, train(problem)), checker.read_problem(problem.to_json())
    page = explained(problem.to_json(), made.to_json())
    assert len(table(page, "z or -z").rows) == 40
    # A tree with k halvings has k more leaves than the faces it begins with.
    looked_at = step_counts(page)
    leaves, faces, halved = (
        int(looked_at[what])
        for what in ("comparisons with β", "faces of the cube, for z and for -z", "halved")
    )
    assert leaves == faces + halved == len(cones(stated, made.dual, made.cover)) and faces == 2 * 6
    assert blocks.latex(page).isascii()
    texts = [block.text for block in page if isinstance(block, Paragraph)]
    assert any(re.match(r"The tightest of \d+ comparisons: norm\(e\)² / β² is (0\.9999|1)", t) for t in texts)


@pytest.mark.parametrize(
    "options",
    [{"loss": "huber:1/2"}, {"loss": "logistic"}, {"free": "intercept"}, {"activation": "leaky:1/10"}],
    ids=str,
)
def test_terms_are_said(options: dict[str, str]) -> None:
    problem = with_term(options)
    page = explained(problem.to_json(), certify(problem, train(problem)).to_json())
    text = "\n".join(block.text for block in page if isinstance(block, Paragraph))
    said = {
        "huber:1/2": "huber loss with delta 1/2",
        "logistic": "logistic loss",
        "intercept": "What is free adds nothing",
        "leaky:1/10": "max(t, 0) + 1/10 min(t, 0)",
    }
    assert said[next(iter(options.values()))] in text


def test_what_is_refused_is_not_explained() -> None:
    problem, certificate = example()
    for changed in (certificate.replace('"9/4"', '"5/2"', 1), "{}"):
        with pytest.raises(InputError, match="only what `convex-landscape check` proves is explained"):
            explained(problem, changed)
    with pytest.raises(InputError, match="not one JSON value"):
        explained("no", certificate)


# ------------------------------------------------ the three spellings


class Cells(HTMLParser):
    """The cells of all tables, and the open tags."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag != "meta":
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[-1] += data


def test_each_spelling_holds_every_cell() -> None:
    page = explained(*example())
    cells = [
        cell
        for block in page
        if isinstance(block, Table)
        for row in (block.header, *block.rows)
        for cell in row
    ]
    parser = Cells()
    parser.feed(blocks.html(page))
    assert parser.cells == cells and parser.open == []
    lines = [
        line for line in blocks.markdown(page).splitlines() if line.startswith("| ") and "---" not in line
    ]
    found = [re.sub(r"\\(.)", r"\1", cell) for line in lines for cell in line[2:-2].split(" | ")]
    assert found == cells


def test_latex_escapes_what_it_would_read() -> None:
    text = blocks.latex([Heading("50% & more_of {it} #1"), Table(("a|b", "κ ≤ β²"), (("x^2", "~"),))])
    assert r"\section*{50\% \& more\_of \{it\} \#1}" in text
    assert r"a\textbar{}b & $\kappa$ $\le$ $\beta$$^2$ \\" in text
    assert r"x\textasciicircum{}2 & \textasciitilde{} \\" in text
    assert blocks.latex(explained(*example())).isascii()


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in zip(("p.json", "c.json"), example(), strict=True):
        Path(name).write_text(text)


def test_the_command_prints_and_writes(files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "p.json", "c.json"]) == 0
    assert capsys.readouterr().out == blocks.markdown(explained(*example()))
    for form in ("html", "latex"):
        assert main(["explain", "p.json", "c.json", "--format", form, "--output", "page"]) == 0
        assert Path("page").read_text() == blocks.FORMATS[form](explained(*example()))
    assert main(["explain", "p.json", "p.json"]) == 2
    assert "only what `convex-landscape check` proves is explained" in capsys.readouterr().err


def test_functions_for_free_biases_are_told_by_their_spans() -> None:
    problem, certificate = map(json.dumps, honest_biases())
    page = explained(problem, certificate)
    (text,) = [
        block.text for block in page if isinstance(block, Paragraph) and "biases b are free" in block.text
    ]
    assert "in spans, 6 of them for z and 6 for -z" in text
    assert not any("Planes" in block.text for block in page if isinstance(block, Paragraph))
