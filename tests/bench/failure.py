"""The error that makes a run worthless."""


class BenchError(Exception):
    """A server cannot be started or responds wrongly; the message is one line."""
