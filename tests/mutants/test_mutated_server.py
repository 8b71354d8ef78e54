"""Mutated servers: without a mutation the server itself, mutants that differ from it, variants as described."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import tests.harness.in_thread
from conformance.client.contract import path_segment
from mockserver.config import Settings
from tests.harness.sampling import sample
from tests.harness.sandbox_client import World
from tests.mutants.registry import CONVERSATIONAL, MUTANTS
from tests.mutants.server.mutated import Mutant, Whole, leaves, served
from tests.mutants.server.scenario import conversation
from tests.mutants.server.variants.identifiers import IdentifiersGivenOutAgain, OtherIdentifiers
from tests.mutants.server.variants.lists import AnotherOrder, ByName, OldestFirst, TwoToAPage
from tests.mutants.server.variants.wire import ListsLag


@contextmanager
def world(whole: Whole) -> Iterator[World]:
    """An account group of the default sandbox, with an all-permissions key."""
    with served(whole) as url, httpx.Client(base_url=url) as client:
        made = client.post("/_mock/provider-states", json={"state": "an API key", "params": {}}).json()
        yield World(client, "default", made["apiKey"], made["accountGroupId"])


@pytest.fixture(scope="module")
def healthy() -> list[str]:
    """The conversation with the server itself."""
    with tests.harness.in_thread.served(Settings()) as (url, _):
        return conversation(url)


def test_a_server_without_a_mutation_behaves_as_the_server(healthy: list[str]) -> None:
    with served(Whole()) as url:
        assert conversation(url) == healthy


@pytest.mark.parametrize("mutant", sample(CONVERSATIONAL, 40), ids=lambda mutant: mutant.__name__)
def test_a_mutant_behaves_otherwise_than_the_server(mutant: type[Mutant], healthy: list[str]) -> None:
    with served(mutant()) as url:
        assert conversation(url) != healthy


def test_mutants_are_told_apart_by_their_names() -> None:
    assert len({mutant.__name__ for mutant in MUTANTS}) == len(MUTANTS) >= 70


@pytest.mark.parametrize("variant", leaves(OtherIdentifiers), ids=lambda variant: variant.__name__)
def test_an_identifier_is_the_same_wherever_it_stands(variant: Callable[[], Whole]) -> None:
    with world(variant()) as mine:
        audience, folder = mine.ready(), mine.folder()
        path = f"/audiences/{path_segment(audience)}"
        moved = mine.call("POST", f"{path}/move-to-folder", {"folderId": folder}).json()["data"]

        assert (moved["id"], moved["folderId"]) == (audience, folder)
        assert mine.listed() == [audience]
        assert [one["id"] for one in nested(mine)] == [audience]
        assert mine.call("GET", path).json()["data"]["id"] == audience
        assert mine.client.get("/v1/accounts", headers=bearer(mine)).json()["data"]["items"][0]["id"] == mine.group


@pytest.mark.parametrize("variant", leaves(OtherIdentifiers), ids=lambda variant: variant.__name__)
def test_an_identifier_is_unknown_in_its_other_form(variant: Callable[[], Any]) -> None:
    whole = variant()
    with world(whole) as mine:
        audience = mine.ready()
        inner = next(one for one, outer in whole.outer.items() if outer == audience)

        for identifier, status in ((inner, 404), (f"{audience}0", 404), (audience, 200), (audience, 404)):
            assert mine.call("DELETE", f"/audiences/{path_segment(identifier)}").status_code == status


def test_a_job_is_the_same_in_provider_states_and_paths() -> None:
    with world(leaves(OtherIdentifiers)[0]()) as mine:
        audience, job = mine.populated()

        assert mine.call("GET", f"/audiences/{audience}").status_code == 409
        mine.state("the prospecting has ended", jobId=job, outcome="failed")
        assert mine.call("GET", f"/prospecting/{job}").json()["data"]["status"] == "failed"


def test_an_identifier_that_is_given_out_again_names_what_is_new() -> None:
    with world(IdentifiersGivenOutAgain()) as mine:
        audience = mine.ready()
        mine.call("DELETE", f"/audiences/{audience}")
        made = mine.call("POST", "/audiences", {"name": "New", "type": "on_demand"}).json()["data"]

        assert made["id"] == audience
        assert mine.call("GET", f"/audiences/{audience}").json()["data"]["name"] == "New"


@pytest.mark.parametrize("variant", [OldestFirst, ByName])
def test_another_order_shows_the_same_on_pages_of_any_size(variant: type[AnotherOrder]) -> None:
    with world(variant()) as mine:
        made = [mine.ready() for _ in range(5)]
        shown: list[str] = []
        page: dict[str, Any] = {"nextCursor": ""}
        while page["nextCursor"] is not None:
            following = f"&cursor={quote(page['nextCursor'])}" if page["nextCursor"] else ""
            page = mine.call("GET", f"/audiences?limit=2{following}").json()["data"]
            shown += [one["id"] for one in page["items"]]

        assert shown == (made if variant is OldestFirst else sorted(made))


def test_a_page_of_two_has_two_items() -> None:
    with world(TwoToAPage()) as mine:
        for _ in range(3):
            mine.ready()

        for query, count in (("", 2), ("?limit=100", 2), ("?limit=1", 1)):
            assert len(mine.call("GET", f"/audiences{query}").json()["data"]["items"]) == count


def test_a_lagging_list_shows_later_what_is_so_at_once() -> None:
    class Lagging(ListsLag):
        LAG = 0.1

    with world(Lagging()) as mine:
        audience = mine.ready()

        assert mine.listed() == []
        while not mine.listed():
            pass
        mine.call("DELETE", f"/audiences/{audience}")
        assert mine.listed() == [audience]
        assert mine.call("GET", f"/audiences/{audience}").status_code == 404
        while mine.listed():
            pass


def nested(mine: World) -> list[dict[str, Any]]:
    """Return the audiences that the navigation shows in folders."""
    data = mine.call("GET", "/audiences/navigation").json()["data"]
    return [audience for folder in data["folders"] for audience in folder["audiences"]]


def bearer(mine: World) -> dict[str, str]:
    """Return the header with the key."""
    return {"Authorization": f"Bearer {mine.key}"}
