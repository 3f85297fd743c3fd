"""Rational arithmetic behind the proofs: problems and networks in fractions, norms, programs, enclosures."""
