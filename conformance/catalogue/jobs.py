"""The statuses of prospecting jobs."""

ACTIVE_STATUSES = ("queued", "running")
OUTCOMES = ("completed", "failed", "cancelled")
"""The statuses of a job that has ended."""
