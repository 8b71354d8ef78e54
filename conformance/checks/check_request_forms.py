"""Bypasses: no other form of a refused request lifts the refusal, be it of the key, its permission or the guard."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.bypasses import METHODS, Bypass, bypasses, gains, plain
from conformance.harness.context import Audience, CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions, describe
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.read_back import read_until
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

BYPASSED = (operations.DELETE_AUDIENCE, operations.GET_AUDIENCE, operations.UPDATE_AUDIENCE, operations.MOVE_TO_FOLDER)
READS = "audiences:read"
ELSEWHERE = "prospecting:read"
"""Permissions that permit no write, and neither a write nor a read of audiences."""

REFUSALS, FAILURES = range(400, 500), range(500, 600)
SAFE = frozenset({"HEAD", "OPTIONS", "TRACE"})
NAME = "got past a barrier"


@dataclass(frozen=True)
class Barrier:
    """A reason to refuse a request, which no other form of the request lifts.

    Attributes:
        fact: The fact that names it.
        token: The key of the request.
        own_group: The account group of the key, if the request names another one.
        may_read: Whether the key may read what the request names.
    """

    fact: str
    token: str | None
    own_group: str | None = None
    may_read: bool = False


@dataclass(frozen=True)
class Attempt:
    """A request in another form, its barrier, and its exchange."""

    barrier: Barrier
    bypass: Bypass
    exchange: Exchange


class BypassWorld:
    """The key, the barriers and the audiences of a check of bypasses."""

    def __init__(self, context: CheckContext, operation: OperationSpec) -> None:
        self.context = context
        self.operation = operation
        self.key = context.create_key()
        self.secret = f"behind a barrier {context.random.getrandbits(48):x}"
        self._folder = context.create_folder(self.key) if operation is operations.MOVE_TO_FOLDER else ""

    def barriers(self) -> Iterator[Barrier]:
        """Yield the barriers of a key, as far as such keys can be set up."""
        reads = self.operation is operations.GET_AUDIENCE
        yield Barrier("KEY", None)
        with suppress(NotEstablishedError):
            powerless = self.context.create_key(ELSEWHERE if reads else READS, accountGroupId=self.key.group)
            yield Barrier("PERMISSION", powerless.token, may_read=not reads)
        with suppress(NotEstablishedError):
            other = self.context.create_key()
            yield Barrier("SCOPE", other.token, own_group=other.group)

    def audience_behind(self, barrier: Barrier) -> Audience:
        """Return a new audience: one that is being populated for the guard, else one that is ready.

        That one has a name that must not be shown, where the profile has creations.
        """
        if barrier.fact == "GUARD":
            return self.context.populated_audience(self.key)
        if self.operation is operations.DELETE_AUDIENCE:
            return self.context.ready_audience(self.key)
        return self.context.create_audience(self.key, name=self.secret)

    def sends(self, barrier: Barrier, audience: Audience) -> Iterator[tuple[Bypass, Callable[[], Exchange]]]:
        """Yield every other form of the request on an audience, with a function that sends it."""
        bodies: dict[OperationSpec, Any] = {
            operations.UPDATE_AUDIENCE: {"name": NAME},
            operations.MOVE_TO_FOLDER: {"folderId": self._folder},
        }
        body = bodies.get(self.operation)
        request = ApiRequest(self.operation, barrier.token, audience.group, audience.id, body)
        for bypass in bypasses(self.context.client.contract, request, barrier.own_group):
            if self.context.states.guard.reason_against(bypass.request) is not None:
                continue  # it might hit something real
            yield bypass, partial(self.context.client.send_raw, bypass.request, judged=False)

    def is_untouched(self, audience: Audience) -> tuple[bool, Exchange]:
        """Return whether an audience is as it was, and the exchange that shows it; that may be its deletion."""
        if self.operation is operations.DELETE_AUDIENCE:
            deleted = self.context.delete_audience(audience, self.key)
            return deleted.status == (200 if audience.job is None else 409), deleted
        if audience.job is not None and self._read(audience).status == 409:
            self.context.end_job(audience, "completed")
            if self._read(audience).status == 404:
                raise NotEstablishedError("the target removes the audience of a completed job")
        exchange = read_until(self.context, partial(self._read, audience), self._shows_no_effect)
        return self._shows_no_effect(exchange), exchange

    def _read(self, audience: Audience) -> Exchange:
        return self.context.call(operations.GET_AUDIENCE, self.key, audience.id)

    def _shows_no_effect(self, exchange: Exchange) -> bool:
        name, folder = json_at(exchange, "data", "name"), json_at(exchange, "data", "folderId")
        return exchange.status == 200 and name != NAME and (not self._folder or folder != self._folder)


@for_each_operation(BYPASSED)
def check_no_other_form_of_a_request_lifts_a_refusal(context: CheckContext, operation: OperationSpec) -> None:
    world, soft = BypassWorld(context, operation), SoftAssertions()
    audience = world.audience_behind(Barrier("KEY", None))

    attempts = [attempt for barrier in world.barriers() for attempt in send_all(world, barrier, audience, soft)]

    with soft:
        expect_untouched(world, audience, attempts)
    soft.raise_first()


@for_each_operation(BYPASSED)
def check_no_other_form_of_a_request_gets_past_the_guard(context: CheckContext, operation: OperationSpec) -> None:
    world, soft = BypassWorld(context, operation), SoftAssertions()
    barrier = Barrier("GUARD", world.key.token)
    audience = world.audience_behind(barrier)

    attempts = send_all(world, barrier, audience, soft)

    with soft:
        expect_untouched(world, audience, attempts)
    soft.raise_first()


def send_all(world: BypassWorld, barrier: Barrier, audience: Audience, soft: SoftAssertions) -> list[Attempt]:
    """Send every other form of a request, and expect no response to show a gain."""
    sends = list(world.sends(barrier, audience))
    exchanges = world.context.client.send_in_parallel([send for _, send in sends])
    attempts = [Attempt(barrier, bypass, exchange) for (bypass, _), exchange in zip(sends, exchanges, strict=True)]
    expect, requirement_id = Expectations(world.context), world.operation.requirement(barrier.fact)
    for attempt in attempts:
        gain = gains(attempt.bypass, attempt.exchange, None if barrier.may_read else world.secret)
        expected, actual = f"a refusal, also with {attempt.bypass.name}", f"{gain}: {describe(attempt.exchange)}"
        with soft:
            expect.condition(requirement_id, expected, actual, [attempt.exchange], holds=gain is None)
    return attempts


def expect_untouched(world: BypassWorld, audience: Audience, attempts: list[Attempt]) -> None:
    """Expect no form of a request to have had an effect.

    Where one had, each form is sent again to an audience of its own, so that the violation names it.
    """
    untouched, look = world.is_untouched(audience)
    if untouched:
        return
    facts, soft = set[str](), SoftAssertions()
    for attempt in (attempt for attempt in attempts if attempt.barrier.fact not in facts):
        fresh = world.audience_behind(attempt.barrier)
        same = (send for bypass, send in world.sends(attempt.barrier, fresh) if bypass.name == attempt.bypass.name)
        send = next(same, None)
        if send is None:  # the form depends on the identifier
            continue
        exchange = send()
        untouched, later = world.is_untouched(fresh)
        if not untouched:
            facts.add(attempt.barrier.fact)
            with soft:
                fail(world, attempt, [exchange, later])
    soft.raise_first()
    fail(world, attempts[-1], [*(attempt.exchange for attempt in attempts), look])


def fail(world: BypassWorld, attempt: Attempt, evidence: list[Exchange]) -> None:
    """Report a form of a request that had an effect."""
    requirement_id = world.operation.requirement(attempt.barrier.fact)
    expected = f"no effect, also with {attempt.bypass.name}"
    actual = f"the audience is not as it was: {describe(evidence[-1])}"
    Expectations(world.context).condition(requirement_id, expected, actual, evidence, holds=False)


def check_a_refused_method_deletes_nothing(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)

    exchanges = [send_method(context, key, audience, method) for method in METHODS]

    if all(exchange.status in {*REFUSALS, *FAILURES} or exchange.method in SAFE for exchange in exchanges):
        deleted = context.delete_audience(audience, key)
        if deleted.status == 200:
            context.ledger.passed("AUD-DELETE-REFUSED")
            return
    for method in METHODS:  # one of them may have had an effect
        audience = context.ready_audience(key)
        exchange = send_method(context, key, audience, method)
        if exchange.status in REFUSALS:
            deleted = context.delete_audience(audience, key)
            Expectations(context).status("AUD-DELETE-REFUSED", deleted, {200}, exchange)


def send_method(context: CheckContext, key: Key, audience: Audience, method: str) -> Exchange:
    """Send a request with another method than the documented ones."""
    request = ApiRequest(operations.DELETE_AUDIENCE, key.token, audience.group, audience.id)
    raw = replace(plain(context.client.contract, request), method=method, operation=None)
    return context.client.send_raw(raw)
