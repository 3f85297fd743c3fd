"""The dual norm: its maximisers over all chambers, and proofs that nothing exceeds them."""
