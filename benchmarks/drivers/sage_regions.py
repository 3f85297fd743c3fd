"""Run by SageMath's Python: reads jobs as JSON, prints one JSON line an instance. See benchmarks/peers.py."""

import json
import sys
import time

from sage.all__sagemath_polyhedra import QQ
from sage.geometry.hyperplane_arrangement.arrangement import HyperplaneArrangements


def arrangement(job):
    """A fresh arrangement: SageMath remembers what it has computed."""
    names = tuple(f"x{i}" for i in range(len(job["normals"][0])))
    offsets = job["offsets"] or [0] * len(job["normals"])
    rows = [[row, -b] for row, b in zip(job["normals"], offsets, strict=True)]
    return HyperplaneArrangements(QQ, names=names)(rows)


repeats, enough, *jobs = json.load(sys.stdin)
for job in jobs:
    timings = []
    while len(timings) < repeats and sum(wall for wall, _ in timings) < enough:
        fresh = arrangement(job)
        wall, cpu = time.perf_counter(), time.process_time()
        chambers = len(fresh.regions())
        timings.append((time.perf_counter() - wall, time.process_time() - cpu))
    wall, cpu = min(timings)
    print(json.dumps({"name": job["name"], "chambers": chambers, "wall": wall, "cpu": cpu}), flush=True)
