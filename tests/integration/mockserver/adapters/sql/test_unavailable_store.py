"""A store that is unavailable for a while: documented responses and one log line for each."""

import asyncio
import logging

import httpx
import pytest

from mockserver.adapters.memory.store import MemoryStore
from mockserver.bootstrap import components, seed, server
from mockserver.config import Settings
from mockserver.ports import Caller, StoreError
from mockserver.service.journals import Query

GROUP = "/v1/accounts/a00000000000000000000001"
AUTHORIZED = {"Authorization": "Bearer sk_test_all_permissions"}


class AbsentStore(MemoryStore):
    """A store that is unavailable while `absent` is set."""

    absent = False
    asked = 0

    async def caller(self, token: str) -> Caller | None:
        self.asked += 1
        self._be_there()
        return await super().caller(token)

    async def count(self) -> int:
        self._be_there()
        return await super().count()

    def _be_there(self) -> None:
        if self.absent:
            raise StoreError("the secret reason")


def answers(store: AbsentStore, *requests: tuple[str, str]) -> list[httpx.Response]:
    async def main() -> list[httpx.Response]:
        parts = components(Settings(), store=store)
        await seed(Settings(), parts)
        transport = httpx.ASGITransport(app=server(Settings(), parts, print))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=AUTHORIZED) as client:
            store.absent = True
            collected = [await client.request(method, path) for method, path in requests]
            store.absent = False
            journal = await parts.journals.read("default", Query())
            assert not journal.exchanges
            return collected

    return asyncio.run(main())


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert not any(record.exc_info for record in caplog.records)
    return [record.getMessage() for record in caplog.records if record.name == "mockserver"]


def test_a_request_without_a_usable_store_is_500_in_the_envelope(caplog: pytest.LogCaptureFixture) -> None:
    (failed,) = answers(AbsentStore(), ("GET", f"{GROUP}/audiences"))

    body = failed.json()
    assert (failed.status_code, body["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "cannot use its store" in body["error"]["message"]
    assert "secret" not in failed.text
    (line,) = lines(caplog)
    assert line == f"traceId={body['traceId']} GET '{GROUP}/audiences': the secret reason"


def test_a_control_plane_request_without_a_usable_store_is_500_with_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    (failed,) = answers(AbsentStore(), ("POST", "/_mock/sandboxes"))

    assert (failed.status_code, set(failed.json())) == (500, {"reason", "hint"})
    assert "secret" not in failed.text
    assert lines(caplog) == ["POST '/_mock/sandboxes': the secret reason"]


def test_a_failed_request_does_not_ask_the_store_again_for_the_journal() -> None:
    store = AbsentStore()

    answers(store, ("GET", f"{GROUP}/audiences"))

    assert store.asked == 1


def test_a_refusal_that_needs_no_store_is_sent_without_a_usable_store(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        (refused,) = answers(AbsentStore(), ("GET", "/nowhere"))

    assert refused.status_code == 404
    assert lines(caplog) == []
