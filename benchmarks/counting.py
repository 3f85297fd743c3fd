"""Time characteristic polynomials: `python benchmarks/counting.py`.

Of every arrangement whose published count is in `tests/oracles/chamber_counts.json`, and of some larger ones,
among them R_7 and R_8, which CountingChambers.jl is known for. Each is checked against the published count.
CPU seconds; what is compiled is loaded before.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import report

from hyperplane_arrangements import named
from hyperplane_arrangements.enumeration.chambers import symmetry_used
from hyperplane_arrangements.families.published import chambers

ORACLES = Path(__file__).parents[1] / "tests" / "oracles" / "chamber_counts.json"
LARGER = ["shi_8", "catalan_7", "catalan_8", "type_e_7", "type_e_8", "threshold_6", "threshold_7"]
LARGER += ["resonance_7", "resonance_8"]
SHOWN = 0.02  # seconds from which an arrangement has a row of its own


def name_of(oracle: str) -> str:
    """How `named` calls it."""
    return {"B": "type_b", "D": "type_d"}.get(oracle[:-2], oracle[:-2]) + oracle[-2:]


def seconds(name: str, expected: int) -> float:
    """CPU seconds of the characteristic polynomial, the polynomial checked."""
    arrangement = named(name)
    begun = time.process_time()
    polynomial = arrangement.characteristic_polynomial()
    spent = time.process_time() - begun
    assert abs(polynomial.eval(-1)) == expected, name
    return spent


def stood_for(name: str) -> str:
    """How many flats stood for all, if symmetry was used."""
    used = symmetry_used(named(name))
    return f"{sum(used.kinds):,}" if used else ""


def main() -> None:
    """Put the slow ones into the page."""
    oracles = {name_of(x["name"]): x["chambers"] for x in json.loads(ORACLES.read_text())["counts"]}
    begun = time.perf_counter()
    seconds("shi_8", oracles.get("shi_8", 9**7))
    lines = [f"Loading or compiling, apart: {time.perf_counter() - begun:.1f} s."]
    found = {name: seconds(name, count) for name, count in oracles.items()}
    slowest = max(found, key=found.__getitem__)
    lines.append(f"Of the {len(found)} oracles {slowest} takes longest, {found[slowest]:.3f} s.")
    for name in LARGER:
        family, *parameters = name.rsplit("_", 1)
        oracles[name] = chambers(family, *map(int, parameters))
        found[name] = seconds(name, oracles[name])
    shown = [name for name, spent in found.items() if spent > SHOWN]
    rows = [[n, f"{named(n).n}", f"{oracles[n]:,}", f"{found[n]:.3f}", stood_for(n)] for n in shown]
    heads = ["arrangement", "hyperplanes", "chambers", "CPU s", "flats looked at, if with symmetry"]
    report.put("counting", f"{report.machine()} {' '.join(lines)}\n\n{report.table(heads, rows)}")


if __name__ == "__main__":
    main()
