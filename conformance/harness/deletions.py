"""The deletions that the target has acknowledged, but for identifiers that it has given out again since."""

from collections.abc import Iterator

from conformance.catalogue.operation_spec import Effect, OperationSpec
from conformance.client.contract import json_at
from conformance.results.exchange import SUCCESS, Exchange

ResourcePath = tuple[str, str]
_DONE, _CREATED = 200, 201


class Deletions:
    """What is gone, by account group and identifier, with the exchange that said so."""

    def __init__(self) -> None:
        self._gone: dict[ResourcePath, Exchange] = {}

    def __iter__(self) -> Iterator[tuple[ResourcePath, Exchange]]:
        return iter(list(self._gone.items()))

    def __len__(self) -> int:
        return len(self._gone)

    def record(self, operation: OperationSpec, place: ResourcePath, exchange: Exchange) -> None:
        """Note an exchange: a deletion, or that an identifier may mean something new."""
        if operation.effect is Effect.DELETES_AUDIENCE and exchange.status == _DONE:
            self._gone[place] = exchange
        elif operation.effect is Effect.CREATES_AUDIENCE and exchange.status == _CREATED:
            self.mark_reissued(place[0], str(json_at(exchange, "data", "id")))
        elif operation.effect is Effect.STARTS_JOB and exchange.status in SUCCESS:
            # The audience that a job creates is not named, and may bear an identifier that has become free.
            self._gone = {one: seen for one, seen in self._gone.items() if one[0] != place[0]}

    def mark_reissued(self, group: str, audience: str) -> None:
        """An identifier is that of an audience which is there now."""
        self._gone.pop((group, audience), None)
