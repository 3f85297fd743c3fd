"""Line sets at random, degenerate ones among them, and what the page's arithmetic says of them."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

NODE = shutil.which("node")
Line = tuple[Fraction, Fraction, Fraction]

_ASKED = """
const told = lines => {
  const found = Lines.study(lines);
  return {
    rows: found.rows.map(row => row.map(String)), rowOf: found.rowOf, chi: found.chi,
    signs: found.regions.map(one => one.signs),
    bounded: found.regions.filter(one => one.bounded).map(one => one.key),
    edges: found.edges.map(({ row, below, above }) => [row, below, above]),
    points: found.points.map(point => point.rows),
    walls: Object.fromEntries(found.regions.map(one => [one.key, one.walls.length])),
    triples: found.rows.slice(0, 10).map(
      (_, k) => [Lines.deletion(found, k).chi, Lines.restriction(found, k).chi]),
  };
};
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(0, "utf8")).map(told)));
"""


def program(*names: str) -> str:
    """The text of programs of the explorer, one after the other."""
    folder = files("duality_checks.reports.explorer")
    return "\n".join((folder / f"{name}.js").read_text(encoding="ascii") for name in names)


def line_sets(count: int, seed: int = 5) -> list[list[Line]]:
    """Few lines with small numbers, so that many are parallel, equal or through one point; then wild ones."""
    draw = random.Random(seed)
    sets = []
    for k in range(count):
        size, n = (2, 9) if k % 3 else (10**25, 5)
        kinds = [_random, _pencil, _pencil, _parallel] if n == 9 else [_random]
        lines = [draw.choice(kinds)(draw, size) for _ in range(draw.randint(1, n))]
        sets.append(lines + lines[: draw.randint(0, 2)])
    return sets


def _normal(draw: random.Random, size: int) -> tuple[int, int]:
    a, b = draw.randint(-size, size), draw.randint(-size, size)
    return (a, b) if a or b else (0, 1)


def _random(draw: random.Random, size: int) -> Line:
    a, b = _normal(draw, size)
    return Fraction(a), Fraction(b), Fraction(draw.randint(-size, size), draw.randint(1, 4))


def _pencil(draw: random.Random, size: int) -> Line:
    """Through (1/2, 1)."""
    a, b = _normal(draw, size)
    return Fraction(a), Fraction(b), Fraction(a, 2) + b


def _parallel(draw: random.Random, size: int) -> Line:
    factor = draw.choice([-2, -1, 1, 3])
    return Fraction(factor), Fraction(2 * factor), Fraction(draw.randint(-3, 3))


def told(sets: list[list[Line]], folder: Path, source: str | None = None) -> list[dict[str, Any]]:
    """What the page's arithmetic says of each line set; one start of Node."""
    script = folder / "lines.js"
    script.write_text((source or program("common", "lines")) + _ASKED, encoding="utf-8")
    asked = json.dumps([[list(map(str, line)) for line in lines] for lines in sets])
    done = subprocess.run([str(NODE), script], input=asked, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))
