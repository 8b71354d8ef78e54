"""The observations of checks, and the verdicts on requirements and runs."""
