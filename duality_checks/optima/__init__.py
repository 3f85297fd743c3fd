"""The set of optima, paths of them, and the special cases with a form of their own."""
