"""Statement 2.2: points of the convex program and networks are the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..problem import TrainingProblem
from .bounds import network_objective
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .rationals import random_unit_vector
from .samples import ACTIVATIONS, random_rationals

# How much larger the output weights of an unbalanced network are made, and the hidden ones smaller.
UNBALANCED = (Fraction(1, 3), Fraction(5, 4), Fraction(7))


@dataclass(frozen=True, slots=True)
class Block:
    """A nonzero block ``v_i = t^2 q`` (sign +1) or ``w_i`` (sign -1) of the program, of length ``t^2``.

    Attributes:
        signs: the chamber (n signs).
        sign: +1 for v_i, -1 for w_i.
        root: t > 0.
        unit: q, of length 1.
    """

    signs: tuple[int, ...]
    sign: int
    root: Fraction
    unit: Vector


@dataclass(frozen=True, slots=True)
class Point:
    """A problem, and a point of its convex program."""

    problem: TrainingProblem
    blocks: tuple[Block, ...]


def program_objective(point: Point) -> Fraction:
    """``1/2 norm(sum_i D_i X (v_i - w_i) - y)^2 + beta sum_i (norm(v_i) + norm(w_i))``, exactly."""
    problem = point.problem
    residual = [-value for value in problem.y]
    for block in point.blocks:
        for k, (row, side) in enumerate(zip(problem.X.fractions, block.signs, strict=True)):
            slope = 1 if side > 0 else problem.kappa
            residual[k] += block.sign * block.root**2 * slope * dot(row, block.unit)
    return dot(residual, residual) / 2 + problem.beta * sum(block.root**2 for block in point.blocks)


def network_of(point: Point) -> list[tuple[Vector, Fraction]]:
    """The neurons ``w = v / sqrt(norm(v))``, ``alpha = +-sqrt(norm(v))``."""
    return [(tuple(block.root * x for x in block.unit), block.sign * block.root) for block in point.blocks]


def blocks_of(network: list[tuple[Vector, Fraction]], point: Point) -> tuple[Block, ...]:
    """Each neuron back into the program: ``v = abs(alpha) w`` in a closed chamber that contains w.

    The balanced neuron has ``norm(w) = abs(alpha)``, so the root of ``norm(v)`` is ``abs(alpha)``.
    """
    chambers = list(map(tuple, point.problem.arrangement.chambers().signs.tolist()))
    blocks = []
    for (w, alpha), original in zip(network, point.blocks, strict=True):
        around = [signs for signs in chambers if in_closure(point.problem, signs, w)]
        signs = original.signs if original.signs in around else around[0]
        unit = tuple(x / abs(alpha) for x in w)
        blocks.append(Block(signs, 1 if alpha > 0 else -1, abs(alpha), unit))
    return tuple(blocks)


def in_closure(problem: TrainingProblem, signs: tuple[int, ...], u: Vector) -> bool:
    """Whether u is in the closed chamber with these signs."""
    return all(side * dot(row, u) >= 0 for row, side in zip(problem.X.fractions, signs, strict=True))


@all_hold
def check(instance: Point) -> Iterator[Outcome]:
    """The objectives agree exactly, both ways; and no rescaling of the neurons is cheaper."""
    problem = instance.problem
    chambers = set(map(tuple, problem.arrangement.chambers().signs.tolist()))
    for block in instance.blocks:
        yield equal(dot(block.unit, block.unit), 1, "norm(q) = 1")
        yield that(block.signs in chambers, f"{block.signs} are the signs of no chamber")
    network = network_of(instance)
    hidden, output = [w for w, _ in network], [alpha for _, alpha in network]
    program, trained = program_objective(instance), network_objective(problem, hidden, output)
    yield equal(program, trained, "program objective = network objective")
    for block in instance.blocks:
        yield that(in_closure(problem, block.signs, block.unit), "a block is outside its chamber")
    returned = replace(instance, blocks=blocks_of(network, instance))
    yield that(returned.blocks == instance.blocks, "there and back again, the blocks are others")
    for factor in UNBALANCED:
        rescaled = [[x / factor for x in w] for w in hidden]
        value = network_objective(problem, rescaled, [factor * alpha for alpha in output])
        yield at_least(value, program, "unbalanced network >= program")


def at_directions(problem: TrainingProblem, directions: list[tuple[Vector, Fraction, int]]) -> Point:
    """The point with a block at each unit direction q, with its root and sign, in some chamber around q."""
    chambers = list(map(tuple, problem.arrangement.chambers().signs.tolist()))
    blocks = {}
    for unit, root, sign in directions:
        signs = next(signs for signs in chambers if in_closure(problem, signs, unit))
        blocks[signs, sign] = Block(signs, sign, root, unit)
    return Point(problem, tuple(blocks.values()))


def draw(rng: np.random.Generator) -> Point:
    """Random unit directions first, then data: one row vanishes on the first of them, one is repeated."""
    d, n = int(rng.integers(1, 4)), int(rng.integers(2, 5))
    units = [random_unit_vector(rng, d) for _ in range(3)]
    rows = [[Fraction(int(x)) for x in row] for row in rng.integers(-3, 4, (n, d))]
    first = units[0]
    rows[0] = [first[1], -first[0], *([Fraction(0)] * (d - 2))] if d > 1 else [Fraction(1)]
    if not any(rows[0]):
        rows[0] = [Fraction(1), *([Fraction(0)] * (d - 1))]
    rows.append([-2 * x for x in rows[int(rng.integers(n))]])
    kappa = ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))]
    problem = TrainingProblem(rows, random_rationals(rng, n + 1), Fraction(int(rng.integers(1, 5)), 4), kappa)
    roots = [Fraction(int(rng.integers(1, 5)), 2) for _ in units]
    return at_directions(problem, list(zip(units, roots, map(int, rng.choice([-1, 1], 3)), strict=True)))


def fixed() -> Iterator[Point]:
    """Two neurons of opposite signs, one of them on a hyperplane; and no neuron at all."""
    unit, kink = (Fraction(3, 5), Fraction(4, 5)), (Fraction(0), Fraction(1))
    for activation in ("relu", "leaky:0.1", "abs"):
        problem = TrainingProblem([[1, 1], [-1, 1], [1, 0], [0, 0]], [1, 2, -1, 3], "1/2", activation)
        yield at_directions(problem, [(unit, Fraction(1, 2), 1), (kink, Fraction(2), -1)])
    yield at_directions(problem, [])


def control() -> Point:
    """A block that is outside its cone: there the program's linear output is not the network's."""
    problem = TrainingProblem([[1, 1], [-1, 1]], [1, 2], "1/2")
    unit = (Fraction(4, 5), Fraction(3, 5))
    return Point(problem, (Block((1, 1), 1, Fraction(1), unit),))


THEOREM = Theorem(
    id="2.2",
    name="network from the program",
    statement=(
        "v_i != 0 gives the neuron w = v_i/sqrt(norm(v_i)), alpha = sqrt(norm(v_i)), w_i the same with "
        "alpha < 0, and back; the objectives agree exactly, and unbalanced networks cost more."
    ),
    source="Ergen and Pilanci 2025, proposition on recovering network weights; Pilanci and Ergen 2020",
    note="2.2-network.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the objectives agree although a block is outside its cone",
    control=control,
)
