"""How every handler answers: a use case is run for the admitted request, and what it came to is put on the wire."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from mockserver.api.wire import Body, Wire
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.service.admission import Admission
from mockserver.service.transactions import GroupWork, Transactions

P = ParamSpec("P")
T = TypeVar("T")
Answer = tuple[Body, int]
Handler = Callable[..., Awaitable[Answer]]
Operations = Mapping[str, Handler]


class Answers:
    """What handlers share: the transactions, and the wire."""

    def __init__(self, transactions: Transactions, wire: Wire) -> None:
        self.transactions = transactions
        self.wire = wire

    async def give(
        self,
        view: Callable[[T], Body],
        admission: Admission,
        account_group_id: str,
        use_case: Callable[Concatenate[GroupWork, P], Awaitable[T | Refusal]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Answer:
        """Run a use case on an account group, and answer 200 or its refusal."""
        outcome = await self.transactions.run(admission, account_group_id, use_case, *args, **kwargs)
        return self.wire.answer(outcome, view)

    async def created(
        self,
        view: Callable[[T], Body],
        admission: Admission,
        account_group_id: str,
        use_case: Callable[Concatenate[GroupWork, P], Awaitable[T | Refusal]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Answer:
        """Run a use case on an account group, and answer 201 or its refusal."""
        outcome = await self.transactions.run(admission, account_group_id, use_case, *args, **kwargs)
        return self.wire.answer(outcome, view, 201)


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
