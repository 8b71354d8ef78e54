"""`Prefer: code=409` and `Prefer: example=documented` (RFC 7240): an example of the contract in place of an answer."""

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
    """What a request prefers to be answered: a documented status, a named example, or both."""

    code: str | None
    example: str | None

    def applied(self) -> bytes:
        """The value of `Preference-Applied`."""
        named = {"code": self.code, "example": self.example}
        return ", ".join(f"{name}={value}" for name, value in named.items() if value is not None).encode("latin-1")


def preference(values: Iterable[bytes]) -> Preference | None:
    """What the `Prefer` headers of a request ask for; None where they name neither of ours, which are then ignored.

    The first of several alike counts, and a header after another continues it (RFC 7240, 2).
    """
    stated: dict[str, str] = {}
    for element in parse_http_list(b", ".join(values).decode("latin-1")):
        if found := _ELEMENT.match(element):
            stated.setdefault(found[1].lower(), unquote((found[2] or "").strip()))
    wanted = Preference(stated.get("code"), stated.get("example"))
    return None if wanted == (None, None) else wanted


class Preferences:
    """Answers requests by their preference, if their key is valid: state, limits, faults, permission play no part."""

    def __init__(self, identify: Identify, documented: Mapping[str, Rows], envelopes: Envelopes) -> None:
        self._identify = identify
        self._documented = documented
        self._envelopes = envelopes

    async def answer(self, operation: str, wanted: Preference, token: str | None, scope: Scope, send: Send) -> None:
        """Send the example that is wanted, as it stands in the contract; 400 where the contract has none such."""
        notes: RequestRecord | None = scope.get(RECORD)
        caller = await self._identify(token, notes)
        if isinstance(caller, Refusal):
            await send_refusal(scope, send, self._envelopes.refusal(caller))
            return
        found = _chosen(operation, self._documented[operation], wanted)
        if isinstance(found, Refusal):
            await send_refusal(scope, send, self._envelopes.refusal(found))
            return
        if notes is not None:
            notes.rule = _RULE
        status, row = found
        applied = ((b"preference-applied", wanted.applied()), (b"vary", b"Prefer"))
        await send_json(send, row.examples[wanted.example or _REALISTIC], status, applied)


def _chosen(operation: str, rows: Rows, wanted: Preference) -> tuple[int, Row] | Refusal:
    codes = {str(status): status for status in rows}
    if wanted.code is not None and wanted.code not in codes:
        return _undocumented("code", wanted.code, operation, list(rows))
    status = success(rows) if wanted.code is None else codes[wanted.code]
    row = rows[status]
    if wanted.example is not None and wanted.example not in row.examples:
        return _undocumented("example", wanted.example, operation, list(row.examples))
    return status, row


def _undocumented(name: str, value: str, operation: str, documented: list[object]) -> Refusal:
    listed = ", ".join(map(str, documented))
    return refused(
        Reason.INVALID_REQUEST,
        f"Request validation failed: Prefer asks for the {name} {value!r}, which {operation} does not document.",
        f"Use one of {listed}, or leave it out.",
        **{"in": "header", "name": "Prefer", "documented": documented},
    )
