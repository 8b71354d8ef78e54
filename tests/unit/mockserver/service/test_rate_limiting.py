"""Rate limiting: each request is counted once, and without a limit there is no transaction."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.memory.store import MemoryStore
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import RateLimit
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.sandbox import Sandbox, SandboxClock
from mockserver.ports import Access, AudienceRef, Caller, Transaction
from mockserver.service.admission import admit

START = 1_777_390_200_000
HOUR = 3_600_000


class SlowStore(MemoryStore):
    """A store that yields to other tasks and runs one transaction at a time, as database stores do."""

    def __init__(self) -> None:
        super().__init__()
        self.transactions = 0
        self._lock = asyncio.Lock()

    async def caller(self, token: str) -> Caller | None:
        caller = await super().caller(token)
        await asyncio.sleep(0)
        return caller

    def transaction(  # type: ignore[override]
        self, sandbox_id: str, access: Access = Access.EXCLUSIVE, about: AudienceRef | None = None
    ) -> AbstractAsyncContextManager[Transaction]:
        self.transactions += 1
        return self._alone(sandbox_id, access, about)

    @asynccontextmanager
    async def _alone(self, sandbox_id: str, access: Access, about: AudienceRef | None) -> AsyncIterator[Transaction]:
        async with self._lock, super().transaction(sandbox_id, access, about) as transaction:
            await asyncio.sleep(0)
            yield transaction
            await asyncio.sleep(0)


class Bench:
    """A sandbox with one key."""

    def __init__(self, sandbox: dict[str, Any], key: dict[str, Any]) -> None:
        self.store = SlowStore()
        self.clock = ManualClock(START)
        self.sandbox = Sandbox("one", "one", "secret", START, used_at=START, **sandbox)
        self.key = ApiKey("sk_test_key", "one", frozenset({"audiences:read"}), frozenset(), **key)

    async def admit(self, permission: str | None = None, token: str = "sk_test_key") -> Reason | Refusal | None:  # noqa: S107  (a mock's)
        """Why a request is refused; None where it is not."""
        outcome = await admit(self.store, self.clock, token, permission)
        return outcome if isinstance(outcome, Refusal) else None

    async def reasons(self, times: int) -> list[Reason | None]:
        """Return why each of several concurrent requests is refused."""
        outcomes = await asyncio.gather(*[self.admit() for _ in range(times)])
        return [outcome.reason if isinstance(outcome, Refusal) else None for outcome in outcomes]


def run(
    act: Callable[[Bench], Awaitable[None]], *, sandbox: dict[str, Any] | None = None, key: dict[str, Any] | None = None
) -> Bench:
    async def main() -> Bench:
        bench = Bench(sandbox or {}, key or {})
        async with bench.store.creation(bench.sandbox, {}) as transaction:
            await transaction.save_api_key(bench.key)
        bench.store.transactions = 0
        await act(bench)
        return bench

    return asyncio.run(main())


def test_a_request_without_limit_and_expiry_begins_no_transaction() -> None:
    async def act(bench: Bench) -> None:
        assert await bench.reasons(3) == [None] * 3
        assert bench.store.transactions == 0

    run(act)


@pytest.mark.parametrize("where", ["sandbox", "key"])
def test_concurrent_requests_never_share_a_token(where: str) -> None:
    async def act(bench: Bench) -> None:
        reasons = await bench.reasons(20)

        assert sorted(map(str, reasons)) == ["None"] * 5 + [str(Reason.RATE_LIMITED)] * 15

    run(act, **{where: {"limit": RateLimit(5, HOUR)}})


def test_the_limit_of_the_key_replaces_the_limit_of_the_sandbox() -> None:
    async def act(bench: Bench) -> None:
        assert await bench.reasons(2) == [None, Reason.RATE_LIMITED]

    run(act, sandbox={"limit": RateLimit(9, HOUR)}, key={"limit": RateLimit(1, HOUR)})


@pytest.mark.parametrize("clock", [SandboxClock(), SandboxClock(frozen_at=START), SandboxClock(offset=5)])
def test_a_request_passes_after_the_retry_time_and_no_second_earlier(clock: SandboxClock) -> None:
    async def move(bench: Bench, milliseconds: int) -> None:
        async with bench.store.transaction("one") as transaction:
            sandbox = await transaction.sandbox()
            await transaction.save_sandbox(replace(sandbox, clock=sandbox.clock.advanced(milliseconds)))

    async def act(bench: Bench) -> None:
        await bench.reasons(7)
        refused = await bench.admit()
        assert isinstance(refused, Refusal)
        assert refused.details["retryAfter"] == 9  # 60 s / 7, rounded up
        assert ("stands still" in refused.message) is (clock.frozen_at is not None)

        await move(bench, 8_000)
        assert await bench.reasons(1) == [Reason.RATE_LIMITED]
        await move(bench, 1_000)
        assert await bench.reasons(2) == [None, Reason.RATE_LIMITED]

    run(act, sandbox={"limit": RateLimit(7, 60_000), "clock": clock})


def test_a_401_costs_no_token_and_a_403_costs_a_token() -> None:
    async def act(bench: Bench) -> None:
        for token in ("unknown", "sk_test_key2"):
            assert await bench.admit(token=token)
        forbidden = await bench.admit("audiences:write")
        assert isinstance(forbidden, Refusal)
        assert forbidden.reason is Reason.MISSING_PERMISSION
        assert await bench.reasons(2) == [None, Reason.RATE_LIMITED]

    run(act, sandbox={"limit": RateLimit(2, HOUR)})


@pytest.mark.parametrize("ruled_out", [{"revoked": True}, {"expires_at": START}])
def test_the_key_is_checked_before_the_limit(ruled_out: dict[str, Any]) -> None:
    async def act(bench: Bench) -> None:
        assert await bench.reasons(3) == [Reason.INVALID_KEY] * 3
        assert bench.store.transactions == 0

    run(act, key={"limit": RateLimit(1, HOUR), **ruled_out})


def test_a_key_expires_by_the_clock_of_its_sandbox_and_the_refusal_says_so() -> None:
    async def act(bench: Bench) -> None:
        assert await bench.reasons(1) == [None]
        bench.clock.advance(999)
        assert await bench.reasons(1) == [None]
        bench.clock.advance(1)
        refused = await bench.admit()
        assert isinstance(refused, Refusal)
        assert "the key expired at 2026-04-28T15:31:01.000Z" in refused.message

    run(act, sandbox={"clock": SandboxClock(offset=60_000)}, key={"expires_at": START + 61_000})


def test_a_use_is_recorded_now_and_then_and_keeps_the_sandbox() -> None:
    async def act(bench: Bench) -> None:
        for _ in range(40):
            bench.clock.advance(HOUR // 20)
            await bench.reasons(1)
            await bench.reasons(1)
        assert bench.store.transactions == 20

    assert "one" in run(act, sandbox={"expiry": HOUR}).store.records


def test_a_request_with_the_key_of_an_expired_sandbox_is_401_and_removes_the_sandbox() -> None:
    async def act(bench: Bench) -> None:
        bench.clock.advance(2 * HOUR)
        assert await bench.reasons(2) == [Reason.INVALID_KEY] * 2

    bench = run(act, sandbox={"expiry": HOUR, "clock": SandboxClock(frozen_at=START)})
    assert (bench.store.records, bench.store.owners) == ({}, {})


def test_a_sandbox_does_not_expire_by_its_own_clock() -> None:
    async def act(bench: Bench) -> None:
        assert await bench.reasons(1) == [None]

    run(act, sandbox={"expiry": HOUR, "clock": SandboxClock(offset=1_000 * HOUR)})
