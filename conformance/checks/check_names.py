"""Names and descriptions at usual limits and of odd characters: stored as they were sent, or refused, and never cut."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions, describe
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import audiences_in, eventually, records
from conformance.harness.valid_requests import valid_request
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

MEMBERS = {
    operations.CREATE_AUDIENCE: ("name", "description"),
    operations.UPDATE_AUDIENCE: ("description", "name"),
    operations.CREATE_FOLDER: ("name",),
}
FORMATTED = ("e\u0301a\u0308 end", "a\u200bb\u200dc end", "\u202eabc\u202c end")
"""Texts with characters that a target may normalize or leave out: combining, of no width, of direction."""

WRITTEN = (
    "Gr\u00f6\u00dfe \u540d\u7c3f end",
    "\U0001f600 and \U00020000 end",
    "\u05e9\u05dc\u05d5\u05dd \u0633\u0644\u0627\u0645 end",
)
"""Texts of several alphabets, within the basic plane and beyond, and from right to left."""

LENGTHS = (255, 256, 300, 10_000)
LISTS = (operations.LIST_AUDIENCES, operations.GET_NAVIGATION)
BEGINNING = 8
"""Characters by which a text is recognized."""

ABSENT = object()
"""The value of a member that is not shown."""


def texts(context: CheckContext) -> Iterator[tuple[str, str]]:
    """Yield texts, each with a beginning of its own, and the fact that demands to store it as it was sent."""

    def beginning() -> str:
        return f"{context.random.getrandbits(4 * BEGINNING):0{BEGINNING}x}"

    yield from ((f"{beginning()} {text}", "CONSISTENT") for text in FORMATTED)
    yield from ((f"{beginning()} {text}", "EFFECT") for text in WRITTEN)
    yield from ((beginning().ljust(length - 4, "n") + " end", "EFFECT") for length in LENGTHS)


@for_each_operation(MEMBERS)
def check_a_text_is_stored_as_it_was_sent_or_refused(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    soft, compared = SoftAssertions(), 0

    for member in MEMBERS[operation]:
        for text, fact in texts(context):
            taken = context.client.send(replace(request, body={**request.body, member: text}))
            if taken.status in SUCCESS:  # which texts are valid is not printed
                with soft:
                    compared += expect_stored(context, operation.requirement(fact), key, taken, (member, text))
    soft.raise_first()
    if not compared:
        raise NotEstablishedError("the target shows no member of what was sent, or refuses every text")


def check_no_name_breaks_a_list(context: CheckContext) -> None:
    key = context.create_key()
    names, soft = dict[str, str](), SoftAssertions()

    for text, fact in texts(context):
        taken = context.call(operations.CREATE_AUDIENCE, key, body={"name": text, "type": "on_demand"})
        audience_id = json_at(taken, "data", "id")
        shown = context.client.send_in_parallel([partial(context.call, listing, key) for listing in LISTS])
        for listing, exchange in zip(LISTS, shown, strict=True):
            with soft:
                Expectations(context).done(listing.requirement("DONE"), exchange, taken)
        if taken.status in SUCCESS and isinstance(audience_id, str) and fact == "EFFECT":
            names[audience_id] = text
    soft.raise_first()
    for listing in LISTS:
        with soft:
            expect_names(context, listing, key, names)
    soft.raise_first()


def expect_names(context: CheckContext, operation: OperationSpec, key: Key, names: dict[str, str]) -> None:
    """Expect a list to show audiences with these names, where it shows names."""
    exchanges: list[Exchange] = []

    shown: dict[str, object] = {}

    def are_current() -> bool:
        audiences, exchanges[:] = audiences_in(context, operation, key)
        shown.clear()
        shown.update({str(audience.get("id")): audience["name"] for audience in audiences if "name" in audience})
        return all(is_of(shown.get(audience_id, name), name) for audience_id, name in names.items())

    eventually(context, are_current)
    requirement_id = operation.requirement("CURRENT")
    for audience_id, name in names.items():
        actual = shown.get(audience_id, name)
        holds = is_as_sent(actual, name)
        Expectations(context).condition(requirement_id, brief(name), brief(actual), exchanges, holds=holds)


def expect_stored(context: CheckContext, requirement_id: str, key: Key, taken: Exchange, sent: tuple[str, str]) -> bool:
    """Expect a member to be shown as it was sent; return whether it is shown at all."""
    member, text = sent
    show = shown_folder if requirement_id.startswith(operations.CREATE_FOLDER.prefix) else shown_audience
    shown: list[object] = []
    exchanges: list[Exchange] = []

    def is_current() -> bool:
        data, exchange = show(context, key, str(json_at(taken, "data", "id")))
        absent = describe(exchange) if exchange.status not in SUCCESS else ABSENT
        shown[:], exchanges[:] = [absent if data is None else data.get(member, absent)], [exchange]
        return is_of(shown[0], text) or (data is not None and shown[0] is ABSENT)

    eventually(context, is_current)
    if shown[0] is ABSENT:
        return False
    holds = is_as_sent(shown[0], text)
    Expectations(context).condition(requirement_id, brief(text), brief(shown[0]), [taken, *exchanges], holds=holds)
    return True


def shown_audience(context: CheckContext, key: Key, audience_id: str) -> tuple[dict[str, Any] | None, Exchange]:
    """Return the data of an audience, None where there is none, and the exchange that shows it."""
    exchange = context.call(operations.GET_AUDIENCE, key, audience_id)
    data = json_at(exchange, "data")
    return data if isinstance(data, dict) else None, exchange


def shown_folder(context: CheckContext, key: Key, folder_id: str) -> tuple[dict[str, Any] | None, Exchange]:
    """Return a folder as the navigation shows it, None where it does not, and the exchange that shows it."""
    exchange = context.call(operations.GET_NAVIGATION, key)
    folders = records(json_at(exchange, "data", "folders"))
    return next((folder for folder in folders if folder.get("id") == folder_id), None), exchange


def is_of(shown: object, sent: str) -> bool:
    """Whether a text is shown that begins as another one."""
    return isinstance(shown, str) and shown.strip().startswith(sent[:BEGINNING])


def is_as_sent(shown: object, sent: str) -> bool:
    """Whether a text is shown as it was sent; whether blanks around it and its Unicode form are kept is not printed."""
    return isinstance(shown, str) and _normalized(shown) == _normalized(sent)


def _normalized(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def brief(value: object) -> str:
    """Return a short form of a text, for a report: its beginning, its end and its length."""
    return f"{value[:24]!a} ... {value[-8:]!a} of {len(value)} characters" if isinstance(value, str) else repr(value)
