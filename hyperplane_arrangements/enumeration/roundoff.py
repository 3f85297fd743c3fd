"""What float64 can be off by, for bounds that prove a sign. Nothing here needs the compiler."""

UNIT = 2.0**-53  # a rounding, relative
TINY = 2.0**-960  # far above every underflow of numbers scaled to at most 1
INFLATE = 1.0 + 2.0**-45  # for the roundings of a bound itself
CANCELLED = 2.0**-40  # what is left of a cancellation, relative, is taken for zero where nothing is proven
