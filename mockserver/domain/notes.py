"""What the layers note about one request while it passes through them."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.domain.sandbox import SandboxClock

NOTES = "mockserver.notes"
"""Where the notes stand in an ASGI scope."""


@dataclass(eq=False)
class Notes:
    """Written by whichever layer knows, read by the journal when the request is over.

    `sandbox_id`: whose key it was; None until a valid key is seen. `token`: that key. `clock`: the sandbox's, as it
    stood then. `operation`: the operationId. `rule`: the rule of this server that refused it, as `error.details.rule`
    shows it; None while nothing has. `place`: where in the request that found something, as `error.details.in` has it.
    `faults`: the ids of the injected faults that acted on it. `gone_at`: when the connection was lost before the answer
    was complete, by the clock of `time.perf_counter`.
    """

    sandbox_id: str | None = None
    token: str | None = None
    clock: SandboxClock | None = None
    operation: str | None = None
    rule: str | None = None
    place: str | None = None
    faults: list[str] = field(default_factory=list)
    gone_at: float | None = None


def note_refusal(scope: MutableMapping[str, Any], details: Mapping[str, Any]) -> None:
    """Note which rule has refused a request, by the details of its error, where notes are taken."""
    notes = scope.get(NOTES)
    if notes is not None:
        notes.rule = details["rule"]
        notes.place = details.get("in")
