"""What makes a run worth nothing."""


class BenchError(Exception):
    """A server that cannot be started, or that answers wrongly; the message is one line."""
