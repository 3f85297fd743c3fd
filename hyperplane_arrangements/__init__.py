"""Exact hyperplane arrangements: every chamber, face and flat, by integer arithmetic.

The names below are the public interface; each is imported when first used, so that importing the package
stays cheap.

Example:
    >>> from hyperplane_arrangements import Arrangement
    >>> Arrangement([[1, 0], [0, 1], [1, 1]]).count_chambers()
    6
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Arrangement": "arrangement",
    "Chambers": "chambers",
    "ConvexLandscapeError": "errors",
    "ExactMatrix": "exact",
    "InputError": "errors",
    "MissingExtraError": "errors",
    "TooLargeError": "errors",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
