"""Lets the tests of this folder import the helpers that lie beside them, and leave pictures out of pages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import pytest

from duality_checks.cli import main

sys.path.insert(0, str(Path(__file__).parent))


def _frame(picture: Any, *, name: str, label: str, size: tuple[float, float]) -> str:
    return f'<svg id="{name}" role="img" aria-label="{escape(label)}"></svg>'


@pytest.fixture(scope="module")
def undrawn() -> Iterator[None]:
    """Jobs make their pictures, but write their pages with empty frames in the place of them.

    For modules that run many jobs and look at other things: to write half a dozen pictures down takes longer
    than a small job itself. `reports/test_html.py` looks at them, and the fixture `drawn` brings them back.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("duality_checks.reports.html.svg", _frame)
        yield


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures after all, in a module that does without them."""
    from duality_checks.reports.drawing.svg import svg

    monkeypatch.setattr("duality_checks.reports.html.svg", svg)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run the command and return its exit code, output and error output."""

    def call(*arguments: object) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        return code, *capsys.readouterr()

    return call
