"""What becomes of a box in a tree; a number from 0 on is the coordinate that it is halved in."""

LEAF = -1  # proven: the bound is at most the threshold
OPEN = -2  # not searched yet
ABOVE = -3  # the function exceeds the threshold in it, and the bound is near what was found
STUCK = -4  # too small to be halved, and not proven
