"""The verbs that need no network: pictures, and chambers of named families, with offsets, and resumed."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from duality_checks.cli import main
from duality_checks.commands import chambers as verb
from hyperplane_arrangements.families import published
from hyperplane_arrangements.pictures.notebook import KINDS as ALL_KINDS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ------------------------------------------------------------------ draw


@pytest.mark.parametrize(("ending", "magic"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_family_is_drawn_in_the_format_of_the_ending(
    run: Run, here: Path, ending: str, magic: bytes
) -> None:
    assert run("draw", "braid_3", "--output", f"a.{ending}") == (0, f"written   a.{ending}\n", "")
    assert (here / f"a.{ending}").read_bytes().startswith(magic)


def test_a_picture_is_told_of_as_json(run: Run, here: Path) -> None:
    facts = json.loads(run("draw", "braid_3", "--json")[1])
    assert facts == {
        "written": "arrangement.svg", "kind": "lines", "rows": 3, "dimension": 3, "rank": 2
    }  # fmt: skip
    assert (here / "arrangement.svg").exists()


def test_a_bias_is_a_column_of_ones(run: Run, here: Path) -> None:
    """n different points on a line: 2 activation patterns without biases, 2 n with them."""
    (here / "points.csv").write_text("x,y\n" + "".join(f"{x},9\n" for x in range(5)))
    assert run("chambers", "points.csv", "--features", "x", "--count")[1] == "2\n"
    assert run("chambers", "points.csv", "--features", "x", "--bias", "--count")[1] == "10\n"
    facts = json.loads(run("draw", "points.csv", "--features", "x", "--bias", "--json")[1])
    assert (facts["rows"], facts["dimension"], facts["rank"]) == (5, 2, 2)


def test_a_file_with_offsets_is_drawn(run: Run, here: Path) -> None:
    (here / "lines.csv").write_text("a,b,c\n1,0,0\n0,1,0\n1,1,0.5\n")
    assert run("draw", "lines.csv", "--offsets", "c", "--kind", "lines", "--title", "Three lines")[0] == 0
    assert run("chambers", "lines.csv", "--offsets", "c", "--count")[1] == "7\n"


def test_offsets_are_no_features(run: Run, here: Path) -> None:
    (here / "lines.csv").write_text("a,b,c\n1,0,0\n0,1,0\n")
    code, _, err = run("chambers", "lines.csv", "--offsets", "c", "--features", "a,c")
    assert code == 2 and "--offsets c is one of --features too" in " ".join(err.split())


def test_every_kind_of_picture_is_a_choice(run: Run) -> None:
    from duality_checks.commands.draw import KINDS

    assert tuple(ALL_KINDS) == KINDS
    for kind in KINDS:
        assert run("draw", "type_b_2" if kind == "lines" else "type_b_3", "--kind", kind)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("spam_3", "family 'spam_3' is not known; there are braid, type_b"),
        ("braid", "family 'braid' has the wrong parameters; write braid_<n>"),
        ("braid_0", "n is 0; the smallest this family has is 2"),
        ("nowhere.csv", "nowhere.csv cannot be read: No such file"),
        ("braid_9", "has 362880 chambers, too many to be read"),
        ("braid_3 --kind cube", "'cube' is not one of"),
        ("braid_4 --kind lines", "has dimension 4 and rank 3; lines in the plane need one of them to be 2"),
        ("braid_3 --output a.exe", "path is 'a.exe'; end it in one of"),
        ("braid_3 --output no/a.svg", "no/a.svg cannot be written: No such file"),
        ("braid_3 --features a", "--features, --offsets and --bias are for a file; a family has no columns"),
        ("braid_3 --bias", "--features, --offsets and --bias are for a file; a family has no columns"),
    ],
)
def test_bad_input_is_one_message_and_no_file(run: Run, here: Path, arguments: str, message: str) -> None:
    code, out, err = run("draw", *arguments.split())
    assert (code, out) == (2, "")
    assert message in err and "Traceback" not in err
    assert not list(here.iterdir())


# ------------------------------------------------------------------ chambers


def test_a_file_comes_before_a_family_of_the_same_name(run: Run, here: Path) -> None:
    assert run("chambers", "braid_4", "--count")[1] == "24\n"
    (here / "braid_4").write_text("1,0\n0,1\n")
    assert run("chambers", "braid_4", "--count")[1] == "4\n"


def test_affine_witnesses_are_fractions_with_the_signs_listed(run: Run) -> None:
    document = json.loads(run("chambers", "shi_3", "--json")[1])
    assert document["count"] == len(document["chambers"]) == published.chambers("shi", 3)
    for entry in document["chambers"]:
        x = [Fraction(value) for value in entry["witness"]]
        values = [x[i] - x[j] - s for i, j in ((0, 1), (0, 2), (1, 2)) for s in (0, 1)]
        assert [1 if value > 0 else -1 for value in values] == entry["signs"]


def test_too_many_affine_chambers_are_refused(run: Run) -> None:
    code, _, err = run("chambers", "shi_4", "--max-chambers", 124)
    assert code == 2 and "has 125 chambers, over the limit of 124" in err


@pytest.mark.parametrize("family", ["resonance_4", "shi_4"])
@pytest.mark.parametrize("done", [0, 1, 2, 101, 124, 10_000])
def test_skip_goes_on_where_a_list_ended(run: Run, family: str, done: int) -> None:
    lines = run("chambers", family)[1].splitlines()
    assert run("chambers", family, "--skip", done)[1].splitlines() == lines[done:]


def test_skip_belongs_to_lines(run: Run) -> None:
    code, _, err = run("chambers", "shi_3", "--skip", 2, "--json")
    assert code == 2 and "--skip goes with the list of lines" in err


def test_an_interruption_says_how_to_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(found, skip=0):
        yield [1, -1], [1, 2]
        raise KeyboardInterrupt

    monkeypatch.setattr(verb, "_listed", interrupted)
    code, out, err = run("chambers", "shi_3")
    assert (code, out) == (130, "+-\t1 2\n")
    assert "give --skip the number of whole lines written" in err


def test_the_bar_is_for_a_terminal_that_does_not_show_the_list(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    monkeypatch.setenv("TERM", "xterm")
    assert len(run("chambers", "shi_3")[1].splitlines()) == 16
    assert "Chambers" in watched.getvalue() and "16/16" in watched.getvalue()
    watched.truncate(0)
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert main(["chambers", "shi_3"]) == 0
    assert "16/16" not in watched.getvalue()
