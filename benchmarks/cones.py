"""How many cones a cover needs: `python benchmarks/cones.py`.

Trains on Gaussian instances with a bias column and random signs, searches covers that prove the optimal dual
for v and for -v, and counts their cones: over the rank, the number of samples, the tolerance and the weight
decay, one at a time. Counts do not depend on how busy a machine is. Writes `cones.csv`, draws a chart each,
`cones-rank.svg` and so on, beside this file, and puts a table into `README.md`.
"""

from __future__ import annotations

import csv
import statistics
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from math import comb
from pathlib import Path

import report
from rivals import instance

from duality_checks import train
from duality_checks.cover.pricing import functions
from duality_checks.cover.search import search
from duality_checks.pricing.landscape import Landscape

FOLDER = Path(__file__).parent
SEEDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Setting:
    """An instance, and how far above beta a cone's bound may be, as a share."""

    rank: int = 3
    samples: int = 100
    beta_share: float = 1e-2
    tolerance: float = 1e-9

    @property
    def chambers(self) -> int:
        """Of the whole arrangement, which is in general position."""
        return 2 * sum(comb(self.samples - 1, k) for k in range(self.rank))


BASE = Setting()
SWEEPS: dict[str, list[Setting]] = {
    "rank": [replace(BASE, rank=r, samples=40) for r in (2, 3, 4, 5, 6)],
    "samples": [replace(BASE, samples=n, beta_share=1e-3) for n in (30, 100, 300, 1000, 3000)],
    "tolerance": [replace(BASE, tolerance=10.0**-k) for k in range(1, 11)],
    "beta_share": [replace(BASE, beta_share=10 ** (-k / 2)) for k in range(2, 9)],
}
CHARTS = {
    "rank": ("rank", "cones-rank.svg"),
    "samples": ("samples n", "cones-n.svg"),
    "tolerance": ("relative tolerance", "cones-tolerance.svg"),
    "beta_share": ("weight decay, beta / n", "cones-beta.svg"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """A line of `cones.csv`."""

    sweep: str
    rank: int
    samples: int
    beta_share: float
    tolerance: float
    seed: int
    neurons: int
    cones: int
    chambers: int


def counts(sweep: str, settings: list[Setting], seeds: tuple[int, ...] = SEEDS) -> Iterator[Count]:
    """Train once for each problem, and search for every tolerance."""
    trained = {}
    for setting in settings:
        for seed in seeds:
            key = setting.rank, setting.samples, setting.beta_share, seed
            if key not in trained:
                problem = instance(setting.samples, setting.rank, setting.beta_share, seed)
                trained[key] = problem, train(problem)
            problem, solution = trained[key]
            beta = float(problem.beta)
            sides = functions(Landscape.of(problem), solution.dual)
            covers = [search(side, beta * (1 + setting.tolerance), keep=False) for side in sides]
            # Where training left the dual longer than that, there is no cover.
            assert all(cover.proven for cover in covers), setting
            cones = sum(cover.cones for cover in covers)
            yield Count(sweep, *astuple(setting), seed, solution.network.width, cones, setting.chambers)


def draw(sweep: str, found: list[Count]) -> None:
    """Cones of each seed and their median, beside the number of chambers, in logarithms."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    name, file = CHARTS[sweep]
    figure = Figure(figsize=(4.6, 3.6), layout="constrained")
    ax = figure.subplots()
    places = list(dict.fromkeys(getattr(count, sweep) for count in found))
    for place in places:
        some = [count.cones for count in found if getattr(count, sweep) == place]
        ax.plot([place] * len(some), some, "o", color="#2e7fb8", ms=3, alpha=0.5)
    ax.plot(places, [median(found, sweep, place) for place in places], "-", color="#2e7fb8", label="cones")
    chambers = [next(c.chambers for c in found if getattr(c, sweep) == place) for place in places]
    ax.plot(places, chambers, "--", color="#d55e00", label="chambers")
    ax.set(yscale="log", xscale="linear" if sweep == "rank" else "log", xlabel=name, ylabel="how many")
    if sweep == "rank":
        ax.set_xticks(places)
    if sweep in ("tolerance", "beta_share"):
        ax.invert_xaxis()
    ax.grid(True, which="major", alpha=0.2)
    ax.legend(frameon=False)
    with rc_context({"svg.hashsalt": "cones", "svg.fonttype": "none"}):
        figure.savefig(FOLDER / file, metadata={"Date": None})


def median(found: list[Count], sweep: str, place: float) -> int:
    """The median over seeds at one place of a sweep."""
    return int(statistics.median(c.cones for c in found if getattr(c, sweep) == place))


def main() -> None:
    """Count, write the table of all counts, draw, and put medians into the page."""
    found = {sweep: list(counts(sweep, settings)) for sweep, settings in SWEEPS.items()}
    with (FOLDER / "cones.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Count))
        writer.writerows(astuple(count) for some in found.values() for count in some)
    rows = []
    for sweep, some in found.items():
        draw(sweep, some)
        places = list(dict.fromkeys(getattr(count, sweep) for count in some))
        cells = [f"{place:g}: {median(some, sweep, place):,}" for place in places]
        rows.append([CHARTS[sweep][0], ", ".join(cells)])
    report.put("cones", report.table(["over", "cones, the median of three instances"], rows))


if __name__ == "__main__":
    main()
