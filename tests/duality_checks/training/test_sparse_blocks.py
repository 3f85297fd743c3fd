"""Blocks in their places, against dense arithmetic and against SciPy's own stacking."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from duality_checks.training.sparse_blocks import beside, diagonal, identity, placed

KINDS = {"dense": np.asarray, "csc": sparse.csc_matrix, "csr": sparse.csr_matrix, "dia": sparse.dia_matrix}


@st.composite
def blocks(draw):
    """Some blocks of every kind, with zeros, wherever they fit into 5 x 6."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        top, left = draw(st.integers(0, 5)), draw(st.integers(0, 6))
        shape = draw(st.integers(0, 5 - top)), draw(st.integers(0, 6 - left))
        entries = draw(
            st.lists(st.integers(-2, 2), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
        )
        kind = KINDS[draw(st.sampled_from(sorted(KINDS)))] if entries else np.asarray
        found.append((kind(np.array(entries, float).reshape(shape)), top, left))
    return found


@given(blocks())
def test_each_block_is_added_in_its_place(found) -> None:
    whole = np.zeros((5, 6))
    for block, top, left in found:
        dense = block if isinstance(block, np.ndarray) else block.toarray()
        whole[top : top + dense.shape[0], left : left + dense.shape[1]] += dense
    matrix = placed(found, (5, 6))
    assert np.array_equal(matrix.toarray(), whole)
    assert matrix.format == "csc" and matrix.has_canonical_format


@pytest.mark.parametrize("kind", KINDS)
def test_matrices_beside_each_other_are_those_of_scipy(kind: str) -> None:
    made = KINDS[kind](np.array([[1.0, 0, 2], [0, 3, 0]]))
    ours, theirs = beside([made, identity(2), made]), sparse.hstack([made, sparse.eye(2), made], format="csc")
    assert ours.shape == theirs.shape and (ours != theirs).nnz == 0


def test_a_diagonal_keeps_no_zeros_and_the_identity_is_made_once() -> None:
    values = np.array([0.0, -2.0, 0.0, 3.0])
    assert np.array_equal(diagonal(values).toarray(), np.diag(values)) and diagonal(values).nnz == 2
    assert np.array_equal(identity(3).toarray(), np.eye(3)) and identity(3) is identity(3)


def test_a_block_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="exceeds matrix dimension"):
        placed([(np.ones((2, 2)), 4, 0)], (5, 6))
