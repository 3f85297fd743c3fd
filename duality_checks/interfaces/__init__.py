"""What other programs reach all this through: networks of other libraries, estimators, assertions."""
