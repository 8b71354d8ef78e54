"""The result of one worker process, and the merged result of several."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.inferred_methods import InferredMethods, merge_methods
from conformance.results.observations import Observations, merge_observations
from conformance.results.violation import Violation


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """The result of a worker.

    Attributes:
        observations: By requirement id.
        keys: The API keys that the states gave it.
        tokens: All credentials that it sent, in their order.
        not_torn_down: The states and resources that it could not remove.
        notes: Other facts for the reader of the report.
        request_count: The number of requests that it sent to the target.
        ended: The reason why it ended early, where the target went away.
        methods: Its experience with inferred methods.
        deleted: The identifiers of the resources that it deleted.
    """

    observations: Mapping[str, Observations]
    keys: frozenset[str] = frozenset()
    tokens: tuple[str, ...] = ()
    not_torn_down: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    request_count: int = 0
    ended: str | None = None
    methods: InferredMethods = field(default_factory=InferredMethods)
    deleted: frozenset[str] = frozenset()


def merge(results: Sequence[WorkerResult]) -> WorkerResult:
    """Return the merged result of several workers.

    A violation by a key of another worker is dropped: a near miss of a key may have become that key.
    """
    ids = dict.fromkeys(requirement_id for result in results for requirement_id in result.observations)
    foreign_keys = [
        frozenset().union(*(other.keys for other in results if other is not result)) - result.keys for result in results
    ]
    return WorkerResult(
        observations={
            requirement_id: merge_observations(
                _without(result.observations[requirement_id], foreign)
                for result, foreign in zip(results, foreign_keys, strict=True)
                if requirement_id in result.observations
            )
            for requirement_id in ids
        },
        keys=frozenset().union(*(result.keys for result in results)),
        tokens=tuple(dict.fromkeys(token for result in results for token in result.tokens)),
        not_torn_down=tuple(leftover for result in results for leftover in result.not_torn_down),
        notes=tuple(dict.fromkeys(note for result in results for note in result.notes)),
        request_count=sum(result.request_count for result in results),
        ended=next((result.ended for result in results if result.ended is not None), None),
        methods=merge_methods(result.methods for result in results),
        deleted=frozenset().union(*(result.deleted for result in results)),
    )


def sent_tokens(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """Return every credential that was sent, of any scheme."""
    return tuple(dict.fromkeys(token for exchange in exchanges for token in _tokens(exchange)))


def deleted_ids(exchanges: Iterable[Exchange]) -> frozenset[str]:
    """Return the identifiers in the paths of successful deletions."""
    paths = (urlsplit(one.url).path for one in exchanges if one.method == "DELETE" and one.status in SUCCESS)
    return frozenset(unquote(path.rstrip("/").rpartition("/")[2]) for path in paths)


def _tokens(exchange: Exchange) -> list[str]:
    values = [value for name, value in exchange.request_headers if name.lower().endswith("authorization")]
    return [value.partition(" ")[2].strip() or value for value in values]


def _without(observed: Observations, foreign: frozenset[str]) -> Observations:
    kept = tuple(violation for violation in observed.violations if not _is_by(violation, foreign))
    return replace(observed, violations=kept, check_count=observed.check_count - len(observed.violations) + len(kept))


def _is_by(violation: Violation, keys: frozenset[str]) -> bool:
    return any(token in keys for exchange in violation.exchanges for token in _tokens(exchange))
