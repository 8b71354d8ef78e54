"""The requests of the client: each is an operation of the contract, and both clients have the same methods."""

import inspect
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from mockserver.client import async_control_plane, async_parts, control_plane, coverage_requests, parts, requests
from mockserver.client.calls import Call, body, result
from mockserver.client.errors import ClientFindings, ControlPlaneError
from mockserver.client.operations import AsyncOperation, Operation
from openapi import control_contract

VALUES = {"at": "2030-01-01T00:00:00Z", "number": 7, "seed": {}, "rate": "2/m"}
OPERATIONS = [
    (method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)))
    for path, item in control_contract()["paths"].items()
    for method in item
    if method != "parameters"
]
SANDBOX_OPERATIONS = [
    (method, path)
    for path, item in control_contract()["paths"].items()
    for method in item
    if method != "parameters" and path.startswith("/_mock/sandboxes")
]
REQUESTS = [
    function
    for module in (requests, coverage_requests)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]
PARTS = ["Clock", "Faults", "Jobs", "Keys", "Limits"]
FINDING = {
    "rule": "CLIENT-RETRY-UNREAD",
    "summary": "A repetition.",
    "basis": "documented",
    "sentence": "not supported",
    "source": None,
    "operation": "deleteAudience",
    "exchanges": [1, 2],
    "advice": "Read first.",
}


def called(function: Any) -> Call[Any]:
    """Return a request, with some value for each argument that it needs."""
    needed = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    ]
    call: Call[Any] = function(*(VALUES.get(name, "some/text") for name in needed))
    return call


def operations(owner: type) -> set[str]:
    return {name for name, value in vars(owner).items() if isinstance(value, Operation | AsyncOperation)}


@pytest.mark.parametrize("function", REQUESTS, ids=lambda function: function.__name__)
def test_a_request_is_an_operation_of_the_contract(function: Any) -> None:
    call = called(function)

    assert any(call.method == method and path.fullmatch(call.path) for method, path in OPERATIONS)


def test_every_operation_of_a_sandbox_has_a_request() -> None:
    sent = {(call.method, call.path.replace("some%2Ftext", "x").replace("/7", "/x")) for call in map(called, REQUESTS)}
    offered = {(method.upper(), re.sub(r"\{\w+\}", "x", path)) for method, path in SANDBOX_OPERATIONS}

    assert {operation for operation in offered if operation not in sent} == {
        ("GET", "/_mock/sandboxes/x/faults/x"),
        ("GET", "/_mock/sandboxes/x/keys/x/limit"),
        ("GET", "/_mock/sandboxes/x/journal.har"),
        ("GET", "/_mock/sandboxes/x/journal/stream"),
    }


def test_identifiers_in_a_path_are_escaped() -> None:
    assert requests.get_job("a/b", "c?d").path == "/_mock/sandboxes/a%2Fb/jobs/c%3Fd"


def test_arguments_become_members() -> None:
    assert body({"delay_ms": 5, "from_": 2, "kind": "delay"}) == {"delayMs": 5, "from": 2, "kind": "delay"}


def test_an_argument_of_none_is_sent() -> None:
    assert requests.update_key("s", "k", expires_at=None).body == {"expiresAt": None}


def test_a_clock_is_set_by_a_datetime() -> None:
    assert requests.set_clock("s", datetime(2030, 1, 1, tzinfo=UTC)).body == {
        "mode": "manual",
        "at": "2030-01-01T00:00:00+00:00",
    }


@pytest.mark.parametrize("name", PARTS)
def test_both_clients_have_the_same_parts(name: str) -> None:
    waiting, awaited = getattr(parts, name), getattr(async_parts, f"Async{name}")

    assert operations(waiting) == operations(awaited) != set()


def test_both_sandboxes_have_the_same_methods() -> None:
    assert operations(control_plane.Sandbox) == operations(async_control_plane.AsyncSandbox) != set()


def test_an_operation_has_the_description_of_its_request() -> None:
    assert inspect.getdoc(vars(parts.Clock)["advance"]) == inspect.getdoc(requests.advance_clock)


def test_a_refusal_is_an_error_with_its_reason_and_hint() -> None:
    with pytest.raises(ControlPlaneError) as caught:
        result(requests.health(), 409, {"reason": "there are too many", "hint": "Delete some."})

    assert (caught.value.reason, caught.value.hint, caught.value.status) == ("there are too many", "Delete some.", 409)
    assert str(caught.value) == "there are too many. Delete some."


@pytest.mark.parametrize(("status", "document"), [(502, None), (200, ["something else"]), (200, None)])
def test_a_response_of_something_else_is_an_error(status: int, document: Any) -> None:
    with pytest.raises(ControlPlaneError) as caught:
        result(requests.list_jobs("s"), status, document)

    assert caught.value.status == status


def test_findings_are_a_failed_assertion_that_lists_them() -> None:
    with pytest.raises(AssertionError) as caught:
        result(requests.verify("s"), 422, {"reason": "1 finding", "findings": [FINDING]})

    assert isinstance(caught.value, ClientFindings)
    assert caught.value.findings == [FINDING]
    assert str(caught.value).splitlines() == [
        "the client made mistakes: CLIENT-RETRY-UNREAD",
        "  CLIENT-RETRY-UNREAD (deleteAudience, exchanges 1, 2): A repetition.",
        "    documented: not supported",
        "    advice: Read first.",
    ]
