"""How the cost of a chamber grows with n: `python benchmarks/growth.py`.

Draws `growth-enumeration.svg` beside this file, and puts a table into `README.md`. Rows are Gaussian, so in
general position. Counting in advance, packed sign vectors of all chambers, and the same with witnesses, in
CPU nanoseconds a chamber (of all threads). Exponents are of least squares in logarithms, over the three
largest sizes: below some 100,000 chambers what is done once outweighs the rest. A sign vector has n bits, so
an exponent up to 1 is linear in the size of the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import report

from hyperplane_arrangements import Arrangement

SIZES = {3: (300, 500, 800, 1300, 2000), 4: (60, 90, 130, 180, 240)}
CHART = Path(__file__).parent / "growth-enumeration.svg"
BATCH = 131_072


def list_signs(arrangement: Arrangement) -> int:
    """Packed sign vectors, thrown away."""
    return sum(len(batch.packed) for batch in arrangement.chambers().batches(BATCH))


def list_witnesses(arrangement: Arrangement) -> int:
    """Packed sign vectors and witnesses, thrown away."""
    batches = arrangement.chambers().batches(BATCH)
    return sum(len(batch.packed) for batch in batches if len(batch.witnesses))


WORK: dict[str, Callable[[Arrangement], int]] = {
    "count in advance": lambda arrangement: len(arrangement.chambers()),
    "sign vectors": list_signs,
    "with witnesses": list_witnesses,
}


def nanoseconds(work: Callable[[Arrangement], int], n: int, rank: int) -> float:
    """CPU time a chamber, the least of three for the small ones."""
    best = float("inf")
    for _ in range(3 if n ** (rank - 1) < 10**6 else 1):
        arrangement = Arrangement(np.random.default_rng(1).normal(size=(n, rank)))
        begun = time.process_time()
        chambers = work(arrangement)
        best = min(best, (time.process_time() - begun) / chambers * 1e9)
    return best


def main() -> None:
    """Measure, put a table with fitted exponents into the page, and draw the chart."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    list_witnesses(Arrangement(np.random.default_rng(0).normal(size=(50, 4))))
    figure = Figure(figsize=(9, 4), layout="constrained")
    rows, machine = [], report.machine()
    for ax, (rank, sizes) in zip(figure.subplots(1, 2), SIZES.items(), strict=True):
        for name, work in WORK.items():
            costs = [nanoseconds(work, n, rank) for n in sizes]
            slope = float(np.polyfit(np.log(sizes[-3:]), np.log(costs[-3:]), 1)[0])
            cells = ", ".join(f"{n}: {cost:.0f}" for n, cost in zip(sizes, costs, strict=True))
            rows.append([str(rank), name, cells, f"{slope:.2f}"])
            ax.loglog(sizes, costs, "o-", label=f"{name}: n^{slope:.2f}")
        ax.set(title=f"rank {rank}", xlabel="hyperplanes n", ylabel="CPU ns a chamber", ylim=(10, 20_000))
        ax.grid(True, which="both", alpha=0.2)
        ax.legend(frameon=False)
    with rc_context({"svg.hashsalt": "growth", "svg.fonttype": "none"}):
        figure.savefig(CHART, metadata={"Date": None})
    table = report.table(["rank", "work", "CPU ns a chamber at n = ...", "exponent"], rows)
    report.put("growth", f"{machine}\n\n{table}")


if __name__ == "__main__":
    main()
