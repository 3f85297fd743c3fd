"""The cheat-sheet: its code prints what it says, every verb and statement is there, and it fits a sheet."""

from __future__ import annotations

import inspect
import re
import sys
from base64 import b64decode
from contextlib import redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import pytest

import duality_checks
from duality_checks.cli import cli
from duality_checks.theorems import theorems
from hyperplane_arrangements import Arrangement

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests" / "duality_checks"))

from browser import NEEDED, Page, opened  # noqa: E402

TEXT = (ROOT / "proofs_notes" / "cheat-sheet.md").read_text(encoding="utf-8")


def test_the_code_prints_what_the_sheet_says() -> None:
    found = re.search(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    printed = StringIO()
    with redirect_stdout(printed):
        exec(found[1], {})
    assert printed.getvalue() == found[2]


def test_every_verb_is_there_with_options_that_it_has() -> None:
    section = TEXT.split("## Verbs")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", section, re.MULTILINE)
    named = set()
    for verbs, said in rows:
        words = re.findall(r"`(\w+)", verbs)
        named |= set(words)
        known = {option for word in words for one in cli.commands[word].params for option in one.opts}
        assert set(re.findall(r"--[a-z-]+", verbs + said)) <= known, verbs
    assert named == set(cli.commands)


def test_every_statement_is_there_with_its_note() -> None:
    listed = dict(re.findall(r"\[(\d\.\d+[a-z]?)\]\(([^)]*\.md)\)", TEXT))
    stated = {theorem.id: theorem.note for theorem in theorems().values()}
    notes = {path.name for path in (ROOT / "proofs_notes").glob("[0-9]*.md")}
    missing = {number for number, note in stated.items() if listed.get(number) != note}
    assert len(missing) <= 3, f"not on the sheet: {sorted(missing)}"  # a few may be too special for it
    assert set(listed.values()) <= notes and len(listed) > 45


def test_the_names_that_it_mentions_exist() -> None:
    section = TEXT.split("## From Python")[1].split("\n## ")[0].split("```")[-1]
    for call in re.findall(r"`([^`]*)`", section):
        name = re.match(r"(?:lines\.|chambers\(\)\.)?(\w+)", call)
        assert name
        homes = (duality_checks, Arrangement, type(Arrangement([[1]]).chambers()))
        assert any(hasattr(home, name[1]) for home in homes), call
        function = getattr(duality_checks, name[1], None)
        if "=" in call and function:
            assert set(re.findall(r"(\w+)=", call)) <= set(inspect.signature(function).parameters)


@NEEDED
def test_it_fits_on_one_sheet(tmp_path: Path) -> None:
    """A4, printed from its page of the site by a browser; in larger letters it does not, which is seen."""
    for needed in ("latex2mathml", "mdit_py_plugins", "ziamath"):
        if not find_spec(needed):
            pytest.skip(f"{needed} is not installed: install the extra docs")
    sys.path.insert(0, str(ROOT / ".site"))
    from convex_site import fonts, shell, texts

    page = texts.text_page(texts.Checkout(ROOT, texts.sources(ROOT)), "proofs_notes/cheat-sheet.md")
    sheet = (ROOT / ".site" / "convex_site" / "style.css").read_text(encoding="utf-8")
    (tmp_path / "style.css").write_text(sheet + fonts.face([page.body]), encoding="utf-8")
    text = shell.html(page).replace('"../style.css"', '"style.css"')
    with opened(text, tmp_path) as shown:
        assert shown.ask("document.fonts.ready.then(all => [...all].length)") == 1
        assert sheets(shown) == 1
        shown.ask("document.body.style.fontSize = '12pt'")
        assert sheets(shown) > 1


def sheets(shown: Page) -> int:
    """How many sheets of A4 a page is printed on."""
    paper = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True, "printBackground": True}
    printed = b64decode(shown.call("Page.printToPDF", **paper)["data"])
    return len(re.findall(rb"/Type\s*/Page\b", printed))
