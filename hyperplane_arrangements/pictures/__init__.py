"""Pictures of arrangements, and what a notebook shows of them (extra `plot`)."""
