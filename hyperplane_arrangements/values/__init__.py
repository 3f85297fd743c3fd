"""What all values share: text that can be pasted back, cards in a notebook, findings."""
