"""The JSON representation of coverage."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mockserver.api.examples import rows
from mockserver.control.responses import Body
from mockserver.domain.operation import OPERATIONS
from mockserver.recording.coverage.counts import LOST, UNEXAMINED, Counts, response_key, situation_key
from mockserver.recording.coverage.situations import SITUATIONS, Situation


class DocumentedOperation(NamedTuple):
    """An operation of the contract, with the descriptions of its responses by status."""

    name: str
    method: str
    path: str
    descriptions: Mapping[int, str]


DocumentedOperations = Sequence[DocumentedOperation]


def documented_operations(contract: dict[str, Any]) -> DocumentedOperations:
    """Return the operations of a contract, in its order."""
    documented = rows(contract)
    return [
        DocumentedOperation(
            name, method.upper(), path, {status: row.description for status, row in sorted(documented[name].items())}
        )
        for path, path_item in contract["paths"].items()
        for method, described in path_item.items()
        if isinstance(described, dict) and (name := described.get("operationId")) is not None
    ]


def coverage(counts: Counts, documented: DocumentedOperations) -> Body:
    """Return the coverage that some counts say."""
    statuses = _statuses(counts)
    operations = [_operation(item, statuses.get(item.name, {}), counts) for item in documented]
    situations = [_situation(item, counts) for item in SITUATIONS.values()]
    return {
        "operations": operations,
        "situations": situations,
        "withoutOperation": sum(count for key, count in counts.items() if key.startswith("/")),
        "unexamined": counts.get(UNEXAMINED, 0),
        "share": _share(operations, situations),
    }


def _statuses(counts: Counts) -> dict[str, dict[int, int]]:
    """Return how often each operation had each status."""
    found: dict[str, dict[int, int]] = {}
    for key, count in counts.items():
        operation, slash, status = key.partition("/")
        if slash and status.isdecimal():
            found.setdefault(operation, {})[int(status)] = count
    return found


def _operation(documented: DocumentedOperation, met: Mapping[int, int], counts: Counts) -> Body:
    lost = counts.get(response_key(documented.name, LOST), 0)
    return {
        "operation": documented.name,
        "method": documented.method,
        "path": documented.path,
        "source": OPERATIONS[documented.name].page,
        "requests": sum(met.values()) + lost,
        "responses": [
            {"status": status, "description": description, "met": met.get(status, 0)}
            for status, description in documented.descriptions.items()
        ],
        "undocumented": [
            {"status": status, "met": count}
            for status, count in sorted(met.items())
            if status not in documented.descriptions
        ],
        "lost": lost,
    }


def _situation(situation: Situation, counts: Counts) -> Body:
    aspects = {aspect: counts.get(situation_key(situation.id, aspect), 0) for aspect in ("met", "well", "findings")}
    return {
        "id": situation.id,
        "summary": situation.summary,
        "advice": situation.advice,
        "operations": list(situation.operations),
        "basis": situation.basis.value,
        "sentence": situation.sentence,
        "source": situation.page,
        "rules": list(situation.rules),
        **aspects,
    }


def _share(operations: Iterable[Body], situations: Iterable[Body]) -> Body:
    """Return the share of what is covered, of the operations that were requested."""
    requested = [item for item in operations if item["requests"]]
    names = {item["operation"] for item in requested}
    is_covered = [row["met"] > 0 for item in requested for row in item["responses"]]
    is_covered += [item["well"] > 0 for item in situations if not names.isdisjoint(item["operations"])]
    covered, total = sum(is_covered), len(is_covered)
    return {"covered": covered, "of": total, "percent": round(100 * covered / total, 1) if total else None}
