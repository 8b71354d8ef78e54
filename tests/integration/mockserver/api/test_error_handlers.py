"""Internal errors: no details on the wire and one line in the log."""

import asyncio
import logging

import httpx
import pytest

from mockserver.adapters.memory.store import MemoryStore
from mockserver.adapters.memory.transaction import MemoryTransaction
from mockserver.bootstrap import components, seed, vendor_app
from mockserver.config import Settings
from mockserver.domain.sandbox import DEFAULT_SANDBOX
from mockserver.ports import Access, AudienceRef, Caller

GROUP = "/v1/accounts/a00000000000000000000001"
AUTHORIZED = {"Authorization": "Bearer sk_test_all_permissions"}


class BreakingStore(MemoryStore):
    """A store that raises while `broken` is set."""

    broken = False

    def transaction(
        self, sandbox_id: str, access: Access = Access.EXCLUSIVE, about: AudienceRef | None = None
    ) -> MemoryTransaction:
        if self.broken:
            raise RuntimeError("the secret reason")
        return super().transaction(sandbox_id, access, about)


class ForgetfulStore(MemoryStore):
    """A store whose sandbox is deleted between the admission of a request and its work."""

    async def caller(self, token: str) -> Caller | None:
        caller = await super().caller(token)
        await self.remove_sandbox(DEFAULT_SANDBOX)
        return caller


def answer(store: MemoryStore) -> httpx.Response:
    async def main() -> httpx.Response:
        parts = components(Settings(), store=store)
        await seed(Settings(), parts)
        store.broken = True  # type: ignore[attr-defined]
        transport = httpx.ASGITransport(app=vendor_app(Settings(), parts))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(f"{GROUP}/audiences", headers=AUTHORIZED)

    return asyncio.run(main())


def test_an_unexpected_exception_is_500_with_details_only_in_one_log_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        failed = answer(BreakingStore())

    body = failed.json()
    assert (failed.status_code, body["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "secret" not in failed.text
    assert "Traceback" not in failed.text
    (record,) = [record for record in caplog.records if record.name == "mockserver"]
    assert body["traceId"] in record.getMessage()
    assert "the secret reason" in record.getMessage()
    assert "\n" not in record.getMessage()
    assert record.exc_info is None


def test_a_request_whose_sandbox_is_deleted_meanwhile_is_401() -> None:
    refused = answer(ForgetfulStore())

    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "UNAUTHORIZED")
