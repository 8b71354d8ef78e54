"""Audiences: created, updated, and read as they were written."""

from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.parametrization import for_each_operation
from conformance.harness.read_back import expect_members, expect_read_back, read_until
from conformance.harness.snapshots import read_all_pages
from conformance.harness.valid_requests import valid_request
from conformance.harness.written_members import NAMES, SENT, stable_members
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def check_what_was_created_is_read(context: CheckContext, name: str) -> None:
    key = context.create_key()
    body = {"name": name, "description": f"{name} described", "type": "on_demand"}
    created = context.call(operations.CREATE_AUDIENCE, key, body=body)
    audience_id = json_at(created, "data", "id")
    if created.status not in SUCCESS or not isinstance(audience_id, str):
        raise NotEstablishedError(f"no audience could be created: the target answered {created.status}")
    members = {field: body[field] for field in SENT}
    expect_members(context, "AUD-CREATE-EFFECT", members, created)

    for _ in range(context.share_of_repeats(9)):
        read_back = expect_read_back(context, "AUD-CREATE-EFFECT", members, key, audience_id, created)
        expect_members(context, "AUD-GET-CURRENT", {"id": audience_id}, read_back, created)


@for_each_operation([operations.CREATE_AUDIENCE, operations.CREATE_FOLDER])
def check_what_is_created_is_new(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    expect, requirement_id = Expectations(context), operation.requirement("NEW")
    exchanges: list[Exchange] = []

    for _ in range(3):
        created = context.client.send(request)
        earlier = {json_at(exchange, "data", "id") for exchange in exchanges}
        new_id = json_at(created, "data", "id")
        holds, expected = created.status not in SUCCESS or new_id not in earlier, f"none of {earlier}"
        expect.condition(requirement_id, expected, str(new_id), [*exchanges, created], holds=holds)
        exchanges.append(created)
    if operation is operations.CREATE_AUDIENCE:
        for created in exchanges:
            if created.status in SUCCESS:  # names may have to differ
                created_id = str(json_at(created, "data", "id"))
                expect_read_back(context, requirement_id, {"id": created_id}, key, created_id, *exchanges)


@pytest.mark.parametrize(
    "sent",
    [{"name": "another name"}, {"description": "another description"}, {"name": "both", "description": "of them"}],
    ids="-".join,
)
def check_an_update_changes_what_it_names(context: CheckContext, sent: dict[str, str]) -> None:
    key, other = context.create_key(), context.create_key()
    folder = context.create_folder(key)
    audience = context.audience_in_folder(key, folder, description="described")
    neighbours = [(key, context.create_audience(key, description="stays")), (other, context.create_audience(other))]
    neighbours_before = [stable_members(context, owner, neighbour.id) for owner, neighbour in neighbours]
    before = stable_members(context, key, audience.id)

    for count in range(context.share_of_repeats(3)):
        changed = {name: f"{value} {count}" for name, value in sent.items()}
        unchanged = {name: before[name] for name in before if name not in changed}
        updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, changed)
        Expectations(context).done("AUD-UPDATE-DONE", updated)
        expect_members(context, "AUD-UPDATE-EFFECT", changed, updated)
        read_back = expect_read_back(context, "AUD-UPDATE-EFFECT", changed, key, audience.id, updated)
        expect_members(context, "AUD-UPDATE-ONLY", unchanged, read_back, updated)
    for (owner, neighbour), members in zip(neighbours, neighbours_before, strict=True):
        read_back = context.call(operations.GET_AUDIENCE, owner, neighbour.id)
        expect_members(context, "AUD-UPDATE-ONLY", members, read_back, updated)


def check_what_an_update_says_is_read_to_the_letter(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key)

    for name in NAMES:
        sent = {"name": name, "description": f"{name} described"}
        updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, sent)
        if updated.status in SUCCESS:  # which names are allowed is not printed
            expect_read_back(context, "AUD-UPDATE-EFFECT", sent, key, audience.id, updated)


def check_an_emptied_description_is_not_what_it_was(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key, description="to be emptied")

    updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, {"description": ""})

    if updated.status in SUCCESS:  # nothing says that it must be
        read_back = read_until(
            context,
            lambda: context.call(operations.GET_AUDIENCE, key, audience.id),
            lambda read: json_at(read, "data", "description") != "to be emptied",
        )
        description = json_at(read_back, "data", "description")
        actual, holds = f"description {description!r}", description != "to be emptied"
        evidence = [updated, read_back]
        Expectations(context).condition("AUD-UPDATE-EFFECT", "an empty description", actual, evidence, holds=holds)


def check_updates_of_different_fields_do_not_overwrite_each_other(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key, description="first")

    for count in range(context.share_of_repeats(9)):
        members = {"name": f"name {count}", "description": f"description {count}"}
        updates = [
            partial(context.call, operations.UPDATE_AUDIENCE, key, audience.id, {name: value})
            for name, value in members.items()
        ]
        updated = context.client.send_concurrently(updates)
        if any(exchange.status != 200 for exchange in updated):
            continue  # that concurrent updates both succeed is not said
        expect_read_back(context, "AUD-UPDATE-CONSISTENT", members, key, audience.id, *updated)


def check_an_update_leaves_the_prospects(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key, prospects=3)
    before, _ = read_all_pages(context, operations.LIST_PROSPECTS, key, audience.id)

    updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, {"name": "another"})

    after, pages = read_all_pages(context, operations.LIST_PROSPECTS, key, audience.id)
    earlier, later = ([prospect.get("id") for prospect in prospects] for prospects in (before, after))
    expected, exchanges, holds = f"the prospects {earlier}", [updated, *pages], earlier == later
    Expectations(context).condition("AUD-UPDATE-ONLY", expected, str(later), exchanges, holds=holds)
