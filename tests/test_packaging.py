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
PACKAGES = ("hyperplane_arrangements", "duality_checks")
NOT_SOURCE = (".*", "*.egg-info", "__pycache__", "build", "dist", "tests", "convex-landscape-output")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, in which an older version with one module more was built."""
    folder = tmp_path_factory.mktemp("source") / "checkout"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    (folder / "build" / "lib" / "duality_checks").mkdir(parents=True)
    (folder / "build" / "lib" / "duality_checks" / "gone.py").touch()
    return folder


@pytest.fixture(scope="module")
def unpacked(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of a wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "-q", "wheel", "--no-deps", "--no-build-isolation", "-w", folder]
    subprocess.run([*pip, source], check=True)
    return _unzipped(folder)


def _unzipped(folder: Path) -> Path:
    (wheel,) = folder.glob("convex_landscape-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def _installed(unpacked: Path, **more: str) -> dict[str, str]:
    """The environment of a user who has the wheel, without what a developer sets for himself."""
    ours = ("NUMBA", "PYTEST", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PYTHONPATH": str(unpacked)} | more


def test_the_wheel_holds_every_module_and_the_data(unpacked: Path) -> None:
    for package in PACKAGES:
        for source in (ROOT / package).rglob("*"):
            if source.suffix in {".py", ".csv", ".js", ".css"} or source.name == "py.typed":
                assert (unpacked / source.relative_to(ROOT)).is_file(), source.name
    assert (unpacked / "duality_checks" / "data" / "iris.csv").is_file()
    assert (unpacked / "duality_checks" / "data" / "made_up_houses.csv").is_file()
    assert not (unpacked / "tests").exists()


def test_the_wheel_holds_the_sources_of_the_formal_proof_and_nothing_compiled(
    unpacked: Path, tmp_path: Path
) -> None:
    place = unpacked / "duality_checks" / "reports" / "explaining" / "formal" / "coq"
    ours = [*(ROOT / "proofs_notes" / "formal").glob("*.v"), ROOT / "proofs_notes" / "formal" / "_CoqProject"]
    assert len(ours) > 10
    assert {path.name for path in place.iterdir()} == {path.name for path in ours}
    code = "from duality_checks.reports.explaining.formal.sources import folder; print(folder())"
    python, environment = [sys.executable, "-c", code], _installed(unpacked)
    found = subprocess.run(python, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert Path(found.stdout.strip()) == place


def test_the_wheel_holds_nothing_of_an_older_build(unpacked: Path) -> None:
    modules = {file.relative_to(unpacked) for file in unpacked.rglob("*.py")}
    ours = [file.relative_to(ROOT) for name in PACKAGES for file in (ROOT / name).rglob("*.py")]
    assert modules == set(ours)


def test_the_wheel_runs_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "import duality_checks, sys\n"
        "from duality_checks.cli import main\n"
        "from duality_checks.data.datasets import iris\n"
        f"assert duality_checks.__file__.startswith({str(unpacked)!r}), duality_checks.__file__\n"
        "assert len(iris().cells) == 150\n"
        "sys.exit(main(['--help']))"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=_installed(unpacked), check=True, capture_output=True
    )


def test_a_compiled_kernel_is_not_kept_beside_the_code(unpacked: Path, tmp_path: Path) -> None:
    before = _not_pythons(unpacked)
    kernel = "hyperplane_arrangements.enumeration.minors_kernel"
    code = f"from {kernel} import common_divisor; assert common_divisor(12, 18) == 6"
    environment = _installed(unpacked, XDG_CACHE_HOME=str(tmp_path / "cache"))
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    assert len(list((tmp_path / "cache" / "convex-landscape").glob("*/*.kernel"))) == 1
    assert _not_pythons(unpacked) == before


def test_pytest_keeps_nothing_beside_the_code(unpacked: Path, tmp_path: Path) -> None:
    before = _not_pythons(unpacked)
    test = tmp_path / "test_mine.py"
    test.write_text(
        "from duality_checks import problem\n"
        "def test_mine(request):\n"
        f"    assert problem.__file__.startswith({str(unpacked)!r})\n"
        "    assert request.config.pluginmanager.has_plugin('convex_landscape')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test]
    subprocess.run(command, cwd=tmp_path, env=_installed(unpacked), check=True, capture_output=True)
    assert list(tmp_path.rglob("test_mine.*-pytest-*.pyc"))  # it does keep what it rewrites
    assert _not_pythons(unpacked) == before


def _not_pythons(folder: Path) -> set[Path]:
    """The files below a folder without those that Python writes, and every uninstall knows."""
    caches = set(folder.rglob(f"*.{sys.implementation.cache_tag}.pyc"))
    return {file for file in folder.rglob("*") if file.is_file()} - caches


def test_an_editable_install_wins_over_what_an_older_version_left(source: Path, tmp_path: Path) -> None:
    """Versions that kept kernels beside the code left folders behind, which Python takes for packages."""
    (tmp_path / "wheel").mkdir()
    build = f"from setuptools.build_meta import build_editable as build; build({str(tmp_path / 'wheel')!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    site = _unzipped(tmp_path / "wheel")
    for package in PACKAGES:
        (site / package / "__pycache__").mkdir(parents=True)
        (site / package / "__pycache__" / "kernel.walk-9.py311.1.nbc").touch()

    def origins(add: str) -> list[str]:
        code = f"import sys, site; {add}({str(site)!r}); import {', '.join(PACKAGES)}"
        shown = "; ".join(f"print({package}.__spec__.origin)" for package in PACKAGES)
        python = [sys.executable, "-I", "-S", "-c", f"{code}; {shown}"]
        return subprocess.run(python, capture_output=True, text=True, check=True).stdout.split()

    assert origins("sys.path.append") == ["None", "None"]  # the folders alone
    assert origins("site.addsitedir") == [str(source / package / "__init__.py") for package in PACKAGES]
