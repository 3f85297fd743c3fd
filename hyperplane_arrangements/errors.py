"""The errors of both packages: each names the argument at fault, the numbers, and the remedy."""

from __future__ import annotations


class ConvexLandscapeError(Exception):
    """The root of every error raised on purpose by this project."""


class InputError(ConvexLandscapeError, ValueError):
    """An argument or a file that cannot be used as it is.

    The message names the argument, shows the offending value and says what to do about it.
    """


class TooLargeError(InputError):
    """A job refused before it starts because its predicted size is over a limit.

    Attributes:
        predicted: the predicted number of chambers.
        limit: the limit it exceeds.
    """

    def __init__(self, message: str, *, predicted: int, limit: int):
        super().__init__(message)
        self.predicted = predicted
        self.limit = limit


class LimitError(InputError):
    """A search that came to its limit without an answer; the message says what to do.

    Attributes:
        limit: the limit.
    """

    def __init__(self, message: str, *, limit: int):
        super().__init__(message)
        self.limit = limit


class OutOfTimeError(ConvexLandscapeError):
    """A deadline passed before there was an answer."""


class MissingExtraError(ConvexLandscapeError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""
