"""The kinds of steps of a trace, and the random choices of a step."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.stateful.actors import GONE


class StateChange(Enum):
    """A step in which the target changes its state, without a request of the client."""

    KEY_ISSUED = auto()
    KEY_REVOKED = auto()
    AUDIENCE_PREPARED = auto()
    PROSPECTING_ENDED = auto()


StepKind = OperationSpec | StateChange
SAME = GONE
"""The value of `read_back` for the audience of the step itself."""

STEPS: Sequence[StepKind] = (
    *(operation for operation in operations.OPERATIONS for _ in range(operation.trace_weight)),
    *(StateChange.KEY_ISSUED, StateChange.KEY_REVOKED, StateChange.PROSPECTING_ENDED),
    *(2 * (StateChange.AUDIENCE_PREPARED,)),
)
"""The kinds of steps, each as often as its weight."""


@dataclass(frozen=True, slots=True)
class StepChoice:
    """The random choices of a step; 0 is always the simplest.

    Attributes:
        caller: The caller, of 20: mostly the owner of the account group.
        group: The account group.
        audience: The audience.
        body_variant: The variant of the body.
        pick: The choice among all other things.
        read_back: The audience to read afterwards, if any.
    """

    caller: int
    group: int
    audience: int
    body_variant: int
    pick: int
    read_back: int | None


SIMPLEST = StepChoice(caller=0, group=0, audience=0, body_variant=0, pick=0, read_back=None)
Step = tuple[StepKind, StepChoice]
