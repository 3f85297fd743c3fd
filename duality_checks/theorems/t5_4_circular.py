"""Statement 5.4: circular convolution with a linear layer, and the constant of its Lasso."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..optima.circular import (
    circular_optimum,
    convolution,
    factors,
    frequency_price,
    network_objective,
)
from ..optima.circular_proof import prove_circular
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import random_rows

TOLERANCE = 1e-7
RIVALS = 20


@dataclass(frozen=True, slots=True)
class Convolution:
    """Data, weight decay, the price of a unit of frequency, and a seed for rival networks."""

    rows: tuple[tuple[float, ...], ...]
    y: tuple[float, ...]
    beta: float
    price: float
    seed: int


@all_hold
def check(instance: Convolution) -> Iterator[Outcome]:
    """The network's objective against the Lasso's, at the optimum and elsewhere, and a proven interval."""
    X, y, beta = np.array(instance.rows), np.array(instance.y), instance.beta
    rng = np.random.default_rng(instance.seed)
    found = circular_optimum(X.tolist(), y.tolist(), beta)
    scale = max(1.0, float(y @ y))
    points = [found.weights, *rng.normal(size=(3, X.shape[1]))]
    for z in points:
        u, w = factors(z)
        yield equal(float(np.abs(convolution(u, w) - z).max()), 0.0, "u * w = z", TOLERANCE)
        residual = X @ z - y
        frequencies = np.abs(np.fft.fft(z, norm="ortho")).sum()
        lasso = 0.5 * residual @ residual + instance.price * frequencies
        network = network_objective(X, y, beta, u[None], w[None])
        yield equal(network / scale, float(lasso) / scale, "network objective = Lasso objective", TOLERANCE)
        for _ in range(RIVALS):
            filters, outputs = rivals(u, w, rng)
            z_rival = sum(convolution(a, b) for a, b in zip(filters, outputs, strict=True))
            cost = 0.5 * beta * float((filters**2).sum() + (outputs**2).sum())
            least = instance.price * float(np.abs(np.fft.fft(z_rival, norm="ortho")).sum())
            yield at_least(cost, least, "no network is cheaper than its frequencies", TOLERANCE)
    proof = prove_circular(X, y, beta)
    finding = proof.check()
    yield that(finding.holds, finding.reason)
    lower, upper = float(proof.lower) / scale, float(proof.upper) / scale
    yield at_least(lower, upper, "proven dual bound = proven network objective", TOLERANCE)
    yield equal(found.value / scale, upper, "objective in floats = exact objective", TOLERANCE)


def rivals(u: np.ndarray, w: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two filters near the given one, or anywhere."""
    size = float(rng.choice([0.0, 0.01, 1.0]))
    noise = size * rng.normal(size=(2, 2, len(u)))
    return np.stack([u, 0 * u]) + noise[0], np.stack([w, 0 * w]) + noise[1]


def stated(rows: list[list[float]], y: list[float], beta: float, seed: int = 0) -> Convolution:
    """The claim of the statement."""
    price = frequency_price(beta, len(rows[0]))
    return Convolution(tuple(map(tuple, rows)), tuple(y), beta, price, seed)


def draw(rng: np.random.Generator) -> Convolution:
    """Up to five samples of up to six entries."""
    rows = [[float(x) for x in row] for row in random_rows(rng, widest=6)]
    return stated(
        rows, rng.normal(size=len(rows)).tolist(), float(rng.uniform(0.1, 2)), int(rng.integers(99))
    )


def fixed() -> Iterator[Convolution]:
    """The identity, a zero row with a repeat, and a beta at which zero is optimal."""
    yield stated(np.eye(4).tolist(), [1.0, -2.0, 3.0, 0.5], 1.0)
    yield stated([[1.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, 0.0]], [1.0, 1.0, 2.0], 0.25)
    yield stated([[1.0, 1.0]], [1.0], 100.0)


def control() -> Convolution:
    """The price beta itself, without the 1/sqrt(d)."""
    rows = tuple(map(tuple, np.eye(4).tolist()))
    return Convolution(rows, (1.0, -2.0, 3.0, 0.5), 1.0, 1.0, 0)


THEOREM = Theorem(
    id="5.4",
    name="circular convolution",
    statement=(
        "Circular convolution with a linear layer: p* = min 1/2 norm(Xz - y)^2 + (beta/sqrt(d)) norm(Fz)_1 "
        "with the unitary DFT F (beta/d without its normalisation)."
    ),
    source="Pilanci and Ergen 2020, section on convolutional networks; the constant derived here",
    note="5.4-circular-convolution.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the price of a frequency is beta",
    control=control,
)
