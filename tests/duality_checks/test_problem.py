"""The training problem: exact numbers in, exact numbers out, clear refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem
from duality_checks.arguments import parse_activation
from hyperplane_arrangements.errors import InputError

rationals = fractions(-9, 9, 12)
rows = st.integers(1, 3).flatmap(
    lambda d: st.lists(st.lists(rationals, min_size=d, max_size=d), min_size=1, max_size=6)
)


@given(rows, st.data())
def test_problem_file_keeps_every_number(X, data):
    X = [*X, [Fraction(1)] * len(X[0])]
    y = data.draw(st.lists(rationals, min_size=len(X), max_size=len(X)))
    beta = data.draw(st.fractions(min_value=Fraction(1, 99), max_value=5))
    kappa = data.draw(st.fractions(min_value=-2, max_value=Fraction(99, 100)))
    problem = TrainingProblem(X, y, beta, kappa)
    again = TrainingProblem.from_json(problem.to_json())
    assert again.to_json() == problem.to_json()
    assert [list(row) for row in again.X.fractions] == X
    assert (list(again.y), again.beta, again.kappa) == (y, beta, kappa)


def test_floats_are_dyadic_rationals_and_text_is_decimal():
    problem = TrainingProblem([[0.1]], ["0.1"], beta="1e-3")
    assert problem.X.fractions[0][0] == Fraction(0.1) != Fraction(1, 10)
    assert problem.y[0] == Fraction(1, 10)
    assert problem.beta == Fraction(1, 1000)


@pytest.mark.parametrize(
    ("given_as", "kappa"),
    [
        ("relu", 0),
        ("abs", -1),
        ("leaky:0.1", Fraction(1, 10)),
        ("leaky:1/3", Fraction(1, 3)),
        (0.5, Fraction(1, 2)),
    ],
)
def test_activations(given_as, kappa):
    assert parse_activation(given_as) == kappa


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"X": [[1.0, np.nan]], "y": [1], "beta": 1}, "nan"),
        ({"X": [[1.0, np.inf]], "y": [1], "beta": 1}, "inf"),
        ({"X": [[0, 0]], "y": [1], "beta": 1}, "X is zero"),
        ({"X": [[1]], "y": [1, 2], "beta": 1}, "y has 2 entries but X has 1 rows"),
        ({"X": [[1]], "y": [np.nan], "beta": 1}, "y"),
        ({"X": [[1]], "y": [1], "beta": 0}, "beta=0 is not positive"),
        ({"X": [[1]], "y": [1], "beta": "-1/2"}, "beta=-1/2 is not positive"),
        ({"X": [[1]], "y": [1], "beta": 1, "activation": "tanh"}, "activation='tanh' is unknown"),
        ({"X": [[1]], "y": [1], "beta": 1, "activation": "leaky:1"}, "not below 1"),
        ({"X": [[1]], "y": [1], "beta": 1, "activation": 2}, "not below 1"),
        ({"X": [[1]], "y": [1], "beta": 1, "activation": "leaky:x"}, "slope"),
        ({"X": [[1]], "y": [1], "beta": "1e-400"}, "beta is 1e-400, beyond the range of floats"),
        ({"X": [[1, "1e400"]], "y": [1], "beta": 1}, r"X\[0, 1] is 1.00e\+400, beyond the range of floats"),
        ({"X": [[1]], "y": [-(10**400)], "beta": 1}, r"y\[0] is -1.00e\+400, beyond the range of floats"),
        ({"X": [[1]], "y": [1], "beta": 1, "penalty": ["1-norm"]}, r"penalty=\['1-norm'] is unknown"),
        ({"X": [[1]], "y": [1], "beta": 1, "loss": ["l1"]}, r"loss=\['l1'] is unknown"),
        ({"X": [], "y": [], "beta": 1}, "X"),
        ({"X": [[1], [1, 2]], "y": [1, 1], "beta": 1}, "X"),
    ],
)
def test_bad_input_names_the_argument(arguments, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        TrainingProblem(**arguments)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[:-5], "not a JSON document"),
        (lambda text: text.replace("problem", "picture"), "not a 'convex-landscape problem' file"),
        (lambda text: text.replace('"version": 1', '"version": 7'), "version 7 is unknown"),
        (lambda text: text.replace('"beta"', '"gamma"'), "'beta' is missing"),
        (lambda text: text.replace('"y"', '"X"'), "repeats a key"),
        (lambda text: text.replace('"1-norm"', "").replace('"2-norm"', '"7-norm"'), "7-norm"),
    ],
)
def test_damaged_files_are_refused(damage, words, tmp_path):
    path = tmp_path / "problem.json"
    path.write_text(damage(TrainingProblem([[1]], [1], beta=1).to_json()))
    with pytest.raises(InputError, match=words):
        TrainingProblem.load(path)


def test_missing_file_and_unwritable_folder(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        TrainingProblem.load(tmp_path / "absent.json")
    with pytest.raises(InputError, match="cannot be written"):
        TrainingProblem([[1]], [1], beta=1).save(tmp_path / "absent" / "problem.json")
    assert list(tmp_path.iterdir()) == []


def test_with_beta_shares_the_arrangement():
    problem = TrainingProblem([[1, 0], [0, 1]], [1, 2], beta=1)
    arrangement = problem.arrangement
    assert problem.with_beta(2).arrangement is arrangement
    assert problem.with_beta(2).beta == 2
