"""The starting point for Starlette: with a small store it passes the check of states, and the profile `delete`."""

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from conformance.states import ProviderState
from tests.harness.example_states import assert_profile_delete_conforms, assert_states_are_right
from tests.harness.pages import ROOT
from tests.mutants.single.endpoint import Key, Single, endpoint_of
from tests.mutants.single.serving import served_application

FILE = ROOT / "examples" / "provider-states" / "starlette_states.py"


class Store:
    """The store of an implementation of the single endpoint."""

    def __init__(self) -> None:
        self.single = Single()

    def add_account_group(self) -> str:
        return self.single.fresh()

    def add_key(self, group: str, permissions: list[str], revoked: bool) -> str:  # noqa: FBT001  (as the example calls it)
        token = f"ak_{self.single.fresh()}"
        if not revoked:
            self.single.keys[token] = Key(group, frozenset(permissions))
        return token

    def revoke_key(self, token: str) -> None:
        self.single.keys.pop(token, None)

    def account_group_of(self, token: str) -> str:
        return self.single.keys[token].group

    def add_audience(self, group: str, _prospects: int) -> str:
        audience = self.single.fresh()
        self.single.audiences[audience] = group
        return audience

    def add_populated_audience(self, group: str, status: str) -> tuple[str, str]:
        audience, job = self.add_audience(group, 0), self.single.fresh()
        self.single.jobs[job] = (audience, status)
        return audience, job

    def end_job(self, job: str, outcome: str) -> None:
        self.single.jobs[job] = (self.single.jobs[job][0], outcome)

    def limit(self, token: str, exhausted: bool) -> None:  # noqa: FBT001  (the same)
        if token in self.single.keys:
            self.single.keys[token].limited = exhausted

    def fail(self, token: str, times: int) -> None:
        if token in self.single.keys:
            self.single.keys[token].failures = times

    def take_credits(self, _token: str, _taken: bool) -> None:  # noqa: FBT001  (the same)
        raise NotImplementedError("there are no credits")

    def start_request(self, _source: str) -> Mapping[str, Any]:
        raise NotImplementedError

    def remove_key(self, token: str) -> None:
        self.single.keys.pop(token, None)

    def remove_audience(self, audience: str) -> None:
        self.single.audiences.pop(audience, None)


@pytest.fixture
def url() -> Iterator[str]:
    """The address of the implementation, with the provider states of the example."""
    specification = importlib.util.spec_from_file_location("starlette_states", FILE)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    store = Store()
    states = Route("/states", module.provider_states(store), methods=["POST"])
    with served_application(Starlette(routes=[endpoint_of(store.single), states])) as url:
        yield url
    assert not store.single.keys
    assert not store.single.audiences


def test_the_states_of_the_example_are_right(url: str) -> None:
    assert_states_are_right(url)


def test_the_example_is_enough_for_the_profile_delete(url: str, tmp_path: Path) -> None:
    assert_profile_delete_conforms(url, tmp_path)


def test_the_examples_know_every_state() -> None:
    for name in ("starlette_states.py", "express.mjs"):
        text = (FILE.parent / name).read_text()
        assert [state for state in ProviderState if state not in text] == [], name
