"""Tables and data sets, read as exact decimals."""
