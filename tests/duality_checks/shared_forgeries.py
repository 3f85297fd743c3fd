"""Certificates for outputs that share neurons, honest and forged."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np

from duality_checks import TrainingProblem, checker, train_outputs

Case = tuple[str, str]


@cache
def _honest() -> Case:
    X = [[1, 1], [2, 1], [3, 1], [-1, 2]]
    Y = [[1, "1/2"], [-2, "3/2"], ["3/2", -2], ["1/2", 1]]
    problem = TrainingProblem(X, Y, "1/4", coupling="2-norm", free="intercept")
    return problem.to_json(), train_outputs(problem).certificates[0].to_json()


def honest_case() -> tuple[str, dict[str, Any]]:
    """A problem of rank 2 with two outputs and an intercept, and its certificate as a document."""
    problem, certificate = _honest()
    return problem, json.loads(certificate)


def changed(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy of a document with another entry at the end of a path; a function makes it of the old one."""
    found = json.loads(json.dumps(document))
    place = found
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value(place[path[-1]]) if callable(value) else value
    if path == ("cover", "minus"):
        found["cover"].pop("tree")
    return found


def flipped(tree: str) -> str:
    """The same bytes but for the first bit."""
    data = bytearray(checker.packed_bytes(tree, ""))
    data[0] ^= 0x80
    return checker.binascii.b2a_base64(bytes(data), newline=False).decode()


FORGERIES = [
    (("version",), 3, "certificate"),
    (("problem",), "0" * 64, "written for another problem"),
    (("lower",), "4", "lower: not the value of the dual"),
    (("upper",), "3", "upper: not the objective of the network"),
    (("dual",), lambda dual: dual[:1], "dual"),
    (("dual",), lambda dual: dual[::-1], "lower: not the value of the dual"),
    (("network", "output"), lambda rows: [row[:1] for row in rows], "output[0]"),
    (("network", "skip"), lambda rows: rows[:1], "skip"),
    (("network", "hidden"), lambda rows: rows[:-1], "output"),
    (("cover", "tree"), flipped, "cover.tree"),
    (("cover", "tree"), "", "cover.tree: the tree ends too early"),
    (("cover", "tree"), lambda tree: tree + "AAAA", "cover.tree"),
    (("cover", "depth"), lambda depth: depth - 1, "cover.tree"),
    (("cover", "basis"), [["1", "0"]], "basis"),
    (("cover", "minus"), "", "cover: missing field 'tree'"),
]


def documents() -> dict[str, Case]:
    """Honest ones of several ranks, activations and terms, and forgeries of one of them, by name."""
    text, certificate = honest_case()
    found = {"honest": (text, json.dumps(certificate))}
    rng = np.random.default_rng(1)
    kinds = [
        (2, 3, "leaky:-1/2", {}),
        (3, 2, "relu", {"free": "decayed-intercept"}),
        (3, 2, "abs", {}),
        (4, 2, "relu", {}),
    ]
    for rank, q, activation, terms in kinds:
        X, Y = rng.integers(-4, 5, (8, rank)).tolist(), rng.integers(-4, 5, (8, q)).tolist()
        X[1] = X[0]
        weights = {"sample_weights": [1, 2, 1, 1, "1/3", 1, 1, 1]} if rank == 2 else {}
        problem = TrainingProblem(X, Y, 10, activation, coupling="2-norm", **terms, **weights)
        found[f"honest, rank {rank}, {activation}"] = (
            problem.to_json(),
            train_outputs(problem).certificates[0].to_json(),
        )
    for number, (path, value, _) in enumerate(FORGERIES):
        found[f"forged {number}: {'.'.join(path)}"] = text, json.dumps(changed(certificate, path, value))
    return found
