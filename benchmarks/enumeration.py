"""Time the enumeration of chambers: `python benchmarks/enumeration.py [NAME ...]`.

For each instance: counting in advance (which also finds the coordinates), packed sign vectors of all chambers
in batches that are thrown away, and the same with a proven witness each. Compilation, or loading what an
earlier run compiled, comes first and apart. CPU seconds are of all threads: on a shared machine they say more
than the clock.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from math import log

import numpy as np

from hyperplane_arrangements import Arrangement, named


def general(n: int, d: int) -> Arrangement:
    """Gaussian normals: Cover's bound is reached."""
    return Arrangement(np.random.default_rng(1).normal(size=(n, d)))


INSTANCES: dict[str, Callable[[], Arrangement]] = {
    f"n={n} in R^{d}": partial(general, n, d)
    for n, d in ((20, 3), (100, 3), (300, 3), (1000, 3), (50, 4), (100, 4), (50, 5))
} | {
    name: partial(named, name)
    for name in ("resonance_4", "resonance_5", "resonance_6", "threshold_5", "braid_9")
}


class Stopwatch:
    """Wall-clock and CPU seconds of a block."""

    def __enter__(self) -> Stopwatch:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu


def enumerate_all(arrangement: Arrangement) -> int:
    """Packed sign vectors of every chamber, batch by batch."""
    return sum(len(batch.packed) for batch in arrangement.chambers().batches(131_072))


def witness_all(arrangement: Arrangement) -> int:
    """The same, with witnesses; the number that are floats."""
    batches = arrangement.chambers().batches(131_072)
    return sum(len(batch.witnesses) for batch in batches if batch.witnesses.dtype == np.float64)


def main(names: list[str]) -> None:
    """Print one line an instance, and the growth with n in rank 3."""
    with Stopwatch() as warm:
        for arrangement in (general(40, 4), named("resonance_5")):
            enumerate_all(arrangement), witness_all(arrangement)
    print(f"compiling or loading the compiled search: {warm.wall:.1f} s\n")
    print(
        "| instance | chambers | count s | list s (CPU) | chambers/s | with witnesses s (CPU) | chambers/s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- |")
    growth = []
    for name in names or INSTANCES:
        arrangement = INSTANCES[name]()
        with Stopwatch() as counting:
            chambers = arrangement.count_chambers()
        with Stopwatch() as listing:
            assert enumerate_all(arrangement) == chambers
        with Stopwatch() as witnessing:
            floats = witness_all(arrangement)
        total = counting.wall + listing.wall
        print(
            f"| {name} | {chambers:,} | {counting.wall:.3f} | {listing.wall:.3f} ({listing.cpu:.3f}) "
            f"| {chambers / total:,.0f} | {witnessing.wall:.3f} ({witnessing.cpu:.3f}) "
            f"| {chambers / (counting.wall + witnessing.wall):,.0f} |"
            + ("" if floats == chambers else f" {chambers - floats} in integers"),
            flush=True,
        )
        if name.endswith("R^3") and chambers > 5000:
            growth.append((log(arrangement.n), log((counting.cpu + listing.cpu) / chambers)))
    if len(growth) > 1:
        slope = np.polyfit(*zip(*growth, strict=True), 1)[0]
        print(f"\nCPU time a chamber in R^3 grows as n^{slope:.2f}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main(sys.argv[1:])
