"""The assertions that tests import."""

from .interfaces.assertions import (
    assert_complete,
    assert_global_optimum,
    assert_stationary,
    assert_strong_duality,
)

__all__ = ["assert_complete", "assert_global_optimum", "assert_stationary", "assert_strong_duality"]
