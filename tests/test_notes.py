"""Every note of the course: its code runs, prints what it says, and belongs to a statement of the catalogue.

The fenced ``python`` blocks of a note run in order in one namespace; a ``text`` block right after one is what
it prints. A note has a statement, a proof, an example in numbers, and exercises with solutions.
"""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from duality_checks.theorems import theorems

FOLDER = Path(__file__).parent.parent / "proofs_notes"
NOTES = sorted(FOLDER.glob("[0-9]*.md"))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PARTS = {
    "statement": r"^(## |\*\*)Statement",
    "proof": r"^## Proof",
    "example": r"^## (In numbers|Worked example)",
    "exercises": r"^## Exercises",
    "solutions": r"Solution",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A block of code, the line it starts on, and what it ought to print (None: anything)."""

    code: str
    line: int
    expected: str | None


def steps(text: str) -> list[Step]:
    """The blocks of a note that run."""
    blocks = list(FENCE.finditer(text))
    found = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block[1] != "python":
            continue
        printed = None
        if following and following[1] == "text" and not text[block.end() : following.start()].strip():
            printed = following[2]
        found.append(Step(block[2], text[: block.start(2)].count("\n"), printed))
    return found


def run(text: str, name: str) -> None:
    """Run a note; a failure names the note's own line.

    Raises:
        AssertionError: something else is printed than the note says.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for step in steps(text):
        printed = StringIO()
        with redirect_stdout(printed):
            exec(compile("\n" * step.line + step.code, name, "exec"), namespace)
        if step.expected is not None:
            assert printed.getvalue() == step.expected, f"{name}, block at line {step.line + 1}"


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_the_code_of_a_note_prints_what_it_says(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    assert steps(text), f"{note.name} has no code"
    run(text, note.name)


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_has_all_its_parts(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    missing = [part for part, pattern in PARTS.items() if not re.search(pattern, text, re.MULTILINE)]
    assert not missing, f"{note.name} lacks {missing}"
    number = note.name.split("-")[0]
    assert text.startswith(f"# {number} "), f"{note.name} does not begin with its number"


def test_every_statement_has_its_note_and_every_note_its_statement() -> None:
    promised = {theorem.note for theorem in theorems().values()}
    written = {note.name for note in NOTES}
    assert promised - written == set(), "statements without their note"
    assert written - promised == set(), "notes without their statement"


def test_the_index_lists_every_note_once_in_reading_order() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\((\d[^)]*\.md)\)", index)
    in_order = sorted(
        (note.name for note in NOTES), key=lambda name: tuple(map(int, name.split("-")[0].split(".")))
    )
    assert listed == in_order


def test_links_between_notes_lead_somewhere() -> None:
    for note in [*NOTES, FOLDER / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", note.read_text(encoding="utf-8")):
            assert (FOLDER / target).exists(), f"{note.name} links to {target}"


# ------------------------------------------------------------------ the harness itself


def note(code: str, printed: str, between: str = "") -> str:
    return f"# 0.0 x\n\n```python\n{code}\n```\n{between}\n```text\n{printed}\n```\n"


def test_a_note_that_prints_something_else_is_caught() -> None:
    run(note("print(1 + 1)", "2"), "good.md")
    with pytest.raises(AssertionError, match=r"bad\.md, block at line 4"):
        run(note("print(1 + 1)", "3"), "bad.md")


def test_a_text_block_elsewhere_is_prose() -> None:
    run(note("print(1 + 1)", "3", between="Some prose.\n"), "prose.md")


def test_blocks_share_a_namespace_and_errors_keep_their_line() -> None:
    run("```python\nx = 2\n```\n\n```python\nprint(x)\n```\n```text\n2\n```\n", "shared.md")
    with pytest.raises(ZeroDivisionError) as caught:
        run("prose\n\n```python\n1 / 0\n```\n", "broken.md")
    assert caught.traceback[-1].lineno == 3
