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


@pytest.mark.parametrize("note", sorted({theorem.note for theorem in theorems().values()}))
def test_the_note_of_a_statement_has_all_its_parts(note: str) -> None:
    text = (FOLDER / note).read_text(encoding="utf-8")
    missing = [part for part, pattern in PARTS.items() if not re.search(pattern, text, re.MULTILINE)]
    assert not missing, f"{note} lacks {missing}"


def number(name: str) -> tuple[int, int, str]:
    """The number that a file name begins with: 2.4b after 2.4, 2.10 after 2.9."""
    match = re.match(r"(\d+)\.(\d+)([a-z]?)-", name)
    assert match, f"{name} does not begin with its number"
    return int(match[1]), int(match[2]), match[3]


def test_every_statement_has_its_note_and_every_note_its_statement() -> None:
    promised = {theorem.note for theorem in theorems().values()}
    assert promised - {note.name for note in NOTES} == set(), "statements without their note"
    # A statement may have further notes, such as an algorithm's.
    stated = {number(name)[:2] for name in promised}
    assert [note.name for note in NOTES if number(note.name)[:2] not in stated] == [], (
        "notes without statement"
    )


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_begins_with_its_number(note: Path) -> None:
    title = note.read_text(encoding="utf-8").splitlines()[0]
    assert title.startswith(f"# {note.name.split('-')[0]} ")


def test_the_index_lists_every_note_once_in_reading_order() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\((\d[^)]*\.md)\)", index)
    assert sorted(listed) == sorted(note.name for note in NOTES)
    assert [number(name) for name in listed] == sorted(map(number, listed))


def test_the_index_uses_the_titles_of_the_notes() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for note in NOTES:
        title = note.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"- [{title}]({note.name})" in index


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
