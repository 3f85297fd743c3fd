"""Whatever ends a job, its exit code says so and nothing half-written stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from duality_checks.commands.signals import Terminated, terminable

COMMAND = [sys.executable, "-m", "duality_checks.cli"]
FAMILY = "type_b_5"  # its list is longer than what a pipe holds, and is found without compiled code

# The signal comes at a moment of our choice: as soon as a function of the job is called.
KILLED = """
import os, signal, sys
import {module} as module
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with these ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)
setattr(module, "{function}", lambda *words, **options: os.kill(os.getpid(), signal.{signal}))
from duality_checks.cli import main
sys.exit(main({words!r}.split()))
"""
TRAINING = ("duality_checks.training.columns", "train")
REPORT = ("duality_checks.commands.theorems_page", "page")


@pytest.mark.parametrize(
    ("words", "moment", "number"),
    [
        ("certify small.csv --target y --beta 1 --output deep/new", TRAINING, signal.SIGTERM),
        ("certify small.csv --target y --beta 1 --output old", TRAINING, signal.SIGINT),
        ("theorems 2.6 --instances 0 --report new.html", REPORT, signal.SIGHUP),
        ("draw braid_3 --output new.svg", ("os", "replace"), signal.SIGTERM),
    ],
)
def test_a_job_that_is_ended_leaves_nothing(
    tmp_path: Path, words: str, moment: tuple[str, str], number: signal.Signals
) -> None:
    (tmp_path / "small.csv").write_text("x,y\n0.5,1\n1.5,0\n2,0.5\n3.1,2\n")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "report.md").write_text("old")
    before = sorted(tmp_path.rglob("*"))
    code = KILLED.format(module=moment[0], function=moment[1], signal=number.name, words=words)
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 128 + number, run.stderr
    assert "nothing half-written is left" in run.stderr
    assert "Traceback" not in run.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "old" / "report.md").read_text() == "old"


def test_a_list_is_ended_from_outside(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "chambers", FAMILY], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the rest waits for us, so the job is not done
        process.terminate()
        _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "give --skip the number of whole lines written" in told


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [*COMMAND, "chambers", FAMILY], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 128 + signal.SIGPIPE


@pytest.mark.parametrize("words", ["--help", "certify --help"])
def test_help_that_nobody_reads_is_no_error(words: str) -> None:
    unread, ours = os.pipe()
    os.close(unread)
    run = subprocess.run([*COMMAND, *words.split()], stdout=ours, stderr=subprocess.PIPE, text=True)
    os.close(ours)
    assert (run.returncode, run.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("unbuffered", ["", "1"])  # what is left in a buffer fails again as Python exits
def test_errors_that_nobody_reads_keep_their_code(unbuffered: str) -> None:
    unread, ours = os.pipe()
    os.close(unread)
    surroundings = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    codes = [
        subprocess.run([*COMMAND, *words], stderr=ours, env=surroundings).returncode
        for words in (["no"], ["draw", "no_1"])
    ]
    os.close(ours)
    assert codes == [2, 2]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
@pytest.mark.parametrize("words", [["chambers", "braid_3"], ["--help"]])
def test_a_full_disk_is_one_message(words: list[str]) -> None:
    with open("/dev/full", "w") as full:
        run = subprocess.run([*COMMAND, *words], stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 2
    assert run.stderr == "convex-landscape: the output cannot be written: the disk is full; make room on it\n"


# ------------------------------------------------------------------ the handler itself


@pytest.fixture
def ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


def test_what_was_ignored_stays_ignored(ignored: None) -> None:
    with terminable():
        os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_cleaning_up_is_not_disturbed_and_the_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    cleaned = False
    with pytest.raises(Terminated) as ended, terminable():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            cleaned = True
    assert ended.value.number == signal.SIGTERM and cleaned
    assert signal.getsignal(signal.SIGTERM) is before


def test_other_threads_are_left_alone() -> None:
    seen = []

    def work() -> None:
        with terminable():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]
