"""The wheel holds what the packages need at run time, and runs without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOT_SOURCE = (".*", "*.egg-info", "__pycache__", "build", "dist", "tests", "convex-landscape-output")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of a wheel built from a copy of the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "source", ignore=shutil.ignore_patterns(*NOT_SOURCE))
    pip = [sys.executable, "-m", "pip", "-q", "wheel", "--no-deps", "--no-build-isolation", "-w", folder]
    subprocess.run([*pip, folder / "source"], check=True)
    (wheel,) = folder.glob("convex_landscape-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_holds_every_module_and_the_data(unpacked: Path) -> None:
    for package in ("hyperplane_arrangements", "duality_checks"):
        for source in (ROOT / package).rglob("*"):
            if source.suffix in {".py", ".csv"} or source.name == "py.typed":
                assert (unpacked / source.relative_to(ROOT)).is_file(), source.name
    assert (unpacked / "duality_checks" / "data" / "iris.csv").is_file()
    assert not (unpacked / "tests").exists()


def test_the_wheel_runs_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import duality_checks, sys\n"
        "from duality_checks.cli import main\n"
        "from duality_checks.data.datasets import iris\n"
        f"assert duality_checks.__file__.startswith({str(unpacked)!r}), duality_checks.__file__\n"
        "assert len(iris().cells) == 150\n"
        "sys.exit(main(['--help']))"
    )
    environment = os.environ | {"PYTHONPATH": str(unpacked)}
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True
    )
