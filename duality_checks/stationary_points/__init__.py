"""Stationary points: subdifferentials, verdicts, and the restricted programs they solve."""
