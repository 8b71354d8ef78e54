"""The notes that the layers take about a request while they handle it."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.sandbox import SandboxClock

RECORD = "mockserver.notes"
"""The key of the notes in an ASGI scope."""

REFUSAL = "mockserver.refusal"
"""The key of the status and body of the protocol's refusal in an ASGI scope, if that was the response."""


@dataclass(eq=False)
class RequestRecord:
    """The notes about a request, written by the layer that knows, and read by the journal after the request.

    Attributes:
        sandbox_id: The sandbox of the key; None without a valid key.
        token: The key.
        is_stranger: Whether the request has no key, or one that was looked up and belongs to no sandbox.
        clock: The sandbox's clock at that time.
        operation: The operationId.
        rule: The rule of this server that refused the request, as in `error.details.rule`; None if none did.
        place: The part of the request that the rule refused, as in `error.details.in`.
        faults: The ids of the faults that acted on the request.
        resent: Whether the user agent has sent the request again by itself, after a fault had reset its connection.
        cut_off: Whether a fault cut the connection.
        gone_at: When the client closed its side, or the connection was lost, before the response was complete, in
            seconds of `time.perf_counter`; None if that did not happen.
    """

    sandbox_id: str | None = None
    token: str | None = None
    is_stranger: bool = False
    clock: SandboxClock | None = None
    operation: str | None = None
    rule: str | None = None
    place: str | None = None
    faults: Sequence[str] = ()
    resent: bool = False
    cut_off: bool = False
    gone_at: float | None = None


def note_cut_off(scope: MutableMapping[str, Any]) -> None:
    """Note that a fault cuts the connection, if notes are taken."""
    notes = scope.get(RECORD)
    if notes is not None:
        notes.cut_off = True


def note_refusal(scope: MutableMapping[str, Any], details: Mapping[str, Any]) -> None:
    """Note the rule that refused a request, from the details of the error, if notes are taken."""
    notes = scope.get(RECORD)
    if notes is not None:
        notes.rule = details["rule"]
        notes.place = details.get("in")
