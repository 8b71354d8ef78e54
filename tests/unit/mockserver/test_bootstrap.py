"""The composition of a server."""

from typing import Any

import pytest

from mockserver.bootstrap import components, server
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
