"""Global training: column generation over all chambers, its master programs, checkpoints."""
