"""Covers for free biases, found by trying: a box is a leaf if some choice of slopes makes it one."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

from duality_checks import TrainingProblem, certify, checker, train

DEPTH = 20


def biased_cover(problem: TrainingProblem, share: Fraction = Fraction(3, 4)) -> dict[str, object]:
    """The document of a certificate of version 3, whose dual is so much of the best one."""
    found = certify(problem, train(problem))
    stated = checker.read_problem(problem.to_json())
    dual = tuple(share * z for z in found.dual)
    g = checker.kinks(stated, dual, None, 2 * DEPTH + checker.CHORD_BITS)
    document = json.loads(replace(found, dual=dual, lower=checker.dual_value(stated, dual)).to_json())
    del document["chambers"]
    plus, minus = (b64encode(packed("".join(tree(side)))).decode() for side in (g, g.negated()))
    cover = {"basis": None, "depth": DEPTH, "bits": 1, "plus": plus, "minus": minus}
    return {**document, "version": 3, "cover": cover}


def packed(bits: str) -> bytes:
    size = -(-len(bits) // 8)
    return int("1" + bits.ljust(8 * size, "0"), 2).to_bytes(size + 1, "big")[1:]


def tree(g: checker.Kinks) -> Iterator[str]:
    """The bits of all faces."""
    r, one = len(g.base), 1 << DEPTH
    for j, sigma in product(range(r), (one, -one)):
        lo, hi = [-one] * r, [one] * r
        lo[j] = hi[j] = sigma
        yield from boxes(g, j, lo, hi)


def boxes(g: checker.Kinks, j: int, lo: list[int], hi: list[int]) -> Iterator[str]:
    c, undecided = checker.decided(g, g.base, checker.box_spans(g, lo, hi))
    below = sum(g.weights[k] < 0 for k, _, _ in undecided)
    for slopes in map("".join, product(("0", "10", "111"), repeat=min(below, 3))):
        bits = checker.Bits(packed(slopes + "0" * below), "a box")
        cover = checker.Cover(None, DEPTH, 1, b"", b"")
        try:
            checker.leaf_holds(g, cover, bits, j, lo, hi, c, undecided)
        except checker.Refusal:
            continue
        yield "0" + bits.text[: bits.place]
        return
    i = max((i for i in range(len(lo)) if i != j), key=lambda i: hi[i] - lo[i])
    middle = (lo[i] + hi[i]) // 2
    yield "1" + f"{i:0{(len(lo) - 1).bit_length()}b}"
    yield from boxes(g, j, lo, [*hi[:i], middle, *hi[i + 1 :]])
    yield from boxes(g, j, [*lo[:i], middle, *lo[i + 1 :]], hi)
