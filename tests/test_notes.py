"""Every note of the course: its code runs, prints what it says, and belongs to a statement of the catalogue.

The fenced ``python`` blocks of a note run in order in one namespace; a ``text`` block right after one is what
it prints. A note has a statement, a proof, an example in numbers, exercises whose solutions fold, and
pictures that its code draws into the folder ``pictures``: the stored file has to be the same drawing. With
``NEW_PICTURES=1`` in the environment what is drawn is stored.
"""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from drawings import check_pictures, difference, keep_if_asked, read
from formulas import plain, troubles
from pages import FENCE, folds

from duality_checks.theorems import theorems

FOLDER = Path(__file__).parent.parent / "proofs_notes"
NOTES = sorted(FOLDER.glob("[0-9]*.md"))
PAGES = sorted(FOLDER.glob("*.md"))
PARTS = {
    "statement": r"^(## |\*\*)Statement",
    "proof": r"^## Proof",
    "example": r"^## (In numbers|Worked example)",
    "exercises": r"^## Exercises",
    "solutions": r"<summary>Solution",
    "what to read next": r"^## What to read next",
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
def test_the_code_of_a_note_prints_what_it_says_and_draws_what_it_shows(
    note: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    text = note.read_text(encoding="utf-8")
    assert steps(text), f"{note.name} has no code"
    run(text, note.name)
    keep_if_asked(tmp_path, FOLDER)
    check_pictures(text, note.name, tmp_path, FOLDER)


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_has_all_its_parts(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    missing = [part for part, pattern in PARTS.items() if not re.search(pattern, text, re.MULTILINE)]
    assert not missing, f"{note.name} lacks {missing}"


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_solutions_fold(note: Path) -> None:
    text = note.read_text(encoding="utf-8")
    assert folds(text[text.index("## Exercises") :]) == []


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
    listed = re.findall(r"^- .*\]\((\d[^)]*\.md)\)", index, re.MULTILINE)
    assert sorted(listed) == sorted(note.name for note in NOTES)
    assert [number(name) for name in listed] == sorted(map(number, listed))


def test_the_index_uses_the_titles_of_the_notes() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for note in NOTES:
        title = note.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert f"- [{title}]({note.name})" in index


def test_the_pictures_of_the_index_lead_to_their_notes() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"\[!\[([^\]]+)\]\(([^)]+)\)\]\(([^)]+)\.md\)", index)
    assert len(shown) == index.count("![") == 6
    for words, picture, note in shown:
        # The notes' own tests hold a picture that a note shows to the note's code.
        assert f"]({picture})" in (FOLDER / f"{note}.md").read_text(encoding="utf-8")
        assert len(words) >= 20 and f"| {note.split('-')[0]}: " in index


def test_links_between_notes_lead_somewhere() -> None:
    for note in [*NOTES, FOLDER / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", note.read_text(encoding="utf-8")):
            assert (FOLDER / target).exists(), f"{note.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_formulas_survive_markdown(page: Path) -> None:
    assert troubles(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", [*NOTES, *FOLDER.glob("notebook-*.md")], ids=lambda page: page.stem)
def test_a_note_sets_its_formulas(page: Path) -> None:
    # What to read next has initials of names.
    text, _, _ = page.read_text(encoding="utf-8").partition("## What to read next")
    assert plain(text) == []


# ------------------------------------------------------------------ the harness itself


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (r"the set $\{a\}$", "a backslash is lost"),
        (r"$a\,b$", "a backslash is lost"),
        ("$(a)_+$ and $(b)_+$", "has emphasis inside"),
        ("$a +\nb$", "runs over a line"),
        ("$$a$$", "display it in a math block"),
        ("$a and b", "a dollar without its partner"),
        ("the $k$th", "a letter right after it"),
        (r"$\operatorname{sign}(u)$", "GitHub refuses it"),
        ("$ a $", "a space beside a dollar"),
        ("$a<b and c>d$", "has HTML inside"),
    ],
)
def test_a_formula_that_would_not_be_seen_as_written_is_caught(text: str, complaint: str) -> None:
    assert any(complaint in trouble for trouble in troubles(text))


@pytest.mark.parametrize(
    "text",
    [
        *("`c'u`", "`norm(c) <= beta`", "`max(t, 0)`", "`p*`", "`u_j`", "`n^2`", "`x`", "`kappa = -1`"),
        *("where beta is large", "at most n of them", "at -u it is", "c'u is", "abs(t)", "a >= 0", "x_k'u"),
        "For each chamber\n\n    1 + 1 = 2\n",
    ],
)
def test_a_formula_in_plain_text_is_caught(text: str) -> None:
    assert plain(text)


def test_names_and_code_are_no_formulas() -> None:
    fine = r"$\beta$, n x d, I am a reader's `check`, `huber:delta`, `box_is_wrong()` (b), `++|+`, an NBC set"
    assert plain(fine + "\n\n```math\nc'u \\le \\beta\n```\n") == []


def test_formulas_that_are_safe_pass() -> None:
    safe = r"$\lbrace a_i \rbrace$, $b_i'c$; `$\{a\}$` and $\max_{u} \lVert u \rVert_2$"
    assert troubles(safe + "\n\n```math\n\\{a\\} \\\\ b\n```\n") == []


FOLDED = "<details>\n<summary>Solution</summary>\n\nIt is two, by the statement.\n\n</details>\n\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("</summary>\n", "</summary>"),
        ("\n</details>", "</details>"),
        ("</details>", ""),
        ("<details>\n", ""),
        ("It is two, by the statement.", "Two."),
        (FOLDED, "*Solution.* It is two.\n\n"),
        (FOLDED, "**Solution 1.** It is two.\n\n"),
    ],
)
def test_a_solution_that_does_not_fold_is_caught(before: str, after: str) -> None:
    assert folds(3 * FOLDED) == []
    assert folds(2 * FOLDED + FOLDED.replace(before, after)) != []


