"""`predict`: a network file and a table are enough, whatever was done to the table in training."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork
from duality_checks.cli import main
from duality_checks.data.datasets import prepared_data
from duality_checks.data.preparation import Input, Output, Preparation
from duality_checks.data.tables import read_table
from duality_checks.networks.prepared import PreparedNetwork
from hyperplane_arrangements.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

FLATS = (
    "area,city,rent,nice\n50,Rome,8,yes\n70.5,Oslo,15,no\n35,Rome,6.5,no\n"
    "90,Bern,21,yes\n61,Oslo,13,yes\n44,Bern,12,no\n"
)
NEW = "city,notes,area\nOslo,a,64.25\nBern,,30\nRome,b,\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flats.csv").write_text(FLATS)
    (tmp_path / "new.csv").write_text(NEW)
    return tmp_path


def certified(capsys: Any, *words: str, data: str = "flats.csv") -> None:
    assert main(["certify", data, "--output", "out", "--beta", "1/2", *words]) == 0
    capsys.readouterr()


def predicted(capsys: Any, data: str, *words: str) -> list[list[str]]:
    assert main(["predict", "out/network.json", data, *words]) == 0
    return list(csv.reader(io.StringIO(capsys.readouterr().out)))


@pytest.mark.parametrize("words", [[], ["--standardise"], ["--no-bias"], ["--free", "linear+intercept"]])
def test_predictions_are_the_outputs_of_training(words: list[str], capsys: Any) -> None:
    """The network on the exact rows of problem.json."""
    certified(capsys, "--target", "rent", "--features", "city,area", "--one-hot", "city", *words)
    head, *rows = predicted(capsys, "flats.csv")
    X = [[number(x) for x in row] for row in json.loads(Path("out/problem.json").read_text())["X"]]
    outputs = TwoLayerNetwork.load("out/network.json").predict(X)
    assert head == ["rent"]
    assert np.array_equal([float(cell) for (cell,) in rows], outputs) and outputs.std() > 1


def number(text: str) -> float:
    above, _, below = text.partition("/")
    return int(above) / int(below or 1)


def test_new_rows_in_other_columns_and_missing_cells(capsys: Any) -> None:
    words = ["--target", "rent", "--features", "area,city", "--one-hot", "city", "--standardise"]
    certified(capsys, *words)
    assert main(["predict", "out/network.json", "new.csv"]) == 2
    assert "row 3 (line 4), column 'area' is empty" in capsys.readouterr().err
    head, *rows = predicted(capsys, "new.csv", "--drop-missing")
    assert head == ["rent"] and len(rows) == 3 and rows[2] == [""]
    network = TwoLayerNetwork.load("out/network.json")
    # By hand: the six areas have mean 58.4166... and deviation 18.1531...
    areas = np.array([50, 70.5, 35, 90, 61, 44])
    expected = network.predict(
        [[(64.25 - areas.mean()) / areas.std(), 0, 1, 0, 1], [(30 - areas.mean()) / areas.std(), 1, 0, 0, 1]]
    )
    assert np.allclose([float(row[0]) for row in rows[:2]], expected, rtol=1e-4)


def test_labels_and_files(capsys: Any) -> None:
    words = ["--target", "nice", "--features", "area", "--loss", "logistic"]
    certified(capsys, *words, "--positive", "yes")
    rows = predicted(capsys, "flats.csv")
    assert rows[0] == ["nice", "nice label"]
    assert all(label == ("yes" if float(value) > 0 else "no") for value, label in rows[1:])
    assert main(["predict", "out/network.json", "flats.csv", "--output", "said.csv"]) == 0
    assert "6 predictions in said.csv" in capsys.readouterr().out
    assert list(csv.reader(io.StringIO(Path("said.csv").read_text()))) == rows
    assert main(["predict", "out/network.json", "flats.csv", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["rows"] == 6 and facts["labels"]["nice"] == [label for _, label in rows[1:]]
    assert facts["predictions"]["nice"] == [float(value) for value, _ in rows[1:]]
    problem = TrainingProblem.load("out/problem.json")
    certified(capsys, *words, "--labels", "no,yes")
    assert TrainingProblem.load("out/problem.json").to_json() == problem.to_json()


def test_the_problems_file_says_what_the_networks_does(capsys: Any) -> None:
    """And the table, prepared as it says, is the problem's X and y, exactly; several outputs too."""
    words = ["--features", "area,city", "--one-hot", "city", "--standardise"]
    certified(capsys, "--target", "nice", *words, "--positive", "yes")
    text = Path("out/problem.json").read_text()
    made = Preparation.parse(json.loads(text)["preparation"], "problem.json")
    assert made == PreparedNetwork.load("out/network.json").stated
    problem = TrainingProblem.from_json(text)
    again = prepared_data(read_table("flats.csv"), made)
    assert (again.X, again.y) == (problem.X, problem.y)
    assert main(["check", "out/problem.json", "out/certificate.json"]) == 0
    problem.save("bare.json")  # the same problem: certificates are for both
    assert "preparation" not in json.loads(Path("bare.json").read_text())
    assert main(["check", "bare.json", "out/certificate.json"]) == 0
    certified(capsys, "--target", "rent", "--target", "area", "--features", "city", "--one-hot", "city")
    for number, target in enumerate(["rent", "area"], start=1):
        stated = json.loads(Path(f"out/problem-{number}.json").read_text())["preparation"]
        made = Preparation.parse(stated, "memory")
        assert [one.column for one in made.outputs] == [target]


