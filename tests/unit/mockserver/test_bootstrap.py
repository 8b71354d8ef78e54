"""The composition of a server."""

import asyncio
from typing import Any

import pytest

from mockserver.adapters.http1.refusals import Limits
from mockserver.bootstrap import components, http_protocol, seed, server
from mockserver.config import Settings
from openapi import contract


def test_the_contract_is_read_once_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[dict[str, Any]] = []

    def counted() -> dict[str, Any]:
        read.append(contract())
        return read[-1]

    monkeypatch.setattr("mockserver.bootstrap.contract", counted)
    settings = Settings(cors_origins=frozenset({"http://localhost:3000"}))

    server(settings, components(settings), print)

    assert len(read) == 1


def sandbox_ids(settings: Settings) -> tuple[str, str]:
    """Return the ids of two sandboxes."""

    async def made() -> tuple[str, str]:
        parts = components(settings)
        await seed(settings, parts)
        first, second = [await parts.sandboxes.create(None) for _ in range(2)]
        return first.sandbox.id, second.sandbox.id

    return asyncio.run(made())


def test_the_sandboxes_of_a_server_without_a_seed_cannot_be_computed() -> None:
    assert set(sandbox_ids(Settings())).isdisjoint(sandbox_ids(Settings()))


def test_the_sandboxes_of_a_server_repeat_with_its_seed() -> None:
    assert sandbox_ids(Settings(seed=3)) == sandbox_ids(Settings(seed=3)) != sandbox_ids(Settings(seed=4))


@pytest.mark.parametrize(("host", "sources"), [("127.0.0.1", 1), ("mock.example", 2)])
def test_generated_identifiers_of_the_default_sandbox_repeat_on_loopback_only(host: str, sources: int) -> None:
    async def source_of_identifiers() -> str:
        settings = Settings(host=host)
        parts = components(settings)
        await seed(settings, parts)
        records = parts.store.records["default"]  # type: ignore[attr-defined]  (of the memory store)
        return str(records.sandbox.secret)

    assert len({asyncio.run(source_of_identifiers()) for _ in range(2)}) == sources


def test_the_protocol_has_the_limits_of_the_settings() -> None:
    settings = Settings(header_timeout=1, body_timeout=2, whole_body_timeout=3, write_timeout=4, max_head=5)

    limits = http_protocol(settings, components(settings), print).limits  # type: ignore[attr-defined]

    assert limits == Limits(header_timeout=1, body_timeout=2, whole_body_timeout=3, write_timeout=4, max_head=5)
