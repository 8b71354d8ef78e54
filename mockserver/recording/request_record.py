"""What the layers note about one request while it passes through them."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.domain.sandbox import SandboxClock

RECORD = "mockserver.notes"
"""Where the notes stand in an ASGI scope."""

REFUSAL = "mockserver.refusal"
"""Where status and body of the protocol's refusal stand in an ASGI scope, if that was the answer."""


@dataclass(eq=False)
class RequestRecord:
    """Written by whichever layer knows, read by the journal when the request is over.

    `sandbox_id`: whose key it was; None until a valid key is seen. `token`: that key. `clock`: the sandbox's, as it
    stood then. `operation`: the operationId. `rule`: the rule of this server that refused it, as `error.details.rule`
    shows it; None while nothing has. `place`: where in the request that found something, as `error.details.in` has it.
    `faults`: the ids of the injected faults that acted on it; `cut_off`: one of them has broken the connection off.
    `gone_at`: when the client closed its side, or the connection was lost, before the answer was complete, by the clock
    of `time.perf_counter`.
    """

    sandbox_id: str | None = None
    token: str | None = None
    clock: SandboxClock | None = None
    operation: str | None = None
    rule: str | None = None
    place: str | None = None
    faults: Sequence[str] = ()
    cut_off: bool = False
    gone_at: float | None = None


def note_cut_off(scope: MutableMapping[str, Any]) -> None:
    """Note that a fault breaks the connection off, where notes are taken."""
    notes = scope.get(RECORD)
    if notes is not None:
        notes.cut_off = True


def note_refusal(scope: MutableMapping[str, Any], details: Mapping[str, Any]) -> None:
    """Note which rule has refused a request, by the details of its error, where notes are taken."""
    notes = scope.get(RECORD)
    if notes is not None:
        notes.rule = details["rule"]
        notes.place = details.get("in")
