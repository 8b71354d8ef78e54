"""The starting point for Starlette: with a small store it passes the check of states, and the profile `delete`."""

import importlib.util
from collections.abc import Iterator
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

Params = dict[str, Any]
FILE = ROOT / "examples" / "provider-states" / "starlette_states.py"


class Store:
    """The store of an implementation of the single endpoint."""

    def __init__(self) -> None:
        self.single = Single()

    def add_key(self, params: Params) -> Params:
        token, group = f"ak_{self.single.fresh()}", params.get("accountGroupId") or self.single.fresh()
        if params["status"] == "active":
            self.single.keys[token] = Key(group, frozenset(params["permissions"]))
        return {"apiKey": token, "accountGroupId": group}

    def revoke_key(self, params: Params) -> None:
        self.single.keys.pop(params["apiKey"], None)

    remove_key = revoke_key

    def add_audience(self, params: Params) -> Params:
        group, audience = self.single.keys[params["apiKey"]].group, self.single.fresh()
        self.single.audiences[audience] = group
        return {"accountGroupId": group, "audienceId": audience}

    def add_populated(self, params: Params) -> Params:
        values, job = self.add_audience(params), self.single.fresh()
        self.single.jobs[job] = (values["audienceId"], params["jobStatus"])
        return {**values, "jobId": job}

    def remove_audience(self, params: Params) -> None:
        self.single.audiences.pop(params["audienceId"], None)

    def end_job(self, params: Params) -> None:
        self.single.jobs[params["jobId"]] = (self.single.jobs[params["jobId"]][0], params["outcome"])

    def limit(self, params: Params) -> None:
        self.single.keys[params["apiKey"]].limited = True

    def end_limit(self, params: Params) -> None:
        if params["apiKey"] in self.single.keys:
            self.single.keys[params["apiKey"]].limited = False

    def fail(self, params: Params) -> None:
        self.single.keys[params["apiKey"]].failures = params["times"]

    def end_failures(self, params: Params) -> None:
        if params["apiKey"] in self.single.keys:
            self.single.keys[params["apiKey"]].failures = 0

    def take_credits(self, _params: Params) -> None:
        raise NotImplementedError("there are no credits")

    return_credits = take_credits

    def start_request(self, _params: Params) -> None:
        raise NotImplementedError


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


@pytest.mark.parametrize("name", ["starlette_states.py", "express.mjs"])
def test_an_example_knows_every_state_in_forty_lines(name: str) -> None:
    text = (FILE.parent / name).read_text()

    assert [state for state in ProviderState if state not in text] == []
    assert len(text.splitlines()) <= 40
