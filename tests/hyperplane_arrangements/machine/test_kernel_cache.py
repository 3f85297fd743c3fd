"""Where compiled kernels are kept, when they are found again, and that nothing on disk can do harm."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections import namedtuple
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
import pytest
from numba.core import config

from hyperplane_arrangements.machine import kernel_cache
from hyperplane_arrangements.machine.kernel_cache import cache_home, cached_njit

ROOT = Path(__file__).parents[3]
KERNEL = """
from hyperplane_arrangements.enumeration.minors_kernel import common_divisor as gcd
assert gcd(12, 18) == 6
print(sum(gcd.stats.cache_hits.values()), sum(gcd.stats.cache_misses.values()))
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of this test's own."""
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(kernel_cache, "_told", set())
    monkeypatch.setattr(kernel_cache, "cache_home", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def kept(home: Path) -> list[Path]:
    return sorted(path for path in home.rglob("*") if path.is_file())


def module(**constants: Any) -> ModuleType:
    """Two kernels in a module of their own, one of which uses the other and a constant."""
    made = ModuleType("made")
    vars(made).update(constants, cached_njit=cached_njit, options=constants.get("options", {}))
    step = constants.get("step", "x + SHIFT")
    exec(
        f"@cached_njit(**options)\ndef step(x):\n    return {step}\n"
        "@cached_njit()\ndef twice(x):\n    return step(step(x))\n",
        vars(made),
    )
    return made


def hits(kernel: Any) -> int:
    return sum(kernel.stats.cache_hits.values())


def start(**environment: str) -> subprocess.Popen[str]:
    """A process that runs a kernel and prints hits and misses, without the variables of this one."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA", "XDG"))}
    command, pipe = [sys.executable, "-c", KERNEL], subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=clean | environment)


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/convex-landscape"),
        ("linux", {"HOME": "/h"}, "/h/.cache/convex-landscape"),
        ("linux", {"HOME": "/h", "XDG_CACHE_HOME": "relative"}, "/h/.cache/convex-landscape"),
        ("darwin", {"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/h/Library/Caches/convex-landscape"),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/convex-landscape/Cache"),
    ],
)
def test_the_folder_is_the_platforms(
    monkeypatch: pytest.MonkeyPatch, platform: str, environment: dict[str, str], folder: str
) -> None:
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(sys, "platform", platform)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cache_home() == Path(folder)


def test_a_folder_chosen_for_numba_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    monkeypatch.setattr(config, "CACHE_DIR", "/chosen")
    assert cache_home() == Path("/chosen/convex-landscape")


def test_processes_that_start_together_share_it_and_later_ones_find_it(tmp_path: Path) -> None:
    started = [start(XDG_CACHE_HOME=str(tmp_path), PYTHONHASHSEED=seed) for seed in "12"]
    assert [process.communicate()[1] for process in started] == ["", ""]
    (file,) = kept(tmp_path)
    assert file.suffix == ".kernel" and file.parent.parent == tmp_path / "convex-landscape"
    assert numba.__version__ in file.parent.name and sys.implementation.cache_tag in file.parent.name
    assert start(XDG_CACHE_HOME=str(tmp_path), PYTHONHASHSEED="3").communicate() == ("1 0\n", "")
    assert kept(tmp_path) == [file]


def test_a_folder_that_cannot_be_written_is_told_once(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    home.touch()
    kernels = module(SHIFT=1)
    assert (kernels.twice(2), kernels.twice(2.0)) == (4, 4.0)
    (record,) = caplog.records
    assert record.levelname == "WARNING" and str(home) in record.getMessage()
    assert record.getMessage().endswith("to a folder that can be written.")


def test_a_full_disk_is_told_and_leaves_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert module(SHIFT=1).twice(2) == 4
    assert kept(home) == []
    assert len(caplog.records) == 1 and "No space left on device" in caplog.text


def test_without_a_home_folder_kernels_are_compiled_in_memory(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setattr(kernel_cache, "_told", set())
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with caplog.at_level(logging.WARNING):
        assert module(SHIFT=1).twice(2) == 4
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == [
        "Compiled kernels cannot be kept (there is no home folder)"
    ]


@pytest.mark.parametrize("damage", [b"", b"\x80", None], ids=["empty", "short", "one byte changed"])
def test_a_damaged_file_is_compiled_anew(home: Path, damage: bytes | None) -> None:
    assert module(SHIFT=1).twice(2) == 4
    before = {file: file.read_bytes() for file in kept(home)}
    for file, content in before.items():
        file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:] if damage is None else damage)
    again = module(SHIFT=1)
    assert again.twice(2) == 4 and hits(again.twice) == 0
    assert kept(home) == list(before)
    third = module(SHIFT=1)
    assert third.twice(2) == 4 and hits(third.twice) == 1


def test_it_may_be_deleted_while_it_is_used(home: Path) -> None:
    used = module(SHIFT=1)
    assert used.twice(2) == 4
    for file in kept(home):
        file.unlink()
        file.parent.rmdir() if not any(file.parent.iterdir()) else None
    assert used.twice(2.5) == 4.5
    assert len(kept(home)) == 2


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"SHIFT": 2}, 6),
        ({"SHIFT": 1.0}, 4.0),
        ({"SHIFT": np.uint64(1)}, 4),
        ({"SHIFT": 1, "step": "x - SHIFT"}, 0),
        ({"SHIFT": 1, "options": {"fastmath": {"nnan", "nsz"}}}, 4),
        ({"SHIFT": 1, "step": "x + SHIFT * np.pi", "np": np}, 2 + 2 * np.pi),
    ],
    ids=["constant", "kind of constant", "NumPy's scalar", "inner code", "inner options", "in a module"],
)
def test_what_a_kernel_uses_is_part_of_its_name(home: Path, change: dict[str, Any], value: float) -> None:
    assert module(SHIFT=1, OTHER=1).twice(2) == 4
    same = module(SHIFT=1, OTHER=2)
    assert same.twice(2) == 4 and hits(same.twice) == 1
    changed = module(**change)
    assert changed.twice(2) == value and hits(changed.twice) == 0


def test_fields_in_another_order_are_another_kernel(home: Path) -> None:
    for fields in ("first second", "second first"):
        made = ModuleType("made")
        vars(made)["cached_njit"] = cached_njit
        exec("@cached_njit()\ndef first(pair):\n    return pair.first\n", vars(made))
        pair: Any = namedtuple("Pair", fields)
        pair.__module__, made.Pair = "made", pair
        sys.modules["made"] = made
        try:
            assert made.first(pair(first=1, second=2)) == 1
        finally:
            del sys.modules["made"]


def test_numbas_own_caches_are_left_alone(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "others_kernel.py").write_text(
        "from numba import njit\n@njit(cache=True)\ndef f(x):\n    return x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert import_module("others_kernel").f(1) == 1
    assert {".nbi", ".nbc"} <= {file.suffix for file in (tmp_path / "__pycache__").iterdir()}
    assert kept(home) == []


def test_no_kernel_asks_for_numbas_cache_beside_the_code() -> None:
    files = [*ROOT.glob("duality_checks/**/*.py"), *ROOT.glob("hyperplane_arrangements/**/*.py")]
    assert any("@cached_njit" in file.read_text() for file in files)
    for file in files:
        if file.name != "kernel_cache.py":
            assert "cache=True" not in file.read_text(), file


def test_a_number_written_out_is_no_signature_of_its_own(home: Path) -> None:
    made = ModuleType("made")
    vars(made)["inner"] = kernel_cache.inner_njit()(lambda x: x + 1)
    exec("def outer(x):\n    return inner(0) + inner(x)\n", vars(made))
    assert cached_njit()(made.outer)(2) == 4
    assert made.inner.signatures == [(numba.int64,)]
