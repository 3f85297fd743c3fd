"""The catalogue of statements: each one verified on command, each with a false twin that must be refused.

A statement is one module of this package, ``t<section>_<number>_<noun>.py``, with a module-level ``THEOREM``;
it is found by being there. :mod:`.catalogue` has the shape they share.

Example:
    >>> from duality_checks.theorems import theorems, verify
    >>> verify(theorems()["1.1"], count=1).holds
    True
"""

from __future__ import annotations

from .catalogue import Outcome, Report, Theorem, theorems, verify

__all__ = ["Outcome", "Report", "Theorem", "theorems", "verify"]
