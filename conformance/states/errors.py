"""The errors of provider states, and of requests that are not sent."""

from conformance.results.not_established import NotEstablishedError

__all__ = ["NotEstablishedError", "StatesError", "UnreachableError", "WithheldError"]


class WithheldError(NotEstablishedError):
    """A request that is not sent, or whose response says nothing about the target; the message gives the reason."""


class StatesError(Exception):
    """A failure of the way to the states; the message says what happened."""


class UnreachableError(StatesError):
    """An address of the provider states that nothing listens on."""
