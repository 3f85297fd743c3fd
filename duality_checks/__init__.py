"""Globally optimal two-layer networks, and certificates that prove it.

Data flows one way: problem -> solution -> certificate -> verdict. The names below are the public interface; each
is imported when first used, so that importing the package stays cheap.

Example:
    >>> from duality_checks import TrainingProblem, train, certify, check
    >>> problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta=0.1)
    >>> certificate = certify(problem, train(problem))
    >>> check(problem, certificate).proven
    True
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Certificate": "certificate",
    "ProvenInterval": "interval",
    "Solution": "training",
    "TrainingProblem": "problem",
    "TwoLayerNetwork": "network",
    "Verdict": "checker",
    "certify": "certificate",
    "check": "certificate",
    "prove_interval": "interval",
    "train": "training",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
