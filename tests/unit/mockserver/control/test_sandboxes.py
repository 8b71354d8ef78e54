"""The size of the seed of a request, bounded so that no other request waits long."""

import asyncio
import json
import threading
from typing import Any

import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.api.long_responses import LongResponses
from mockserver.control.errors import ControlError
from mockserver.control.sandboxes import SandboxHandlers
from mockserver.domain.job import Progression
from mockserver.seeds import read_text
from mockserver.service.sandboxes import Sandboxes, SeenSandbox
from mockserver.service.seeding import Document

NAMED = {"name": "a"}
MOST = 5_000


def sandboxes() -> Sandboxes:
    return Sandboxes(MemoryStore(), ManualClock(), SeededIds(0), Progression())


def created(seed: Any) -> SeenSandbox:
    return asyncio.run(sandboxes().create(seed))


def refusal(seed: Any) -> str:
    """Return why the seed of a request is refused; no sandbox may be created."""
    service = sandboxes()
    with pytest.raises(ControlError) as caught:
        asyncio.run(SandboxHandlers(service, LongResponses()).create({"seed": seed}))
    assert caught.value.status == 400
    assert asyncio.run(service.list_all()) == []
    return caught.value.reason


def of_groups(count: int, **members: object) -> dict[str, Any]:
    return {"accountGroups": [{**NAMED, **members} for _ in range(count)]}


def test_the_seed_of_a_request_may_have_5000_objects() -> None:
    answer, status = asyncio.run(SandboxHandlers(sandboxes(), LongResponses()).create({"seed": of_groups(MOST)}))

    assert status == 201
    assert answer is not None
    assert len(answer["accountGroups"]) == MOST


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(of_groups(MOST + 1), id="account groups"),
        pytest.param(json.dumps(of_groups(MOST + 1)), id="account groups as text"),
        pytest.param(of_groups(1, audiences=[NAMED] * MOST), id="audiences"),
        pytest.param(of_groups(1, audiences=[{**NAMED, "job": {}}] * (MOST // 2)), id="audiences with a job each"),
        pytest.param(of_groups(1, folders=[NAMED] * MOST), id="folders"),
        pytest.param({"keys": [{"key": f"key-{number:05}"} for number in range(MOST + 1)]}, id="keys"),
        pytest.param(of_groups(3, folders=[NAMED] * 1_000, audiences=[NAMED] * 666), id="all together"),
    ],
)
def test_a_seed_with_more_than_5000_objects_is_refused(seed: Any) -> None:
    count = 5_001

    assert f"it has {count} keys, account groups, folders, audiences and jobs; it may have {MOST}" in refusal(seed)


@pytest.mark.parametrize("entry", [{}, {"accountGroupIds": [f"{number:024x}" for number in range(1_001)]}])
def test_a_seed_whose_keys_open_very_many_account_groups_is_refused(entry: dict[str, Any]) -> None:
    seed = of_groups(1_001) | {"keys": [{"key": f"key-{number:05}", **entry} for number in range(50)]}

    assert "its keys open 50050 account groups; they may open 50000 together" in refusal(seed)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("accountGroups:\n" + "- name: a\n" * 60_000, id="account groups"),
        pytest.param(f"a: [{'1,' * 500_000}]", id="numbers"),
        pytest.param("[" + "[]," * 300_000 + "]", id="lists"),
    ],
)
def test_a_text_with_too_many_values_is_refused_before_loading(text: str) -> None:
    assert "the document has more than 50000 values; make it smaller" in refusal(text)


def test_the_seed_of_a_server_may_be_larger() -> None:
    text = "accountGroups:\n" + "- name: a\n" * (MOST + 1)

    assert len(created(read_text(text)).account_groups) == MOST + 1


def test_keys_of_all_account_groups_share_one_set() -> None:
    keys = [{"key": f"key-{number:05}"} for number in range(10)]

    sandbox = created({**of_groups(10), "keys": keys})

    assert len(sandbox.keys) == 10
    assert len({id(key.account_group_ids) for key in sandbox.keys}) == 1


def test_other_requests_are_served_while_a_text_is_read() -> None:
    is_served = threading.Event()

    def read_slowly(text: str, most: int) -> Document:
        assert is_served.wait(10), "no other request was served"
        return read_text(text, most)

    async def create_and_serve() -> None:
        creation = asyncio.ensure_future(
            SandboxHandlers(sandboxes(), LongResponses(), read_slowly).create({"seed": "accountGroups: []"})
        )
        for _ in range(3):
            await asyncio.sleep(0)
        is_served.set()
        assert (await creation)[1] == 201

    asyncio.run(create_and_serve())
