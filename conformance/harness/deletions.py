"""The deletions that the target has acknowledged, except those of identifiers that it has given out again."""

from collections.abc import Iterator

from conformance.catalogue.operation_spec import Effect, OperationSpec
from conformance.client.contract import json_at
from conformance.results.exchange import SUCCESS, Exchange

ResourcePath = tuple[str, str]
"""An account group and the identifier of a resource."""

_DONE, _CREATED = 200, 201


class Deletions:
    """The deleted audiences, each with the exchange of its deletion."""

    def __init__(self) -> None:
        self._deleted: dict[ResourcePath, Exchange] = {}

    def __iter__(self) -> Iterator[tuple[ResourcePath, Exchange]]:
        return iter(list(self._deleted.items()))

    def __len__(self) -> int:
        return len(self._deleted)

    def record(self, operation: OperationSpec, path: ResourcePath, exchange: Exchange) -> None:
        """Record the effect of an exchange: a deletion, or an identifier that may belong to a new audience.

        Args:
            operation: The operation of the request.
            path: The account group and the identifier that the request names.
            exchange: The exchange.
        """
        if operation.effect is Effect.DELETES_AUDIENCE and exchange.status == _DONE:
            self._deleted[path] = exchange
        elif operation.effect is Effect.CREATES_AUDIENCE and exchange.status == _CREATED:
            self.mark_reissued(path[0], str(json_at(exchange, "data", "id")))
        elif operation.effect is Effect.STARTS_JOB and exchange.status in SUCCESS:
            # The response does not name the audience that the job creates, which may have any free identifier.
            self._deleted = {deleted: deletion for deleted, deletion in self._deleted.items() if deleted[0] != path[0]}

    def mark_reissued(self, group: str, audience: str) -> None:
        """Forget a deletion: the identifier belongs to an existing audience."""
        self._deleted.pop((group, audience), None)
