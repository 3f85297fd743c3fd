"""Interrupted runs: the state is whole, belongs to its problem, and leads to the same optimum."""

from __future__ import annotations

import json

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork, train
from duality_checks.cli import main
from duality_checks.training.checkpoint import Checkpoint
from hyperplane_arrangements.errors import InputError


@pytest.fixture
def problem():
    rng = np.random.default_rng(6)
    return TrainingProblem(
        np.c_[rng.standard_normal((30, 2)), np.ones(30)], rng.standard_normal(30), beta=0.1
    )


def test_an_interrupted_run_goes_on(problem, tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.json")

    def stop_at_the_third(round):
        checkpoint.save(problem, round.network)
        if round.number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(problem, progress=stop_at_the_third)
    resumed = train(problem, start=checkpoint.load(problem))
    whole = train(problem)
    assert resumed.upper == pytest.approx(whole.upper, rel=1e-10)
    assert len(resumed.rounds) < len(whole.rounds)


def test_a_network_without_neurons_is_a_state(problem, tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.json")
    checkpoint.save(problem, TwoLayerNetwork(np.zeros((0, 3)), []))
    assert checkpoint.load(problem).hidden.shape == (0, 3)


def test_the_state_of_another_problem_is_refused(problem, tmp_path):
    checkpoint = Checkpoint(tmp_path / "state.json")
    checkpoint.save(problem, TwoLayerNetwork(np.ones((1, 3)), [1.0]))
    with pytest.raises(InputError, match="state of another problem"):
        checkpoint.load(problem.with_beta(2))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[:40], "not a JSON document"),
        (lambda text: text.replace("state", "stage"), "not a 'convex-landscape state' file"),
        (lambda text: text.replace('"hidden"', '"hiding"'), "'hidden' is missing"),
        (lambda text: text.replace('"output": [', '"output": [7, '), "one row a neuron"),
    ],
)
def test_a_damaged_state_is_refused(problem, tmp_path, damage, words):
    checkpoint = Checkpoint(tmp_path / "state.json")
    checkpoint.save(problem, TwoLayerNetwork(np.ones((1, 3)), [1.0]))
    checkpoint.path.write_text(damage(checkpoint.path.read_text()))
    with pytest.raises(InputError, match=words):
        checkpoint.load(problem)


def test_no_state_is_said_so(problem, tmp_path):
    with pytest.raises(InputError, match=r"state\.json cannot be read"):
        Checkpoint(tmp_path / "state.json").load(problem)


def test_the_command_resumes_and_then_forgets_the_state(tmp_path, monkeypatch, capsys):
    import duality_checks.certificate

    out = tmp_path / "out"
    command = ["certify", "--output", str(out), "--json"]

    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(duality_checks.certificate, "certify", interrupted)
        assert main(command) == 130
    assert "--resume" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["state.json"]
    assert main([*command, "--resume"]) == 0
    assert json.loads(capsys.readouterr().out)["proven"] is True
    assert sorted(path.suffix for path in out.iterdir() if path.name != "report.html") == [".json"] * 3 + [
        ".md"
    ]
    assert not (out / "state.json").exists()
