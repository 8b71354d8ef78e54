"""Fault documents: their check against the contract, the presets, and the faults that they describe."""

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
"""Common situations by name; a document with a preset may still select requests and limit the number of acts."""

_BESIDE_A_PRESET = frozenset({"preset", "operation", "key", "resource", "from", "times", "resendMs"})
_RATE_LIMITED = 429
_FIRST_ERROR = 400


class FaultError(ValueError):
    """A fault document contradicts itself or the contract; the message says how."""


def documented_errors(contract: Document) -> Documented:
    """Return the documented error statuses of each operation of a contract, by operationId."""
    return {
        operation["operationId"]: frozenset(
            int(status) for status in operation["responses"] if int(status) >= _FIRST_ERROR
        )
        for item in contract["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


def check(document: Document, documented: Documented) -> None:
    """Check a document, valid by its schema, against the contract.

    Args:
        document: The document.
        documented: The error statuses of each operation.

    Raises:
        FaultError: The document names an unknown operation or status, or contradicts itself.
    """
    operation = document.get("operation")
    if operation is not None and operation not in documented:
        raise FaultError(f"there is no operation {operation}; those that there are: {', '.join(documented)}")
    statuses = frozenset.intersection(*documented.values()) if operation is None else documented[operation]
    subject = "every operation alike" if operation is None else operation
    for part in spelled_out(document):
        status = part.get("status")
        if status is not None and status not in statuses:
            names = ", ".join(map(str, sorted(statuses)))
            raise FaultError(f"no error response {status} is documented for {subject}; those that are: {names}")


def spelled_out(document: Document) -> tuple[Document, ...]:
    """Return the document, or the documents of its preset; FaultError if members contradict each other."""
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
    parts = tuple({**part, **_for_kind(FaultKind(part["kind"]), document)} for part in PRESETS[preset])
    if "resendMs" in document and not any(FaultKind(part["kind"]).resets for part in parts):
        raise FaultError(f"resendMs goes with faults that reset the connection, and the preset {preset} has none")
    return parts


def _for_kind(kind: FaultKind, document: Document) -> Document:
    """Return a document with a preset, without the member that only some kinds of its faults take."""
    return document if kind.resets else {name: value for name, value in document.items() if name != "resendMs"}


def fault(part: Document, fault_id: str) -> Fault:
    """Return the fault of a document without a preset."""
    return Fault(
        fault_id,
        FaultKind(part["kind"]),
        part.get("operation"),
        part.get("key"),
        part.get("resource"),
        int(part.get("from", 1)),
        _optional_int(part, "times"),
        float(part.get("probability", 1)),
        int(part.get("delayMs", 0)),
        _optional_int(part, "status"),
        _optional_int(part, "retryAfter"),
        part.get("preset", part.get("partOf")),
        int(part.get("matched", 0)),
        int(part.get("acted", 0)),
        resend_window=_optional_int(part, "resendMs"),
    )


def _optional_int(part: Document, name: str) -> int | None:
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
    if "resendMs" in document and not kind.resets:
        raise FaultError(f"resendMs goes with faults that reset the connection, not with the kind {kind}")
    if "retryAfter" in document and document.get("status") != _RATE_LIMITED:
        raise FaultError(f"retryAfter goes with the status {_RATE_LIMITED}")
