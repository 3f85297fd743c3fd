"""Networks: in floats and in rationals, and with gates; one module a kind."""
