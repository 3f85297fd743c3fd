"""The verbs of ``convex-landscape``, one module each; what they compute is imported when they run."""
