"""Request plans: every operation has one, and a plainly valid request never takes the slow path."""

import asyncio
import json
from typing import Any

import pytest
from starlette.types import Message

from mockserver.adapters.memory.store import MemoryStore
from mockserver.api.connexion_fast_path.validation import ARGUMENTS, FastValidationMiddleware
from mockserver.bootstrap import components, seed, vendor_app
from mockserver.config import Settings
from mockserver.ports import Caller
from openapi import contract

GROUP = "/v1/accounts/a00000000000000000000001"
PLAIN = {
    "deleteAudience": ("DELETE", f"{GROUP}/audiences/b00000000000000000000001", None),
    "getAudience": ("GET", f"{GROUP}/audiences/b00000000000000000000001", None),
    "updateAudience": ("PATCH", f"{GROUP}/audiences/b00000000000000000000001", {"name": "New"}),
    "listAudiences": ("GET", f"{GROUP}/audiences?limit=5", None),
    "createAudience": ("POST", f"{GROUP}/audiences", {"name": "New", "type": "on_demand"}),
    "getAudienceNavigation": ("GET", f"{GROUP}/audiences/navigation", None),
    "listAudienceProspects": ("GET", f"{GROUP}/audiences/b00000000000000000000001/prospects?limit=5", None),
    "createAudienceFolder": ("POST", f"{GROUP}/audiences/folders", {"name": "New", "audienceType": "on_demand"}),
    "renameAudienceFolder": ("PATCH", f"{GROUP}/audiences/folders/f00000000000000000000001", {"name": "New"}),
    "moveAudienceToFolder": (
        "POST",
        f"{GROUP}/audiences/b00000000000000000000001/move-to-folder",
        {"folderId": "f00000000000000000000001"},
    ),
    "removeAudienceFromFolder": ("POST", f"{GROUP}/audiences/b00000000000000000000001/remove-from-folder", None),
    "startProspectingJob": ("POST", f"{GROUP}/prospecting", {"source": "sales_navigator", "leadListId": "1"}),
    "getProspectingJob": ("GET", f"{GROUP}/prospecting/c00000000000000000000001", None),
    "listProspectingJobs": ("GET", f"{GROUP}/prospecting?status=running", None),
    "cancelProspectingJob": ("POST", f"{GROUP}/prospecting/c00000000000000000000001/cancel", None),
    "listAccounts": ("GET", "/v1/accounts", None),
}


def operation_ids() -> set[str]:
    return {
        operation["operationId"]
        for item in contract()["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    }


def test_every_operation_has_a_request_plan() -> None:
    app = vendor_app(Settings(), components(Settings()))
    _, stack = app.middleware._build_middleware_stack()  # noqa: SLF001  (Connexion shows its stack nowhere else)

    (validation,) = (layer for layer in stack if isinstance(layer, FastValidationMiddleware))
    ((api,),) = validation.apis.values()

    assert {name for name, operation in api.operations.items() if operation.plan is not None} == operation_ids()


@pytest.mark.parametrize("operation", sorted(operation_ids()))
def test_a_plain_request_is_read_by_the_plan_of_its_operation(operation: str) -> None:
    scope, status = asyncio.run(send_in_process(*PLAIN[operation]))

    assert status < 300
    assert ARGUMENTS in scope


class CountingStore(MemoryStore):
    """A store that counts the look-ups of callers."""

    asked = 0

    async def caller(self, token: str) -> Caller | None:
        self.asked += 1
        return await super().caller(token)


@pytest.mark.parametrize(
    "request_",
    [
        *PLAIN.values(),
        ("DELETE", f"{GROUP}/audiences/x", None),
        ("POST", f"{GROUP}/audiences", {"name": 5}),
        ("DELETE", "/v1/accounts/a00000000000000000000009/audiences/b00000000000000000000001", None),
    ],
)
def test_a_request_is_admitted_exactly_once_with_any_outcome(request_: tuple[str, str, Any]) -> None:
    store = CountingStore()

    asyncio.run(send_in_process(*request_, store=store))

    assert store.asked == 1


async def send_in_process(
    method: str, target: str, body: Any, store: MemoryStore | None = None
) -> tuple[dict[str, Any], int]:
    """Send a request in process; return its scope as the application left it, and the status."""
    parts = components(Settings(), store=store)
    await seed(Settings(), parts)
    path, _, query = target.partition("?")
    content = b"" if body is None else json.dumps(body).encode()
    headers = [(b"authorization", b"Bearer sk_test_all_permissions"), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [*headers, (b"content-length", b"%d" % len(content))],
    }
    answer: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    await vendor_app(Settings(), parts)(scope, receive, send)
    return scope, answer[0]["status"]
