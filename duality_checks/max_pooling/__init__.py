"""Max pooling: its dual landscape, training and proofs (statement 2.15)."""
