"""What one process saw of a target, and what several saw together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from conformance.results.verdicts import Exchange, Finding, Observed, merged


@dataclass(frozen=True, slots=True)
class Seen:
    """`observed`: by requirement id. `keys`: the API keys that it was given; `tokens`: all that it sent, in order."""

    observed: Mapping[str, Observed]
    keys: frozenset[str] = frozenset()
    tokens: tuple[str, ...] = ()
    not_torn_down: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def together(seen: Sequence[Seen]) -> Seen:
    """What several processes saw. A near miss of one's key may have become another's key: it shows nothing."""
    ids = dict.fromkeys(one for part in seen for one in part.observed)
    others = [frozenset().union(*(two.keys for two in seen if two is not one)) - one.keys for one in seen]
    return Seen(
        observed={
            row: merged(
                _without(part.observed[row], foreign)
                for part, foreign in zip(seen, others, strict=True)
                if row in part.observed
            )
            for row in ids
        },
        keys=frozenset().union(*(part.keys for part in seen)),
        tokens=tuple(dict.fromkeys(token for part in seen for token in part.tokens)),
        not_torn_down=tuple(one for part in seen for one in part.not_torn_down),
        notes=tuple(dict.fromkeys(note for part in seen for note in part.notes)),
    )


def tokens(exchanges: Iterable[Exchange]) -> tuple[str, ...]:
    """Every credential that was sent, whatever its scheme."""
    return tuple(dict.fromkeys(token for exchange in exchanges for token in _tokens(exchange)))


def _tokens(exchange: Exchange) -> list[str]:
    values = [value for name, value in exchange.request_headers if name.lower().endswith("authorization")]
    return [value.partition(" ")[2].strip() or value for value in values]


def _without(observed: Observed, foreign: frozenset[str]) -> Observed:
    kept = tuple(one for one in observed.findings if not _is_by(one, foreign))
    return replace(observed, findings=kept, times=observed.times - len(observed.findings) + len(kept))


def _is_by(finding: Finding, foreign: frozenset[str]) -> bool:
    return any(token in foreign for exchange in finding.exchanges for token in _tokens(exchange))
