"""The geometry of all chambers, and all cocircuits, beside peers: `python benchmarks/geometry.py`.

* shapes: every chamber with its extreme rays, vertices and walls. Ours by `Arrangement.shapes`; SageMath's
  `regions()` is a Polyhedron each, polymake's chambers come by way of their rays (see `peers.py`, whose
  options these are). Linear programs (SciPy's HiGHS, hyperplane after hyperplane) give signs and one point of
  each only, in floats: the textbook way, which needs no package of its own.
* cocircuits: all sign vectors of minimal support, by `Arrangement.cocircuits` and TOPCOM's
  `points2cocircuits` (Debian's package `topcom`), which gives one of each pair and prints it; and the
  f-vector, which TOPCOM has not.

CPU seconds in brackets. Start-up is apart: what TOPCOM takes for a tiny instance is taken off, the others say
themselves how long they took. A peer that is stopped gets no ratio, and what would follow is not run.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import peers
import report
from peers import ENOUGH, REPEATS, TINY, Timing, instance

from hyperplane_arrangements import Arrangement

SHAPES = [
    *("type_b_3", "threshold_3", "braid_5", "shi_4", "catalan_4", "resonance_4", "random_20_3"),
    *("f4", "random_40_3", "random_14_5"),
]
COCIRCUITS = [
    *("type_b_3", "braid_5", "resonance_4", "threshold_3", "random_20_3", "random_20_4", "random_40_3", "f4"),
    *("random_16_6", "random_30_4", "random_80_3", "resonance_5", "threshold_4", "random_24_5"),
]
STARTS = 200  # of TOPCOM, at most
LIMIT = 60.0  # seconds for a peer and all shapes, and for TOPCOM and an instance
_TOPCOM = ("points2cocircuits", "topcom-points2cocircuits")


def ours(name: str, work: Callable[[Arrangement], int]) -> tuple[int, Timing]:
    """A number found by ours, and the time from lists of integers."""
    timing = peers.ours(name, work)
    assert timing.chambers is not None
    return timing.chambers, timing


def programs(names: list[str], seconds: float) -> tuple[dict[str, Timing], float]:
    """Chambers by linear programs, and their start-up."""
    jobs: list[Any] = [REPEATS, ENOUGH]
    for name in names:
        arrangement = instance(name)
        rows = arrangement.homogeneous.integers.tolist()
        jobs.append({"name": name, "rows": rows, "affine": not arrangement.is_central})
    words = [sys.executable, str(peers.DRIVERS / "highs_chambers.py")]
    return peers.run(words, names, json.dumps(jobs), {}, seconds)


def shapes(others: dict[str, Any]) -> str:
    """Seconds for all shapes, and how many times ours the others take."""
    found = {peer: start([TINY, *SHAPES])[0] for peer, start in others.items()}
    heads = ["instance", "chambers", "ours s (CPU)"]
    for peer in found:
        heads += [f"{peer} s (CPU)", "times ours"]
    rows = []
    for name in SHAPES:
        chambers, mine = ours(name, lambda arrangement: len(arrangement.shapes()))
        rows.append([name, f"{chambers:,}", str(mine)])
        for theirs in (timings.get(name) for timings in found.values()):
            if theirs is None:
                rows[-1] += ["not run", ""]
                continue
            assert theirs.chambers in (None, chambers), (name, theirs, chambers)
            ratio = "" if theirs.chambers is None else f"{theirs.cpu / mine.cpu:,.0f}"
            rows[-1] += [str(theirs), ratio]
    return report.table(heads, rows)


def topcom(program: str, rows: list[list[int]]) -> tuple[int, float]:
    """How many pairs of cocircuits TOPCOM prints, and the CPU seconds of its process; -1 pairs if stopped."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["timeout", str(LIMIT), program]
    done = subprocess.run(words, input=f"{rows}\n", capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return -1 if done.returncode else sum(line.startswith("[") for line in done.stdout.splitlines()), spent


def topcom_beyond_startup(program: str, rows: list[list[int]]) -> tuple[int, float]:
    """The mean over up to STARTS runs, the start-up of one just before taken off each."""
    begun, found = time.perf_counter(), []
    while not found or (len(found) < STARTS and time.perf_counter() - begun < ENOUGH):
        startup = topcom(program, [[1, 0], [0, 1]])[1]
        pairs, spent = topcom(program, rows)
        found.append(spent - startup)
    return pairs, sum(found) / len(found)


def cocircuits(program: str | None) -> str:
    """Seconds for all cocircuits, and for the f-vector."""
    names = [name for name in COCIRCUITS if instance(name).is_central]
    rows = []
    for name in names:
        count, mine = ours(name, lambda arrangement: len(arrangement.cocircuits()))
        faces, counted = ours(name, lambda arrangement: sum(arrangement.f_vector()))
        rows.append([name, f"{count:,}", f"{mine.cpu:.2g}"])
        if program:
            pairs, spent = topcom_beyond_startup(program, instance(name).normals.integers.tolist())
            assert pairs in (-1, count // 2), (name, pairs, count)
            over = "over " if pairs < 0 else ""
            rows[-1] += [f"{over}{spent:.2g}", f"{over}{spent / mine.cpu:,.1f}"]
        else:
            rows[-1] += ["not installed", ""]
        rows[-1] += [f"{faces:,}", f"{counted.cpu:.2g}"]
    heads = ["instance", "cocircuits", "ours CPU s", "TOPCOM CPU s", "times ours", "faces", "f-vector CPU s"]
    return f"TOPCOM's start-up is taken off, run by run.\n\n{report.table(heads, rows)}"


def main(arguments: list[str] | None = None) -> None:
    """Put both tables into the page."""
    parser = argparse.ArgumentParser(
        description="Shapes and cocircuits beside SageMath, polymake and TOPCOM."
    )
    parser.add_argument("--polymake", default=shutil.which("polymake"), help="program; default: on the path")
    parser.add_argument("--sage", help="a Python with passagemath-polyhedra")
    parser.add_argument(
        "--topcom", default=next(filter(None, map(shutil.which, _TOPCOM)), None), help="program"
    )
    options = parser.parse_args(arguments)
    others: dict[str, Any] = {"HiGHS LPs": lambda names: programs(names, LIMIT)}
    if options.sage:
        others["SageMath"] = lambda names: peers.sage(options.sage, names, LIMIT)
    if options.polymake:
        others["polymake"] = lambda names: peers.polymake(options.polymake, names, LIMIT)
    for name in ("random_40_4", "resonance_5"):  # compiled or loaded before
        arrangement = instance(name)
        assert len(arrangement.shapes()) and len(arrangement.cocircuits()) and arrangement.f_vector()
    report.put("shapes", f"{report.machine()}\n\n{shapes(others)}")
    report.put("cocircuits", f"{report.machine()} {cocircuits(options.topcom)}")


if __name__ == "__main__":
    main()
