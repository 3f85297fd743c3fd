"""A certificate as a theorem: on a page, for people with a pencil, and in a file for Coq."""
