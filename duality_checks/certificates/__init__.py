"""From any dual vector to a multiple of it that is feasible on every listed chamber (statement 2.5)."""
