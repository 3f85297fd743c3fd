"""Numbers too long to print, complex ones, and names that mean more than themselves: refused or shown as they
are."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import duality_checks.interfaces.auditing
from duality_checks import (
    TrainingProblem,
    TwoLayerNetwork,
    certify,
    dual_norm,
    from_state_dict,
    prove_interval,
    read_network,
    train,
)
from duality_checks.checker import check_documents
from duality_checks.cli import main
from duality_checks.interfaces.foreign.networks import BiasedNetwork, from_layers
from duality_checks.reports.text import cell, printable
from duality_checks.terms.given import reals
from hyperplane_arrangements import Arrangement
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import clipped

LONG = "7" * 5000  # Python itself reads and prints integers of up to 4300 digits
PROBLEM = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta="1/10")
DATA = ("--data", "d.csv", "--target", "y", "--beta", "0.1")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text("a,y\n1,1\n2,0\n3,2\n")
    return tmp_path


def with_long(document: Any, *path: str | int, text: bool = False) -> str:
    """The document with a long integer in one place, bare or as a text."""
    document = json.loads(json.dumps(document))
    inner = document
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = "@"
    return json.dumps(document).replace('"@"', f'"{LONG}"' if text else LONG)


PLACES = [(name,) for name in ("X", "y", "beta", "kappa", "loss", "version", "format")]
PLACES += [("X", 0, 0), ("y", 0), ("readout",)]


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("text", [False, True], ids=["bare", "text"])
def test_a_problem_with_a_long_integer_is_bad_input(here: Path, capsys: Any, place: Any, text: bool) -> None:
    damaged = with_long(json.loads(PROBLEM.to_json()), *place, text=text)
    with pytest.raises(InputError, match=r"memory: (not a|version|readout)|no finite|is unknown|; give"):
        TrainingProblem.from_json(damaged, "memory")
    (here / "p.json").write_text(damaged)
    (here / "c.json").write_text("{}")
    assert main(["check", "p.json", "c.json"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("entry", [LONG, "-1", "1.5", "²"])
def test_a_readout_numbers_samples(entry: str) -> None:
    document = json.loads(PROBLEM.to_json()) | {"readout": [entry, "0", "1"]}
    with pytest.raises(InputError, match="readout is neither 'identity' nor a list of sample numbers"):
        TrainingProblem.from_json(json.dumps(document))


@pytest.mark.parametrize("name", ["hidden", "output", "kappa", "inputs", "version", "format"])
def test_a_network_with_a_long_integer_is_bad_input(here: Path, capsys: Any, name: str) -> None:
    TwoLayerNetwork([[1.0, 1.0]], [1.0]).save("n.json")
    (here / "n.json").write_text(with_long(json.loads((here / "n.json").read_text()), name))
    assert main(["audit", "n.json", *DATA]) == 2
    assert "n.json: not a JSON document" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [["chambers"], ["draw"]])
def test_a_family_with_a_long_number_is_bad_input(here: Path, capsys: Any, verb: list[str]) -> None:
    assert main([*verb, f"braid_{LONG}"]) == 2
    assert "has the wrong parameters; write braid_<n>, small integers" in capsys.readouterr().err


FULL = 10**4000
LONG_ARGUMENTS: dict[str, Callable[[], Any]] = {
    "X": lambda: TrainingProblem([[Fraction(FULL, FULL + 1)]], [1], 1),
    "y": lambda: TrainingProblem([[1]], [Fraction(1, FULL)], 1),
    "beta": lambda: TrainingProblem([[1]], [1], Fraction(FULL + 1, FULL)),
    "kappa": lambda: TrainingProblem([[1]], [1], 1, Fraction(1, FULL)),
    "huber delta": lambda: TrainingProblem([[1]], [1], 1, loss=f"huber:1/{'3' * 4000}1"),
    "sample_weights": lambda: TrainingProblem([[1]], [1], 1, sample_weights=[Fraction(FULL + 1, FULL)]),
}


@pytest.mark.parametrize("name", LONG_ARGUMENTS)
def test_a_problem_takes_no_number_too_long_for_its_file(name: str) -> None:
    with pytest.raises(InputError, match=rf"^{name}.*more than 4000 digits as a fraction; round it"):
        LONG_ARGUMENTS[name]()


def test_a_problem_takes_numbers_that_fit_its_file() -> None:
    near = TrainingProblem([[Fraction(FULL // 10, FULL // 10 + 1)]], [1], 1)
    assert TrainingProblem.from_json(near.to_json()) == near


def test_bounds_too_long_to_print_are_refused_by_name() -> None:
    near = TrainingProblem([[Fraction(10**2500, 10**2500 + 1), 1], [1, 1], [1, 2]], [1, 2, 0], 1)
    with pytest.raises(InputError, match=r"bound has about .* more than the format's 4000; round"):
        prove_interval(near, train(near))


def test_long_integers_are_shown_in_short() -> None:
    with pytest.raises(InputError, match=r"beta=-1.00e\+5000 is not positive"):
        TrainingProblem([[1]], [1], -(10**5000))
    assert "e+5000" in Arrangement([[1, 1], [1, 2]], [10**5000, 1]).chambers()._repr_html_()


@given(st.one_of(st.text(), st.integers(), st.fractions(), st.floats(), st.none()), st.integers(5, 80))
def test_what_was_given_is_shown_in_few_characters(value: Any, most: int) -> None:
    shown = clipped(value, most)
    whole = repr(value) if isinstance(value, str) else str(value)
    assert shown == whole if len(whole) <= most else shown == whole[: most - 1] + "..."


def test_the_checker_is_not_kept_busy() -> None:
    """Denominators without common factors in the targets; minors of long entries."""
    rng = np.random.default_rng(0)

    def digits(count: int) -> int:
        return int("1" + "".join(map(str, rng.integers(0, 10, count - 1))))

    def document(X: Any, y: Any) -> str:
        plain = json.loads(TrainingProblem([[1]], [1], 1).to_json())
        return json.dumps(plain | {"X": [[str(x) for x in row] for row in X], "y": [str(v) for v in y]})

    began = time.process_time()
    targets = [Fraction(digits(3999), digits(3999)) for _ in range(40)]
    verdict = check_documents(document([[1]] * 40, targets), "{}")
    assert verdict.reason == "problem: y: the common denominator has more than 4000 digits"
    rows = [[digits(3999) for _ in range(10)] for _ in range(10)]
    verdict = check_documents(document(rows, [0] * 10), "{}")
    assert verdict.reason == "problem: X: over the common denominator an integer has more than 400 digits"
    assert time.process_time() - began < 5  # 18 and 8 seconds without the limits


def test_rows_of_floats_are_never_too_long() -> None:
    rng = np.random.default_rng(0)
    problem = TrainingProblem(rng.normal(size=(150, 120)), rng.normal(size=150), beta=1)
    verdict = check_documents(problem.to_json(), "{}")
    assert verdict.reason.startswith("certificate")


COMPLEX, ONE = np.array([[1 + 2j, 1]]), np.array([1.0])
SOLVED = train(PROBLEM)


class _Complex:
    network, dual = SOLVED.network, SOLVED.dual + 1j


TAKERS: dict[str, Callable[[], Any]] = {
    "hidden": lambda: TwoLayerNetwork(COMPLEX, ONE),
    "output": lambda: TwoLayerNetwork(COMPLEX.real, ONE + 1j),
    "linear": lambda: TwoLayerNetwork(COMPLEX.real, ONE, linear=COMPLEX[0]),
    "X": lambda: SOLVED.network.predict(COMPLEX),
    "dual": lambda: certify(PROBLEM, _Complex()),
    "solution.dual": lambda: prove_interval(PROBLEM, _Complex()),  # type: ignore[arg-type]
    "v": lambda: dual_norm(PROBLEM, SOLVED.dual + 1j),
    "biases": lambda: BiasedNetwork(COMPLEX.real, ONE, ONE + 1j),
    "memory: a weight": lambda: from_layers([COMPLEX, ONE], [None, None], "memory"),
    "memory: a bias": lambda: from_layers([COMPLEX.real, ONE], [ONE + 1j, None], "memory"),
    "state_dict: '0.weight'": lambda: from_state_dict({"0.weight": COMPLEX, "2.weight": ONE[None]}),
}


class _Tensor:
    """What a complex tensor of PyTorch does."""

    def is_complex(self) -> bool:
        return True

    def double(self) -> np.ndarray:
        return COMPLEX.real


TAKERS["state_dict: '2.weight'"] = lambda: from_state_dict({"0.weight": COMPLEX.real, "2.weight": _Tensor()})


@pytest.mark.parametrize("name", TAKERS)
def test_complex_numbers_are_refused_by_name(name: str) -> None:
    with pytest.raises(InputError, match=f"^{name} has complex numbers; give real ones"):
        TAKERS[name]()


@pytest.mark.parametrize("part", [0j, 2j])
def test_complex_files_are_refused_by_name(here: Path, capsys: Any, part: complex) -> None:
    np.savez("n.npz", hidden=COMPLEX.real + part, output=ONE)
    with pytest.raises(InputError, match=r"n\.npz: hidden has dtype complex128; give real numbers"):
        read_network("n.npz")
    np.save("d.npy", COMPLEX.repeat(3, axis=0))
    (here / "c.csv").write_text("a,y\n1+2j,1\n2,0\n")
    for file, words in (("d.npy", "d.npy has dtype complex128"), ("c.csv", "'1+2j', which is not a number")):
        assert main(["certify", file, "--target", "1" if file == "d.npy" else "y", "--beta", "1"]) == 2
        assert words in capsys.readouterr().err


def test_what_is_no_vector_of_numbers_is_named() -> None:
    with pytest.raises(InputError, match="v is not a rectangular array of numbers"):
        reals([[1], [2, 3]], "v")
    with pytest.raises(InputError, match=r"v\[1\] is nan; give finite numbers"):
        dual_norm(PROBLEM, np.array([1.0, np.nan, 1.0]))
    with pytest.raises(InputError, match=r"v has shape \(2,\); give one entry a sample, \(3,\)"):
        dual_norm(PROBLEM, np.ones(2))


NASTY = [
    "<script>alert(1)</script>",
    "a|b",
    "[l](javascript:x)",
    "$\\frac$",
    "_y_",
    "\x1b[31m",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_mean_themselves_wherever_they_are_printed(here: Path, capsys: Any, name: str) -> None:
    file = "<b>&.csv"
    (here / file).write_text(f'"{name}",y{name}\n1,1\n2,0\n3,2\n')
    assert main(["certify", file, "--target", f"y{name}".strip(), "--beta", "1/10", "--output", "out"]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    report, page = ((here / "out" / f"report.{kind}").read_text() for kind in ("md", "html"))
    for text in (report, page):
        assert "<script>alert" not in text
        assert "<b>&" not in text
        assert "\x1b" not in text
    assert f"| features | {cell(name)}, (ones) |" in report
    assert f"| target | {cell(f'y{name}')} |" in report


@given(st.text())
def test_a_cell_has_no_tag_and_no_end(text: str) -> None:
    shown = cell(text)
    assert not set("<>\n\r") & set(shown)
    assert "|" not in shown.replace("\\\\", "").replace("\\|", "")
    assert all(character.isprintable() for character in printable(text))


def test_a_fault_of_this_program_refutes_nothing(
    here: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(duality_checks.interfaces.auditing, "audit", broken)
    TwoLayerNetwork([[1.0, 1.0]], [1.0]).save("n.json")
    assert main(["audit", "n.json", *DATA]) == 70
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Traceback")
    assert "internal error (LinAlgError): nothing is proven or refuted" in captured.err
