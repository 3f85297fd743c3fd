"""Time ours beside its peers, on the same integer matrices in one run:
`python benchmarks/peers.py [OPTION ...]`.

* ours: sign vectors of all chambers, packed, and a proven exact witness for each.
* polymake (`--polymake PROGRAM`, Debian's package): `CHAMBER_SIGNATURES` of its HyperplaneArrangement: the
  set of positive hyperplanes of each chamber, by way of the fan of all chambers with their rays.
* SageMath (`--sage PYTHON`, an environment with the wheels `passagemath-polyhedra`): `regions()` of its
  HyperplaneArrangements: a Polyhedron with vertices and inequalities for each chamber.

So the peers compute more of each chamber than its signs: its corners. Ours gives those one chamber at a time
(`chamber_shape`). The least of several repeats is reported where one is short. Start-up (importing,
compiling) is apart: each program first solves a tiny instance, and what passes until then is its start-up.
CPU seconds are of all threads and children: on a shared machine they say more than the clock.

CountingChambers.jl only counts, up to symmetry. Its figure is a stated one, not measured here; see README.md
in this folder. Ours counts R_7 beside it (`--counting`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np

from hyperplane_arrangements import Arrangement, named

DRIVERS = Path(__file__).parent / "drivers"
TINY = "type_b_2"
SMALL = [
    *("generic_3_3", "braid_3", "type_b_3", "type_d_3", "resonance_2", "resonance_3", "threshold_2"),
    *("cross_polytope_3", "threshold_graph_3", "near_pencil_4", "discriminantal_4_2", "generic_affine_3_2"),
    *("shi_3", "catalan_3", "linial_3", "semiorder_3", "g2_"),
]
MEDIUM = ["random_20_3", "resonance_4", "threshold_3", "braid_5", "shi_4", "catalan_4", "linial_4", "f4_"]
LARGE = ["random_40_3", "threshold_4", "braid_6"]
LONG = ["resonance_5"]


@dataclass(frozen=True, slots=True)
class Timing:
    """What one program made of one instance."""

    chambers: int
    wall: float
    cpu: float


def instance(name: str) -> Arrangement:
    """A named family, or `random_n_d`: integers up to 99, n in R^d."""
    if not name.startswith("random"):
        return named(name.rstrip("_"))
    n, d = map(int, name.split("_")[1:])
    return Arrangement(np.random.default_rng(1).integers(-99, 100, size=(n, d)))


def essential(name: str) -> Arrangement:
    """The same in as many coordinates as its rank, for all programs."""
    return instance(name).essentialization()


def repeats(name: str) -> int:
    return 5 if name in SMALL else 1


# ------------------------------------------------------------------ the programs


def ours(names: list[str]) -> dict[str, Timing]:
    """Sign vectors and witnesses of every chamber, in this process."""
    found = {}
    for name in names:
        timings = []
        for _ in range(repeats(name) * 4):
            arrangement = fresh(essential(name))
            wall, cpu = time.perf_counter(), time.process_time()
            chambers = 0
            for batch in arrangement.chambers().batches(131_072):
                chambers += len(batch.packed)
                assert len(batch.witnesses) == len(batch)
            timings.append(Timing(chambers, time.perf_counter() - wall, time.process_time() - cpu))
        found[name] = min(timings, key=lambda timing: timing.wall)
    return found


def fresh(arrangement: Arrangement) -> Arrangement:
    """One that has computed nothing yet."""
    return Arrangement(arrangement.normals, arrangement.offsets)


def polymake(program: str, names: list[str], limit: float) -> tuple[dict[str, Timing], float]:
    """Chamber signatures by polymake, and its start-up."""
    jobs = []
    for name in names:
        arrangement = essential(name)
        rows = arrangement.normals.integers.tolist()
        if arrangement.offsets is not None:
            integers = arrangement.homogeneous.integers.tolist()
            rows = [[row[-1], *row[:-1]] for row in integers]
        affine = int(arrangement.offsets is not None)
        jobs.append(f'{{name => "{name}", affine => {affine}, repeats => {repeats(name)}, rows => {rows}}}')
    with NamedTemporaryFile("w", suffix=".pl") as file:
        file.write(f"[{', '.join(jobs)}];")
        file.flush()
        words = [program, "--script", str(DRIVERS / "polymake_chambers.pl")]
        return run(words, "", {"JOBS": file.name}, limit)


def sage(python: str, names: list[str], limit: float) -> tuple[dict[str, Timing], float]:
    """Regions by SageMath, and its start-up."""
    jobs = []
    for name in names:
        arrangement = essential(name)
        rows, offsets = arrangement.normals.integers.tolist(), None
        if arrangement.offsets is not None:
            integers = arrangement.homogeneous.integers.tolist()
            rows, offsets = [row[:-1] for row in integers], [-row[-1] for row in integers]
        jobs.append({"name": name, "repeats": repeats(name), "normals": rows, "offsets": offsets})
    return run([python, str(DRIVERS / "sage_regions.py")], json.dumps(jobs), {}, limit)


def run(
    words: list[str], text: str, variables: dict[str, str], limit: float
) -> tuple[dict[str, Timing], float]:
    """Run a peer; what it finished before the limit, and the seconds to its first answer, the tiny one."""
    found: dict[str, Timing] = {}
    begun, startup = time.perf_counter(), float("nan")
    with NamedTemporaryFile("w+") as given:
        given.write(text)
        given.seek(0)
        process = subprocess.Popen(
            words,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | variables,
        )
        stop = subprocess.Popen(["sh", "-c", f"sleep {limit}; kill {process.pid} 2>/dev/null"])
        assert process.stdout
        for line in process.stdout:
            if line.startswith("{"):
                facts: dict[str, Any] = json.loads(line)
                if not found:
                    startup = time.perf_counter() - begun
                found[facts["name"]] = Timing(facts["chambers"], facts["wall"], facts["cpu"])
        process.wait()
        stop.kill()
        stop.wait()
    return found, startup


def our_startup() -> float:
    """Seconds from nothing to the chambers of the tiny instance, in a fresh interpreter."""
    code = f"from hyperplane_arrangements import named; named({TINY!r}).chambers().witnesses"
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun


# ------------------------------------------------------------------ the report


def table(names: list[str], mine: dict[str, Timing], peers: dict[str, dict[str, Timing]]) -> str:
    """One row an instance: seconds, CPU seconds in brackets, and how many times ours the peers take."""
    heads = ["instance", "chambers", "ours s (CPU)"]
    for peer in peers:
        heads += [f"{peer} s (CPU)", "times ours"]
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for name in names:
        cells = [name.rstrip("_"), f"{mine[name].chambers:,}", seconds(mine[name])]
        for found in peers.values():
            theirs = found.get(name)
            if theirs is None:
                cells += ["not run, or over the limit", ""]
                continue
            assert theirs.chambers == mine[name].chambers, (name, theirs.chambers, mine[name].chambers)
            cells += [seconds(theirs), f"{theirs.cpu / mine[name].cpu:,.0f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def seconds(timing: Timing) -> str:
    return f"{timing.wall:.3g} ({timing.cpu:.3g})"


def counting() -> str:
    """The characteristic polynomial of R_7, in CPU seconds."""
    arrangement = named("resonance_7")
    begun = time.process_time()
    count = arrangement.count_chambers()
    return (
        f"counting R_7: {count:,} chambers in {time.process_time() - begun:.1f} CPU s (compilation included)"
    )


def main() -> None:
    """Print what was measured, as Markdown."""
    parser = argparse.ArgumentParser(description="Ours beside polymake and SageMath.")
    parser.add_argument("--polymake", default=shutil.which("polymake"), help="program; default: on the path")
    parser.add_argument("--sage", help="a Python with passagemath-polyhedra")
    parser.add_argument("--small", action="store_true", help="small instances only")
    parser.add_argument(
        "--long", action="store_true", help="R_5 too: over half a minute of SageMath, more of polymake"
    )
    parser.add_argument("--counting", action="store_true", help="count R_7 too")
    parser.add_argument("--limit", type=float, default=900, help="seconds a peer may take for all")
    options = parser.parse_args()
    names = SMALL + (MEDIUM + LARGE if not options.small else []) + (LONG if options.long else [])
    begun = time.perf_counter()
    for warm in ("random_40_4", "resonance_5"):
        ours([warm])
    print(f"start-up: ours {our_startup():.2f} s; compiling, or loading what was compiled: ", end="")
    print(f"{time.perf_counter() - begun:.1f} s, needed from some 10,000 chambers on", flush=True)
    mine = ours(names)
    peers = {}
    if options.polymake:
        peers["polymake"], startup = polymake(options.polymake, [TINY, *names], options.limit)
        print(f"start-up: polymake {startup:.2f} s", flush=True)
    if options.sage:
        peers["SageMath"], startup = sage(options.sage, [TINY, *names], options.limit)
        print(f"start-up: SageMath {startup:.2f} s", flush=True)
    print("\n" + table(names, mine, peers))
    if options.counting:
        print("\n" + counting())


if __name__ == "__main__":
    main()
