"""One exchange as a journal keeps it: what came, what went, and what the layers noted meanwhile."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mockserver.recording.bearer import bearer_token
from mockserver.recording.request_record import RequestRecord

Header = tuple[bytes, bytes]

_SERVER_ERROR = 500
_REFUSED = 400
_GROUP, _ITEM = 2, 4


class Outcome(StrEnum):
    """How an exchange ended, as the client has seen it."""

    ANSWERED = "answered"
    TRUNCATED = "truncated"
    LOST = "lost"
    ABANDONED = "abandoned"


@dataclass(eq=False)
class Exchange(RequestRecord):
    """One request and its answer, raw: keys and all. It is `redaction` that makes it fit to be read.

    It is written while it happens, and by nobody once it is in a journal. `number`: its place there, from 1, given by
    the store. `real`: when it began, milliseconds. `began` and `ended`: by the clock of `time.perf_counter`, seconds.
    Of the headers those are there that matter. Bodies may have been cut, of `request_size` and `response_size` bytes;
    `request_body` is None where nobody has read it. `whole`: the answer was sent to its end. `peer`: whose connection
    it was. `size`: what it counts for in the journal's bytes.
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
    response_size: int = 0
    whole: bool = False
    peer: tuple[str, int] | None = None
    size: int = 0

    @property
    def at(self) -> int:
        """When it began, by the sandbox's clock."""
        return self.real if self.clock is None else self.clock.now(self.real)

    @property
    def is_abandoned(self) -> bool:
        """Whether the client went away meanwhile; one that was cut off by a fault did not."""
        gone = self.gone_at is not None and self.gone_at < self.ended
        return gone and (self.whole or not self.cut_off)

    @property
    def over(self) -> float:
        """When it was over for the client: it may have gone away before the server was done."""
        return self.ended if self.gone_at is None else min(self.gone_at, self.ended)

    @property
    def outcome(self) -> Outcome:
        """How it ended."""
        if self.is_abandoned:
            return Outcome.ABANDONED
        if self.whole:
            return Outcome.ANSWERED
        return Outcome.LOST if self.status is None else Outcome.TRUNCATED

    @property
    def is_ambiguous(self) -> bool:
        """Whether the client cannot know if the request took effect; a refusal that has arrived says that it did not.

        It has arrived with its status: one whose body is cut off is as good as whole.
        """
        outcome, status = self.outcome, self.status
        if status is None or outcome in {Outcome.LOST, Outcome.ABANDONED}:
            return True
        return status >= _SERVER_ERROR or (outcome is Outcome.TRUNCATED and status < _REFUSED)

    @property
    def answered(self) -> int | None:
        """The status of an answer that has arrived whole."""
        return self.status if self.outcome is Outcome.ANSWERED else None

    @property
    def sent_token(self) -> str | None:
        """The key that was sent, valid or not."""
        return self.token or bearer_token(self.request_headers)

    @property
    def segments(self) -> list[str]:
        """The segments of the path; any of them may be an identifier."""
        return self.path.split("/")[1:]

    @property
    def group(self) -> str | None:
        """The account group of the path."""
        return next(iter(self.segments[_GROUP:]), None)

    @property
    def item(self) -> str | None:
        """The audience, folder or job of the path."""
        after = self.segments[_ITEM:]
        if after[:1] == ["folders"]:
            return next(iter(after[1:]), None)
        return None if after[:1] == ["navigation"] else next(iter(after), None)

    def request_header(self, name: bytes) -> str | None:
        """The value of a request header, if there is exactly one."""
        values = [value for known, value in self.request_headers if known == name]
        return values[0].decode("latin-1") if len(values) == 1 else None

    @property
    def retry_after(self) -> int | None:
        """How long the answer asks to wait, in milliseconds; None where it names no number of seconds."""
        values = [value for name, value in self.response_headers if name == b"retry-after"]
        return int(values[0]) * 1_000 if len(values) == 1 and values[0].isdigit() else None

    @property
    def canonical_body(self) -> str | None:
        """The request body as JSON whose members are sorted; None where it is not known whole, or is no JSON."""
        if self.request_body is None or len(self.request_body) < self.request_size:
            return None
        try:
            return json.dumps(json.loads(self.request_body), sort_keys=True)
        except (ValueError, RecursionError):
            return None
