"""Bounds from less than everything: sampled chambers, nets, low rank, gates."""
