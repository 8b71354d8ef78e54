"""What one process saw of a target, and what several saw together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.results.exchange import Exchange
from conformance.results.observations import Observations, merge_observations
from conformance.results.violation import Violation


@dataclass(frozen=True, slots=True)
class WorkerResult:
    """`observed`: by requirement id. `keys`: the API keys that it was given; `tokens`: all that it sent, in order."""

    observations: Mapping[str, Observations]
    keys: frozenset[str] = frozenset()
    tokens: tuple[str, ...] = ()
    not_torn_down: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def merge(seen: Sequence[WorkerResult]) -> WorkerResult:
    """What several processes saw. A near miss of one's key may have become another's key: it shows nothing."""
    ids = dict.fromkeys(one for part in seen for one in part.observations)
    others = [frozenset().union(*(two.keys for two in seen if two is not one)) - one.keys for one in seen]
    return WorkerResult(
        observations={
            row: merge_observations(
                _without(part.observations[row], foreign)
                for part, foreign in zip(seen, others, strict=True)
                if row in part.observations
            )
            for row in ids
        },
        keys=frozenset().union(*(part.keys for part in seen)),
        tokens=tuple(dict.fromkeys(token for part in seen for token in part.tokens)),
        not_torn_down=tuple(one for part in seen for one in part.not_torn_down),
        notes=tuple(dict.fromkeys(note for part in seen for note in part.notes)),
    )


def sent_tokens(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """Every credential that was sent, whatever its scheme."""
    return tuple(dict.fromkeys(token for exchange in exchanges for token in _tokens(exchange)))


def _tokens(exchange: Exchange) -> list[str]:
    values = [value for name, value in exchange.request_headers if name.lower().endswith("authorization")]
    return [value.partition(" ")[2].strip() or value for value in values]


def _without(observed: Observations, foreign: frozenset[str]) -> Observations:
    kept = tuple(one for one in observed.violations if not _is_by(one, foreign))
    return replace(observed, violations=kept, check_count=observed.check_count - len(observed.violations) + len(kept))


def _is_by(finding: Violation, foreign: frozenset[str]) -> bool:
    return any(token in foreign for exchange in finding.exchanges for token in _tokens(exchange))
