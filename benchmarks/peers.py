"""Time ours beside its peers on the same integers: `python benchmarks/peers.py [OPTION ...]`.

* ours: from the integers to packed sign vectors of all chambers; and the same with a proven exact witness
  each.
* polymake (`--polymake PROGRAM`, Debian's package): `CHAMBER_SIGNATURES` of its HyperplaneArrangement: the
  set of positive hyperplanes of each chamber, by way of the fan of all chambers with their rays.
* SageMath (`--sage PYTHON`, an environment with the wheels `passagemath-polyhedra`): `regions()` of its
  HyperplaneArrangements: a Polyhedron with vertices and inequalities for each chamber.

So the peers compute more of each chamber than its signs: its corners. Ours gives those by `shapes`, which
`geometry.py` times beside them. For all, the least of up to five repeats counts, begun within two seconds.
Start-up (importing, compiling) is apart: each peer first solves a tiny instance, and what passes until then
is its start-up. CPU seconds are of all threads: on a shared machine they say more than the clock.

`--long` adds what takes a peer minutes; each peer is stopped at its limit, and the instance it was then at
counts as taking longer than it had. Except with `--small`, the table goes into `README.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import report

from hyperplane_arrangements import Arrangement, named

DRIVERS = Path(__file__).parent / "drivers"
TINY = "type_b_2"
SMALL = [
    *("generic_3_3", "braid_3", "type_b_3", "type_d_3", "resonance_2", "resonance_3", "threshold_2"),
    *("cross_polytope_3", "threshold_graph_3", "near_pencil_4", "discriminantal_4_2", "generic_affine_3_2"),
    *("shi_3", "catalan_3", "linial_3", "semiorder_3", "g2"),
]
MEDIUM = [
    *("random_20_3", "resonance_4", "threshold_3", "braid_5", "shi_4", "catalan_4", "linial_4", "f4"),
    *("random_40_3", "threshold_4", "braid_6"),
]
LONG = ["random_60_3", "random_80_3", "resonance_5"]
LIMITS = {"polymake": 840.0, "SageMath": 360.0}  # seconds for all instances
REPEATS, ENOUGH = 5, 2.0  # seconds after which no repeat begins


@dataclass(frozen=True, slots=True)
class Timing:
    """What one program made of one instance; no chambers if it was stopped, and took longer."""

    chambers: int | None
    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"over {self.wall:.0f}" if self.chambers is None else f"{self.wall:.3g} ({self.cpu:.3g})"


def instance(name: str) -> Arrangement:
    """A named family, or `random_n_d`: integers up to 99, n in R^d; in as many coordinates as its rank."""
    if not name.startswith("random"):
        return named(name).essentialization()
    n, d = map(int, name.split("_")[1:])
    return Arrangement(np.random.default_rng(1).integers(-99, 100, size=(n, d)))


# ------------------------------------------------------------------ the programs


def sign_vectors(arrangement: Arrangement) -> int:
    """Packed sign vectors of every chamber, thrown away; how many."""
    return sum(len(batch.packed) for batch in arrangement.chambers().batches(131_072))


def witnesses(arrangement: Arrangement) -> int:
    """The same, with a proven witness each."""
    batches = arrangement.chambers().batches(131_072)
    return sum(len(batch.packed) for batch in batches if len(batch.witnesses) == len(batch))


def ours(name: str, work: Callable[[Arrangement], int]) -> Timing:
    """Our time from lists of integers, in this process."""
    given = instance(name)
    rows, offsets = given.normals.integers.tolist(), given.offsets
    timings: list[Timing] = []
    while len(timings) < REPEATS and sum(timing.wall for timing in timings) < ENOUGH:
        wall, cpu = time.perf_counter(), time.process_time()
        chambers = work(Arrangement(rows, offsets))
        timings.append(Timing(chambers, time.perf_counter() - wall, time.process_time() - cpu))
    return min(timings, key=lambda timing: timing.wall)


def polymake(
    program: str, names: list[str], limit: float = LIMITS["polymake"]
) -> tuple[dict[str, Timing], float]:
    """Chamber signatures by polymake, and its start-up."""
    jobs = [str(REPEATS), str(ENOUGH)]
    for name in names:
        arrangement = instance(name)
        rows = arrangement.homogeneous.integers.tolist()
        affine = int(not arrangement.is_central)
        if affine:
            rows = [[row[-1], *row[:-1]] for row in rows]
        jobs.append(f'{{name => "{name}", affine => {affine}, rows => {rows}}}')
    with NamedTemporaryFile("w", suffix=".pl") as file:
        file.write(f"[{', '.join(jobs)}];")
        file.flush()
        words = [program, "--script", str(DRIVERS / "polymake_chambers.pl")]
        return run(words, names, "", {"JOBS": file.name}, limit)


def sage(python: str, names: list[str], limit: float = LIMITS["SageMath"]) -> tuple[dict[str, Timing], float]:
    """Regions by SageMath, and its start-up."""
    jobs: list[Any] = [REPEATS, ENOUGH]
    for name in names:
        arrangement = instance(name)
        rows, offsets = arrangement.homogeneous.integers.tolist(), None
        if not arrangement.is_central:
            rows, offsets = [row[:-1] for row in rows], [-row[-1] for row in rows]
        jobs.append({"name": name, "normals": rows, "offsets": offsets})
    words = [python, str(DRIVERS / "sage_regions.py")]
    return run(words, names, json.dumps(jobs), {}, limit)


def run(
    words: list[str], names: list[str], text: str, variables: dict[str, str], limit: float
) -> tuple[dict[str, Timing], float]:
    """Run a peer up to a limit of seconds.

    Returns:
        What it made of each instance it finished, and of the one it was stopped at; and the seconds to its
        first answer, the tiny one.
    """
    found: dict[str, Timing] = {}
    begun = last = time.perf_counter()
    startup = float("nan")
    with NamedTemporaryFile("w+") as given:
        given.write(text)
        given.seek(0)
        process = subprocess.Popen(
            ["timeout", str(limit), *words],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | variables,
        )
        assert process.stdout
        for line in process.stdout:
            if line.startswith("{"):
                facts: dict[str, Any] = json.loads(line)
                last = time.perf_counter()
                if not found:
                    startup = last - begun
                found[facts["name"]] = Timing(facts["chambers"], facts["wall"], facts["cpu"])
                print(f"  {facts['name']} {found[facts['name']]}", file=sys.stderr, flush=True)
        stopped = process.wait() == 124  # the exit code of timeout
    if stopped and len(found) < len(names):
        spent = time.perf_counter() - last
        found[names[len(found)]] = Timing(None, spent, spent)
    return found, startup


def our_startup() -> float:
    """Seconds from nothing to the chambers of the tiny instance, in a fresh interpreter."""
    code = f"from hyperplane_arrangements import named; named({TINY!r}).chambers().witnesses"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun


# ------------------------------------------------------------------ the report


def table(mine: dict[str, tuple[Timing, Timing]], peers: dict[str, dict[str, Timing]]) -> str:
    """One row an instance: seconds, CPU seconds in brackets, and how many times ours the peers take."""
    heads = ["instance", "chambers", "sign vectors s (CPU)", "with witnesses s (CPU)"]
    for peer in peers:
        heads += [f"{peer} s (CPU)", "times ours: signs, witnesses"]
    rows = []
    for name, timings in mine.items():
        cells = [name, f"{timings[0].chambers:,}", *map(str, timings)]
        for found in peers.values():
            theirs = found.get(name)
            if theirs is None:
                cells += ["not run", ""]
                continue
            assert theirs.chambers in (None, timings[0].chambers), (name, theirs, timings)
            over = "over " if theirs.chambers is None else ""
            cells += [str(theirs), over + ", ".join(f"{theirs.cpu / timing.cpu:,.0f}" for timing in timings)]
        rows.append(cells)
    return report.table(heads, rows)


def extremes(mine: dict[str, tuple[Timing, Timing]], peer: str, found: dict[str, Timing]) -> str:
    """The instances on which a peer comes closest, and is left furthest behind, ours with witnesses."""
    finished = [name for name in mine if name in found and found[name].chambers is not None]
    ratios = {name: found[name].cpu / mine[name][1].cpu for name in finished}
    least, most = min(ratios, key=ratios.__getitem__), max(ratios, key=ratios.__getitem__)
    bounds = f"{ratios[least]:,.0f} ({least}) to {ratios[most]:,.0f} ({most})"
    return f"{peer} takes {bounds} times the CPU seconds of ours with witnesses."


def measure(names: list[str], programs: dict[str, Any]) -> str:
    """Run everything: the text of the report."""
    lines = [report.machine()]
    begun = time.perf_counter()
    for name in ("random_40_4", "resonance_5"):
        witnesses(instance(name))
    loading = time.perf_counter() - begun
    startups = [f"ours {our_startup():.2f} s, and {loading:.1f} s to load or compile what larger ones need"]
    mine = {name: (ours(name, sign_vectors), ours(name, witnesses)) for name in names}
    peers = {}
    for peer, start in programs.items():
        peers[peer], startup = start([TINY, *names])
        startups.append(f"{peer} {startup:.1f} s")
    lines.append(f"Start-up, apart: {'; '.join(startups)}.")
    lines += [extremes(mine, peer, found) for peer, found in peers.items() if len(found) > 1]
    return f"{' '.join(lines)}\n\n{table(mine, peers)}"


def main(arguments: list[str] | None = None) -> None:
    """Print what was measured, as Markdown, and put it into the page."""
    parser = argparse.ArgumentParser(description="Ours beside polymake and SageMath.")
    parser.add_argument("--polymake", default=shutil.which("polymake"), help="program; default: on the path")
    parser.add_argument("--sage", help="a Python with passagemath-polyhedra")
    parser.add_argument("--small", action="store_true", help="small instances only, and leave the page alone")
    parser.add_argument("--long", action="store_true", help="instances too that take a peer minutes")
    options = parser.parse_args(arguments)
    programs: dict[str, Any] = {}
    if options.polymake:
        programs["polymake"] = lambda names: polymake(options.polymake, names)
    if options.sage:
        programs["SageMath"] = lambda names: sage(options.sage, names)
    text = measure(SMALL if options.small else SMALL + MEDIUM + LONG * options.long, programs)
    if options.small:
        print(text)
    else:
        report.put("peers", text)


if __name__ == "__main__":
    main()
