"""The exchange: a request to the target, and its response."""

from dataclasses import dataclass, replace

Headers = tuple[tuple[str, str], ...]

SUCCESS = frozenset(range(200, 300))
"""The statuses of a successful response."""

_ALWAYS_KEPT = 65_536  # bytes of a body


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its response.

    Attributes:
        number: The position in the run, from 1; requests that set provider states up are counted as well.
        status: None without a response; `no_response` then says why.
        started: The time of the request in seconds, by a clock that only the requests of one process share; 0 where
            it is unknown.
    """

    number: int
    method: str
    url: str
    request_headers: Headers
    request_body: bytes | None
    status: int | None
    no_response: str | None
    response_headers: Headers
    response_body: bytes | None
    elapsed_ms: float
    started: float = 0.0

    @property
    def ended(self) -> float:
        """The time of the response, by the same clock."""
        return self.started + self.elapsed_ms / 1000


class KeptBodies:
    """A budget of memory for the bodies of responses that are kept: past it only their beginnings are."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    def keep(self, exchange: Exchange) -> Exchange:
        """Return an exchange as it may be kept."""
        body = exchange.response_body
        if body is None or len(body) <= _ALWAYS_KEPT:
            return exchange
        self._left -= len(body)
        return exchange if self._left >= 0 else replace(exchange, response_body=body[:_ALWAYS_KEPT])
