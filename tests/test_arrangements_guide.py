"""The guide to arrangements: its code runs, prints what it says, and its commands exist."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from duality_checks.cli import cli

GUIDE = Path(__file__).parent.parent / "proofs_notes" / "arrangements-guide.md"
STEP = re.compile(r"^```python\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


def run(text: str) -> list[tuple[str, str]]:
    """What each block of code prints, beside what the text says."""
    namespace: dict[str, Any] = {"__name__": "guide"}
    outcomes = []
    for block in STEP.finditer(text):
        printed = StringIO()
        with redirect_stdout(printed):
            exec(compile("\n" * text[: block.start(1)].count("\n") + block[1], GUIDE.name, "exec"), namespace)
        outcomes.append((printed.getvalue(), block[2] or ""))
    return outcomes


def test_every_block_prints_what_the_guide_says() -> None:
    outcomes = run(GUIDE.read_text(encoding="utf-8"))
    assert len(outcomes) > 10
    for printed, said in outcomes:
        assert printed == said


def test_a_wrong_line_would_be_seen() -> None:
    ((printed, said),) = run("```python\nprint(2)\n```\n\n```text\n3\n```\n")
    assert printed != said
    with pytest.raises(ZeroDivisionError):
        run("```python\n1 / 0\n```\n")


def test_the_commands_of_the_guide_exist() -> None:
    verbs = re.findall(r"^convex-landscape (\w+)", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert verbs and set(verbs) <= set(cli.commands)
