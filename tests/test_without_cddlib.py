"""Where there is no compiler there is no pycddlib: most things work, and the rest names it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from duality_checks.cli import main
from hyperplane_arrangements import Arrangement, MissingExtraError

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def without_cddlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Imports of cdd fail, as where it is not installed."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "cdd"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cdd", None)
    monkeypatch.chdir(tmp_path)
    rows = [(1, 2, 3), (2, 1, 1), (3, 3, 2), (1, 1, 0), (4, 1, 2), (2, 5, 1)]
    (tmp_path / "small.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{y}\n" for a, b, y in rows))


def test_an_optimum_is_proven_and_checked_without(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", "small.csv", "--target", "y"]) == 0
    assert "PROVEN" in capsys.readouterr().out
    folder = "convex-landscape-output"
    assert main(["check", f"{folder}/problem.json", f"{folder}/certificate.json"]) == 0
    assert main(["chambers", "small.csv", "--bias"]) == 0
    assert main(["certify", "small.csv", "--target", "y", "--free", "intercept"]) == 0


def test_what_needs_it_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", "small.csv", "--target", "y", "--penalty", "1-norm"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("convex-landscape: this needs pycddlib, which cannot be imported")
    assert "then pip install 'pycddlib>=3,<4'" in " ".join(err.split())
    with pytest.raises(MissingExtraError, match="this needs pycddlib"):
        Arrangement([[1, 0], [0, 1], [1, 1]]).chamber_shape([1, 1, 1])


def test_the_readme_names_every_requirement_but_this_one() -> None:
    """The line for machines without a compiler lists what `pyproject.toml` requires."""
    import tomllib

    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    required = {text.split(">")[0] for text in project["dependencies"]}
    (line,) = [line for line in README.splitlines() if "--no-deps" in line]
    installed = line.partition("pip install clarabel")[2].split("`")[0].split()
    assert {"clarabel", *installed} == required - {"pycddlib"}
