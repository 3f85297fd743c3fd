"""What a run says: outcome, text, HTML and pictures."""
