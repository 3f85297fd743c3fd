"""Networks: in floats and in rationals, of one output and of several, with gates; one module a kind."""
