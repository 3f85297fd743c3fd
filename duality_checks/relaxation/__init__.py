"""One quadratic function above the landscape, at any rank (statements 7.8 and 7.9)."""
