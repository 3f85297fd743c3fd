"""The API reference is built from the docstrings, with every public name and every module in it."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import duality_checks
import hyperplane_arrangements

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
@pytest.mark.skipif(
    not importlib.util.find_spec("pdoc"), reason="pdoc is not installed: install the extra docs"
)
def test_the_reference_has_every_public_name_and_every_module(tmp_path: Path) -> None:
    build = [sys.executable, ROOT / ".reference" / "build.py", tmp_path, "--without-source"]
    subprocess.run(build, check=True, capture_output=True)
    for package in (hyperplane_arrangements, duality_checks):
        name = package.__name__
        page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        for public in package.__all__:
            assert f'id="{public}"' in page, public
        for module in (ROOT / name).rglob("[a-z]*.py"):
            page_of_module = module.relative_to(ROOT).with_suffix(".html")
            assert (tmp_path / page_of_module).is_file(), module
        assert not list((tmp_path / name).glob("_*.html"))
        assert 'href="benchmarks.html"' in page
    for source in re.findall(r'<img src="([^"]*)"', (tmp_path / "benchmarks.html").read_text("utf-8")):
        assert (tmp_path / source).is_file(), source