def test_that_rows_were_left_out_is_remembered(capsys: Any) -> None:
    gaps = Path("flats.csv").read_text() + "Rome,,700,yes\n"
    Path("gaps.csv").write_text(gaps)
    words = ["--target", "rent", "--features", "area,city", "--one-hot", "city"]
    certified(capsys, *words, "--drop-missing", data="gaps.csv")
    assert json.loads(Path("out/problem.json").read_text())["preparation"]["drop_missing"] is True
    assert predicted(capsys, "gaps.csv") == [*predicted(capsys, "flats.csv"), [""]]
    assert main(["audit", "out/network.json", "--data", "gaps.csv", "--beta", "1/2", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["objective"] == json.loads(Path("out/certificate.json").read_text())["upper"]
    text = Path("out/network.json").read_text().replace('"drop_missing": true', '"drop_missing": false')
    Path("out/network.json").write_text(text)
    assert main(["predict", "out/network.json", "gaps.csv"]) == 2
    assert "preparation is damaged" in capsys.readouterr().err


def test_several_outputs(capsys: Any) -> None:
    words = ["--target", "rent", "--target", "area", "--features", "city", "--one-hot", "city"]
    certified(capsys, *words)
    head, *rows = predicted(capsys, "flats.csv")
    assert head == ["rent", "area"]
    loaded = PreparedNetwork.load("out/network.json")
    assert loaded.network.count == 2
    hot = {"Bern": [1, 0, 0, 1], "Oslo": [0, 1, 0, 1], "Rome": [0, 0, 1, 1]}
    cities = ["Rome", "Oslo", "Rome", "Bern", "Oslo", "Bern"]
    expected = loaded.network.predict([hot[city] for city in cities])
    assert np.allclose(np.array(rows, dtype=float), expected) and expected.std() > 1
    assert loaded.to_json() == Path("out/network.json").read_text()


@pytest.mark.parametrize(
    "neurons", [{"hidden": [[2.0, 1.0]], "output": [[3.0, -1.0]]}, {"hidden": [], "output": []}]
)
def test_files_of_several_outputs_in_their_first_layout(neurons: dict[str, Any], capsys: Any) -> None:
    made = Preparation((Input("x"),), True, (Output("y"), Output("z")))
    head = {"format": "convex-landscape network of several outputs", "version": 2, "kappa": "0"}
    rest = {"intercepts": [0.5, 0.0], "preparation": made.document()}
    Path("old.json").write_text(json.dumps(head | neurons | rest))
    Path("x.csv").write_text("x\n1\n-1\n")
    expected = [[9.5, -3.0], [0.5, 0.0]] if neurons["hidden"] else [[0.5, 0.0]] * 2
    Path("new.json").write_text(PreparedNetwork.load("old.json").to_json())
    assert json.loads(Path("new.json").read_text())["format"] == "convex-landscape network"
    for name in ("old.json", "new.json"):
        assert main(["predict", name, "x.csv"]) == 0
        _, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
        assert [[float(x) for x in row] for row in rows] == expected


def test_tables_without_names(capsys: Any) -> None:
    np.save("train.npy", np.array([[0.5, 1.0], [1.5, 2.0], [3.0, 2.5]]))
    certified(capsys, "--target", "2", "--beta", "0.01", data="train.npy")
    whole = predicted(capsys, "train.npy")
    Path("more.csv").write_text("0.5\n1.5\n3\n")
    assert predicted(capsys, "more.csv") == whole


def test_audits_prepare_tables_as_the_network_says(capsys: Any) -> None:
    words = ["--features", "area,city", "--one-hot", "city", "--standardise", "--target", "rent"]
    certified(capsys, *words)
    upper = json.loads(Path("out/certificate.json").read_text())["upper"]
    for more in ([], ["--features", "area,city"], ["--target", "rent"], ["--bias", "column"]):
        assert (
            main(["audit", "out/network.json", "--data", "flats.csv", "--beta", "1/2", "--json", *more]) == 0
        )
        facts = json.loads(capsys.readouterr().out)
        assert facts["objective"] == upper
    assert (
        main(["audit", "out/network.json", "--data", "flats.csv", "--beta", "1", "--features", "rent"]) == 2
    )
    assert "the network's file says that it reads area, city" in capsys.readouterr().err


def test_labels_of_a_target_are_remembered_by_audits(capsys: Any) -> None:
    certified(capsys, "--target", "nice", "--features", "area", "--positive", "yes", "--standardise")
    words = ["audit", "out/network.json", "--data", "flats.csv", "--beta", "1/2", "--json"]
    assert main(words) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["objective"] == json.loads(Path("out/certificate.json").read_text())["upper"]
    assert main([*words, "--positive", "yes"]) == 0
    assert json.loads(capsys.readouterr().out) == facts
    assert main([*words, "--positive", "no"]) == 0
    assert json.loads(capsys.readouterr().out)["objective"] != facts["objective"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--positive", "yes", "--labels", "no,yes"], "--labels and --positive exclude each other"),
        (["--positive", "maybe"], "holds no 'maybe'; give one of 'no', 'yes'"),
        (["--features", "city", "--positive", "yes"], "column of labels: --one-hot city"),
        (["--positive", "yes", "--one-hot", "rent"], "--one-hot rent: the column is no feature"),
    ],
)
def test_what_is_refused(words: list[str], message: str, capsys: Any) -> None:
    assert main(["certify", "flats.csv", "--target", "nice", "--features", "area", *words]) == 2
    assert message in capsys.readouterr().err


def test_options_of_preparation_need_a_file(capsys: Any) -> None:
    assert main(["certify", "--standardise"]) == 2
    assert "say how to read and prepare DATA; give the file too" in capsys.readouterr().err


def test_a_network_that_says_nothing_of_columns(capsys: Any) -> None:
    TwoLayerNetwork([[1.0]], [1.0]).save("bare.json")
    assert main(["predict", "bare.json", "new.csv"]) == 2
    assert "the network does not say which columns it reads" in capsys.readouterr().err


def test_damaged_files(capsys: Any) -> None:
    certified(capsys, "--target", "rent", "--features", "area")
    text = Path("out/network.json").read_text()
    document = json.loads(text)
    document["preparation"]["columns"] *= 2
    for change, message in [
        (json.dumps(document), "the network has 2 inputs and 1 outputs, but its preparation is of 3 and 1"),
        (text.replace('"ones": true', '"ones": "yes"'), "preparation is damaged"),
        (text.replace('"version": 3', '"version": 2'), "field 'preparation' is unknown"),
        (text.replace('"version": 3', '"version": 9'), "version 9 is unknown"),
    ]:
        Path("broken.json").write_text(change)
        with pytest.raises(InputError, match=message):
            PreparedNetwork.load("broken.json")
