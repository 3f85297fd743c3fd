"""What a check returns: a sentence, and a witness when the claim is false."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from ..errors import ConvexLandscapeError


class RefutedError(ConvexLandscapeError):
    """A finding that was required to hold does not; the message is the finding's sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of an exact check.

    Attributes:
        claim: what was checked, as a sentence.
        holds: whether it is true.
        witness: what refutes it, None when it holds.
        reason: how the witness refutes it, empty when it holds.

    Example:
        >>> str(Finding("every row is nonzero", False, 2, "row 2 is zero"))
        'REFUTED: every row is nonzero: row 2 is zero'
        >>> bool(Finding("2 is even", True))
        True
    """

    claim: str
    holds: bool
    witness: Any = None
    reason: str = ""

    @classmethod
    def of(cls, claim: str, steps: Iterable[tuple[Any, bool, str]]) -> Finding:
        """Go through the steps of a proof up to the first that fails.

        Args:
            claim: what they prove together.
            steps: a witness, whether the step holds, and what is wrong when it does not.

        Example:
            >>> steps = [(k, k < 2, f"{k} is not less than 2") for k in range(4)]
            >>> str(Finding.of("all are less than 2", steps))
            'REFUTED: all are less than 2: 2 is not less than 2'
        """
        for witness, holds, reason in steps:
            if not holds:
                return cls(claim, False, witness, reason)
        return cls(claim, True)

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        return f"PROVED: {self.claim}" if self.holds else f"REFUTED: {self.claim}: {self.reason}"

    def __repr__(self) -> str:
        return f"<Finding: {self}>"

    def _repr_html_(self) -> str:
        return f"<p><code>{escape(str(self))}</code></p>"

    def require(self) -> None:
        """Raise `RefutedError` unless the claim holds."""
        if not self.holds:
            raise RefutedError(str(self))
