"""The README keeps its word: its Python runs, and its commands are the ones that are tested."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from duality_checks.cli import cli, main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the scripts are bash")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The two commands: the shell blocks of the section that is called so."""
    section = README.split("## Two commands")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)\n```$", section, flags=re.MULTILINE | re.DOTALL)


def test_the_python_examples_run() -> None:
    test = doctest.DocTestParser().get_doctest("\n".join(blocks("python")), {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 10
    assert doctest.DocTestRunner().run(test).failed == 0


def test_the_example_with_pytorch_runs() -> None:
    pytest.importorskip("torch")
    text = "\n".join(["from duality_checks import TrainingProblem", *blocks("pycon")])
    test = doctest.DocTestParser().get_doctest(">>> " + text, {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 10
    assert doctest.DocTestRunner().run(test).failed == 0


def words_of(line: str) -> list[str]:
    """The words of a line of the shell, without the program's name and a comment."""
    return shlex.split(line, comments=True)[1:]


def test_the_commands_for_your_own_data_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the file that ships, from a checkout: here a folder with the package in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "duality_checks").symlink_to(ROOT / "duality_checks")
    section = README.split("## Your own data")[1].split("\n## ")[0]
    lines = re.findall(r"^convex-landscape .*$", section, flags=re.MULTILINE)
    assert "```sh\n. .venv/bin/activate\nconvex-landscape certify " in section
    assert [words_of(line)[0] for line in lines] == ["certify", "check", "chambers"]
    printed = []
    for line in lines:
        assert main(words_of(line)) == 0, line
        printed.append(capsys.readouterr().out)
    assert "PROVEN" in printed[0] and printed[1].startswith("PROVEN ")
    (listed,) = re.findall(r"^chambers +([0-9,]+) of rank 3$", printed[0], flags=re.MULTILINE)
    assert int(printed[2]) == int(listed.replace(",", "")) > 100


def masked(line: str) -> str:
    """A line without what differs from machine to machine: times, last digits, and the page with pictures."""
    line = re.sub(r"\d+\.\d\d s", "TIME", line.replace(", report.html", ""))
    return re.sub(r"(\d+\.\d{10})\d+|\d\.\d\de-1\d", r"\1", line)


@pytest.mark.slow
def test_the_first_command_prints_what_the_readme_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words_of(commands()[0].split(" && ")[-1])) == 0
    printed = capsys.readouterr().out
    (said,) = [block for block in blocks("text") if block.startswith("data ")]
    assert [masked(line) for line in printed.splitlines()] == [masked(line) for line in said.splitlines()]
    for text in (said, printed):
        assert float(re.findall(r"at most (\S+)", text)[0]) <= 1e-9


def test_the_masks_do_not_hide_another_optimum() -> None:
    assert masked("optimum 27.7483551964784554") == masked("optimum 27.7483551964781234")
    assert masked("optimum 27.7483551964784554") != masked("optimum 27.7483551954784554")


def test_there_are_two_commands_of_one_line() -> None:
    assert len(commands()) == 2
    assert not any("\n" in command for command in commands())


def test_the_first_command_installs_and_runs() -> None:
    parts = commands()[0].split(" && ")
    assert parts[-2:] == [".venv/bin/pip install .", ".venv/bin/convex-landscape certify"]


def test_continuous_integration_runs_both_commands_in_their_order() -> None:
    """The script takes the lines out of the README by a program: it must find these and no others."""
    program = re.search(r"awk '(.*)' README\.md", CI)
    assert program
    lines = subprocess.run(
        ["awk", program[1], ROOT / "README.md"], capture_output=True, text=True, check=True
    )
    assert lines.stdout.splitlines() == commands()
    runs = re.findall(r'^\.ci/as-newcomer "(.*)"$', CI, flags=re.MULTILINE)
    assert runs[:2] == ["${commands[0]}", "${commands[1]}"]
    assert runs[2] == ".venv/bin/pip uninstall -qy convex-landscape"


@bash
def test_a_newcomer_has_no_variables_of_ours() -> None:
    theirs = ["CI", "PYTHONDONTWRITEBYTECODE", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HYPOTHESIS_PROFILE"]
    given = os.environ | dict.fromkeys(theirs, "1") | {"HOME": "/home/new comer", "https_proxy": "there"}
    ran = subprocess.run(
        [ROOT / ".ci" / "as-newcomer", "env"], env=given, capture_output=True, text=True, check=True
    )
    seen = dict(line.split("=", 1) for line in ran.stdout.splitlines() if "=" in line)
    assert not seen.keys() & set(theirs)
    assert (seen["HOME"], seen["https_proxy"]) == ("/home/new comer", "there")


@bash
def test_a_command_that_fails_fails_for_a_newcomer() -> None:
    failed = subprocess.run([ROOT / ".ci" / "as-newcomer", "true && exit 7"], capture_output=True)
    assert failed.returncode == 7


@bash
@pytest.mark.parametrize(
    "left",
    [
        "lib/duality_checks/__pycache__/a.nbi",
        "lib/__editable__.convex_landscape-0.1.0.pth",
        "bin/convex-landscape",
    ],
)
def test_what_is_left_behind_is_refused(tmp_path: Path, left: str) -> None:
    look = [ROOT / ".ci" / "refuse-leftovers", tmp_path]
    (tmp_path / "lib" / "numpy").mkdir(parents=True)
    assert subprocess.run(look).returncode == 0
    (tmp_path / left).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / left).touch()
    refused = subprocess.run(look, capture_output=True, text=True)
    assert refused.returncode == 1
    assert (
        refused.stderr.startswith("left behind by an uninstall:\n") and left.split("/")[1] in refused.stderr
    )


@bash
@pytest.mark.parametrize("script", ["run", "as-newcomer", "refuse-leftovers"])
def test_scripts_of_continuous_integration_parse(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / ".ci" / script], check=True)


def test_every_verb_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README, flags=re.MULTILINE)) == set(cli.commands)


def test_every_option_in_the_examples_exists() -> None:
    lines = [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith("convex-landscape ")
    ]
    assert lines
    for line in lines:
        _, verb, *words = line.split()
        command = cli.commands[verb]
        known = {
            name
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for name in parameter.opts
        }
        assert {word for word in words if word.startswith("--")} <= known, line


def test_the_extras_of_the_readme_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    for text in (README, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")):
        for names in re.findall(r"'\.\[([a-z,]+)\]'", text):
            assert set(names.split(",")) <= set(extras)


def test_relative_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)\)", README):
        assert (ROOT / target).exists(), target
