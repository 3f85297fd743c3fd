"""Time each question about an arrangement once, in one process: `python benchmarks/questions.py`.

Random integers up to 99 unless said otherwise, NumPy's generator with the seed that each row states. The
same work is done on a smaller instance first, so that nothing is compiled or loaded within the time. What is
checked beside the answer is said in the row.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import product
from math import comb, log10
from pathlib import Path
from typing import Any

import numpy as np
import report

from hyperplane_arrangements import Arrangement, named
from hyperplane_arrangements.enumeration.chambers import poincare, symmetry_used, upper_bound
from hyperplane_arrangements.families.published import chambers

# What is asked, of which instance, the work on a small instance, the work, and what the answer ought to be.
Question = tuple[str, str, Callable[[], Any], Callable[[], Any], Any]


def random_rows(n: int, d: int, seed: int = 1, *, affine: bool = False, digits: int = 0) -> Arrangement:
    """A random arrangement; integers of so many digits if asked for."""
    generator = np.random.default_rng(seed)
    rows = generator.integers(-99, 100, size=(n, d)).tolist()
    if digits:
        length = round(digits / log10(256))
        draw = partial(int.from_bytes, byteorder="little", signed=True)
        rows = [[draw(generator.bytes(length)) for _ in row] for row in rows]
    return Arrangement(rows, generator.integers(-99, 100, size=n).tolist() if affine else None)


def generic_polynomial(n: int, d: int) -> tuple[int, ...]:
    """The Whitney numbers of n central hyperplanes in general position."""
    return (*(comb(n, k) for k in range(d)), comb(n - 1, d - 1))


def questions() -> Iterator[Question]:
    """All of them."""
    for digits in (290, 1000):
        yield (
            "count, signs and witnesses",
            f"20 x 4, integers of {digits} digits",
            lambda: _listed(named("resonance_6")),
            lambda digits=digits: _listed(random_rows(20, 4, digits=digits)),
            upper_bound(20, 4),
        )
    yield (
        "flats",
        "300 affine lines",
        lambda: len(random_rows(200, 2, affine=True).flats()),
        lambda: len(random_rows(300, 2, affine=True).flats()),
        None,
    )
    yield (
        "f-vector",
        "30 x 5",
        lambda: random_rows(12, 5).f_vector(),
        lambda: random_rows(30, 5).f_vector()[-1],
        None,
    )
    for n, d in ((28, 8), (60, 6)):
        yield (
            "characteristic polynomial",
            f"{n} x {d}, on the moment curve",
            lambda d=d: poincare(named(f"generic_{d + 4}_{d}")),
            lambda n=n, d=d: poincare(named(f"generic_{n}_{d}")),
            generic_polynomial(n, d),
        )
    yield (
        "tope graph",
        "200 x 3",
        lambda: random_rows(20, 3).tope_graph(),
        lambda: len(random_rows(200, 3).tope_graph()),
        None,
    )
    for what in ("packed", "witnesses"):
        yield (
            "witnesses" if what == "witnesses" else "signs, packed",
            "1000 x 3",
            lambda what=what: _array(random_rows(200, 3), what),
            lambda what=what: _array(random_rows(1000, 3), what),
            None,
        )
    yield "a file of decimals", "100,000 x 4", lambda: _table(1000), lambda: _table(100_000), (100_000, 4)
    yield "proven interval", "rank 2, n = 100,000, beta = n/100", lambda: _interval(500), _interval, True
    yield "page of `certify`", "Iris, the hard pair, beta 1", _page, _page, True
    for name in ("resonance_7", "resonance_8", "threshold_7", "type_e_8"):
        family, number = name.rsplit("_", 1)
        yield (
            "count, by symmetry",
            name,
            lambda: _symmetric(named("type_e_8")),
            lambda name=name: _symmetric(named(name)),
            chambers(family, int(number)),
        )
    yield (
        "count, by symmetry",
        "364 x 6, all of -1, 0, 1",
        lambda: _symmetric(named("type_e_8")),
        lambda: _symmetric(Arrangement([row for row in product((-1, 0, 1), repeat=6) if any(row)])),
        None,
    )


def _listed(arrangement: Arrangement) -> int:
    found = arrangement.chambers()
    assert len(found.signs) == len(found.witnesses) == arrangement.count_chambers()
    return len(found)


def _array(arrangement: Arrangement, what: str) -> int:
    return sum(len(getattr(batch, what)) for batch in arrangement.chambers().batches())


def _table(n: int) -> tuple[int, ...]:
    from duality_checks.data.datasets import exact_columns
    from duality_checks.data.tables import read_table

    numbers = np.random.default_rng(1).normal(size=(n, 4))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        np.savetxt(path, numbers, "%.6f", ",", header="a,b,c,d", comments="")
        with timed():
            table = read_table(path)
            return exact_columns(table, table.columns).shape


def _interval(n: int = 100_000) -> bool:
    from duality_checks import TrainingProblem, prove_interval, train

    generator = np.random.default_rng(1)
    X = np.column_stack([generator.normal(size=n), np.ones(n)])
    problem = TrainingProblem(X, generator.choice([-1, 1], size=n), beta=Fraction(n, 100))
    solution = train(problem)
    with timed():
        return prove_interval(problem, solution).relative_gap < 1e-6


def _page() -> bool:
    from duality_checks.commands.terminal import silent
    from duality_checks.data.datasets import versicolor_against_virginica
    from duality_checks.reports.html import html
    from duality_checks.reports.outcome import prove

    outcome = prove(
        [versicolor_against_virginica()],
        **{"beta": Fraction(1), "beta_ratio": None, "activation": "relu"},
        **{"max_chambers": 5_000_000, "say": silent},
    )
    with timed():
        return html(outcome).startswith("<!")


def _symmetric(arrangement: Arrangement) -> int:
    assert symmetry_used(arrangement)
    return arrangement.count_chambers()


class timed:
    """The part of the work that counts; all of it, if none is marked."""

    spent: float | None = None

    def __enter__(self) -> None:
        self.begun = time.process_time()

    def __exit__(self, *_: object) -> None:
        timed.spent = time.process_time() - self.begun


def seconds(work: Callable[[], Any], expected: Any) -> tuple[float, Any]:
    """CPU seconds of all threads, and the answer, which is compared if it is known."""
    timed.spent, begun = None, time.process_time()
    answer = work()
    spent = time.process_time() - begun if timed.spent is None else timed.spent
    assert expected is None or answer == expected, (answer, expected)
    return spent, answer


def main() -> None:
    """Put them into the page."""
    rows, before = [], report.machine()
    for asked, instance, small, work, expected in questions():
        small()
        spent, answer = seconds(work, expected)
        said = f"{answer:,}" if isinstance(answer, int) and not isinstance(answer, bool) else ""
        rows.append([asked, instance, said, f"{spent:.2g}"])
        print(rows[-1], flush=True)
    heads = ["question", "instance", "how many", "CPU s"]
    report.put("questions", f"{before}\n\n{report.table(heads, rows)}")


if __name__ == "__main__":
    main()
