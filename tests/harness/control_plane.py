"""The control plane without a network: its contract, and a client that checks every response."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from starlette.types import ASGIApp

from mockserver.adapters.memory.store import MemoryStore
from mockserver.config import Settings
from mockserver.domain.refusal import Reason, Refusal
from mockserver.ports import Caller
from mockserver.service.admission import admit
from mockserver.service.journals import Journals
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UseCaseRunner
from openapi import control_contract

CONTRACT = control_contract()
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, item in CONTRACT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
DESCRIBED = [
    (method, re.compile(re.sub(r"{\w+}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}"))))
    for method, path, _ in OPERATIONS.values()
]
GROUP, AUDIENCE, JOB = "a00000000000000000000001", "b00000000000000000000001", "c00000000000000000000001"
KEY = "sk_test_all_permissions"
DEFAULT = "/_mock/sandboxes/default"
SEED = {"keys": [{"key": "sk_test_of_a_seed"}], "accountGroups": [{"name": "Seeded", "audiences": [{"name": "One"}]}]}
START = 1_777_390_200_000
ENDED = "the prospecting has ended"
PARTS = ("", "/clock", "/job-pace", "/jobs", "/keys")


class HandClock:
    """A real clock that a test sets."""

    instant = START

    def now(self) -> int:
        return self.instant


@dataclass(frozen=True)
class ControlPlane:
    """A control plane with the sandbox `default`."""

    app: ASGIApp
    store: MemoryStore
    clock: HandClock
    sandboxes: Sandboxes
    checked: OpenAPI

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request, and validate its response if the contract describes the operation."""

        async def exchange() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, **request)

        answer = asyncio.run(exchange())
        sent_path = answer.request.url.path
        if any(method == described and pattern.fullmatch(sent_path) for described, pattern in DESCRIBED):
            kind = answer.headers.get("content-type", "application/json")
            mock_request = MockRequest("http://localhost", method.lower(), sent_path)
            self.checked.validate_response(mock_request, MockResponse(answer.content, answer.status_code, {}, kind))
        return answer

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request that must succeed; return its body."""
        answer = self.send(method, path) if body is None else self.send(method, path, json=body)
        return answer.raise_for_status().json() if answer.content else None

    def refused(self, status: int, method: str, path: str, body: Any = None) -> str:
        """Send a request that must be refused with a status; return the reason."""
        answer = self.send(method, path) if body is None else self.send(method, path, json=body)
        assert answer.status_code == status, answer.text
        return str(answer.json()["reason"])

    def state(self, name: str, action: str = "setup", **params: Any) -> dict[str, Any]:
        """Change a provider state, which must succeed."""
        return dict(self.call("POST", "/_mock/provider-states", {"state": name, "params": params, "action": action}))

    def caller(self, key: str) -> Caller | None:
        """Return the owner of a key."""
        return asyncio.run(self.store.caller(key))

    def vendor(self, key: str, group: str, use_case: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        """Run a use case as the vendor's API does; return its outcome or a refusal."""

        async def run() -> Any:
            admission = await admit(self.store, self.clock, key, None)
            if isinstance(admission, Refusal):
                return admission
            return await UseCaseRunner(self.store, self.clock).run(admission, group, use_case, *args)

        return asyncio.run(run())

    def snapshot(self) -> dict[str, Any]:
        """Return all that the control plane shows of all sandboxes."""
        ids = [sandbox["id"] for sandbox in self.call("GET", "/_mock/sandboxes")["sandboxes"]]
        return {
            f"{sandbox_id}{part}": self.call("GET", f"/_mock/sandboxes/{sandbox_id}{part}")
            for sandbox_id in ids
            for part in PARTS
        }


def journals_of(sandboxes: Sandboxes, store: MemoryStore) -> Journals:
    return Journals(store, sandboxes, "default", Settings().journal_limit)


def reason(outcome: Any) -> Reason | None:
    """Return why the vendor's API refuses; None if it does not."""
    return outcome.reason if isinstance(outcome, Refusal) else None


def request_target(operation: str) -> tuple[str, str]:
    """Return method and path of an operation, with existing identifiers."""
    method, path, _ = OPERATIONS[operation]
    return method, path.replace("{sandboxId}", "default").replace("{jobId}", JOB).replace("{key}", KEY)


def start_job(control: ControlPlane, **body: Any) -> dict[str, Any]:
    """Start a job on the default sandbox's first audience."""
    return dict(control.call("POST", f"{DEFAULT}/jobs", {"accountGroupId": GROUP, "audienceId": AUDIENCE, **body}))
