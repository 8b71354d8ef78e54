import asyncio

import pytest
from openapi_core import OpenAPI

from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.api.long_responses import LongResponses
from mockserver.control.application import control_application
from mockserver.domain.job import Progression
from mockserver.seeds import default_seed
from mockserver.service.coverages import Coverages
from mockserver.service.journal_tail import JournalTails
from mockserver.service.sandboxes import Sandboxes
from openapi import control_contract
from tests.harness.control_plane import START, ControlPlane, HandClock, journals_of


@pytest.fixture(scope="session")
def long_responses() -> LongResponses:
    return LongResponses()


@pytest.fixture(scope="session")
def shared_control(long_responses: LongResponses) -> ControlPlane:
    store, clock = MemoryStore(), HandClock()
    sandboxes = Sandboxes(store, clock, SeededIds(0), Progression())
    checked = OpenAPI.from_dict(control_contract())
    journals = journals_of(sandboxes, store)
    tails, coverages = JournalTails(journals, asyncio.sleep), Coverages(store)
    plane = control_application(sandboxes, store, journals, tails, coverages, long_responses)
    return ControlPlane(plane, store, clock, sandboxes, checked)


@pytest.fixture
def control(shared_control: ControlPlane) -> ControlPlane:
    shared_control.store.records.clear()
    shared_control.store.owners.clear()
    shared_control.store.capacity.taken = 0
    shared_control.clock.instant = START
    asyncio.run(shared_control.sandboxes.create(default_seed(), name="default", sandbox_id="default"))
    return shared_control
