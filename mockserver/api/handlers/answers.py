"""What every handler needs to answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mockserver.api.envelope import Body, Envelopes
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.service.transactions import UseCaseRunner

Answer = tuple[Body, int]
Handler = Callable[..., Awaitable[Answer]]
Operations = Mapping[str, Handler]


class Answers:
    """What handlers share: they `run` use cases for admitted requests, and `answer` on the `wire`."""

    def __init__(self, transactions: UseCaseRunner, wire: Envelopes) -> None:
        self.run = transactions.run
        self.run_on = transactions.run_on
        self.run_for_key = transactions.run_for_key
        self.wire = wire
        self.answer = wire.response


def blank_name(body: Mapping[str, Any]) -> Refusal | None:
    """Refuse a name without a visible character, where the operation documents no 422 for it (our choice)."""
    if body["name"].strip():
        return None
    return refused(
        Reason.INVALID_REQUEST,
        "Request validation failed: the name is blank.",
        "Send a name with at least one visible character.",
        **{"in": "body", "name": "name"},
    )
