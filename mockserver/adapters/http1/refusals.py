"""Why something that arrived is no request that an application could answer."""

import logging
from dataclasses import dataclass

import httptools


class RefusedError(Exception):
    """What arrived is answered with a refusal, and the connection ends with it."""

    def __init__(self, status: int, message: str, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.details = {"rule": "http", **details}


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a client may take, in seconds, and how large a head may be, in bytes and in headers.

    A body has `body_timeout` for each of its parts, and `whole_body_timeout` for all of them.
    A connection above `max_connections` is told so by the answer to its first request, which is its last.
    """

    header_timeout: float = 10.0
    body_timeout: float = 30.0
    max_head: int = 65_536
    max_headers: int = 200
    max_connections: int = 900
    whole_body_timeout: float = 120.0

    def check(self, size: int, headers: int) -> None:
        """Refuse a head that is too large, complete or not; trailers count as headers."""
        if size > self.max_head:
            raise RefusedError(
                431,
                f"The head of the request is too large: it may have {self.max_head} bytes. Send less.",
                limit=self.max_head,
            )
        if headers > self.max_headers:
            raise RefusedError(
                431,
                f"The request has too many headers: it may have {self.max_headers}. Send fewer.",
                limit=self.max_headers,
            )

    def late(self, part: str) -> RefusedError:
        """The refusal of a head or a body that did not arrive."""
        seconds = self.header_timeout if part == "head" else self.body_timeout
        message = f"The {part} of the request did not arrive: the server waited {seconds:g} seconds. Send it at once."
        return RefusedError(408, message, part=part)

    def slow(self) -> RefusedError:
        """The refusal of a body that arrives, but not to its end."""
        seconds = f"{self.whole_body_timeout:g}"
        message = f"The body of the request did not arrive whole in {seconds} seconds. Send it without pauses."
        return RefusedError(408, message, part="body")


def refused(error: httptools.HttpParserError, logger: logging.Logger) -> RefusedError:
    """The refusal behind what the parser raised. A fault of ours in one of its callbacks is logged, and a 500."""
    cause = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else error
    if isinstance(cause, RefusedError):
        return cause
    if isinstance(cause, httptools.HttpParserInvalidURLError):
        return _unparsed("invalid request target")
    if isinstance(cause, httptools.HttpParserError):
        return _unparsed(str(cause))
    logger.error("Exception in HTTP protocol\n", exc_info=cause)
    return RefusedError(500, "The server failed to read the request: a fault of the mock server. Report it.")


def _unparsed(problem: str) -> RefusedError:
    message = f"The request could not be parsed: {problem}. Send well-formed HTTP/1.1."
    return RefusedError(400, message, problem=problem)
