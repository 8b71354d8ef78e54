"""The header `Prefer` (RFC 7240): `code=409` and `example=documented` select an example of the contract as response."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from email.utils import unquote
from typing import NamedTuple
from urllib.request import parse_http_list

from starlette.types import Scope, Send

from mockserver.api.envelope import Envelopes, send_json, send_refusal
from mockserver.api.examples import Row, Rows, success
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.service.admission import Admission

Identify = Callable[[str | None, RequestRecord | None], Awaitable[Admission | Refusal]]

_REALISTIC = "realistic"
_RULE = "prefer"
_ELEMENT = re.compile(r"""([^\s=;]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^;]*))?""")


class Preference(NamedTuple):
    """The response that a request prefers: a documented status, a named example, or both."""

    code: str | None
    example: str | None

    def applied(self) -> bytes:
        """Return the value of the header `Preference-Applied`."""
        members = {"code": self.code, "example": self.example}
        return ", ".join(f"{name}={value}" for name, value in members.items() if value is not None).encode("latin-1")


def preference(values: Iterable[bytes]) -> Preference | None:
    """Return the preference in the `Prefer` headers of a request; None if they name neither a code nor an example.

    Other preferences are ignored. The first of several with the same name counts, and a second header continues the
    first (RFC 7240, 2).
    """
    stated: dict[str, str] = {}
    for element in parse_http_list(b", ".join(values).decode("latin-1")):
        if match := _ELEMENT.match(element):
            stated.setdefault(match[1].lower(), unquote((match[2] or "").strip()))
    preferred = Preference(stated.get("code"), stated.get("example"))
    return None if preferred == (None, None) else preferred


class Preferences:
    """The responder to requests with a preference and a valid key, whatever the state, limits, faults, permissions."""

    def __init__(self, identify: Identify, documented: Mapping[str, Rows], envelopes: Envelopes) -> None:
        self._identify = identify
        self._documented = documented
        self._envelopes = envelopes

    async def respond(self, operation: str, preferred: Preference, token: str | None, scope: Scope, send: Send) -> None:
        """Send the preferred example as it stands in the contract; 400 if the contract has no such example."""
        record: RequestRecord | None = scope.get(RECORD)
        caller = await self._identify(token, record)
        if isinstance(caller, Refusal):
            await send_refusal(scope, send, self._envelopes.refusal(caller))
            return
        choice = _choose_row(operation, self._documented[operation], preferred)
        if isinstance(choice, Refusal):
            await send_refusal(scope, send, self._envelopes.refusal(choice))
            return
        if record is not None:
            record.rule = _RULE
        status, row = choice
        headers = ((b"preference-applied", preferred.applied()), (b"vary", b"Prefer"))
        await send_json(send, row.examples[preferred.example or _REALISTIC], status, headers)


def _choose_row(operation: str, rows: Rows, preferred: Preference) -> tuple[int, Row] | Refusal:
    codes = {str(status): status for status in rows}
    if preferred.code is not None and preferred.code not in codes:
        return _undocumented("code", preferred.code, operation, list(rows))
    status = success(rows) if preferred.code is None else codes[preferred.code]
    row = rows[status]
    if preferred.example is not None and preferred.example not in row.examples:
        return _undocumented("example", preferred.example, operation, list(row.examples))
    return status, row


def _undocumented(name: str, value: str, operation: str, documented: list[object]) -> Refusal:
    alternatives = ", ".join(map(str, documented))
    return refused(
        Reason.INVALID_REQUEST,
        f"Request validation failed: Prefer asks for the {name} {value!r}, which {operation} does not document.",
        f"Use one of {alternatives}, or leave it out.",
        **{"in": "header", "name": "Prefer", "documented": documented},
    )
