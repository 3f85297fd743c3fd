"""Interrupted runs: the state is whole, belongs to its problem, and leads to the same optimum."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork, train
from duality_checks.cli import main
from duality_checks.data.datasets import TrainingData
from duality_checks.reports.outcome import prove
from duality_checks.training.checkpoint import Checkpoint, State
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def problem():
    rng = np.random.default_rng(6)
    return TrainingProblem(
        np.c_[rng.standard_normal((30, 2)), np.ones(30)], rng.standard_normal(30), beta=0.1
    )


def test_an_interrupted_run_goes_on(problem, tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.json")

    def stop_at_the_third(round):
        checkpoint.save(problem, State(round.network))
        if round.number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(problem, progress=stop_at_the_third)
    resumed = train(problem, start=checkpoint.load([problem])[0].network)
    whole = train(problem)
    assert resumed.upper == pytest.approx(whole.upper, rel=1e-10)
    assert len(resumed.rounds) < len(whole.rounds)


def test_the_history_goes_on_where_it_was_interrupted(tmp_path):
    """Times and numbers rise across the runs, and what the first run saw stands first."""
    rows = exact_matrix([(k % 7 - 3, k * k % 5, 1) for k in range(12)])
    data = TrainingData("rows", ("a", "b", "(ones)"), "y", rows, tuple(Fraction(k % 3) for k in range(12)))
    checkpoint = Checkpoint(tmp_path / "state.json")
    options = {"beta": Fraction(1, 10), "beta_ratio": None, "activation": "relu", "max_chambers": 10**4}
    options["say"] = len

    def stop_at_the_second(problem, state):
        checkpoint.save(problem, state)
        if len(state.history) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prove([data], keep=stop_at_the_second, **options)
    (first,) = (state["history"] for state in json.loads(checkpoint.path.read_text())["states"].values())
    outcome = prove([data], recall=checkpoint.load, **options)
    history = outcome.parts[0].history
    assert [[bounds.seconds, bounds.lower, bounds.upper] for bounds in history[:2]] == first
    assert [bounds.number for bounds in history] == list(range(1, len(history) + 1))
    assert len(history) == 2 + len(outcome.parts[0].solution.rounds)
    seconds = [bounds.seconds for bounds in history]
    assert seconds == sorted(seconds) and seconds[0] > 0
    assert outcome.seconds["interrupted training"] == seconds[1]


def test_a_network_without_neurons_is_a_state(problem, tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.json")
    checkpoint.save(problem, State(TwoLayerNetwork(np.zeros((0, 3)), [])))
    assert checkpoint.load([problem])[0].network.hidden.shape == (0, 3)


def test_the_state_of_another_problem_is_refused(problem, tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.json")
    checkpoint.save(problem, State(TwoLayerNetwork(np.ones((1, 3)), [1.0])))
    with pytest.raises(InputError, match="state of another problem"):
        checkpoint.load([problem.with_beta(2)])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[:40], "not a JSON document.*start afresh without --resume"),
        (lambda text: text.replace("state", "stage"), "not a 'convex-landscape state' file"),
        (lambda text: text.replace('"hidden"', '"hiding"'), "'states' does not have hidden, output, history"),
        (lambda text: text.replace('"states"', '"stages"'), "'stages' is unknown"),
        (lambda text: text.replace('"output": [', '"output": [7, '), "one row a neuron"),
        (lambda text: text.replace('"history": []', '"history": [[1.0, 2.0]]'), "'history' is not a list"),
        (lambda text: text.replace('"history": []', '"history": 7'), "'history' is not a list"),
        (
            lambda text: text.replace('"version": 3', '"version": 2'),
            "reads version 3.*start afresh without --resume",
        ),
    ],
)
def test_a_damaged_state_is_refused(problem, tmp_path, damage, words):
    checkpoint = Checkpoint(tmp_path / "state.json")
    checkpoint.save(problem, State(TwoLayerNetwork(np.ones((1, 3)), [1.0])))
    checkpoint.path.write_text(damage(checkpoint.path.read_text()))
    with pytest.raises(InputError, match=words):
        checkpoint.load([problem])


def test_no_state_is_said_so(problem, tmp_path):
    with pytest.raises(
        InputError, match=r"no state to resume in \S*state\.json.*start afresh without --resume"
    ):
        Checkpoint(tmp_path / "state.json").load([problem])


def test_the_command_does_nothing_before_it_looks_for_the_state(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("duality_checks.reports.outcome.prove", None)
    assert main(["certify", "--resume", "--output", "other"]) == 2
    assert "no state to resume in other/state.json" in " ".join(capsys.readouterr().err.split())
    assert not list(tmp_path.iterdir())


def test_the_command_resumes_and_then_forgets_the_state(tmp_path, monkeypatch, capsys):
    import duality_checks.certificates.certifying

    out = tmp_path / "out"
    table = tmp_path / "small.csv"
    table.write_text("x,y\n0.5,1\n1.5,0\n2,0.5\n3.1,2\n")
    command = ["certify", str(table), "--target", "y", "--output", str(out), "--json"]

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(duality_checks.certificates.certifying, "certify_read", interrupted)
        assert main(command) == 130
    assert "--resume" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["state.json"]
    assert main([*command, "--resume"]) == 0
    assert json.loads(capsys.readouterr().out)["proven"] is True
    assert sorted(path.suffix for path in out.iterdir() if path.name != "report.html") == [".json"] * 3 + [
        ".md"
    ]
    assert not (out / "state.json").exists()
