"""The note for readers who never saw a proof assistant: its commands run, what it shows is what they write,
and each way to break a file breaks it."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from coq import IMPORT, LIBRARY, OF_THE_REALS, axioms, compile_text, compiled_library
from cover_forgeries import honest

from duality_checks.cli import main
from duality_checks.reports.explaining.cones import cones
from duality_checks.reports.explaining.formal import coq
from duality_checks.reports.explaining.formal.export import claims, coq_text

ROOT = Path(__file__).parents[5]
NOTE = (ROOT / "proofs_notes" / "a-theorem-about-your-data.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
QUOTIENT = re.compile(r"-?\d+(\.\.\.)? # \d+(\.\.\.)?")


@pytest.fixture(scope="module")
def library(pytestconfig: pytest.Config) -> Path:
    return compiled_library(pytestconfig)


def fenced(text: str, language: str, word: str) -> str:
    """The one block of a language in which a word occurs."""
    (found,) = [block for block in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if word in block]
    return found


@pytest.mark.slow
def test_the_commands_of_the_note_prove_what_it_shows(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, printed = tmp_path, ""
    for line in fenced(NOTE, "sh", "coqc").splitlines():
        program, *words = shlex.split(line)
        monkeypatch.chdir(place)
        if program == "cd":
            place = place / words[0]
        elif program == "coqc":
            text = Path(words[0]).read_text(encoding="utf-8")
            assert LIBRARY not in text  # it stands alone
            done = compile_text(library, text, tmp_path, "Compiled")
            assert done.returncode == 0, done.stderr
            printed = done.stdout
        else:
            assert program == "convex-landscape" and main(words) == 0
    assert axioms(printed) == OF_THE_REALS

    theorem = text[text.index("Theorem optimum") : text.rindex("Proof.\n  destruct")]
    for page in (NOTE, README):
        assert QUOTIENT.sub("", fenced(page, "text", "... #")) == QUOTIENT.sub("", theorem)
    lower, upper = (Fraction(*map(int, found)) for found in re.findall(r"\((\d+) # (\d+)\)", theorem))
    for value, said in ((lower, "below"), (upper, "exactly")):
        (digits,) = re.findall(rf"{said} (\d+\.\d+)\.\.\.", NOTE.replace("\nis", " is"))
        assert abs(value - Fraction(Decimal(digits))) <= Fraction(1, 10**9)
    stated, claim = claims(Path("problem.json").read_text(), restored(text, Path("certificate.json")))
    assert claim.cover is not None
    assert 200 <= len(cones(stated, claim.dual, claim.cover)) < 400  # "some three hundred boxes"


@pytest.mark.slow
def test_the_minimum_of_the_note_is_proven_exactly(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printf, *lines = fenced(NOTE, "sh", "three.csv").splitlines()
    _, table, _, name = shlex.split(printf)
    Path(name).write_text(table.replace("\\n", "\n"), encoding="utf-8")

    def compiles(text: str) -> str:
        done = compile_text(library, text.replace("Print Assumptions optimum.", ""), tmp_path, "Three")
        return done.stderr if done.returncode else ""

    monkeypatch.setattr(coq, "compiles", compiles)
    for line in lines:
        program, *words = shlex.split(line)
        if program == "cd":
            monkeypatch.chdir(words[0])
        else:
            assert program == "convex-landscape" and main(words) == 0
    text = Path("optimum.v").read_text(encoding="utf-8")
    theorem = text[text.index("Theorem optimum") : text.rindex("Proof.\n  destruct")]
    assert fenced(NOTE, "text", "9 # 4") == theorem


def restored(text: str, shown: Path) -> str:
    """The certificate that a file for Coq was made from: the one shown, with the file's dual and cover."""
    document = json.loads(shown.read_text())
    claim = text[text.index("Definition claim") :]
    field = {
        name: re.findall(rf"\b{name} := (.*?)(?:;\n *\w+ :=|\n *\|}})", claim, re.DOTALL)[0]
        for name in ("lower", "dual", "cover_depth", "cover_digits", "cover_plus", "cover_minus")
    }
    fraction = re.compile(r"(-?\d+) # (\d+)")
    numbers = {
        name: [str(Fraction(int(p), int(q))) for p, q in fraction.findall(field[name])]
        for name in ("lower", "dual")
    }
    cover = {
        "basis": None,
        "depth": int(field["cover_depth"].removesuffix("%nat")),
        "bits": int(field["cover_digits"].removesuffix("%nat")),
        "plus": field["cover_plus"].split('"')[1],
        "minus": field["cover_minus"].split('"')[1],
    }
    changed = {"version": 3, "lower": numbers["lower"][0], "dual": numbers["dual"], "cover": cover}
    return json.dumps({**document, **changed})


def raised(text: str, name: str) -> str:
    """The file with the first number of a field raised by one in its last digit."""
    (found,) = re.finditer(rf"\b{name} := \[?\(?\[?(-?\d+)(?= #)", text)
    return f"{text[: found.start(1)]}{int(found[1]) + 1}{text[found.end() :]}"


@pytest.mark.slow
def test_each_way_to_break_a_file_breaks_it(library: Path, tmp_path: Path) -> None:
    whole = coq_text(*claims(*map(json.dumps, honest())))
    text = whole[whole.index("Open Scope Q_scope.") : whole.index("Lemma accepted")]
    ways = {
        "as it is": text,
        "the lower bound": raised(text, "lower"),
        "an entry of the dual vector": raised(text, "dual"),
        "a letter of the bits": re.sub(
            r'cover_plus := base64 "(.)', lambda m: m[0][:-1] + ("A" if m[1] != "A" else "B"), text
        ),
        "a flower": raised(text, "samples"),
    }
    assert len(set(ways.values())) == len(ways)
    lines = [IMPORT]
    for i, changed in enumerate(ways.values()):
        lines += [f"Module M{i}.", changed, "Eval vm_compute in accept data claim.", f"End M{i}."]
    done = compile_text(library, "\n".join(lines), tmp_path, "Ways")
    assert done.returncode == 0, done.stderr
    verdicts = re.findall(r"= (true|false)\s*: bool", done.stdout)
    assert verdicts == ["true"] + ["false"] * (len(ways) - 1)


@pytest.mark.slow
def test_coq_says_of_a_broken_file_what_the_note_says(library: Path, tmp_path: Path) -> None:
    text = coq_text(*claims(*map(json.dumps, honest())))
    refused = compile_text(library, raised(text, "lower"), tmp_path, "Broken")
    assert refused.returncode != 0
    said = fenced(NOTE, "text", "eq_refl")
    assert " ".join(said.split()) in " ".join(refused.stderr.split())
