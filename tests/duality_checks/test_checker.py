"""The checker by itself: what it imports, how it counts, what it says. Forgeries are in test_mutations.py."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from fractions import Fraction
from itertools import permutations, product
from math import comb, factorial
from pathlib import Path
from time import perf_counter

import pytest
from brute_force import Case, all_chambers, certificate_document, honest, problem_document
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import checker
from duality_checks.checker import Refusal, Verdict, check_documents

SOURCE = Path(checker.__file__)


def count(rows):
    normals = checker.hyperplanes(rows)
    return checker.count_chambers(normals, len(rows[0]), limit=10**12)


# What it depends on.


def test_it_imports_the_standard_library_alone():
    for node in ast.walk(ast.parse(SOURCE.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [node.module]
        else:
            continue
        assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_it_decides_nothing_in_floats():
    """No float literal, no call of float, no import of a module that rounds."""
    tree = ast.parse(SOURCE.read_text())
    for node in ast.walk(tree):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round"})
        if isinstance(node, ast.ImportFrom) and node.module == "math":
            assert {alias.name for alias in node.names} <= {"factorial", "gcd", "isqrt", "lcm", "prod"}


def run(tmp_path, *arguments):
    """The file copied alone, in isolated mode: neither this package nor its folder can be imported."""
    shutil.copy(SOURCE, tmp_path / "checker.py")
    command = [sys.executable, "-I", "checker.py", *arguments]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


def write(tmp_path, case):
    for name, text in zip(("problem.json", "certificate.json"), case.texts(), strict=True):
        (tmp_path / name).write_text(text)


def test_it_runs_alone(tmp_path):
    case = honest()
    write(tmp_path, case)
    done = run(tmp_path, "problem.json", "certificate.json")
    lower, upper = case.certificate["lower"], case.certificate["upper"]
    assert (done.returncode, done.stdout) == (0, f"PROVEN {lower} <= p* <= {upper}\n")


def test_it_exits_1_with_the_reason_when_it_refuses(tmp_path):
    case = honest()
    case.certificate["upper"] = "0"
    write(tmp_path, case)
    done = run(tmp_path, "problem.json", "certificate.json")
    assert (done.returncode, done.stdout) == (1, "REFUSED: upper: not the objective of the network\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "usage:"),
        (["problem.json"], "usage:"),
        (["problem.json", "absent.json"], "REFUSED: cannot read 'absent.json'"),
        ([".", "certificate.json"], "REFUSED: cannot read '.'"),
        (["binary.json", "certificate.json"], "REFUSED: cannot read 'binary.json'"),
        (["bad.json", "certificate.json"], "REFUSED: problem: beta is -1, not positive"),
    ],
)
def test_it_exits_2_when_there_is_nothing_to_check(tmp_path, arguments, message):
    case = honest()
    write(tmp_path, case)
    (tmp_path / "bad.json").write_text(json.dumps({**case.problem, "beta": "-1"}))
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr.startswith(message)
    assert "Traceback" not in done.stderr


# How it counts.


@pytest.mark.parametrize(("n", "d"), [(1, 1), (1, 3), (2, 3), (5, 2), (7, 3), (9, 4), (8, 5)])
def test_count_in_general_position_is_covers(n, d):
    rows = [tuple(t**k for k in range(d)) for t in range(1, n + 1)]
    assert count(rows) == 2 * sum(comb(n - 1, k) for k in range(d))


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_count_of_the_braid_arrangement_is_the_number_of_orders(n):
    rows = [tuple((k == i) - (k == j) for k in range(n)) for i, j in permutations(range(n), 2)]
    assert count(rows) == factorial(n)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_count_of_the_reflections_of_the_cube(n):
    rows = [row for row in product((-1, 0, 1), repeat=n) if 1 <= sum(map(abs, row)) <= 2]
    assert count(rows) == 2**n * factorial(n)


# OEIS A034997 and A000609.
@pytest.mark.parametrize(("n", "published"), [(2, 6), (3, 32), (4, 370), (5, 11292)])
def test_count_of_the_resonance_arrangement_is_the_published_one(n, published):
    assert count([row for row in product((0, 1), repeat=n) if any(row)]) == published


@pytest.mark.parametrize(("n", "published"), [(2, 14), (3, 104), (4, 1882)])
def test_count_of_threshold_functions_is_the_published_one(n, published):
    assert count([(1, *row) for row in product((0, 1), repeat=n)]) == published


def test_degenerate_rows_are_no_hyperplanes_of_their_own():
    assert checker.hyperplanes([(0, 0), (2, 4), (-1, -2), (3, 6), (0, 5)]) == [(1, 2), (0, 1)]


planar_rows = st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=7).filter(
    lambda rows: any(map(any, rows))
)


@settings(max_examples=40)
@given(planar_rows, st.integers(-2, 2), st.integers(-2, 2))
def test_rank_below_d_changes_no_count(rows, a, b):
    """A third column that depends on the others adds no chamber."""
    wide = [(x, a * x + b * y, y) for x, y in rows]
    columns = checker.pivot_columns(wide)
    reduced = checker.hyperplanes(tuple(row[j] for j in columns) for row in wide)
    assert checker.count_chambers(reduced, len(columns), limit=10**6) == len(all_chambers(rows))


def test_counting_stops_soon_after_the_limit():
    rows = checker.hyperplanes([tuple(t**k for k in range(5)) for t in range(1, 40)])
    start = perf_counter()
    assert checker.count_chambers(rows, 5, limit=3) > 3
    assert perf_counter() - start < 1


# What it accepts: honest certificates by brute force, whatever the rows.


@settings(max_examples=40)
@given(planar_rows, st.data())
def test_honest_certificates_of_any_planar_problem_are_proven(rows, data):
    entries = fractions(-2, 2, 6)
    target = data.draw(st.lists(entries, min_size=len(rows), max_size=len(rows)))
    dual = data.draw(st.lists(entries, min_size=len(rows), max_size=len(rows)))
    kappa = data.draw(st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1)]))
    # Above the length of any gradient, so the dual is feasible.
    safe = 2 * sum(abs(v) * (abs(a) + abs(b)) for v, (a, b) in zip(dual, rows, strict=True)) + 1
    problem = problem_document(rows, target, safe, kappa)
    assert Case(problem, certificate_document(problem, dual, [], [])).check().proven


@given(st.permutations(range(6)), st.integers(1, 5))
def test_the_order_of_the_chambers_and_the_scale_of_witnesses_do_not_matter(order, scale):
    case = honest()
    chambers = case.certificate["chambers"]
    case.certificate["chambers"] = [chambers[i] for i in order]
    for entry in chambers[:3]:
        entry["witness"] = [str(Fraction(int(u), scale)) for u in entry["witness"]]
    assert case.check().proven


def test_layout_of_the_json_does_not_matter():
    case = honest()
    problem, certificate = (json.dumps(document, indent=3) for document in (case.problem, case.certificate))
    assert check_documents(problem, certificate).proven
    reordered = json.dumps(dict(reversed(case.problem.items())))
    assert check_documents(reordered, certificate).proven


@pytest.mark.parametrize("made", [None, {}, {"columns": [{"column": "\u00e9"}], "ones": True}])
def test_what_a_problem_was_made_of_does_not_matter(made):
    case = honest()
    problem, certificate = json.dumps(case.problem | {"preparation": made}), json.dumps(case.certificate)
    assert check_documents(problem, certificate) == case.check() and case.check().proven
    assert "unknown field" in check_documents(problem.replace("prep", "Prep"), certificate).reason


def test_the_last_multiplier_is_counted_from_the_front():
    """Row 5, the last, is a valid row number; that 6 and -1 are not is in test_mutations.py."""
    assert checker.index("5", 6, "here") == 5


# What it says.


def test_a_verdict_is_a_sentence():
    third = Fraction(1, 3)
    assert str(Verdict(True, "", third, Fraction(1, 2))) == "PROVEN 1/3 <= p* <= 1/2"
    assert str(Verdict(False, "no")) == "REFUSED: no"


def test_long_bounds_are_shown_rounded_outward():
    lower, upper = Fraction(10**60 + 1, 3 * 10**60), Fraction(10**60 + 2, 3 * 10**60 - 1)
    sentence = str(Verdict(True, "", lower, upper))
    assert sentence.startswith(
        "PROVEN 0.33333333333333333333 <= p* <= 0.33333333333333333334 (relative width "
    )
    shown = sentence.split()
    assert Fraction(shown[1]) <= lower <= upper <= Fraction(shown[5])
    assert Fraction(shown[8].rstrip(")")) >= (upper - lower) / upper


def test_a_long_bound_below_a_network_that_costs_nothing_is_shown():
    """Once a division by zero."""
    sentence = str(Verdict(True, "", Fraction(-1, 3 * 10**60), Fraction(0)))
    assert sentence.startswith("PROVEN -3.3333333333333333334E-61 <= p* <= 0 (relative width ")


def test_entropies_near_the_ends_stay_short():
    """Once the next decimal after log 1 = 0 had a million digits, and no bound with it could be written."""
    for a in (Fraction(1, 10**60), 1 - Fraction(1, 10**60)):
        assert 0 <= checker.entropy_below(a) < Fraction(1, 10**57)
        assert len(str(checker.entropy_below(a))) < 500


def test_a_repeated_key_among_many_is_found_at_once():
    """Once in time that grew with the square: minutes for a file of a megabyte."""
    text = ",".join(f'"{i}":0' for i in range(100_000))
    start = perf_counter()
    with pytest.raises(Refusal, match="duplicate key '99999'"):
        checker.parse("{" + text + ',"99999":0}', "problem")
    assert perf_counter() - start < 20


def test_require_raises_the_reason():
    proven = Verdict(True, "", Fraction(1), Fraction(2))
    assert proven.require() is proven
    with pytest.raises(Refusal, match="no such luck"):
        Verdict(False, "no such luck").require()


@settings(max_examples=40)
@given(st.text(max_size=200))
def test_no_text_raises(text):
    problem, certificate = honest().texts()
    assert not check_documents(problem, text).proven
    assert not check_documents(text, certificate).proven


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    st.data(),
)
def test_no_value_in_the_place_of_another_raises(value, data):
    case = honest()
    document = data.draw(
        st.sampled_from(
            [case.problem, case.certificate, case.certificate["network"], case.certificate["chambers"][0]]
        )
    )
    key = data.draw(st.sampled_from(sorted(document)))
    changed = json.dumps(document[key]) != json.dumps(value)
    document[key] = value
    assert case.check().proven is not changed
