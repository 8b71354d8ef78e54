import asyncio

import pytest
from openapi_core import OpenAPI

from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.control.application import control_application
from mockserver.domain.job import Progression
from mockserver.seeds import default_seed
from mockserver.service.journal_tail import JournalTails
from mockserver.service.sandboxes import Sandboxes
from openapi import control_contract
from tests.harness.control_plane import START, Control, HandClock, journals_of


@pytest.fixture(scope="session")
def built() -> Control:
    store, clock = MemoryStore(), HandClock()
    sandboxes = Sandboxes(store, clock, SeededIds(0), Progression())
    checked = OpenAPI.from_dict(control_contract())
    journals = journals_of(sandboxes, store)
    plane = control_application(sandboxes, store, journals, JournalTails(journals, asyncio.sleep))
    return Control(plane, store, clock, sandboxes, checked)


@pytest.fixture
def control(built: Control) -> Control:
    built.store.worlds.clear()
    built.store.owners.clear()
    built.clock.instant = START
    asyncio.run(built.sandboxes.create(default_seed(), name="default", sandbox_id="default"))
    return built
