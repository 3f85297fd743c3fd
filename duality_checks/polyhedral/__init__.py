"""Polyhedral penalties, where optimum and dual are rational and the gap is exactly zero."""
