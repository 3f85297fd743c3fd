"""Covers of the sphere by cones over boxes: proofs and pricing that enumerate no chambers (theory,
section 7)."""
