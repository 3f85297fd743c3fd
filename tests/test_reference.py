"""The API reference is built from the docstrings, with every public name and every module in it.

What is tested is its contents: the pages of the packages, which link all others. Every module is read for
them; to write its own page is up to the generator, and takes three times as long.
"""

from __future__ import annotations

import importlib.util
import os
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
    build = [sys.executable, ROOT / ".reference" / "build.py", tmp_path, "--contents"]
    subprocess.run(build, check=True, capture_output=True)
    for package in (hyperplane_arrangements, duality_checks):
        name = package.__name__
        page = (tmp_path / f"{name}.html").read_text(encoding="utf-8")
        for public in package.__all__:
            assert f'id="{public}"' in page, public
        for module in (ROOT / name).rglob("[a-z]*.py"):
            parent = (tmp_path / module.parent.relative_to(ROOT)).with_suffix(".html").read_text("utf-8")
            page_of_module = os.path.relpath(module.with_suffix(".html"), module.parent.parent)
            assert f'href="{page_of_module}"' in parent, module
        assert not re.search(r'href="[^"]*/_\w*\.html"', page)
        assert 'href="benchmarks.html"' in page
    for source in re.findall(r'<img src="([^"]*)"', (tmp_path / "benchmarks.html").read_text("utf-8")):
        assert (tmp_path / source).is_file(), source
