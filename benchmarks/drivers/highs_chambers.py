"""Chambers by linear programs, the textbook way: reads jobs as JSON, prints one JSON line an instance.

Hyperplane after hyperplane, each chamber is kept on the side of its point, and a program of SciPy's HiGHS
asks whether the other side has a point too. Signs and points in floats, nothing proven. See
benchmarks/geometry.py.
"""

import json
import sys
import time

import numpy as np
from scipy.optimize import linprog


def point(rows):
    """A point where all rows are positive, as far from them as it can be; None if there is none."""
    d = rows.shape[1]
    table = np.column_stack([-rows, np.ones(len(rows))])
    found = linprog([0] * d + [-1], A_ub=table, b_ub=np.zeros(len(rows)), bounds=[(-1, 1)] * d + [(0, 1)])
    return found.x[:d] if found.status == 0 and found.x[d] > 1e-9 else None


def chambers(rows, affine):
    """Signs and a point of each chamber; of an affine arrangement where the last coordinate is positive."""
    d = rows.shape[1]
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    found = [([1], np.eye(d)[-1])] if affine else [([1], rows[0]), ([-1], -rows[0])]
    rows = np.concatenate([np.eye(d)[-1:], rows]) if affine else rows
    for i in range(1, len(rows)):
        longer = []
        for signs, inside in found:
            value = rows[i] @ inside
            sides = (1, -1) if abs(value) < 1e-12 else (-int(np.sign(value)),)
            if len(sides) == 1:
                longer.append(([*signs, -sides[0]], inside))
            for side in sides:
                other = point(rows[: i + 1] * np.array([*signs, side])[:, None])
                if other is not None:
                    longer.append(([*signs, side], other))
        found = longer
    return found


repeats, enough, *jobs = json.load(sys.stdin)
for job in jobs:
    timings = []
    while len(timings) < repeats and sum(wall for wall, _ in timings) < enough:
        wall, cpu = time.perf_counter(), time.process_time()
        count = len(chambers(np.array(job["rows"], float), job["affine"]))
        timings.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = min(timings)
    print(json.dumps({"name": job["name"], "chambers": count, "wall": wall, "cpu": cpu}), flush=True)