def note(code: str, printed: str, between: str = "") -> str:
    return f"# 0.0 x\n\n```python\n{code}\n```\n{between}\n```text\n{printed}\n```\n"


def test_a_note_that_prints_something_else_is_caught() -> None:
    run(note("print(1 + 1)", "2"), "good.md")
    with pytest.raises(AssertionError, match=r"bad\.md, block at line 4"):
        run(note("print(1 + 1)", "3"), "bad.md")


DRAWN = """<svg xmlns="http://www.w3.org/2000/svg"><metadata>Matplotlib v3.11.2</metadata>
<defs><path d="M 0 0"/></defs><path d="M 1 2 L 30 40.5" style="stroke: #2e7fb8"/><text>width m</text>
<g id="xtick_1"><use x="7" y="8"/><text>0.5</text></g></svg>"""


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("width m", "width n", "texts"),
        ("0.5<", "0.6<", "texts"),
        ("<text>", '<path d="M 1 1"/><text>', "elements"),
        ("40.5", "42.5", "path"),
        ('y="8"', 'y="9.5"', "use"),
        ("#2e7fb8", "#d55e00", "path"),
    ],
)
def test_a_picture_that_changed_is_caught(before: str, after: str, what: str) -> None:
    assert difference(read(DRAWN), read(DRAWN.replace(before, after))).startswith(what)


@pytest.mark.parametrize(("before", "after"), [("40.5", "40.9"), ("M 0 0", "M 5 5"), ("#2e7fb8", "#2e7fb9")])
def test_a_picture_that_is_rounded_otherwise_is_the_same(before: str, after: str) -> None:
    assert not difference(read(DRAWN), read(DRAWN.replace(before, after)))


def test_another_version_may_lay_out_otherwise_but_not_write_otherwise() -> None:
    other = DRAWN.replace("v3.11.2", "v3.8.0").replace("40.5", "50").replace("0.5", "0.4")
    assert not difference(read(DRAWN), read(other))
    assert difference(read(DRAWN), read(other.replace("width", "size")))
    assert difference(read(DRAWN), read(other.replace("</g>", '</g><path d="M 1 1"/>')))


def test_a_picture_has_to_be_shown_drawn_stored_and_described(tmp_path: Path) -> None:
    drawn, stored = tmp_path / "drawn", tmp_path / "stored"
    for folder in (drawn, stored):
        (folder / "pictures").mkdir(parents=True)
        (folder / "pictures" / "0.0-x.svg").write_text(DRAWN)
    shows = "![the width m, from one to forty](pictures/0.0-x.svg)\n"
    check_pictures(shows, "0.0-x.md", drawn, stored)
    for text, name, complaint in (
        ("no picture", "0.0-x.md", "shows no picture"),
        (shows.replace("0.0-x", "0.0-z"), "0.0-x.md", "draws"),
        (shows, "0.1-y.md", "not named after"),
        (shows.replace(", from one to forty", ""), "0.0-x.md", "in words"),
    ):
        with pytest.raises(AssertionError, match=complaint):
            check_pictures(text, name, drawn, stored)
    (stored / "pictures" / "0.0-x.svg").write_text(DRAWN.replace("width m", "width n"))
    with pytest.raises(AssertionError, match="out of date"):
        check_pictures(shows, "0.0-x.md", drawn, stored)
    (stored / "pictures" / "0.0-x.svg").unlink()
    with pytest.raises(AssertionError, match="is missing: run this test"):
        check_pictures(shows, "0.0-x.md", drawn, stored)
    (drawn / "pictures" / "0.0-x.svg").unlink()
    with pytest.raises(AssertionError, match=r"draws \[\]"):
        check_pictures(shows, "0.0-x.md", drawn, stored)


def test_a_text_block_elsewhere_is_prose() -> None:
    run(note("print(1 + 1)", "3", between="Some prose.\n"), "prose.md")


def test_blocks_share_a_namespace_and_errors_keep_their_line() -> None:
    run("```python\nx = 2\n```\n\n```python\nprint(x)\n```\n```text\n2\n```\n", "shared.md")
    with pytest.raises(ZeroDivisionError) as caught:
        run("prose\n\n```python\n1 / 0\n```\n", "broken.md")
    assert caught.traceback[-1].lineno == 3
