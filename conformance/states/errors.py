"""The errors of provider states, and of requests that are not sent."""


class NotEstablishedError(Exception):
    """A state that the target cannot establish; the message names the state and the reason."""


class WithheldError(NotEstablishedError):
    """A request that is not sent, or whose response says nothing about the target; the message gives the reason."""


class StatesError(Exception):
    """A failure of the way to the states; the message says what happened."""


class UnreachableError(StatesError):
    """An address of the provider states that nothing listens on."""
