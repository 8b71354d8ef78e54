"""What the layers note about one request while it passes through them."""

from dataclasses import dataclass, field

NOTES = "mockserver.notes"
"""Where the notes stand in an ASGI scope."""


@dataclass(slots=True)
class Notes:
    """Written by whichever layer knows, read by the journal when the request is over.

    `sandbox_id`: whose key it was; None until a valid key is seen. `token`: that key. `operation`: the operationId.
    `rule`: the rule that refused it, as `error.details.rule` shows it; None while nothing has. `faults`: the ids of the
    injected faults that acted on it.
    """

    sandbox_id: str | None = None
    token: str | None = None
    operation: str | None = None
    rule: str | None = None
    faults: list[str] = field(default_factory=list)
