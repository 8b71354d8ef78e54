"""The exchange: a request to the target, and its response."""

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]

SUCCESS = frozenset(range(200, 300))
"""The statuses of a successful response."""


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
