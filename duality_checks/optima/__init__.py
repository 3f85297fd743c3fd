"""The set of optima and the special cases with a form of their own."""
