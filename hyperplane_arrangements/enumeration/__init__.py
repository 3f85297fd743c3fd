"""Chambers counted, listed and given points, by exact search."""
