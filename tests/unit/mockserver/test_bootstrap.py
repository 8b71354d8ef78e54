"""The composition of a server."""

import asyncio
from typing import Any

import pytest

from mockserver.adapters.http1.refusals import Limits
from mockserver.bootstrap import components, http_protocol, server
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


def test_the_protocol_has_the_limits_of_the_settings() -> None:
    settings = Settings(header_timeout=1, body_timeout=2, whole_body_timeout=3, write_timeout=4, max_head=5)

    limits = http_protocol(settings, components(settings), print).limits  # type: ignore[attr-defined]

    assert limits == Limits(header_timeout=1, body_timeout=2, whole_body_timeout=3, write_timeout=4, max_head=5)
