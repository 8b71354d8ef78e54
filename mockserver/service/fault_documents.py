"""A fault as a document describes it: checked against what the contract documents, a preset spelled out."""

from collections.abc import Mapping
from typing import Any

from mockserver.domain.fault import Fault, FaultKind

Document = Mapping[str, Any]
Documented = Mapping[str, frozenset[int]]

PRESETS: Mapping[str, tuple[Document, ...]] = {
    "lost-reply": ({"kind": "reset-after", "times": 1},),
    "flaky": (
        {"kind": "response", "status": 500, "probability": 0.1},
        {"kind": "reset-before", "probability": 0.1},
        {"kind": "reset-after", "probability": 0.1},
    ),
    "slow": ({"kind": "delay", "delayMs": 2_000},),
    "maintenance": ({"kind": "response", "status": 500},),
}
"""Situations that people ask for, by name; a document with one may still say which requests, and how often."""

_BESIDE_A_PRESET = frozenset({"preset", "operation", "key", "resource", "from", "times"})
_LIMITED = 429
_ERROR = 400


class FaultError(ValueError):
    """A fault that contradicts itself or the contract; the message says how."""


def documented_errors(contract: Document) -> Documented:
    """The error statuses that a contract documents for each operation, by operationId."""
    return {
        operation["operationId"]: frozenset(int(status) for status in operation["responses"] if int(status) >= _ERROR)
        for item in contract["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def check(document: Document, documented: Documented) -> None:
    """FaultError where a document, which has been checked against its schema, cannot be a fault of this contract."""
    operation = document.get("operation")
    if operation is not None and operation not in documented:
        raise FaultError(f"there is no operation {operation}; those that there are: {', '.join(documented)}")
    known = frozenset.intersection(*documented.values()) if operation is None else documented[operation]
    where = "every operation alike" if operation is None else operation
    for part in spelled_out(document):
        status = part.get("status")
        if status is not None and status not in known:
            listed = ", ".join(map(str, sorted(known)))
            raise FaultError(f"no error response {status} is documented for {where}; those that are: {listed}")


def spelled_out(document: Document) -> tuple[Document, ...]:
    """The document, or what its preset stands for; FaultError where its members do not go together."""
    preset = document.get("preset")
    if (preset is None) is ("kind" not in document):
        raise FaultError("a fault has either a kind or a preset")
    if preset is None:
        _check_members(document)
        return (document,)
    if surplus := document.keys() - _BESIDE_A_PRESET:
        raise FaultError(
            f"the preset {preset} has its own {', '.join(sorted(surplus))}; leave that out, or name a kind"
        )
    return tuple({**part, **document} for part in PRESETS[preset])


def fault(part: Document, fault_id: str) -> Fault:
    """The fault of a document that is spelled out."""
    return Fault(
        fault_id,
        FaultKind(part["kind"]),
        part.get("operation"),
        part.get("key"),
        part.get("resource"),
        int(part.get("from", 1)),
        _whole(part, "times"),
        float(part.get("probability", 1)),
        int(part.get("delayMs", 0)),
        _whole(part, "status"),
        _whole(part, "retryAfter"),
        part.get("preset"),
    )


def _whole(part: Document, name: str) -> int | None:
    return int(part[name]) if name in part else None


def _check_members(document: Document) -> None:
    kind = FaultKind(document["kind"])
    has_status = "status" in document
    if kind is FaultKind.RESPONSE and not has_status:
        raise FaultError("a fault of kind response needs a status")
    if has_status and kind is not FaultKind.RESPONSE and not kind.corrupts_a_body:
        raise FaultError(f"a fault of kind {kind} answers with no status of its own; leave the status out")
    if kind in {FaultKind.DELAY, FaultKind.LATE_ANSWER} and not document.get("delayMs"):
        raise FaultError(f"a fault of kind {kind} needs delayMs")
    if "retryAfter" in document and document.get("status") != _LIMITED:
        raise FaultError(f"retryAfter goes with the status {_LIMITED}")
