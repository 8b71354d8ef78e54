"""The refusals of malformed and late requests, which no application can answer."""

import logging
from dataclasses import dataclass

import httptools


class RefusedError(Exception):
    """The input is refused, and the connection ends with the refusal."""

    def __init__(self, status: int, message: str, **details: object) -> None:
        super().__init__(message)
        self.status = status
        self.details = {"rule": "http", **details}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a connection.

    Attributes:
        header_timeout: Seconds for a head.
        body_timeout: Seconds for each part of a body.
        max_head: The maximum size of a head in bytes.
        max_headers: The maximum number of headers.
        max_connections: The maximum number of connections. A further one takes the place of an idle one, or its first
            request is refused.
        whole_body_timeout: Seconds for a whole body.
        write_timeout: Seconds in which a client has to take at least a byte of what waits for it.
        max_waiting: The maximum number of requests that wait for the responses before theirs.
    """

    header_timeout: float = 10.0
    body_timeout: float = 30.0
    max_head: int = 65_536
    max_headers: int = 200
    max_connections: int = 900
    whole_body_timeout: float = 120.0
    write_timeout: float = 30.0
    max_waiting: int = 16

    def check(self, size: int, headers: int) -> None:
        """Raise RefusedError for a head that is too large, complete or not; trailers count as headers."""
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
        """Return the refusal of a head or body that did not arrive in time."""
        seconds = self.header_timeout if part == "head" else self.body_timeout
        message = f"The {part} of the request did not arrive: the server waited {seconds:g} seconds. Send it at once."
        return RefusedError(408, message, part=part)

    def slow(self) -> RefusedError:
        """Return the refusal of a body that did not arrive whole in time."""
        seconds = f"{self.whole_body_timeout:g}"
        message = f"The body of the request did not arrive whole in {seconds} seconds. Send it without pauses."
        return RefusedError(408, message, part="body")


def refused(error: httptools.HttpParserError, logger: logging.Logger) -> RefusedError:
    """Return the refusal for an error of the parser; a bug of ours in a callback is logged, and refused with a 500."""
    cause = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else error
    if isinstance(cause, RefusedError):
        return cause
    if isinstance(cause, httptools.HttpParserInvalidURLError):
        return _malformed("invalid request target")
    if isinstance(cause, httptools.HttpParserError):
        return _malformed(str(cause))
    logger.error("Exception in HTTP protocol\n", exc_info=cause)
    return RefusedError(500, "The server failed to read the request: a fault of the mock server. Report it.")


def _malformed(problem: str) -> RefusedError:
    message = f"The request could not be parsed: {problem}. Send well-formed HTTP/1.1."
    return RefusedError(400, message, problem=problem)
