"""Problem files of all versions: what is written is read, the same problem with the same digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs_of_terms import FREE, LOSSES, PENALTIES, ROWS
from rationals import fractions

from duality_checks import MaxPooling, TrainingProblem, checker
from duality_checks.data.problem_file import read_problem
from hyperplane_arrangements.errors import InputError

numbers = fractions(-9, 9, 12)
weights = st.one_of(st.none(), st.just([1, 1, 1, 1, 1, 1]), st.just([1, 2, "1/3", 1, 5, 1]))
labels = st.sampled_from([-1, 1])


@st.composite
def problems(draw: Any) -> tuple[int, TrainingProblem]:
    """A version of the format and a problem that it is for, of any terms."""
    version = draw(st.integers(1, 4))
    alone = version < 4
    loss = draw(st.sampled_from(LOSSES if alone else LOSSES[:1]))
    free = {1: FREE[:1], 2: FREE[1:], 3: FREE, 4: ("nothing", "intercept", "decayed-intercept")}[version]
    free = draw(st.sampled_from(free))
    target = labels if "hinge" in loss else numbers
    targets = [
        draw(st.lists(target, min_size=6, max_size=6)) for _ in range(1 if alone else draw(st.integers(2, 3)))
    ]
    readout = "identity"
    if alone and free == "nothing":
        readout = draw(st.sampled_from(["identity", list(range(6)), MaxPooling([0, 1, 2, 3, 4, 5, 0, 2])]))
    penalty = draw(st.sampled_from(PENALTIES)) if alone and not isinstance(readout, MaxPooling) else "2-norm"
    rows = [*ROWS, [1, 2], [2, 5]] if isinstance(readout, MaxPooling) else ROWS
    weighted = {1: st.just([1] * 6), 2: st.none(), 3: st.just([1, 2, "1/3", 1, 5, 1]), 4: weights}[version]
    return version, TrainingProblem(
        [[*row, 1] for row in rows],
        list(zip(*targets, strict=True)),
        draw(fractions("1/9", 5, 9)),
        draw(fractions(-2, "8/9", 9)),
        loss=loss,
        penalty=penalty,
        readout=readout,
        free=free,
        sample_weights=draw(weighted),
        coupling="1-norm" if alone else "2-norm",
    )


@given(problems())
def test_what_is_written_is_read(case: tuple[int, TrainingProblem]) -> None:
    version, problem = case
    text = problem.to_json()
    assert json.loads(text)["version"] == version
    again = TrainingProblem.from_json(text)
    assert again == problem and again.to_json() == text
    assert checker.read_problem(again.to_json()).digest == checker.read_problem(text).digest
    # The checker reads the same numbers, on its own.
    stated = checker.read_problem(text)
    assert (stated.target, *stated.others) == again.targets and tuple(stated.weights) == tuple(
        again.sample_weights
    )


def test_another_number_is_another_problem() -> None:
    """The control: neither equality nor the digest is blind to a target of the second output."""
    one, other = (TrainingProblem([[1], [2]], [[1, 2], [3, y]], 1, coupling="2-norm") for y in (4, 5))
    assert TrainingProblem.from_json(one.to_json()) != other
    assert checker.read_problem(one.to_json()).digest != checker.read_problem(other.to_json()).digest


def test_a_file_of_several_targets_is_loaded(tmp_path: Path) -> None:
    problem = TrainingProblem([[1], [2]], [["1/3", 2], [3, 4]], 1, coupling="2-norm", free="intercept")
    problem.save(tmp_path / "problem.json")
    assert TrainingProblem.load(tmp_path / "problem.json") == problem


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"coupling": "1-norm"}, "coupling='1-norm' is not '2-norm'"),
        ({"weights": "1"}, "weights are no list; version 4 has one a sample"),
        ({"weights": ["1"]}, "sample_weights"),
        ({"y": ["1", "3"]}, "y is no list of rows of two targets or more"),
        ({"y": [["1"], ["3"]]}, "y is no list of rows of two targets or more"),
        ({"y": [["1", "2"], ["3", "4", "5"]]}, r"y\[1\] has 3 entries"),
        ({"free": "some"}, "free='some' is none of nothing, "),
        ({"version": 3}, "field 'coupling' is unknown"),
        ({"version": 5}, "version 5 is unknown"),
    ],
)
def test_damaged_files_of_version_4_are_refused(changes: dict[str, Any], words: str) -> None:
    document = json.loads(TrainingProblem([[1], [2]], [[1, 2], [3, 4]], 1, coupling="2-norm").to_json())
    with pytest.raises(InputError, match=words):
        TrainingProblem.from_json(json.dumps(document | changes))


def test_earlier_versions_have_one_target_a_sample() -> None:
    document = json.loads(TrainingProblem([[1], [2]], [1, 2], 1).to_json())
    with pytest.raises(InputError, match="problem: y has rows, and version 1 has one target a sample"):
        read_problem(json.dumps(document | {"y": [["1", "2"], ["3", "4"]]}), "problem")
