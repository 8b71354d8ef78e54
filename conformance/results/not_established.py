"""The error that leaves a requirement undecided: what a check needs could not be brought about."""


class NotEstablishedError(Exception):
    """A situation that could not be brought about; the message names it and the reason."""


class TargetGoneError(NotEstablishedError):
    """Raised for each request once the target has stopped to respond: the run ends."""
