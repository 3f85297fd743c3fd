"""Compile once, before tests run side by side, what each of their processes would compile for itself.

numba keeps compiled code on disk, so that this takes a moment unless the checkout is fresh or a kernel was
changed. Each part, such as `python kernels.py search`, takes a share of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product


def search() -> None:
    """The search for chambers, their witnesses, and counting by minors."""
    import numpy as np

    from hyperplane_arrangements import Arrangement
    from hyperplane_arrangements.enumeration.candidates import compiled, floats
    from hyperplane_arrangements.enumeration.frame import frame
    from hyperplane_arrangements.enumeration.kernel import walk
    from hyperplane_arrangements.enumeration.line_kernel import on_lines
    from hyperplane_arrangements.enumeration.minors_kernel import whitney_numbers
    from hyperplane_arrangements.enumeration.witness_kernel import witnesses

    chambers = Arrangement([row for row in product((0, 1), repeat=5) if any(row)]).chambers()
    assert next(chambers.batches(20_000)).witnesses.any()
    assert whitney_numbers(np.eye(4, dtype=np.int64), np.zeros(5, np.int64))
    lines = Arrangement([[1, k, k * k] for k in range(101)])
    cells = next(lines.chambers().batches(100)).cells
    assert compiled(floats(frame(lines.distinct.rows)), cells.basis, cells.bits, False)[1].any()
    assert walk.signatures and witnesses.signatures and on_lines.signatures


def flats() -> None:
    """The walk over all flats, and counting on them."""
    from hyperplane_arrangements import Arrangement
    from hyperplane_arrangements.enumeration.flat_kernel import count_chambers, walk
    from hyperplane_arrangements.enumeration.flat_search import FlatWork, arithmetics

    rows = Arrangement([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]).distinct.rows
    work = FlatWork(rows, arithmetics(rows), 3)
    assert len(work.run((0, 4)).pivots) == 4 + 6 + 1
    assert work.counts(-1, (), (0, 4), 0).sum()
    assert walk.signatures and count_chambers.signatures


def symmetry() -> None:
    """Counting with symmetry."""
    from hyperplane_arrangements import named
    from hyperplane_arrangements.enumeration.symmetry import count_with_symmetry
    from hyperplane_arrangements.enumeration.symmetry_kernel import count_planes

    assert count_with_symmetry(named("resonance_5").distinct.rows, 10**6)
    assert count_planes.signatures


def pricing() -> None:
    """Pricing, and the proof in floats."""
    from duality_checks import TrainingProblem, train
    from duality_checks.pricing.chamber_kernel import prove_chambers
    from duality_checks.pricing.interval import _settled, prove_interval
    from duality_checks.pricing.sweep_kernel import sweep_circles

    problem = TrainingProblem([[0, 1, 1], [1, 0, 1], [2, 3, 1], [5, 1, 2]], [1, 0, 2, 1], beta=1)
    solution = train(problem)
    prove_interval(problem, solution)
    _settled(problem, problem.arrangement.chambers().signs, solution.dual)
    assert sweep_circles.signatures and prove_chambers.signatures


def cover() -> None:
    """The search over the boxes of a cover, and ascents."""
    import numpy as np

    from duality_checks.cover.climbing import climb
    from duality_checks.cover.ridge_kernel import settle_points
    from duality_checks.cover.search import Function
    from duality_checks.cover.search import search as searched
    from duality_checks.cover.search_kernel import search_box

    g = Function(np.eye(3), np.ones(3), np.zeros(3))
    assert searched(g, 2.0).proven
    assert len(climb(g, np.eye(3))[1]) == 3
    assert search_box.signatures and settle_points.signatures


def coupled() -> None:
    """The same for outputs that share neurons."""
    import numpy as np

    from duality_checks.cover.climbing import climb
    from duality_checks.cover.coupled import Coupled
    from duality_checks.cover.coupled_kernel import search_coupled
    from duality_checks.cover.coupled_ridge_kernel import settle_coupled
    from duality_checks.cover.search import search as searched

    g = Coupled.of(np.eye(3), np.eye(3), np.zeros((3, 3)))
    assert searched(g, 2.0).proven
    assert len(climb(g, np.eye(3))[1]) == 3
    assert search_coupled.signatures and settle_coupled.signatures


def maxima() -> None:
    """The same for pools."""
    import numpy as np

    from duality_checks.cover.climbing import climb
    from duality_checks.cover.maxima import Maxima
    from duality_checks.cover.maxima_kernel import search_maxima
    from duality_checks.cover.maxima_ridge_kernel import settle_maxima
    from duality_checks.cover.search import search as searched

    g = Maxima.of(np.eye(3), np.array([0, 0, 1]), np.ones(2))
    assert searched(g, 2.0).proven
    assert len(climb(g, np.eye(3))[1]) == 3
    assert search_maxima.signatures and settle_maxima.signatures


# Those that others wait for come first, and long ones: the last to end does so alone.
PARTS: dict[str, Callable[[], None]] = {
    "cover": cover,
    "search": search,
    "coupled": coupled,
    "maxima": maxima,
    "flats": flats,
    "symmetry": symmetry,
    "pricing": pricing,
}


def compile_all() -> None:
    """All parts, as many side by side as there are cores, so that later ones find what earlier ones compiled.

    Raises:
        CalledProcessError: a part failed, and has printed why.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_compile, PARTS))


def _compile(part: str) -> None:
    subprocess.run([sys.executable, __file__, part], check=True)


if __name__ == "__main__":
    PARTS[sys.argv[1]]()
