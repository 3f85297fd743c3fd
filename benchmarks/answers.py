"""Answers of which a peer gives the same, compared in the same run: `python benchmarks/answers.py`.

* polymake (`--polymake PROGRAM`): flats by rank and T(x, 0) of the Tutte polynomial (of the matroid of the
  normals), faces by dimension and the dual graph (of its chamber decomposition). Once each, as it remembers.
* a table of decimals: the standard library's `csv` and `Fraction`, as exact as ours, which has integers over
  one denominator a row (made fractions for the comparison, outside the time).

CPU seconds; ours the least of up to five repeats. A row is made only where the answers are equal. polymake is
first asked everything about a tiny instance, so that its start-up is apart; it is stopped at its limit.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import peers
import report
from peers import ENOUGH, REPEATS, TINY, instance

from hyperplane_arrangements import Arrangement

LIMIT = 60.0  # seconds for polymake and everything


def tope_graph(arrangement: Arrangement) -> list[int]:
    """Nodes, edges, and the degrees in order."""
    graph = arrangement.tope_graph()
    return [len(graph), graph.number_of_edges(), *sorted(degree for _, degree in graph.degree)]


OURS: dict[str, Callable[[Arrangement], list[int]]] = {
    "flats by rank": lambda arrangement: list(arrangement.flats().flat_counts),
    "characteristic polynomial": lambda arrangement: list(
        map(int, arrangement.characteristic_polynomial().all_coeffs())
    ),
    "f-vector": lambda arrangement: list(arrangement.f_vector()),
    "tope graph": tope_graph,
}
NAMES = ["braid_4", "type_b_3", "braid_5", "random_20_3", "random_15_4"]
ASKED = [(asked, name) for name in NAMES for asked in OURS]


def least(work: Callable[[], Any]) -> tuple[Any, float]:
    """The answer, and the least CPU seconds of several runs."""
    begun, spent = time.perf_counter(), []
    while not spent or (len(spent) < REPEATS and time.perf_counter() - begun < ENOUGH):
        cpu = time.process_time()
        answer = work()
        spent.append(time.process_time() - cpu)
    return answer, min(spent)


def comparable(asked: str, found: list[int]) -> list[int]:
    """A peer's answer as ours: chi(t) = (-1)^r T(1 - t, 0), highest power first; the centre is a face."""
    if asked == "f-vector":
        return [1, *found]
    if asked == "characteristic polynomial":
        value = np.polynomial.Polynomial([0])
        for power, coefficient in enumerate(found):
            value += coefficient * np.polynomial.Polynomial([1, -1]) ** power
        return [round((-1) ** (len(found) - 1) * c) for c in value.coef[::-1]]
    return found


def polymake(program: str, seconds: float = LIMIT) -> dict[tuple[str, str], tuple[list[int], float]]:
    """What polymake answers within its limit, and the CPU seconds of each."""
    jobs = [(asked, TINY) for asked in OURS] + ASKED
    literals = [
        f'{{asked => "{asked}", rows => {instance(name).normals.integers.tolist()}}}' for asked, name in jobs
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".pl") as file:
        file.write(f"[{', '.join(literals)}];")
        file.flush()
        words = ["timeout", str(seconds), program, "--script", str(peers.DRIVERS / "polymake_answers.pl")]
        done = subprocess.run(
            words, capture_output=True, text=True, check=False, env=os.environ | {"JOBS": file.name}
        )
    facts = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    answers = zip(jobs, facts, strict=False)
    return {job: (comparable(job[0], fact["answer"]), fact["cpu"]) for job, fact in answers}


def row(asked: str, name: str, peer: str, mine: tuple[Any, float], theirs: tuple[Any, float]) -> list[str]:
    """A row of the table, if the answers are equal."""
    assert mine[0] == theirs[0], (asked, name, mine[0], theirs[0])
    return [asked, name, f"{mine[1]:.2g}", peer, f"{theirs[1]:.2g}", f"{theirs[1] / mine[1]:,.0f}"]


def decimals(n: int = 100_000) -> list[str]:
    """The exact numbers of a table of n x 4, by ours and by the standard library."""
    from duality_checks.data.datasets import exact_columns
    from duality_checks.data.tables import read_table

    def ours() -> Any:
        table = read_table(path)
        return exact_columns(table, table.columns)

    def standard() -> tuple[tuple[Fraction, ...], ...]:
        with path.open(newline="") as lines:
            return tuple(tuple(map(Fraction, cells)) for cells in list(csv.reader(lines))[1:])

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        numbers = np.random.default_rng(1).normal(size=(n, 4))
        np.savetxt(path, numbers, "%.6f", ",", header="a,b,c,d", comments="")
        (found, spent), theirs = least(ours), least(standard)
    return row("a file of decimals", f"{n:,} x 4", "csv, Fraction", (found.fractions, spent), theirs)


def main(arguments: list[str] | None = None) -> None:
    """Put the table into the page."""
    parser = argparse.ArgumentParser(description="Answers equal to a peer's, and the time of both.")
    parser.add_argument("--polymake", default=shutil.which("polymake"), help="program; default: on the path")
    options = parser.parse_args(arguments)
    before, rows = report.machine(), []
    found = polymake(options.polymake) if options.polymake else {}
    for asked, name in ASKED:
        if (asked, name) in found:
            given = instance(name)
            integers = given.normals.integers.tolist()
            mine = least(lambda asked=asked, integers=integers: OURS[asked](Arrangement(integers)))
            rows.append(row(asked, name, "polymake", mine, found[asked, name]))
    rows.append(decimals())
    heads = ["question", "instance", "ours CPU s", "peer", "its CPU s", "times ours"]
    report.put("answers", f"{before}\n\n{report.table(heads, rows)}")


if __name__ == "__main__":
    main()
