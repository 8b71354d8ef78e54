"""An exchange as a journal keeps it: the request, the response, and the notes of the layers in between."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b

from mockserver.recording.bearer import bearer_token
from mockserver.recording.request_record import RequestRecord

Header = tuple[bytes, bytes]

_SERVER_ERROR = 500
_CLIENT_ERROR = 400
_DIGEST_SIZE = 16
_GROUP_SEGMENT, _RESOURCE_SEGMENT = 2, 4


class Outcome(StrEnum):
    """The end of an exchange, as the client experienced it."""

    ANSWERED = "answered"
    TRUNCATED = "truncated"
    LOST = "lost"
    ABANDONED = "abandoned"


@dataclass(eq=False)
class Exchange(RequestRecord):
    """A request and its response, raw and with keys; `redaction` makes them fit to be shown.

    An exchange is written while it happens, and not changed once it is in a journal.

    Attributes:
        number: The number in the journal, from 1, set by the store.
        real: The real time of the beginning in milliseconds.
        began: The beginning, in seconds of `time.perf_counter`.
        ended: The end, in seconds of `time.perf_counter`.
        request_headers: The relevant headers only.
        request_body: The body, perhaps truncated; None if the application did not read it.
        request_size: The full size of the request body in bytes.
        response_headers: The relevant headers only.
        response_body: The body, perhaps truncated.
        response_tail: The end of a body that was sent in parts, or is truncated; empty for others.
        response_size: The full size of the response body in bytes.
        whole: Whether the response was sent to its end.
        peer: The address of the client's connection.
        size: The bytes that the exchange counts for in the journal's limit.
    """

    number: int = 0
    real: int = 0
    began: float = 0.0
    ended: float = 0.0
    method: str = "GET"
    path: str = ""
    query: bytes = b""
    request_headers: Sequence[Header] = ()
    request_body: bytes | None = None
    request_size: int = 0
    status: int | None = None
    response_headers: Sequence[Header] = ()
    response_body: bytes = b""
    response_tail: bytes = b""
    response_size: int = 0
    whole: bool = False
    peer: tuple[str, int] | None = None
    size: int = 0

    @property
    def at(self) -> int:
        """The beginning, by the sandbox's clock."""
        return self.real if self.clock is None else self.clock.now(self.real)

    @property
    def is_abandoned(self) -> bool:
        """Whether the client disconnected before the end, other than by a fault that cut the connection."""
        disconnected = self.gone_at is not None and self.gone_at < self.ended
        return disconnected and (self.whole or not self.cut_off)

    @property
    def ended_for_client(self) -> float:
        """The end for the client, in seconds of `time.perf_counter`; a client may disconnect before the server ends."""
        return self.ended if self.gone_at is None else min(self.gone_at, self.ended)

    @property
    def outcome(self) -> Outcome:
        """The end, as the client experienced it."""
        if self.is_abandoned:
            return Outcome.ABANDONED
        if self.whole:
            return Outcome.ANSWERED
        return Outcome.LOST if self.status is None else Outcome.TRUNCATED

    @property
    def is_ambiguous(self) -> bool:
        """Whether the client cannot know if the request took effect.

        A refusal tells that it did not; its status suffices, even if the body was cut off.
        """
        outcome, status = self.outcome, self.status
        if status is None or outcome in {Outcome.LOST, Outcome.ABANDONED}:
            return True
        return status >= _SERVER_ERROR or (outcome is Outcome.TRUNCATED and status < _CLIENT_ERROR)

    @property
    def received_status(self) -> int | None:
        """The status of a response that arrived whole; None for any other."""
        return self.status if self.outcome is Outcome.ANSWERED else None

    @property
    def sent_token(self) -> str | None:
        """The key in the request, valid or not."""
        return self.token or bearer_token(self.request_headers)

    @property
    def segments(self) -> list[str]:
        """The segments of the path; each may be an identifier."""
        return self.path.split("/")[1:]

    @property
    def account_group_id(self) -> str | None:
        """The account group in the path."""
        return next(iter(self.segments[_GROUP_SEGMENT:]), None)

    @property
    def resource_id(self) -> str | None:
        """The audience, folder or job in the path."""
        after = self.segments[_RESOURCE_SEGMENT:]
        if after[:1] == ["folders"]:
            return next(iter(after[1:]), None)
        return None if after[:1] == ["navigation"] else next(iter(after), None)

    def request_header(self, name: bytes) -> str | None:
        """Return the value of a request header, if there is exactly one."""
        values = [value for header, value in self.request_headers if header == name]
        return values[0].decode("latin-1") if len(values) == 1 else None

    @property
    def retry_after(self) -> int | None:
        """The wait that the response asks for in milliseconds; None if `Retry-After` is not a number of seconds."""
        values = [value for name, value in self.response_headers if name == b"retry-after"]
        return int(values[0]) * 1_000 if len(values) == 1 and values[0].isdigit() else None

    @cached_property
    def body_digest(self) -> bytes | None:
        """The digest of the request body as JSON with sorted members; None if it is truncated or not JSON."""
        if self.request_body is None or len(self.request_body) < self.request_size:
            return None
        try:
            canonical = json.dumps(json.loads(self.request_body), sort_keys=True)
        except (ValueError, RecursionError):
            return None
        return blake2b(canonical.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE).digest()
