"""Values that were found, best first, and what is known of those that were not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np


class Ranked:
    """Values, and what goes with each, in arrays of their length.

    Whoever inherits is a dataclass of arrays, `values` the first, and of two fields more: `bound` is of all
    values, also of those not listed, and `stopped` says whether a search for more came to a limit.
    """

    __slots__ = ()
    if TYPE_CHECKING:
        values: np.ndarray
        bound: float
        stopped: bool

        def __init__(self, *arrays: Any) -> None: ...

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, chosen: slice | np.ndarray) -> Self:
        names = self._arrays()
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})  # type: ignore[type-var]

    @property
    def reach(self) -> float:
        """At least the largest of all values, up to rounding; 0 where none was above the floor."""
        return max(self.bound, float(self.values.max(initial=0.0)))

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """The first, then the second, and so on: at least one."""
        arrays = [np.concatenate([getattr(part, name) for part in parts]) for name in cls._arrays()]
        return cls(*arrays, max(part.bound for part in parts), any(part.stopped for part in parts))

    @classmethod
    def _arrays(cls) -> list[str]:
        return [field.name for field in fields(cls)][:-2]  # type: ignore[arg-type]
